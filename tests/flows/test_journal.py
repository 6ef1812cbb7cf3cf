"""Strangers check the books: bean-check and hledger accept the journal, and refuse it when one digit is changed."""

import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.core.test_payout_files import with_check
from yesif.apps.money.actions import books, escrow, fees, payees, payruns, royalties
from yesif.apps.money.queries import books as queries
from yesif.apps.money.queries import royalties as royalty_queries
from yesif.base.money import Money
from yesif.core.ledger import journal, royalty
from yesif.core.ledger.exchange import ExchangeRate
from yesif.core.ledger.fee import Rate
from yesif.core.ledger.payout.bank import Account
from yesif.core.ledger.royalty import Leased

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
CHECKS = {"beancount": ["bean-check"], "hledger": ["hledger", "check", "--strict", "-f"]}


def written(form: str, folder: Path) -> Path:
    """The books, after a bit of everything, as that program reads them."""
    escrow.deposit(project_id="prj_1", money=Money(50_000, "EUR"), key="d", line=lambda _: 1, now=NOW)
    escrow.reserve(project_id="prj_1", holding="b", micro=1, currency="EUR", line=lambda _: 1, now=NOW)
    work = fees.Work("per_ana", "prj_1", "b", Rate(7400, "EUR"))
    yen = fees.Work("per_bo", "prj_1", "b", Rate(500, "JPY"))
    fees.earn(key="fee:1", work=work, kind="scenes", ms=1_234_567, line=2, now=NOW)
    fees.earn(key="fee:2", work=yen, kind="review", ms=7, line=3, now=NOW)
    fees.approve_due(now=NOW + timedelta(hours=72))
    rate = ExchangeRate("USD", "EUR", 9214, 10_000, NOW.date(), "a bank")
    royalties.receive(
        key="pay-1", licence="lic_1", kind="licence-fee", paid=Money(9999, "USD"), since=NOW, now=NOW, rate=rate,
        until=NOW + timedelta(days=1), line=lambda: 4,
    )  # fmt: skip
    terms = royalties.terms_in_force(NOW)
    clips = [Leased("prf_1", "per_ana", 700, "recording"), Leased("prf_2", "per_bo", 300, "measurements")]
    shared = royalty.share(royalty_queries.waiting_for("pay-1").payment, royalty.weights(clips, terms), terms)
    royalties.pay(shared=shared, leased=clips, line=4, now=NOW)
    payees.keep(owner="per_ana", account=Account("iban", "Ana", with_check("DE", f"{1:018d}")), now=NOW)
    payees.keep(owner="payer:iban", account=Account("iban", "S", with_check("DE", f"{2:018d}")), now=NOW)
    run = payruns.draft(currency="EUR", file_format="pain001", day=NOW.date(), by="per_pia", now=NOW)
    payruns.approve(run_id=run, by="per_pia", now=NOW)
    sent = payruns.approve(run_id=run, by="per_quin", now=NOW)
    assert sent is not None
    payruns.put_in_flight(sent=sent, line=5, now=NOW)
    books.reverse(key="fee:2", memo="mistaken", now=NOW)
    entries = [journal.Dated(*one) for one in queries.dated_journal()]
    write = journal.beancount if form == "beancount" else journal.hledger
    file = folder / f"books.{form}"
    file.write_text("\n".join(write(entries)) + "\n")
    return file


@pytest.mark.django_db
@pytest.mark.parametrize("form", CHECKS)
def test_a_strangers_program_accepts_the_books_and_sees_a_changed_cent(form: str, tmp_path: Path) -> None:
    file = written(form, tmp_path)
    command = CHECKS[form]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed here")
    good = subprocess.run([*command, str(file)], capture_output=True, text=True, check=False)
    assert good.returncode == 0, good.stderr + good.stdout
    text = file.read_text()
    amount = re.findall(r"  -?\d+\.\d+ EUR", text)[-1]
    whole, part = amount.rsplit(".", 1)
    file.write_text(text.replace(amount, f"{whole}.{(int(part[0]) + 1) % 10}{part[1:]}", 1))
    bad = subprocess.run([*command, str(file)], capture_output=True, text=True, check=False)
    assert bad.returncode != 0, "one changed cent must be seen"


@pytest.mark.django_db
def test_the_journal_names_nobody_and_every_posting_its_line(tmp_path: Path) -> None:
    text = written("beancount", tmp_path).read_text()
    assert "Ana" not in text.replace("Per-ana", "")
    assert "; line 2" in text

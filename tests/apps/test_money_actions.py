"""Escrow, fees, claims, royalties and pay runs: each bad input is refused by its field, and nothing is half-written."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from tests.core.test_payout_files import with_check
from yesif.apps.money.actions import books, corrections, entered, escrow, fees, papers, payees, payruns, royalties
from yesif.apps.money.actions.papers import Paper
from yesif.apps.money.models import Claim, EntryRow, Fee, Payee, PayItem, PayRun, PublishedTerms, TaxPaper
from yesif.apps.money.queries import books as queries
from yesif.apps.money.queries import earnings, taxes
from yesif.apps.money.queries import fees as fee_queries
from yesif.apps.money.queries import papers as paper_queries
from yesif.apps.money.queries import payruns as runs
from yesif.apps.money.queries import royalties as royalty_queries
from yesif.base.errors import BadInput, Conflict, NotFound, Refused
from yesif.base.money import MICRO, Money
from yesif.core.ledger import accounts, royalty, statement
from yesif.core.ledger.entry import Entry, Posting
from yesif.core.ledger.fee import Rate
from yesif.core.ledger.payout.bank import Account
from yesif.core.ledger.royalty import Leased
from yesif.core.ledger.tax import table

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = date(2026, 12, 1)
WORK = fees.Work("per_ana", "prj_1", "bkg_1", Rate(7400, "EUR"))


def later(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def iban(number: int, name: str = "Ana") -> Account:
    return Account("iban", name, with_check("DE", f"{number:018d}"))


def earn(key: str = "fee:1", ms: int = 3_600_000, work: fees.Work = WORK) -> int:
    return fees.earn(key=key, work=work, kind="scenes", ms=ms, line=1, now=NOW)


def due(who: str = "per_ana", ms: int = 3_600_000) -> None:
    """An approved fee, and an account to pay it to."""
    earn(f"fee:{who}:{ms}", ms, fees.Work(who, "prj_1", "bkg_1", Rate(7400, "EUR")))
    fees.approve_due(now=later(72))
    payees.keep(owner=who, account=iban(len(who), who), place="DE", now=NOW)
    payees.keep(owner="payer:iban", account=iban(9, "Studio"), now=NOW)


def keep_back(percent: int) -> None:
    """A paper of Ana's, looked at by an operator."""
    given = papers.give(performer="per_ana", paper=Paper("TIN", "DE", "12 345 678 901"), now=NOW)
    papers.look(paper_id=given, by="per_ola", percent=percent, why="as the law says", now=NOW)


def sent(**terms: object) -> str:
    run = payruns.draft(
        **{"currency": "EUR", "file_format": "pain001", "day": DAY, "by": "per_pia", "now": later(72), **terms}
    )
    payruns.approve(run_id=run, by="per_pia", now=later(72))
    made = payruns.approve(run_id=run, by="per_quin", now=later(72))
    assert made is not None
    payruns.put_in_flight(sent=made, line=9, now=later(72))
    return run


# --- escrow ---


@pytest.mark.parametrize("minor", [0, -5])
def test_a_deposit_is_above_zero(minor: int) -> None:
    with pytest.raises(BadInput, match=r"^amount"):
        escrow.deposit(project_id="prj_1", money=Money(minor, "EUR"), key="d", line=lambda _: 1, now=NOW)
    assert not EntryRow.objects.exists()


def test_a_booking_over_escrow_is_refused_with_both_numbers_and_moves_nothing() -> None:
    escrow.deposit(project_id="prj_1", money=Money(5000, "EUR"), key="d", line=lambda _: 1, now=NOW)
    with pytest.raises(Refused, match=r"^escrow: .*74\.00 EUR.*50\.00 EUR"):
        escrow.reserve(project_id="prj_1", holding="b", micro=7400 * MICRO, currency="EUR", line=lambda _: 1, now=NOW)
    assert EntryRow.objects.count() == 1
    with pytest.raises(Refused, match=r"^escrow"):  # another currency covers nothing
        escrow.reserve(project_id="prj_1", holding="b", micro=1, currency="USD", line=lambda _: 1, now=NOW)
    with pytest.raises(BadInput, match=r"^amount"):
        escrow.reserve(project_id="prj_1", holding="b", micro=-1, currency="EUR", line=lambda _: 1, now=NOW)


def test_what_is_owed_is_covered_first_and_nothing_is_booked_until_it_is() -> None:
    earn()
    assert queries.balance(accounts.owed("prj_1"), "EUR") == -7400 * MICRO
    with pytest.raises(Refused, match="owes fees"):
        escrow.reserve(project_id="prj_1", holding="b", micro=1, currency="EUR", line=lambda _: 1, now=NOW)
    for _ in range(2):
        escrow.deposit(project_id="prj_1", money=Money(10_000, "EUR"), key="d", line=lambda _: 1, now=NOW)
    assert queries.balance(accounts.owed("prj_1"), "EUR") == 0
    assert queries.balance(accounts.escrow("prj_1"), "EUR") == 2600 * MICRO


# --- entries ---


def test_an_unbalanced_entry_is_refused_by_the_rule_book_and_by_the_database() -> None:
    with pytest.raises(BadInput, match="does not balance"):
        Entry("k", "EUR", "fee", (Posting("a:1", 5), Posting("a:2", -4)))
    books.post(entries=[Entry("k", "EUR", "fee", (Posting("a:1", 5, 1), Posting("a:2", -5, 1)))], now=NOW)
    for statement_ in (
        "INSERT INTO money_entryrow (seq, key, currency, memo, digest, at) "
        "VALUES (9999999, 'x', 'EUR', 'm', '', '2026-01-01')",
        f"INSERT INTO money_postingrow (entry_id, account, micro) VALUES ({EntryRow.objects.get().seq}, 'a:1', 5)",
    ):
        with (
            pytest.raises(DatabaseError, match=r"balance|no more postings"),
            transaction.atomic(),
            connection.cursor() as c,
        ):
            c.execute(statement_)


def test_a_foreign_currency_never_meets_another_in_one_entry() -> None:
    with pytest.raises(BadInput, match="currency"):
        Entry("k", "eur", "fee", (Posting("a:1", 5, 1), Posting("a:2", -5, 1)))
    with pytest.raises(BadInput, match="not added"):
        Money(1, "EUR") + Money(1, "USD")


# --- fees ---


def test_the_same_fee_twice_is_one_and_another_under_its_key_is_refused() -> None:
    assert earn() == earn()
    with pytest.raises(Conflict, match=r"^key"):
        earn(ms=60_000)
    assert Fee.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "ms", "field"), [("scenes", -1, "24 hours"), ("idling", 5, "kind"), ("scenes", 10**9, "24 hours")]
)
def test_what_is_no_paid_time_is_refused(kind: str, ms: int, field: str) -> None:
    with pytest.raises(BadInput, match=field):
        fees.earn(key="k", work=WORK, kind=kind, ms=ms, line=1, now=NOW)
    assert not EntryRow.objects.exists()


def test_a_fee_approves_itself_at_72_hours_and_not_before() -> None:
    earn()
    assert fees.approve_due(now=later(71.9)) == 0
    assert fees.approve_due(now=later(72)) == 1
    assert fees.approve_due(now=later(73)) == 0
    assert queries.balance(accounts.payable("per_ana"), "EUR") == 7400 * MICRO


def test_a_rate_under_the_floor_of_the_place_is_paid_at_the_floor() -> None:
    payees.keep(owner="per_ana", account=iban(1), place="DE", now=NOW)
    low = fees.Work("per_ana", "prj_1", "bkg_1", Rate(900, "EUR"))
    assert earn(work=low) == 1390 * MICRO


def test_a_claim_nobody_answers_is_given_and_an_answer_has_a_reason() -> None:
    earn()
    with pytest.raises(BadInput, match=r"^minutes"):
        fees.claim(fee_key="fee:1", performer="per_ana", claimed_ms=0, said="x", now=NOW)
    with pytest.raises(BadInput, match=r"^why"):
        fees.claim(fee_key="fee:1", performer="per_ana", claimed_ms=60_000, said=" ", now=NOW)
    with pytest.raises(NotFound):
        fees.claim(fee_key="fee:1", performer="per_bo", claimed_ms=60_000, said="mine", now=NOW)
    made = fees.claim(fee_key="fee:1", performer="per_ana", claimed_ms=600_000, said="My line was down.", now=NOW)
    with pytest.raises(Conflict):
        fees.claim(fee_key="fee:1", performer="per_ana", claimed_ms=60_000, said="again", now=NOW)
    with pytest.raises(BadInput, match=r"^reason"):
        fees.answer(claim_id=made, project="prj_1", given_ms=0, said=" ", now=NOW)
    with pytest.raises(NotFound):
        fees.answer(claim_id=made, project="prj_2", given_ms=0, said="no", now=NOW)
    assert fees.answer_overdue(now=later(71)) == []
    given = fees.answer_overdue(now=later(72))
    assert [one.given_ms for one in given] == [600_000]
    assert Claim.objects.get().answer


def test_a_fee_is_taken_back_by_reversals_only_while_its_money_is_here() -> None:
    earn()
    with pytest.raises(BadInput, match=r"^reason"):
        corrections.take_back(fee_key="fee:1", reason="", now=NOW)
    for _ in range(2):
        corrections.take_back(fee_key="fee:1", reason="posted twice", now=NOW)
    assert queries.balance(accounts.accrued("per_ana"), "EUR") == 0
    assert fee_queries.unpaid_share("prj_1") == (3_600_000, 3_600_000)
    due()
    sent()
    with pytest.raises(Refused, match=r"^fee"):
        corrections.take_back(fee_key="fee:per_ana:3600000", reason="late", now=later(80))


# --- pay runs ---


def test_one_cent_is_paid_and_a_fraction_is_carried() -> None:
    """No threshold: EUR 0.017 pays one cent, and seven tenths of one are kept for the next run."""
    earn(ms=827, work=WORK)
    fees.approve_due(now=later(72))
    payees.keep(owner="per_ana", account=iban(1), now=NOW)
    payees.keep(owner="payer:iban", account=iban(9), now=NOW)
    before = queries.balance(accounts.payable("per_ana"), "EUR")
    sent()
    names = {stage: f"performer:per_ana:{stage}" for stage in ("payable", "in-flight", "residue")}
    held = {stage: queries.balance(name, "EUR") for stage, name in names.items()}
    assert held == {"payable": 0, "in-flight": MICRO, "residue": before - MICRO}


def test_two_people_approve_and_the_file_its_digest_and_totals_fit() -> None:
    due()
    due("per_bo", 60_000)
    run = payruns.draft(currency="EUR", file_format="pain001", day=DAY, by="per_pia", now=later(72))
    assert payruns.approve(run_id=run, by="per_pia", now=later(72)) is None
    with pytest.raises(Refused, match="Two different people"):
        payruns.approve(run_id=run, by="per_pia", now=later(72))
    made = payruns.approve(run_id=run, by="per_quin", now=later(72))
    assert made is not None
    payruns.put_in_flight(sent=made, line=9, now=later(72))
    name, content = runs.file(run)
    assert name == f"{run}.xml"
    assert made.total_minor == sum(minor for _, minor in made.rows) == 7400 + 123
    assert payruns.paid(run_id=run, now=later(90)) == 2
    assert payruns.paid(run_id=run, now=later(91)) == 0
    assert content.startswith(b"<?xml")
    with pytest.raises(Conflict):
        payruns.approve(run_id=run, by="per_una", now=later(92))


@pytest.mark.parametrize(
    ("terms", "field"),
    [({"currency": "USD"}, "currency"), ({"file_format": "cheque"}, "format"), ({"day": date(2026, 11, 1)}, "day")],
)
def test_a_run_that_no_bank_would_take_is_refused_by_field(terms: dict[str, object], field: str) -> None:
    due()
    with pytest.raises(BadInput, match=f"^{field}"):
        sent(**terms)
    assert not PayRun.objects.exists()


def test_a_run_without_anybody_or_beside_an_open_draft_is_refused() -> None:
    with pytest.raises(Refused, match=r"^payments"):
        sent()
    due()
    payruns.draft(currency="EUR", file_format="pain001", day=DAY, by="per_pia", now=later(72))
    with pytest.raises(Conflict, match="draft"):
        sent()
    payruns.drop(run_id=PayRun.objects.get().id, now=NOW)
    sent()


def test_a_run_whose_money_changed_meanwhile_is_refused_and_writes_no_file() -> None:
    due()
    run = payruns.draft(currency="EUR", file_format="pain001", day=DAY, by="per_pia", now=later(72))
    corrections.take_back(fee_key="fee:per_ana:3600000", reason="posted twice", now=later(73))
    payruns.approve(run_id=run, by="per_pia", now=later(74))
    with pytest.raises(Refused, match="changed"):
        payruns.approve(run_id=run, by="per_quin", now=later(74))
    assert PayRun.objects.get().file is None


def test_a_payment_that_comes_back_is_payable_again_and_counts_once() -> None:
    due()
    run = sent()
    reference = runs.items(run)[0].reference
    with pytest.raises(BadInput, match=r"^reason"):
        payruns.returned(reference=reference, reason="", now=later(80))
    with pytest.raises(NotFound, match="reference"):
        payruns.returned(reference="YI0000000099", reason="closed", now=later(80))
    payruns.paid(run_id=run, now=later(79))
    assert payruns.returned(reference=reference, reason="account closed", now=later(80)) == Money(7400, "EUR")
    assert queries.balance(accounts.payable("per_ana"), "EUR") == 7400 * MICRO
    with pytest.raises(Conflict, match=r"^reference"):
        payruns.returned(reference=reference, reason="account closed", now=later(81))
    assert [one.state for one in earnings.lines("per_ana")] == ["returned"]
    sent(now=later(100), day=date(2026, 12, 4))
    assert [one.state for one in earnings.lines("per_ana")] == ["sent"]


def test_a_file_of_returns_is_taken_whole_or_not_at_all_and_not_twice() -> None:
    due()
    due("per_bo")
    run = sent()
    one, two = (item.reference for item in runs.items(run))
    for text, field in (
        (f"{one};closed\nYI0000000099;closed", "reference"),
        (f"{one};closed\n{two}", "line 2"),
        ("", "file"),
    ):
        with pytest.raises((BadInput, NotFound), match=field):
            payruns.read_returns(text=text, now=later(80))
    assert {item.state for item in PayItem.objects.all()} == {"in-flight"}
    assert payruns.read_returns(text=f"{one};closed\n{two};wrong name\n", now=later(80)) == [one, two]
    with pytest.raises(Conflict, match=r"^reference"):
        payruns.read_returns(text=f"{one};closed\n{two};wrong name\n", now=later(81))


def test_tax_is_kept_back_as_a_paper_says_and_stands_on_the_report() -> None:
    due()
    with pytest.raises(BadInput, match=r"^kind"):
        papers.give(performer="per_ana", paper=Paper("napkin", "US", "123456789"), now=NOW)
    with pytest.raises(BadInput, match=r"^percent"):
        keep_back(90)
    keep_back(30)
    sent()
    assert queries.balance("performer:per_ana:withheld", "EUR") == 2220 * MICRO
    lines = taxes.lines(2026)
    assert [(one.fees_minor, one.withheld_minor) for one in lines] == [(7400, 2220)]
    assert b"DAC7,2026,per_ana,DE,EUR,74.00,0.00,22.20" in table(lines, "EU")


def test_an_account_is_sealed_and_opens_only_for_its_owner() -> None:
    payees.keep(owner="per_ana", account=iban(1, "Ana Secret"), place="DE", now=NOW)
    row = Payee.objects.get()
    assert b"Secret" not in bytes(row.sealed)
    from yesif.apps.money.sealed import unseal
    from yesif.base.errors import Damaged

    assert unseal(bytes(row.sealed), "per_ana")[0].name == "Ana Secret"
    with pytest.raises(Damaged):
        unseal(bytes(row.sealed), "per_bo")
    with pytest.raises(BadInput, match=r"^place"):
        payees.keep(owner="per_ana", account=iban(1), place="Germany", now=NOW)
    payees.forget(owner="per_ana", now=NOW)
    assert not Payee.objects.exists()


def test_the_account_of_someone_erased_is_kept_until_what_is_theirs_was_paid() -> None:
    due()
    keep_back(0)
    payees.forget(owner="per_ana", now=later(72))
    assert payees.let_go(now=later(73)) == 0
    run = sent()
    assert payees.let_go(now=later(74)) == 0  # it is on its way and may come back
    payruns.paid(run_id=run, now=later(75))
    fortnight = 75 + 14 * 24
    assert payees.let_go(now=later(fortnight - 1)) == 0  # a bank may still return it
    assert payees.let_go(now=later(fortnight)) == 1
    assert not Payee.objects.filter(owner="per_ana").exists()
    assert not TaxPaper.objects.exists()
    assert queries.balance(accounts.payable("per_ana"), "EUR") == 0


def test_a_payment_that_comes_back_after_its_owner_was_erased_can_be_sent_anew() -> None:
    due()
    run = sent()
    payruns.paid(run_id=run, now=later(75))
    payees.forget(owner="per_ana", now=later(76))  # nothing is due, and the bank has two weeks
    payees.let_go(now=later(100))
    payruns.returned(reference=PayItem.objects.get().reference or "", reason="closed", now=later(120))
    sent(now=later(121), day=date(2026, 12, 4))
    assert PayItem.objects.filter(state="in-flight").count() == 1
    assert payees.let_go(now=later(120 + 15 * 24)) == 0  # on its way


def test_work_that_waits_for_a_look_keeps_the_account_of_who_is_erased() -> None:
    payees.keep(owner="per_ana", account=iban(1), now=NOW)
    entered.enter(key="k", work=WORK, kind="training", ms=60_000, day=NOW.date(), said="A call.", by="per_ana", now=NOW)
    payees.forget(owner="per_ana", now=NOW)
    assert payees.let_go(now=later(1)) == 0
    entered.settle_overdue(now=later(72))
    assert payees.let_go(now=later(73)) == 1  # the caller posts it in the same transaction


def test_the_tax_papers_of_who_never_had_an_account_go_when_they_are_erased() -> None:
    earn()
    keep_back(30)
    payees.forget(owner="per_ana", now=later(1))
    assert not TaxPaper.objects.exists()


def test_the_newest_paper_counts_whenever_it_was_looked_at_and_no_expired_one() -> None:
    def give(at: float, expires: date | None = None) -> int:
        paper = Paper("TIN", "DE", "12 345 678 901", expires=expires)
        return papers.give(performer="per_ana", paper=paper, now=later(at))

    old, new, short = give(0), give(1), give(2, date(2026, 12, 24))
    for number, (paper, percent) in enumerate(((short, 0), (new, 15), (old, 30))):  # the oldest is looked at last
        papers.look(paper_id=paper, by="per_ola", percent=percent, why="as the law says", now=later(3 + number))
    assert paper_queries.percents(["per_ana"], day=date(2026, 12, 24)) == {"per_ana": 0}
    assert paper_queries.percents(["per_ana"], day=date(2026, 12, 25)) == {"per_ana": 15}


def test_a_rate_is_locked_at_booking_with_the_place_and_floor_of_then() -> None:
    low = fees.Work("per_ana", "prj_1", "bkg_9", Rate(1000, "EUR"))
    payees.keep(owner="per_ana", account=iban(1), place="DE", now=NOW)
    assert fees.lock(work=low, day=DAY, now=NOW).minor == 1390
    payees.keep(owner="per_ana", account=iban(1), place="IT", now=NOW)  # moved away since
    assert fees.locked_rate(low, NOW).minor == 1390
    assert fees.lock(work=fees.Work("per_ana", "prj_1", "bkg_9", Rate(9000, "EUR")), day=DAY, now=NOW).minor == 1390
    assert fees.locked_rate(low, datetime(2027, 3, 1, tzinfo=UTC)).minor == 1460  # the law of the day of the work


def test_a_key_used_for_another_deposit_is_refused_with_what_it_stands_for() -> None:
    terms = {"project_id": "prj_1", "key": "d", "line": lambda _: 1, "now": NOW}
    escrow.deposit(money=Money(5000, "EUR"), **terms)
    for other in (Money(5001, "EUR"), Money(5000, "USD")):
        with pytest.raises(Conflict, match=r"^key: .*50\.00 EUR"):
            escrow.deposit(money=other, **terms)
    assert EntryRow.objects.count() == 1


def test_no_posting_is_written_without_its_line() -> None:
    with pytest.raises(BadInput, match=r"^line"):
        books.post(entries=[Entry("k", "EUR", "fee", (Posting("a:1", 5, 1), Posting("a:2", -5)))], now=NOW)
    assert not EntryRow.objects.exists()


# --- royalties ---


def receive(key: str = "pay-1", minor: int = 100_000, **other: object) -> str:
    return royalties.receive(
        **{"key": key, "licence": "lic_1", "kind": "licence-fee", "paid": Money(minor, "EUR"), "since": NOW,
           "until": later(1), "now": NOW, "line": lambda: 3, **other},
    )  # fmt: skip


CLIPS = [
    Leased("prf_1", "per_ana", 60_000, "recording", "run_1", 4),
    Leased("prf_2", "per_bo", 30_000, "recording", "run_1", 4),
]


def shared(key: str = "pay-1") -> royalty.Shared:
    terms = royalties.terms_in_force(NOW)
    made = royalty.share(royalty_queries.waiting_for(key).payment, royalty.weights(CLIPS, terms), terms)
    royalties.pay(shared=made, leased=CLIPS, line=12, now=NOW)
    return made


def test_a_payment_is_taken_down_once_shared_once_and_opens_to_its_clips() -> None:
    assert receive() == receive()
    made = shared()
    with pytest.raises(NotFound):
        shared()
    with pytest.raises(Conflict, match=r"^key"):
        receive(minor=5)
    assert sum(made.shares.values()) == 65_000 * MICRO
    opened = earnings.line("per_ana", "pay-1")
    assert opened.royalty is not None
    assert [clip["performance"] for clip in opened.royalty.clips] == ["prf_1"]
    assert (opened.royalty.weight, opened.royalty.whole_weight, opened.line) == (60_000_000, 90_000_000, 12)
    with pytest.raises(NotFound):
        earnings.line("per_cy", "pay-1")


RATE = royalties.rate_from(source="EUR", target="USD", text="1.08", day=DAY, said_by="ECB")


@pytest.mark.parametrize(
    ("field", "other"),
    [("licence", {"licence": "lic_2"}), ("kind", {"kind": "usage-fee"}), ("amount", {"paid": Money(5, "EUR")}),
     ("currency", {"paid": Money(100_000, "USD")}), ("since", {"since": NOW - timedelta(days=1)}),
     ("until", {"until": later(2)}), ("rate", {"rate": RATE})],
)  # fmt: skip
def test_a_key_stands_for_one_payment_and_what_differs_is_named(field: str, other: dict[str, object]) -> None:
    receive()
    with pytest.raises(Conflict, match=f"^key: a payment with another {field} "):
        receive(**other)
    assert royalty_queries.waiting_for("pay-1").until == later(1)


def test_a_statement_works_out_to_the_same_cents_and_names_nobody_else() -> None:
    receive()
    shared()
    earn()
    whole = earnings.statement_of("per_ana", 2026)
    assert all(one.agrees for one in statement.recompute(whole))
    assert "per_bo" not in str(whole)
    micro = sum(int(line["micro"]) for line in whole["lines"])
    assert micro == sum(queries.balance(name("per_ana"), "EUR") for name in (accounts.accrued, accounts.payable))


def test_a_foreign_payment_is_shared_in_another_currency_at_its_stored_rate() -> None:
    rate = royalties.rate_from(source="USD", target="EUR", text="0.9214", day=DAY, said_by="ECB")
    receive(paid=Money(100_000, "USD"), rate=rate)
    made = shared()
    assert made.payment.micro == 92_140 * MICRO
    opened = earnings.line("per_ana", "pay-1").royalty
    assert opened is not None
    assert opened.rate == {"numerator": 9214, "denominator": 10_000, "day": "2026-12-01", "said_by": "ECB"}
    assert queries.balance(accounts.exchange("USD", "EUR"), "USD") == 100_000 * MICRO


@pytest.mark.parametrize(
    ("other", "field"),
    [({"kind": "tip"}, "kind"), ({"paid": Money(0, "EUR")}, "amount"), ({"paid": Money(-5, "EUR")}, "amount"),
     ({"until": NOW - timedelta(days=1)}, "since")],
)  # fmt: skip
def test_what_is_no_payment_is_refused_by_field_and_leaves_nothing(other: dict[str, object], field: str) -> None:
    with pytest.raises(BadInput, match=f"^{field}"):
        receive(**other)
    assert not EntryRow.objects.exists()


def test_terms_are_published_once_and_never_changed() -> None:
    content = royalty_queries.standard_content()
    assert royalties.publish(content=content, now=NOW) == royalties.publish(content=content, now=NOW)
    with pytest.raises(Conflict, match=r"^version"):
        royalties.publish(content={**content, "say": "Something else."}, now=NOW)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        PublishedTerms.objects.all().delete()


def test_unclaimed_money_stays_its_owners_and_is_in_no_run() -> None:
    receive()
    shared()  # nobody has an account
    with pytest.raises(Refused, match=r"^payments"):
        sent()
    assert [one.performer for one in runs.due("EUR", day=DAY)] == ["per_ana", "per_bo"]
    assert queries.balance(accounts.STUDIO, "EUR") == 25_000 * MICRO


def test_a_listing_tells_days_to_paid_and_time_not_paid_from_the_ledger() -> None:
    assert fee_queries.days_to_paid("prj_1") is None
    due()
    sent()
    assert fee_queries.days_to_paid("prj_1") == 3.0
    assert fee_queries.unpaid_share("prj_1") == (0, 3_600_000)
    seen = fee_queries.project_money("prj_1", "EUR", now=later(500))
    assert (seen.due, seen.late, seen.owed) == (0, 0, 7400 * MICRO)


def test_a_payment_that_comes_back_brings_back_what_was_kept_of_it_so_that_tax_is_kept_once() -> None:
    due()
    keep_back(30)
    first = PayItem.objects.get(run_id=sent())
    payruns.returned(reference=first.reference or "", reason="account closed", now=later(73))
    assert queries.balance("performer:per_ana:payable", "EUR") == 7400 * MICRO
    assert queries.balance("performer:per_ana:withheld", "EUR") == 0
    again = PayItem.objects.get(run_id=sent())
    assert (again.minor, again.withheld_micro) == (first.minor, first.withheld_micro) == (5180, 2220 * MICRO)
    assert queries.balance("performer:per_ana:withheld", "EUR") == 2220 * MICRO


def test_what_a_producer_refuses_of_a_claim_stands_on_the_listing() -> None:
    earn(ms=3_600_000)
    made = fees.claim(fee_key="fee:1", performer="per_ana", claimed_ms=600_000, said="My line was down.", now=NOW)
    assert fee_queries.unpaid_share("prj_1") == (0, 3_600_000)  # it waits
    fees.answer(claim_id=made, project="prj_1", given_ms=240_000, said="Four by our clock.", now=NOW)
    written = entered.enter(
        key="k", work=WORK, kind="labelling", ms=1_200_000, day=NOW.date(), said="At home.", by="per_ana", now=NOW
    )
    entered.answer(entered_id=written, project="prj_1", given_ms=0, said="Not agreed.", now=NOW)
    assert fee_queries.unpaid_share("prj_1") == (360_000 + 1_200_000, 3_600_000 + 360_000 + 1_200_000)

"""Files for banks: valid by the bank's own rules, read again by a parser of the tests' own, refused by field."""

import random
import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.bank_files import read_aba, read_nacha
from yesif.base.errors import BadInput
from yesif.core.ledger.payout import aba, nacha, pain, table
from yesif.core.ledger.payout.bank import Account, Due, bsb, iban, plain, routing

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = date(2026, 11, 27)
names = st.text(min_size=1, max_size=90).filter(lambda text: text.strip())


def with_check(country: str, rest: str) -> str:
    """An IBAN with the check digits that belong to it."""
    moved = "".join(str(int(one, 36)) for one in f"{rest}{country}00")
    return f"{country}{98 - int(moved) % 97:02d}{rest}"


def routing_of(eight: int) -> str:
    digits = [int(one) for one in f"{eight:08d}"]
    total = sum(digit * weight for digit, weight in zip(digits, (3, 7, 1, 3, 7, 1, 3, 7), strict=True))
    return f"{eight:08d}{-total % 10}"


STUDIO = Account("iban", "Studio North GmbH", with_check("DE", "370400440532013000"))
ibans = st.integers(0, 10**18 - 1).map(lambda n: with_check("DE", f"{n:018d}"))


MEMBER = aba.Member("CBA", "1")


def sepa(found: list[Due], currency: str = "EUR") -> bytes:
    return pain.write(batch="pay1", currency=currency, payer=STUDIO, dues=found, day=DAY, now=NOW)


@st.composite
def dues(draw: st.DrawFn, kind: str) -> list[Due]:
    found = []
    for number in range(draw(st.integers(1, 12))):
        name, minor = draw(names), draw(st.integers(1, 10**7))
        if kind == "iban":
            account = Account("iban", name, draw(ibans))
        elif kind == "aba":
            account = Account(
                "aba", name, f"{draw(st.integers(10**5, 10**9 - 1))}", bsb(f"{draw(st.integers(0, 999_999)):06d}")
            )
        else:
            account = Account(
                "us", name, f"{draw(st.integers(10**4, 10**17 - 1))}", routing_of(draw(st.integers(0, 10**8 - 1)))
            )
        found.append(Due(f"YI{number:010d}", account, minor))
    return found


@given(dues("iban"))
@settings(max_examples=25, deadline=None)
def test_pain_001_is_valid_by_its_schema_and_the_same_bytes_each_time(found: list[Due]) -> None:
    made = [
        pain.write(batch="pay_01JDTEST", currency="EUR", payer=STUDIO, dues=found, day=DAY, now=NOW) for _ in range(2)
    ]
    assert made[0] == made[1]
    pain.check(made[0])
    assert made[0].count(b"<CdtTrfTxInf>") == len(found)


@given(dues("aba"))
@settings(max_examples=40, deadline=None)
def test_aba_totals_are_those_of_its_lines(found: list[Due]) -> None:
    payer = Account("aba", "Studio South", "123456789", "062-000")
    seen = read_aba(aba.write(member=aba.Member("CBA", "301500"), payer=payer, dues=found, day=DAY))
    assert seen.credits == [(due.account.bank, due.account.number, due.minor, due.reference) for due in found]
    assert (seen.net, seen.total, seen.debits, seen.count) == (sum(d.minor for d in found),) * 2 + (0, len(found))


@given(dues("us"))
@settings(max_examples=40, deadline=None)
def test_nacha_counts_totals_and_hash_are_those_of_its_lines(found: list[Due]) -> None:
    origin = nacha.Origin("091000019", "First Bank", "1234567890")
    payer = Account("us", "Studio West", "12345678", "091000019")
    seen = read_nacha(nacha.write(origin=origin, payer=payer, dues=found, day=DAY, now=NOW))
    assert seen.credits == [(due.account.bank, due.account.number, due.minor, due.reference) for due in found]
    total, hashed = sum(d.minor for d in found), sum(int(d.account.bank[:8]) for d in found) % 10**10
    assert (seen.batch_total, seen.file_total, seen.batch_hash, seen.file_hash) == (total, total, hashed, hashed)
    assert (seen.batch_count, seen.file_count, seen.blocks * 10) == (len(found), len(found), seen.lines)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: iban("DE89370400440532013001"), "IBAN: its check digits"),
        (lambda: iban("DE8937040044053201300"), "IBAN: one of DE has 22"),
        (lambda: iban("ZZ89370400440532013000"), "IBAN: it begins"),
        (lambda: iban(""), "IBAN"),
        (lambda: bsb("12345"), "BSB"),
        (lambda: bsb("12345x"), "BSB"),
        (lambda: routing("091000018"), "Routing number: its check digit"),
        (lambda: routing("0910"), "Routing number: it has nine"),
        (lambda: Account("aba", "A", "12", "062-000"), "Account number"),
        (lambda: Account("us", "A", "12x", "091000019"), "Account number"),
        (lambda: Account("iban", " ", "DE89370400440532013000"), "name"),
        (lambda: Account("card", "A", "1"), "kind"),
        (lambda: Due("YI1", STUDIO, 0), "amount"),
        (lambda: Due("YI1", STUDIO, -5), "amount"),
        (lambda: Due("yi 1", STUDIO, 5), "reference"),
        (lambda: sepa([Due("A", STUDIO, 1)], currency="USD"), "currency"),
        (lambda: sepa([]), "payments"),
        (lambda: sepa([Due("A", STUDIO, 1)] * 2), "reference"),
        (lambda: aba.write(member=MEMBER, payer=STUDIO, dues=[Due("A", STUDIO, 1)], day=DAY), "account"),
        (lambda: aba.Member("cb", "1"), "Bank"),
        (lambda: aba.Member("CBA", "1234567"), "User id"),
        (lambda: nacha.Origin("091000019", "B", ""), "Company id"),
    ],
)  # fmt: skip
def test_what_a_bank_would_refuse_is_refused_by_field(make: object, field: str) -> None:
    with pytest.raises(BadInput, match=f"^{re.escape(field)}"):
        make()  # type: ignore[operator]


@given(names)
def test_a_name_keeps_to_the_letters_every_bank_takes(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9/\-?:().,'+ ]{1,22}", plain(name, 22))


def test_a_csv_cell_is_never_a_formula() -> None:
    due = Due("A1", Account("iban", "=HYPERLINK(1)", STUDIO.number), 1234)
    made = table.write(currency="EUR", payer=STUDIO, dues=[due]).decode()
    assert "'=HYPERLINK(1)" in made
    assert "12.34,EUR" in made


def test_ten_random_runs_of_many_people_are_valid() -> None:
    dice = random.Random(3)
    for number in range(10):
        found = [
            Due(
                f"YI{n:010d}",
                Account("iban", f"Ana {n}", with_check("DE", f"{dice.randrange(10**18):018d}")),
                dice.randrange(1, 10**6),
            )
            for n in range(dice.randrange(1, 120))
        ]
        pain.write(batch=f"pay{number}", currency="EUR", payer=STUDIO, dues=found, day=DAY, now=NOW)

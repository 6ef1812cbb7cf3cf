"""Royalties: one split a payment, presence not words, floors before the sale, statements anyone works out again."""

import json
import subprocess
import sys
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yesif.base.errors import BadInput, Damaged, Refused
from yesif.base.money import MICRO, Money
from yesif.core.ledger import royalty, statement
from yesif.core.ledger.entry import balances
from yesif.core.ledger.exchange import ExchangeRate, entries, read_rate
from yesif.core.ledger.royalty import Leased, Payment, affordable, share, standard_terms, weights

TERMS = standard_terms()
people = st.sampled_from([f"per_{n}" for n in range(6)])
clips = st.lists(
    st.builds(
        Leased,
        performance=st.sampled_from([f"prf_{n}" for n in range(9)]),
        performer=people,
        ms=st.integers(0, 600_000),
        form=st.sampled_from(["recording", "measurements"]),
        run=st.sampled_from(["run_1", "run_2"]),
    ),
    max_size=12,
)


def paid(micro: int = 1000 * MICRO, event: str = "pay-1") -> Payment:
    return Payment(event, "lic_1", "licence-fee", micro, "EUR")


@given(clips, st.integers(1, 10**15))
@settings(deadline=None)
def test_a_payment_is_shared_whole_and_its_entry_balances(found: list[Leased], micro: int) -> None:
    weighed = weights(found, TERMS)
    if not any(weighed.values()):
        with pytest.raises(Refused):
            share(paid(micro), weighed, TERMS)
        return
    shared = share(paid(micro), weighed, TERMS)
    assert sum(shared.parts.values()) == micro
    assert sum(shared.shares.values()) == shared.parts["pool"] >= micro * 60 // 100
    whole = sum(weighed.values())
    for who, weight in weighed.items():
        assert abs(Fraction(shared.shares[who]) - Fraction(shared.parts["pool"] * weight, whole)) < 1
    assert sum(balances([royalty.entry(shared, line=1)]).values()) == 0


@given(clips, st.randoms())
def test_neither_order_nor_renewals_of_a_lease_change_a_weight(found: list[Leased], dice: object) -> None:
    again = [*found, *found]
    dice.shuffle(again)  # type: ignore[attr-defined]
    assert weights(again, TERMS) == weights(found, TERMS)


def test_listening_is_paid_like_speaking() -> None:
    """Two in one clip, one silent: presence is the same, and so is the share."""
    both = [Leased("prf_1", "per_1", 60_000, "recording"), Leased("prf_2", "per_2", 60_000, "recording")]
    shared = share(paid(), weights(both, TERMS), TERMS)
    assert shared.shares["per_1"] == shared.shares["per_2"]


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.tuples(st.integers(0, 50), st.integers(0, 40)), max_size=8),
       st.integers(0, 300))  # fmt: skip
def test_no_clip_that_is_sold_is_paid_less_than_its_floor(found: dict[str, tuple[int, int]], pool: int) -> None:
    kept = affordable(found, pool)
    whole = sum(found[clip][0] for clip in kept)
    assert all(pool * found[clip][0] >= found[clip][1] * whole for clip in kept)
    assert all(clip in kept for clip, (_, floor) in found.items() if floor == 0)


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"pool_percent": 55, "studio_percent": 35}, "pool_percent"), ({"studio_percent": 26}, "101 %"),
     ({"factors": {"recording": 0}}, "factors"), ({"factors": "many"}, "lack or garble")],
)  # fmt: skip
def test_terms_that_do_not_add_up_are_refused(changed: dict[str, object], said: str) -> None:
    content = json.loads((Path(royalty.__file__).parent / "terms.json").read_text())
    with pytest.raises(BadInput, match=said):
        royalty.terms_from({**content, **changed})


@pytest.mark.parametrize(
    ("kind", "micro", "field"), [("gift", 1, "kind"), ("licence-fee", 0, "amount"), ("usage-fee", -5, "amount")]
)
def test_what_is_no_payment_is_refused_by_field(kind: str, micro: int, field: str) -> None:
    with pytest.raises(BadInput, match=f"^{field}"):
        Payment("e", "lic", kind, micro, "EUR")


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.integers(1, 10**6))
def test_a_foreign_payment_is_turned_by_its_stored_rate_and_each_currency_balances(
    minor: int, up: int, down: int
) -> None:
    rate = ExchangeRate("USD", "EUR", up, down, date(2026, 11, 25), "ECB reference rate")
    made = entries("pay-1", "lic_1", Money(minor, "USD"), rate, 7) if rate.micro(Money(minor, "USD")) else ()
    for one in made:
        assert sum(p.micro for p in one.postings) == 0
    assert rate.micro(Money(minor, "USD")) == minor * MICRO * up // down


@pytest.mark.parametrize(
    ("make", "field"),
    [(lambda: ExchangeRate("EUR", "EUR", 1, 1, date(2026, 1, 1), "x"), "currency"),
     (lambda: ExchangeRate("USD", "EUR", 0, 1, date(2026, 1, 1), "x"), "rate"),
     (lambda: ExchangeRate("USD", "EUR", 1, 1, date(2026, 1, 1), " "), "source"),
     (lambda: ExchangeRate("USD", "EUR", 1, 1, date(2026, 1, 1), "x").micro(Money(1, "GBP")), "currency"),
     (lambda: read_rate("-1"), "rate"), (lambda: read_rate("1,5"), "rate")],
)  # fmt: skip
def test_a_rate_that_is_none_is_refused_by_field(make: object, field: str) -> None:
    with pytest.raises(BadInput, match=f"^{field}"):
        make()  # type: ignore[operator]


@given(
    st.dictionaries(people, st.integers(0, 10**9), min_size=1).filter(lambda w: any(w.values())), st.integers(1, 10**12)
)
@settings(max_examples=60, deadline=None)
def test_every_performer_works_their_own_share_out_again(weighed: dict[str, int], micro: int) -> None:
    shared = share(paid(micro), weighed, TERMS)
    content = json.loads((Path(royalty.__file__).parent / "terms.json").read_text())
    for who in weighed:
        line = {
            "kind": "royalty", "key": "pay-1", "currency": "EUR", "payment_micro": str(micro), "terms": content,
            "weight": weighed[who], "others": statement.others("pay-1", weighed.items(), who),
            "micro": str(shared.shares[who]),
        }  # fmt: skip
        made = statement.make(performer=who, year=2026, lines=[line])
        assert [one.agrees for one in statement.recompute(json.loads(json.dumps(made)))] == [True]
        assert not any(name in json.dumps(line) for name in weighed if name != who)


def fee_statement(**changed: object) -> dict[str, object]:
    line = {"kind": "fee", "key": "fee:1", "what": "scenes", "ms": 600_000, "rate_minor": 4500, "percent": 100,
            "currency": "EUR", "micro": "750000000", **changed}  # fmt: skip
    return statement.make(performer="per_1", year=2026, lines=[line])


def test_a_statement_that_is_wrong_by_a_millionth_of_a_cent_is_told() -> None:
    assert [one.agrees for one in statement.recompute(fee_statement())] == [True]
    assert [one.agrees for one in statement.recompute(fee_statement(micro="750000001"))] == [False]


def test_a_changed_statement_is_damaged_and_something_else_is_no_statement() -> None:
    whole = fee_statement()
    with pytest.raises(Damaged):
        statement.recompute({**whole, "year": 2025})
    with pytest.raises(BadInput):
        statement.recompute({"statement": 7})


def test_recompute_runs_without_django_and_without_a_server(tmp_path: Path) -> None:
    file = tmp_path / "statement.json"
    file.write_text(json.dumps(fee_statement()))
    code = (
        "import sys; sys.modules['django'] = None\n"
        "from yesif.cli.recompute import recompute\nrecompute([sys.argv[1]], standalone_mode=False)"
    )
    run = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "1 lines, all the same" in run.stdout
    assert "7.50 EUR" in run.stdout

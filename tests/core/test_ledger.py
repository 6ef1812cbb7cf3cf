"""Entries and splits: nothing is lost, nothing is made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesif.base.errors import BadInput, Refused
from yesif.base.money import Money
from yesif.core.ledger.entry import Entry, Posting, Stage, balances, performer_account, trial_balance_digest
from yesif.core.ledger.split import split

names = st.text("abcdefghij", min_size=1, max_size=4)
weights = st.dictionaries(names, st.integers(0, 10**9), min_size=1, max_size=30).filter(lambda w: sum(w.values()) > 0)
totals = st.integers(0, 10**15)


@given(totals, weights)
def test_nothing_is_lost_or_made(total: int, shares_of: dict[str, int]) -> None:
    assert sum(split(total, shares_of, event="e").values()) == total


@given(totals, weights)
def test_nobody_is_off_by_a_unit(total: int, shares_of: dict[str, int]) -> None:
    whole = sum(shares_of.values())
    for name, share in split(total, shares_of, event="e").items():
        assert abs(share * whole - total * shares_of[name]) < whole


@given(totals, weights, st.randoms())
def test_the_order_of_names_changes_nothing(total: int, shares_of: dict[str, int], chance: object) -> None:
    shuffled = list(shares_of.items())
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert split(total, shares_of, event="e") == split(total, dict(shuffled), event="e")


@given(totals, weights)
def test_no_weight_no_share(total: int, shares_of: dict[str, int]) -> None:
    assert split(total, {**shares_of, "zz-none": 0}, event="e")["zz-none"] == 0


@given(st.lists(totals, max_size=6), weights, totals)
def test_another_event_never_takes_anything_back(events: list[int], shares_of: dict[str, int], more: int) -> None:
    def earned(all_events: list[int]) -> dict[str, int]:
        shares = [split(one, shares_of, event=f"e{n}") for n, one in enumerate(all_events)]
        return {name: sum(share[name] for share in shares) for name in shares_of}

    before, after = earned(events), earned([*events, more])
    assert all(after[name] >= before[name] for name in shares_of)


@pytest.mark.parametrize(("total", "shares_of"), [(-1, {"a": 1}), (5, {"a": -1, "b": 2}), (5, {"a": 0}), (5, {})])
def test_what_cannot_be_split_is_refused(total: int, shares_of: dict[str, int]) -> None:
    with pytest.raises(BadInput):
        split(total, shares_of, event="e")


def entry(*amounts: int, key: str = "k") -> Entry:
    return Entry(key, "EUR", "fee", tuple(Posting(f"studio:{n}", amount) for n, amount in enumerate(amounts)))


@given(st.lists(st.integers(-(10**12), 10**12).filter(bool), min_size=2, max_size=6))
def test_what_does_not_balance_is_refused(amounts: list[int]) -> None:
    if sum(amounts) == 0:
        assert balances([entry(*amounts)]).keys() <= {(f"studio:{n}", "EUR") for n in range(len(amounts))}
        return
    with pytest.raises(BadInput, match="does not balance"):
        entry(*amounts)


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=5))
def test_a_reversal_leaves_the_books_as_they_were(amounts: list[int]) -> None:
    made = entry(*amounts, -sum(amounts))
    assert balances([made, made.reversal(memo="mistaken")]) == {}


def test_a_reversal_is_not_reversed() -> None:
    back = entry(5, -5).reversal(memo="mistaken")
    with pytest.raises(Refused):
        back.reversal(memo="again")


def test_the_digest_of_a_close_covers_every_balance() -> None:
    held = balances([entry(5, -5)])
    assert trial_balance_digest(held) != trial_balance_digest(balances([entry(6, -6)]))
    with pytest.raises(Refused, match="do not balance in EUR"):
        trial_balance_digest({("studio:0", "EUR"): 1})


def test_accounts_are_named_by_performer_and_stage() -> None:
    assert performer_account("per_1", Stage.IN_FLIGHT) == "performer:per_1:in-flight"
    with pytest.raises(BadInput, match="not named like one"):
        Posting("../etc", 1)


def test_money_of_two_currencies_is_not_added() -> None:
    with pytest.raises(BadInput):
        Money(1, "EUR") + Money(1, "USD")
    assert str(Money(-1205, "EUR")) == "-12.05 EUR"
    assert str(Money(500, "JPY")) == "500 JPY"

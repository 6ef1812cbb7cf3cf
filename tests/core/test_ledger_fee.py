"""Fees, floors and presence: minutes count whole, nothing undercuts a floor, nobody's answers are an argument."""

import inspect
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesif.base.errors import BadInput
from yesif.core.ledger import fee, floors
from yesif.core.ledger.fee import Rate, fee_micro
from yesif.core.ledger.floors import at_least, floor_for, standard
from yesif.core.ledger.presence import Room, by_kind, counted, posted_difference, total_ms, words

S = 1_000_000_000
spans = st.lists(
    st.tuples(st.integers(0, 500), st.integers(0, 500)).map(lambda p: (min(p) * S, max(p) * S)), max_size=8
)


@given(st.integers(0, fee.LONGEST_MS), st.integers(0, 10**6))
def test_a_fee_is_never_less_than_its_time_at_its_rate(ms: int, rate: int) -> None:
    micro = fee_micro(ms, Rate(rate, "EUR"))
    exact = ms * rate * 1_000_000
    assert exact <= micro * fee.HOUR_MS < exact + fee.HOUR_MS


@given(spans, st.integers(0, 200))
def test_counted_time_is_in_order_apart_and_covers_every_span(found: list[tuple[int, int]], grace_s: int) -> None:
    merged = counted(found, grace_ns=grace_s * S)
    assert all(b[0] - a[1] > grace_s * S for a, b in pairwise(merged))
    assert all(any(a <= start and end <= b for a, b in merged) for start, end in found)


@given(spans, spans, st.one_of(st.none(), st.integers(0, 500)))
def test_kinds_add_up_to_the_millisecond(
    found: list[tuple[int, int]], scenes: list[tuple[int, int]], ready: int | None
) -> None:
    room = Room(tuple(scenes), None if ready is None else ready * S)
    parts = by_kind(found, room)
    assert sum(parts.values()) == total_ms(found)
    assert min(parts.values()) >= 0


@given(
    st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(0, 100)),
    st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(0, 100)),
)
def test_no_time_is_paid_twice_and_none_is_taken_back(now: dict[str, int], before: dict[str, int]) -> None:
    due = posted_difference(now, before)
    assert all(ms > 0 for ms in due.values())
    assert sum(due.values()) == max(0, sum(now.values()) - sum(before.values()))


@given(st.sampled_from(["DE", "AU-NSW", "GB", "US", "US-CA", "XX", ""]), st.dates(date(2010, 1, 1), date(2030, 1, 1)),
       st.integers(0, 5000), st.sampled_from(["EUR", "AUD", "GBP", "USD"]))  # fmt: skip
def test_no_fee_is_below_the_floor_of_its_place_and_day(place: str, day: date, minor: int, currency: str) -> None:
    found = floor_for(standard(), place=place, day=day, currency=currency)
    paid = at_least(Rate(minor, currency), found)
    assert paid.minor >= minor
    for row in standard():
        if row.currency == currency and (place == row.place or place.startswith(row.place + "-")) and row.starts <= day:
            newer = [
                r
                for r in standard()
                if r.place == row.place and r.currency == currency and row.starts < r.starts <= day
            ]
            assert newer or paid.minor >= row.minor


def test_floors_are_rows_with_sources_and_a_wrong_row_is_named() -> None:
    assert all(row.source for row in standard())
    for text, said in (
        ('{"floors": [{"place": "DE"}]}', "Row 1 of the floors has no from"),
        (
            '{"floors": [{"place": "DE", "from": "soon", "minor": 1, "currency": "EUR", "source": "x"}]}',
            "from is a day",
        ),
        (
            '{"floors": [{"place": "DE", "from": "2026-01-01", "minor": 1.5, "currency": "EUR", "source": "x"}]}',
            "minor",
        ),
        ("[]", "a list named floors"),
    ):
        with pytest.raises(BadInput, match=said):
            floors.read(text)


def test_what_a_person_granted_or_how_good_a_take_was_is_no_argument_of_a_fee() -> None:
    names = {name for one in (fee.fee_micro, fee.fee_entry, fee.approval, at_least, floor_for)
             for name in inspect.signature(one).parameters}  # fmt: skip
    assert not names & {"grant", "grants", "answers", "quality", "finding", "findings", "verdict", "score", "use"}


def test_negative_time_and_rates_are_refused() -> None:
    with pytest.raises(BadInput):
        fee_micro(-1, Rate(1, "EUR"))
    with pytest.raises(BadInput, match="rate"):
        Rate(-1, "EUR")


def test_lengths_are_said_in_words() -> None:
    assert words(2_530_000) == "42 min 10 s"
    assert words(3_660_000) == "1 h 1 min"

"""Prompt and marks of time: what the room wrote must fit the take and its tracks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesif.media.quality.take import cover_findings, event_findings

S = 1_000_000_000
WHOLE = [("card-shown", -9 * S), ("countdown", -3 * S), ("action", 0), ("cut", 60 * S)]


def verdicts(events: list[tuple[str, int]]) -> tuple[str, float, str]:
    (found,) = event_findings(events, (0, 60 * S))
    return found.verdict, found.value, found.sentence


def test_a_take_with_its_card_action_and_cut_is_in_order() -> None:
    assert verdicts(WHOLE)[:2] == ("pass", 0)


@pytest.mark.parametrize(
    ("events", "verdict", "named"),
    [
        (WHOLE[1:], "warn", "card-shown"),
        ([("card-shown", 5 * S), *WHOLE[1:]], "warn", "card-shown"),
        ([*WHOLE[:3], ("cut", 59 * S)], "warn", "cut"),
        ([("card-shown", -S), ("action", S)], "fail", "action, cut"),
        ([], "fail", "card-shown, action, cut"),
    ],
)
def test_what_is_missing_or_late_is_named(events: list[tuple[str, int]], verdict: str, named: str) -> None:
    told, _, sentence = verdicts(events)
    assert told == verdict
    assert named in sentence


@pytest.mark.parametrize(
    ("span", "missing", "where"),
    [((-S, 61 * S), 0, None), ((2 * S, 60 * S), 2, (0, 2 * S)), ((0, 50 * S), 10, (50 * S, 60 * S)),
     ((90 * S, 99 * S), 60, (0, 60 * S))],
)  # fmt: skip
def test_what_a_track_leaves_out_of_the_take_is_measured(
    span: tuple[int, int], missing: float, where: tuple[int, int] | None
) -> None:
    (found,) = cover_findings({"voice": span}, (0, 60 * S))
    assert found.value == missing
    assert found.track == "voice"
    if where is not None:
        assert (found.start_ns, found.end_ns) == where


@given(st.integers(-100, 200), st.integers(0, 200))
def test_no_track_leaves_out_more_than_the_take(first: int, length: int) -> None:
    (found,) = cover_findings({"camera": (first * S, (first + length) * S)}, (0, 60 * S))
    assert 0 <= found.value <= 60

"""Who has the floor: by hand in small scenes, by property in any, and against the synthetic performers' script."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesif.media.features.turns import Floor, floor_of, joined, meets, rows_of, summary
from yesif.media.synthetic import part

S = 1_000_000_000
Spans = list[tuple[int, int]]


def ms(*edges: tuple[int, int]) -> Spans:
    return [(start * 1_000_000, end * 1_000_000) for start, end in edges]


def told(floor: list[Floor]) -> list[tuple[str, int, int, int]]:
    return [(one.kind, one.speaker, one.start_ns // 1_000_000, one.end_ns // 1_000_000) for one in floor]


def test_two_who_take_turns() -> None:
    """Ana speaks for two seconds, a breath of 300 ms, Bo answers, and Ana comes in 200 ms before Bo is done."""
    floor = floor_of(ms((0, 2000), (4800, 6000)), ms((2300, 5000)))
    assert told(floor) == [
        ("turn", 0, 0, 2000),
        ("gap", -1, 2000, 2300),
        ("turn", 1, 2300, 5000),
        ("interruption", 0, 4800, 5000),
        ("overlap", -1, 4800, 5000),
        ("turn", 0, 4800, 6000),
    ]
    assert [one.offset_ms for one in floor if one.kind == "turn"] == [None, 300, -200]


def test_a_short_yes_of_the_listener_takes_no_floor() -> None:
    floor = floor_of(ms((0, 5000)), ms((2000, 2400)))
    assert told(floor) == [("turn", 0, 0, 5000), ("backchannel", 1, 2000, 2400), ("overlap", -1, 2000, 2400)]


def test_a_pause_within_a_turn_is_not_a_gap() -> None:
    floor = floor_of(ms((0, 1000), (1100, 2000), (2600, 3000)), [])
    assert told(floor) == [("turn", 0, 0, 3000), ("pause", 0, 2000, 2600)]


def test_nobody_speaking_is_an_empty_floor() -> None:
    assert floor_of([], []) == []
    assert summary([], [], [], 10 * S)["offset_median_ms"] is None
    assert summary([], [], [], 10 * S)["longest_silence_ms"] == 10_000


def test_the_figures_of_a_pair() -> None:
    first, second = ms((0, 2000), (4800, 6000)), ms((2300, 5000))
    figures = summary(floor_of(first, second), first, second, 10 * S)
    assert figures == {
        "turns": [2, 1],
        "backchannels": 0,
        "interruptions": [1, 0],
        "speech_share": [0.32, 0.27],
        "overlap_share": 0.02,
        "offset_median_ms": 50.0,
        "longest_silence_ms": 4000,
    }


def test_a_floor_becomes_columns() -> None:
    rows = rows_of(floor_of(ms((0, 2000)), ms((2300, 5000))))
    assert rows["kind"] == ["turn", "gap", "turn"]
    assert np.isnan(rows["offset_ms"][0])  # type: ignore[arg-type]
    assert list(rows["speaker"]) == [0, -1, 1]


def test_the_synthetic_scene_has_its_scripted_turns() -> None:
    said = [[(turn.start_ns, turn.end_ns) for turn in part(seed, 20).turns] for seed in (0, 1)]
    turns = [one for one in floor_of(*said) if one.kind == "turn"]
    assert [(one.start_ns, one.end_ns) for one in turns] == sorted(said[0] + said[1])
    assert min(one.offset_ms for one in turns if one.offset_ms is not None) == pytest.approx(-250, abs=1)


@st.composite
def speech(draw: st.DrawFn) -> Spans:
    lengths = draw(st.lists(st.integers(1, 4000), max_size=24))
    edges = np.cumsum(lengths).tolist()
    return ms(*zip(edges[::2], edges[1::2], strict=False))


@given(first=speech(), second=speech())
def test_every_stretch_is_in_one_turn_or_one_backchannel(first: Spans, second: Spans) -> None:
    floor = floor_of(first, second)
    for speaker, spans in enumerate((first, second)):
        mine = [one for one in floor if one.speaker == speaker and one.kind in ("turn", "backchannel")]
        for start, end in joined(spans, 200_000_000):
            assert any(one.start_ns <= start and end <= one.end_ns for one in mine)


@given(first=speech(), second=speech())
def test_the_floor_does_not_care_who_is_first(first: Spans, second: Spans) -> None:
    one, other = floor_of(first, second), floor_of(second, first)
    swapped = {(f.kind, 1 - f.speaker if f.speaker >= 0 else -1, f.start_ns, f.end_ns) for f in other}
    starts = [start for start, _ in (*first, *second)]
    if len(set(starts)) == len(starts):  # at the very same instant somebody has to be named first
        assert {(f.kind, f.speaker, f.start_ns, f.end_ns) for f in one} == swapped


@given(first=speech(), second=speech())
def test_turns_of_the_two_alternate_and_silences_hold_no_speech(first: Spans, second: Spans) -> None:
    floor = floor_of(first, second)
    owners = [one.speaker for one in floor if one.kind == "turn"]
    assert all(a != b for a, b in pairwise(owners)) or len(owners) < 2
    spoken = joined([*first, *second], 0)
    for one in floor:
        if one.kind in ("pause", "gap"):
            assert meets([(one.start_ns, one.end_ns)], spoken) == []


@given(first=speech(), second=speech())
def test_overlap_is_where_both_speak(first: Spans, second: Spans) -> None:
    both = meets(first, second)
    assert both == meets(second, first)
    for start, end in both:
        assert any(a <= start and end <= b for a, b in first)
        assert any(a <= start and end <= b for a, b in second)

"""Two performers together: turns by three more definitions, who interrupts, and synchrony against chance."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesif.media.features import synchrony, turn_models
from yesif.media.features.pairing import measure_pair
from yesif.media.features.shelf import Shelf
from yesif.media.features.transcript import WORD_COLUMNS
from yesif.media.features.turn_models import Piece, audiophile, backbiter, cliffhanger, is_backchannel
from yesif.media.features.turns import floor_of, summary
from yesif.media.stage import Column, Recipe

S = 1_000_000_000


def said(speaker: int, *lines: tuple[float, float, str]) -> list[Piece]:
    return [Piece(speaker, round(a * S), round(b * S), tuple(text.split())) for a, b, text in lines]


def told(turns: list[turn_models.Turn]) -> list[tuple[str, int, float, float]]:
    return [(one.kind, one.speaker, one.start_ns / S, one.end_ns / S) for one in turns]


ANA = said(0, (0, 2, "I lost the key to the house."), (3, 6, "It was in the coat, and the coat is gone."))
BO = said(1, (1.5, 1.9, "Mhm."), (4, 4.4, "Oh, wow."), (6.5, 9, "Then we break the door."))


def test_for_the_audiophile_every_sound_of_the_other_ends_a_turn() -> None:
    spans = [[(one.start_ns, one.end_ns) for one in side] for side in (ANA, BO)]
    assert [turn.speaker for turn in audiophile(*spans)] == [0, 1, 0, 1]


def test_for_the_cliffhanger_a_turn_ends_where_a_sentence_ends() -> None:
    found = told(cliffhanger(ANA, BO))
    assert found[0] == ("turn", 0, 0.0, 2.0)
    assert [speaker for _, speaker, *_ in found] == [0, 1, 0, 1]


def test_for_the_backbiter_a_listeners_yes_is_set_aside_and_the_turn_goes_on() -> None:
    found = told(backbiter(ANA, BO))
    assert [one for one in found if one[0] == "turn"] == [("turn", 0, 0.0, 6.0), ("turn", 1, 6.5, 9.0)]
    assert [one[2] for one in found if one[0] == "backchannel"] == [1.5, 4.0]


@pytest.mark.parametrize(
    ("text", "yes"),
    [("Mhm.", True), ("Yeah, exactly!", True), ("oh right okay", True), ("I'm fine", False), ("no door", True),
     ("because yes", False), ("yeah but the door", False), ("Break it.", False), ("", False), ("…", False)],
)  # fmt: skip
def test_what_counts_as_listening(text: str, yes: bool) -> None:
    assert is_backchannel(text.split()) is yes


def test_a_yes_that_answers_nobody_is_a_turn() -> None:
    found = told(backbiter(said(0, (0, 1, "Are you there?")), said(1, (5, 5.4, "Yes."))))
    assert [one[0] for one in found] == ["turn", "turn"]


times = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 30)), max_size=8)


@given(times, times)
def test_turns_of_every_model_alternate_and_cover_what_was_said(
    first: list[tuple[int, int]], second: list[tuple[int, int]]
) -> None:
    sides = [[Piece(who, a * S, (a + n) * S, ("word.",)) for a, n in sorted(set(side))]
             for who, side in enumerate((first, second))]  # fmt: skip
    for model in (cliffhanger, backbiter):
        turns = [one for one in model(sides[0], sides[1]) if one.kind == "turn"]
        assert all(a.speaker != b.speaker for a, b in itertools.pairwise(turns))
        assert sum(one.words for one in model(sides[0], sides[1])) == len(sides[0]) + len(sides[1])


def test_who_comes_in_early_and_speaks_on_interrupts() -> None:
    floor = floor_of([(0, 3 * S), (6 * S, 8 * S)], [(2 * S, 5 * S), (7 * S, 7 * S + S // 2)])
    assert [(f.speaker, f.start_ns, f.end_ns) for f in floor if f.kind == "interruption"] == [(1, 2 * S, 3 * S)]
    assert summary(floor, [], [], 8 * S)["interruptions"] == [0, 1]


def test_coming_in_on_the_last_sound_is_no_interruption() -> None:
    floor = floor_of([(0, 3 * S)], [(3 * S - S // 10, 5 * S)])
    assert [f for f in floor if f.kind == "interruption"] == []


WORDS = Recipe("words", 1, "given", WORD_COLUMNS, {})


def words_table(folder: Path, who: int, lines: list[tuple[float, float, str]]) -> Path:
    rows = {
        "start_ns": np.array([round(a * S) for a, _, _ in lines], np.int64),
        "end_ns": np.array([round(b * S) for _, b, _ in lines], np.int64),
        "text": [text for *_, text in lines],
        "conf": np.ones(len(lines), np.float32),
        "source": ["given"] * len(lines),
    }
    path = Shelf(folder, "voice", (str(who),)).derived(WORDS, [rows], {}).path
    assert path is not None
    return path


def test_words_with_sentence_ends_give_both_turns_by_words(tmp_path: Path) -> None:
    first = words_table(tmp_path, 0, [(0, 1, "Hello"), (1, 2, "there."), (3, 4, "Goodbye.")])
    second = words_table(tmp_path, 1, [(1.2, 1.5, "Mm."), (2.1, 2.8, "Sit"), (2.8, 2.9, "down!")])
    span = (0, 10 * S)
    measured = measure_pair(({"words": first}, {"words": second}), tmp_path, spans_ns=(span, span))
    made = {one.stage: one for one in measured.tables}
    assert made["turns_backbiter"].path is not None
    assert made["turns_backbiter"].part == made["turns_cliffhanger"].part == "words"
    assert measured.summary["backbiter"]["turns"] == [2, 1]
    assert measured.summary["backbiter"]["backchannels"] == 1


def test_words_without_sentence_ends_are_not_cut_by_guess(tmp_path: Path) -> None:
    sides = tuple({"words": words_table(tmp_path, who, [(0, 1, "hello")])} for who in (0, 1))
    measured = measure_pair((sides[0], sides[1]), tmp_path, spans_ns=((0, S), (0, S)))
    reasons = {one.stage: one.skipped_reason for one in measured.tables}
    assert "ends of sentences" in reasons["turns_cliffhanger"]


def wandering(seed: int, seconds: int) -> np.ndarray:
    steps = np.random.default_rng(seed).normal(size=10 * seconds + 60)
    return np.convolve(steps, np.ones(8) / 8, mode="same")


def test_who_follows_is_found_with_the_lag_and_far_above_chance() -> None:
    leads = wandering(1, 120)
    own, follows = leads[30:-30], leads[20:-40] + 0.1 * wandering(2, 120)[30:-30]
    r, lag, chance, z = synchrony.compare(own, follows)
    assert np.median(lag) == 1000
    assert r.min() > 0.8 > chance.max()
    assert z is not None
    assert z > 5


def test_two_who_never_met_are_not_in_synchrony() -> None:
    r, _, _, z = synchrony.compare(wandering(3, 240)[30:-30], wandering(4, 240)[30:-30])
    assert np.isfinite(r).all()
    assert z is not None
    assert abs(z) < 3.5


@pytest.mark.parametrize("count", [0, 5, 99])
def test_too_short_a_take_has_no_synchrony(count: int) -> None:
    r, *_, z = synchrony.compare(np.zeros(count), np.zeros(count))
    assert len(r) == 0
    assert z is None


def test_stillness_and_absence_correlate_with_nothing() -> None:
    still, absent = np.zeros(300), np.full(300, np.nan)
    for one in (still, absent):
        r, *_ = synchrony.compare(one, wandering(5, 24)[:300])
        assert np.isnan(r).all()


def test_synchrony_of_two_tables_is_a_table_of_windows(tmp_path: Path) -> None:
    sides = []
    for who in (0, 1):
        recipe = Recipe(
            "picture", 1, "made", (Column("t_ns", "int64", "ns", ""), Column("motion", "float32", "1", "")), {}
        )
        values = wandering(7, 60)[:600].astype(np.float32)
        rows = {"t_ns": np.arange(600, dtype=np.int64) * S // 10 + who, "motion": values}
        path = Shelf(tmp_path, "camera", (str(who),)).derived(recipe, [rows], {}).path
        assert path is not None
        sides.append({"picture": path})
    span = (0, 60 * S)
    measured = measure_pair((sides[0], sides[1]), tmp_path, spans_ns=(span, span))
    table = next(one for one in measured.tables if one.stage == "synchrony_movement")
    assert (table.part, table.rows) == ("movement", 11)
    assert measured.summary["synchrony"]["motion"]["r_mean"] > 0.99
    voice = next(one for one in measured.tables if one.stage == "synchrony_voice")
    assert "speech_level" in voice.skipped_reason

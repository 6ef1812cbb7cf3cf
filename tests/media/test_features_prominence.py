"""Emphasis against LJSpeech's reference, and against contours whose hills are where they were put."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from tests.media.test_features_rhythm import tables, write
from tests.media.test_features_words import sound_of
from tests.shared import shared
from yesif.media.features.f0 import analyse
from yesif.media.features.prominence import RECIPE, emphasis, emphasis_between, pieces, prominence_rows
from yesif.media.features.prominence_contours import Spoken, contour, envelope, melody, slowness, smoothed
from yesif.media.features.prominence_wavelet import RATE, half_wavelengths, maxima, ridges, transform
from yesif.media.features.rhythm_level import speech_level
from yesif.media.features.transcript import WORD_COLUMNS
from yesif.media.features.transcript_align import Aligner
from yesif.media.features.transcript_sounds import sounds_of
from yesif.media.stage import Recipe

CLIPS = ("LJ050-0276", "LJ050-0277")


def reference(name: str) -> list[tuple[float, float, str, float, float]]:
    rows = [row.split("\t") for row in shared(f"footage/speech/{name}.prom").read_text("utf-8").splitlines()]
    return [(float(a), float(b), word, float(c), float(d)) for _, a, b, word, c, d in rows]


@pytest.mark.parametrize("own_times", [True, False])
def test_prominence_ranks_words_as_the_reference_does(own_times: bool) -> None:
    ours: list[float] = []
    theirs: list[float] = []
    aligner = Aligner()
    for name in CLIPS:
        truth, sound = reference(name), sound_of(f"{name}.wav")
        f0, _, power = analyse(sound)
        times = [(start, end) for start, end, *_ in truth]
        if own_times:
            placed = aligner.align(sound, " ".join(word for _, _, word, *_ in truth))
            assert placed is not None
            times = [(word.start / 16_000, word.end / 16_000) for word in placed]
        words = [Spoken(*time, len(sounds_of(row[2]))) for time, row in zip(times, truth, strict=True)]
        found = emphasis_between(words, np.arange(len(f0)) / 100, f0, speech_level(power).astype(np.float64))
        ours += found.prominence.tolist()
        theirs += [row[3] for row in truth]
    assert spearmanr(ours, theirs)[0] >= 0.90


def even(count: int) -> list[Spoken]:
    return [Spoken(0.2 + 0.4 * i, 0.6 + 0.4 * i, 4) for i in range(count)]


@pytest.mark.parametrize("stressed", [2, 5, 7])
def test_the_word_that_is_higher_louder_and_longer_is_the_prominent_one(stressed: int) -> None:
    words = even(10)
    t = np.arange(round(4.4 * RATE)) / RATE
    hill = np.exp(-0.5 * ((t - (words[stressed].start + 0.2)) / 0.1) ** 2)
    found = emphasis(words, 150 + 60 * hill, -40 + 15 * hill)
    assert found.prominence.argmax() == stressed
    assert found.prominence[stressed] > 3 * np.delete(found.prominence, stressed).max()


def test_the_deepest_valley_is_the_strongest_boundary() -> None:
    words = even(10)
    t = np.arange(round(4.4 * RATE)) / RATE
    wave = np.cos(2 * np.pi * (t - 0.4) / 0.4)  # a hill in each word
    dip = np.exp(-0.5 * ((t - words[6].start) / 0.15) ** 2)
    found = emphasis(words, 150 + 10 * wave - 50 * dip, -30 + 5 * wave - 15 * dip)
    assert np.nanargmax(found.boundary) == 5
    assert np.isnan(found.boundary[-1])


def test_a_contour_comes_back_as_the_sum_of_its_scales() -> None:
    t = np.arange(800) / RATE
    wave = np.sin(2 * np.pi * 2 * t) * np.hanning(800)
    again = transform(wave).sum(axis=0)
    assert np.corrcoef(wave, again)[0, 1] > 0.99
    assert again.std() == pytest.approx(wave.std(), rel=0.1)


def test_a_wave_is_strongest_at_its_own_scale() -> None:
    wave = np.sin(2 * np.pi * 2 * np.arange(1600) / RATE)  # half a wavelength: 50 frames
    power = np.abs(transform(wave))[:, 400:1200].mean(axis=1) * np.sqrt(half_wavelengths())
    assert half_wavelengths()[power.argmax()] == pytest.approx(50, rel=0.25)


def test_ridges_follow_hills_and_stay_in_order() -> None:
    t = np.arange(800)
    hills = np.sum([np.exp(-0.5 * ((t - at) / 20) ** 2) for at in (200, 400, 600)], axis=0)
    found = ridges(transform(hills), 16, 24)
    strong = sorted(found, key=lambda ridge: -ridge.strength)[:3]
    assert sorted(ridge.frame for ridge in strong) == pytest.approx([200, 400, 600], abs=3)
    assert maxima(np.array([0.0, 1.0, 0.0, 2.0, 1.0])) == [1, 3]
    assert ridges(transform(np.zeros(100)), 3, 9) == []


def test_pieces_are_cut_at_pauses_and_cover_every_word_once() -> None:
    words = [
        Spoken(start, start + 0.3, 3) for start in [*np.arange(0, 7, 0.5), 9.0, 9.5, 30.0, *np.arange(40, 70, 0.4)]
    ]
    cut = list(pieces(words))
    assert [words[piece.start].start for piece in cut[:4]] == [0.0, 9.0, 30.0, 40.0]
    assert [at for piece in cut for at in range(piece.start, piece.stop)] == list(range(len(words)))
    assert all(words[piece.stop - 1].end - words[piece.start].start <= 20 for piece in cut)
    assert list(pieces([])) == []


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 0.5), st.floats(0.03, 1.0), st.integers(1, 12)), min_size=1, max_size=12),
    st.integers(0, 2**31),
    st.floats(0, 1),
)
def test_any_words_over_any_sound_have_finite_prominence(
    gaps: list[tuple[float, float, int]], seed: int, voiced: float
) -> None:
    at = 0.1
    words = []
    for gap, length, sounds in gaps:
        words.append(Spoken(at + gap, at + gap + length, sounds))
        at += gap + length
    rng = np.random.default_rng(seed)
    t = np.arange(round((at + 0.3) * 100)) / 100
    f0 = np.where(rng.random(len(t)) < voiced, rng.uniform(75, 500, len(t)), np.nan)
    found = emphasis_between(words, t, f0, rng.uniform(-120, 0, len(t)))
    assert np.isfinite(found.prominence).all()
    assert np.isfinite(found.boundary[:-1]).all()
    assert (found.boundary[:-1] >= 0).all()


def test_silence_and_a_voiceless_whisper_have_contours_too() -> None:
    words = even(3)
    quiet = contour(words, np.full(320, np.nan), np.full(320, -120.0))
    assert np.isfinite(quiet).all()
    assert (melody(np.full(50, np.nan)) == 0).all()
    assert len(slowness(words, 320)) == 320


def test_an_envelope_lies_over_its_values_and_keeps_what_it_must() -> None:
    values = np.abs(np.sin(np.arange(200) / 5.0))
    kept = np.arange(200) % 10 == 0
    assert (envelope(values, 50, 20)[20:-20] >= values[20:-20] - 0.1).all()
    assert np.array_equal(envelope(values, 50, 20, kept)[kept], values[kept])
    assert np.array_equal(smoothed(values[:2], 20), values[:2])


def test_each_word_has_a_row_and_what_was_not_placed_has_nan(tmp_path: Path) -> None:
    name = CLIPS[0]
    truth = reference(name)
    level, f0, _ = tables(tmp_path, sound_of(f"{name}.wav"), [])
    texts = [row[2] for row in truth] + ["a line that fits nowhere"]
    ends = np.array([round(row[1] * 1e9) for row in truth] + [9_000_000_000], np.int64)
    words = write(
        tmp_path / "words.parquet",
        Recipe("words", 1, "", WORD_COLUMNS, {}),
        {
            "start_ns": np.array([round(row[0] * 1e9) for row in truth] + [8_500_000_000], np.int64),
            "end_ns": ends,
            "text": texts,  # type: ignore[dict-item]
            "conf": np.array([0.9] * len(truth) + [0.0], np.float32),
            "source": ["test"] * len(texts),  # type: ignore[dict-item]
        },
    )
    rows = prominence_rows(words, f0, level)
    assert set(rows) == {column.name for column in RECIPE.columns}
    prominence = np.asarray(rows["prominence"], np.float64)
    assert np.isfinite(prominence[:-1]).all()
    assert np.isnan(prominence[-1])
    assert spearmanr(prominence[:-1], [row[3] for row in truth])[0] > 0.85
    assert list(rows["syllables"][:3]) == [1, 1, 1]
    assert list(rows["end_ns"]) == list(ends)

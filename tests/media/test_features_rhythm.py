"""Syllables, rates and pauses of sounds that were built to have them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.media.equipment import listen
from tests.media.test_features_words import reference, sound_of
from yesif.media.features.f0 import analyse
from yesif.media.features.rhythm import RECIPE, rates, response_latency, rhythm_rows, syllables
from yesif.media.features.rhythm_level import SpeechLevel, speech_level
from yesif.media.features.speech import RECIPE as SPEECH
from yesif.media.features.transcript_sounds import syllables_of
from yesif.media.stage import Column, Recipe
from yesif.media.tables import TableWriter

RATE = 16_000


def chant(beats: int, per_second: float) -> NDArray[np.float32]:
    """A voice of 150 Hz that swells once a beat."""
    at = np.arange(round(beats / per_second * RATE)) / RATE
    voice = sum(np.sin(2 * np.pi * 150 * k * at) / k for k in range(1, 12))
    return (0.15 * voice * np.sin(np.pi * per_second * at) ** 2).astype(np.float32)


def write(path: Path, recipe: Recipe, rows: dict[str, NDArray[np.generic]]) -> Path:
    writer = TableWriter(path, recipe, {})
    writer.add(rows)
    writer.close({})
    return path


def tables(folder: Path, sound: NDArray[np.float32], spans: list[tuple[float, float]]) -> tuple[Path, Path, Path]:
    f0, _, power = analyse(sound)
    t = np.arange(len(f0), dtype=np.int64) * 10_000_000
    plain = (Column("t_ns", "int64", "ns", "when"),)
    edges = np.round(np.array(spans).reshape(-1, 2) * 1e9).astype(np.int64)
    return (
        write(
            folder / "level.parquet",
            Recipe("speech_level", 1, "", (*plain, Column("level_dbfs", "float32", "dBFS", "level")), {}),
            {"t_ns": t, "level_dbfs": speech_level(power)},
        ),
        write(
            folder / "f0.parquet",
            Recipe("f0", 1, "", (*plain, Column("f0_hz", "float32", "Hz", "pitch")), {}),
            {"t_ns": t, "f0_hz": f0.astype(np.float32)},
        ),
        write(
            folder / "speech.parquet",
            SPEECH,
            {"start_ns": edges[:, 0], "end_ns": edges[:, 1], "speech": np.ones(len(edges), np.float32)},
        ),
    )


def test_the_level_of_a_tone_in_the_band_is_its_level_and_hum_below_it_counts_little() -> None:
    at = np.arange(RATE) / RATE
    for hertz, low, high in ((1000, -23.11, -22.91), (100, -120, -45)):
        rows = listen(SpeechLevel(), (0.1 * np.sin(2 * np.pi * hertz * at)).astype(np.float32), RATE)
        assert low <= float(np.median(np.asarray(rows["level_dbfs"], np.float64))) <= high
    assert set(listen(SpeechLevel(), np.zeros(RATE, np.float32), RATE)["level_dbfs"]) == {-120}


@pytest.mark.parametrize(("beats", "per_second"), [(8, 2.0), (20, 5.0), (28, 7.0)])
def test_each_beat_is_a_syllable(beats: int, per_second: float) -> None:
    f0, _, power = analyse(chant(beats, per_second))
    assert len(syllables(speech_level(power), f0.astype(np.float32))) == beats


def test_noise_without_a_voice_has_no_syllables() -> None:
    rng = np.random.default_rng(1)
    bursts = (0.1 * rng.standard_normal(4 * RATE) * (np.sin(2 * np.pi * 3 * np.arange(4 * RATE) / RATE) > 0)).astype(
        "f4"
    )
    f0, _, power = analyse(bursts)
    assert len(syllables(speech_level(power), f0.astype(np.float32))) <= 1


def test_real_speech_has_about_the_syllables_of_its_words() -> None:
    for name in ("LJ050-0276", "LJ050-0277"):
        f0, _, power = analyse(sound_of(f"{name}.wav"))
        truth = sum(syllables_of(word) for *_, word in reference(name))
        assert len(syllables(speech_level(power), f0.astype(np.float32))) == pytest.approx(truth, rel=0.15)


def test_rates_leave_pauses_out_or_in(tmp_path: Path) -> None:
    """Ten syllables in 2 s, 1 s of silence, ten in 2 s: 5 a second while speaking, 4 over all."""
    sound = np.concatenate([chant(10, 5), np.zeros(RATE, np.float32), chant(10, 5)])
    rows = rhythm_rows(*tables(tmp_path, sound, [(0, 1.2), (1.3, 2), (3, 5)]))
    assert list(rows["start_ns"]) == [0, 3_000_000_000]  # a pause of 100 ms divides nothing
    assert list(rows["syllables"]) == [10, 10]
    assert rows["rate_per_s"] == pytest.approx([5, 5])
    assert np.isnan(rows["pause_before_ms"][0])
    assert rows["pause_before_ms"][1] == 1000
    path = write(tmp_path / "rhythm.parquet", RECIPE, dict(rows))  # type: ignore[arg-type]
    assert rates(path) == {
        "syllables": 20,
        "articulation_rate": 5.0,
        "speech_rate": 4.0,
        "pauses": 1,
        "pause_median_ms": 1000.0,
    }
    assert rates(path, (0, 2_500_000_000))["pauses"] == 0


def test_a_silent_track_has_no_rhythm(tmp_path: Path) -> None:
    rows = rhythm_rows(*tables(tmp_path, np.zeros(RATE, np.float32), []))
    assert [len(values) for values in rows.values()] == [0] * 5
    path = write(tmp_path / "rhythm.parquet", RECIPE, dict(rows))  # type: ignore[arg-type]
    assert rates(path)["articulation_rate"] is None


def test_each_performers_latency_is_the_median_of_their_answers() -> None:
    assert response_latency([(0, None), (1, 200.0), (0, -50.0), (1, 400.0), (0, 150.0)]) == [50.0, 300.0]
    assert response_latency([(0, None)]) == [None, None]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-120, 0, width=32), max_size=200))
def test_syllables_are_in_order_and_voiced(level: list[float]) -> None:
    f0 = np.where(np.arange(len(level)) % 7 < 4, 120.0, np.nan).astype(np.float32)
    found = syllables(np.array(level, np.float32), f0)
    assert list(found) == sorted(set(found.tolist()))
    assert all(np.isfinite(f0[max(at - 1, 0) : at + 2]).any() for at in found)

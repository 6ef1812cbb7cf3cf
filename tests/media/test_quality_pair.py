"""The gate on a pair: leaks are found with level and lag, and never where there is none; lengths and shares."""

import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from tests.shared import shared
from yesif.media.decode import decode
from yesif.media.features.judging import leak_between
from yesif.media.quality.leak import RATE, WINDOW, Excerpts, Leak, hushed, measure_leak, windows_to_hear
from yesif.media.quality.pair import pair_findings
from yesif.media.stage import UNMOVED, Block
from yesif.media.synthetic import SAMPLE_RATE, part, voice_of

S = 1_000_000_000
SECONDS = 12
LAG_MS = 180


def room(seed: int) -> NDArray[np.float64]:
    """A room's answer at 48 kHz: the direct sound, and echoes that fade within a fifth of a second."""
    echoes = np.random.default_rng(seed).standard_normal(9600) * np.exp(-np.arange(9600) / 2700) * 0.1
    echoes[0] = 1
    return echoes


def scene(folder: Path, number: int, leak_db: float | None) -> tuple[Path, Path]:
    """Both voices of a scene as files; the second leaks into the first at `leak_db`."""
    voices = [voice_of(2 * number + who, SECONDS).astype(np.float64) for who in (0, 1)]
    if leak_db is not None:
        delay = SAMPLE_RATE * LAG_MS // 1000
        heard = fftconvolve(voices[1], room(number))[: len(voices[0])] * 10 ** (leak_db / 20)
        voices[0][delay:] += heard[:-delay]
    paths = (folder / "first.wav", folder / "second.wav")
    for path, samples in zip(paths, voices, strict=True):
        with wave.open(str(path), "wb") as target:
            target.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
            target.writeframes((samples * 32767).astype("<i2").tobytes())
    return paths


def leaks_of(paths: tuple[Path, Path], number: int) -> tuple[Leak | None, Leak | None]:
    first, second = ([(turn.start_ns, turn.end_ns) for turn in part(2 * number + who, SECONDS).turns] for who in (0, 1))
    whole = (0, SECONDS * S)
    return leak_between(paths, (UNMOVED, UNMOVED), (first, second), (whole, whole))


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("leak_db", [-20.0, -40.0])
def test_a_leak_is_found_with_its_level_and_its_lag(number: int, leak_db: float, tmp_path: Path) -> None:
    first, second = leaks_of(scene(tmp_path, number, leak_db), number)
    assert first is not None
    assert second is not None
    assert first.found
    assert first.lag_ms == pytest.approx(LAG_MS, abs=5)
    assert first.level_db == pytest.approx(leak_db, abs=6)
    assert not second.found


@pytest.mark.parametrize("number", range(6))
def test_without_a_leak_there_is_no_alarm(number: int, tmp_path: Path) -> None:
    for leak in leaks_of(scene(tmp_path, number, None), number):
        assert leak is not None
        assert not leak.found


def test_real_voices_that_never_met_do_not_leak() -> None:
    windows = []
    for name in ("footage/speech/jfk.flac", "footage/speech/2412-153948-0000.flac"):
        excerpts = Excerpts([0, 4 * S])
        decode(shared(name), [excerpts], audio=UNMOVED)
        windows.append(excerpts.windows)
    leak = measure_leak(windows[0], windows[1])
    assert leak is not None
    assert not leak.found


def test_nobody_to_hear_is_not_judged() -> None:
    empty = np.zeros((0, WINDOW), np.float32)
    assert measure_leak(empty, empty) is None
    assert windows_to_hear([], [], 60 * S) == []
    assert windows_to_hear([], [(0, 60 * S)], 60 * S)[0] == 0


def test_windows_are_where_the_partner_speaks_and_i_do_not() -> None:
    starts = windows_to_hear([(0, 30 * S)], [(20 * S, 60 * S)], 60 * S)
    assert min(starts) >= 24 * S
    assert windows_to_hear([(0, 2 * S), (4 * S, 6 * S)], [(2 * S, 4 * S), (6 * S, 8 * S)], 8 * S) == [0, 2 * S]


def test_my_own_speech_is_made_silent_before_listening() -> None:
    windows = np.ones((1, WINDOW), np.float32)
    quiet = hushed(windows, [10 * S], [(11 * S, 12 * S)])
    silent = np.flatnonzero(quiet[0] == 0)
    assert (silent[0], silent[-1] + 1) == (round(0.9 * RATE), round(2.1 * RATE))
    assert windows.min() == 1


def test_excerpts_are_cut_to_the_sample() -> None:
    excerpts = Excerpts([1_500_000_000, 3 * S])
    for second in range(10):
        samples = np.arange(second * RATE, (second + 1) * RATE, dtype=np.float32)
        excerpts.on_audio(Block(samples, RATE, second * RATE, second * S, 1e9 / RATE))
    assert np.array_equal(excerpts.windows[0], np.arange(WINDOW) + 1.5 * RATE)
    assert np.array_equal(excerpts.windows[1], np.arange(WINDOW) + 3 * RATE)


def test_a_pair_of_unlike_lengths_and_one_sided_talk_is_named() -> None:
    spans = ((0, 60 * S), (0, 52 * S))
    found = {one.check: one for one in pair_findings(spans, ([(0, 30 * S)], [(31 * S, 32 * S)]), (None, None))}
    assert found["pair-length"].verdict == "fail"
    assert (found["pair-length"].start_ns, found["pair-length"].end_ns) == (52 * S, 60 * S)
    assert found["one-sided"].verdict == "warn"
    assert found["one-sided"].value == pytest.approx(100 / 31)
    assert "leak" not in found


def test_a_leak_is_told_with_level_and_lag_and_its_absence_without() -> None:
    spans = ((0, 60 * S), (0, 60 * S))
    leaks = (Leak(True, -25.0, 182.4, 40.0), Leak(False, -70.0, 12.0, 7.0))
    found = [one for one in pair_findings(spans, ([], []), leaks) if one.check == "leak"]
    assert [one.verdict for one in found] == ["warn", "pass"]
    assert "-25.0 dB" in found[0].sentence
    assert "182 ms" in found[0].sentence
    assert "not heard" in found[1].sentence

"""Voice quality and formants against voices built by hand: known periods, strengths, noise, tilt and resonances."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import lfilter

from tests.media.equipment import Rows, listen
from tests.shared import shared
from yesif.media.decode import decode
from yesif.media.features.f0 import PitchTrack, Stretch, analyse
from yesif.media.features.formants import Formants, formants
from yesif.media.features.shelf import Shelf
from yesif.media.features.voice_quality import VoiceQuality, cepstral_peak, harmonicity, qualities, tilt
from yesif.media.features.voice_quality_pulses import Piece, perturbation, walk
from yesif.media.stage import UNMOVED, Block, Listener
from yesif.media.synthetic import voice_of

RATE = 16_000


def pulse_train(periods: Iterator[float], strengths: Iterator[float], seconds: float = 2.0) -> NDArray[np.float32]:
    """A vowel from pulses at exact instants, each written between the samples it falls between by band-limiting."""
    fine = 16
    sound = np.zeros(round(seconds * RATE * fine))
    at = 200.0 * fine
    while at < len(sound) - fine * 400:
        sound[round(at)] = next(strengths)
        at += next(periods) * fine
    low = np.sinc(np.arange(-32 * fine, 32 * fine + 1) / fine) * np.hanning(64 * fine + 1)
    whole = np.convolve(sound, low, mode="same")[::fine]
    for hertz, width in ((500, 80), (1500, 100), (2500, 140)):
        r = np.exp(-np.pi * width / RATE)
        whole = lfilter([1], [1, -2 * r * np.cos(2 * np.pi * hertz / RATE), r * r], whole)
    return np.asarray(whole / np.abs(whole).max() * 0.5, np.float32)


def always(value: float) -> Iterator[float]:
    while True:
        yield value


def swing(low: float, high: float) -> Iterator[float]:
    while True:
        yield low
        yield high


def measured(sound: NDArray[np.float32]) -> dict[str, float]:
    f0, strength, power = analyse(sound)
    whole = Stretch(sound, f0, strength, power, slice(0, len(f0)), np.arange(len(f0)))
    return {name: float(np.nanmean(values)) for name, values in qualities(whole).items()}


def test_an_even_voice_has_next_to_no_jitter_and_shimmer() -> None:
    found = measured(pulse_train(always(100.0), always(1.0)))
    assert found["jitter_pct"] < 0.1
    assert found["shimmer_pct"] < 0.5
    assert found["hnr_db"] > 20


@pytest.mark.parametrize("percent", [0.5, 1.0, 2.0])
def test_jitter_is_the_change_from_period_to_period(percent: float) -> None:
    """Periods are drawn at random: in turn long and short would be a voice of half the pitch without any jitter."""
    periods = 100 + percent * np.random.default_rng(7).standard_normal(400)
    truth = 100 * np.abs(np.diff(periods[:300])).mean() / periods[:300].mean()
    found = measured(pulse_train(iter(periods), always(1.0)))
    assert found["jitter_pct"] == pytest.approx(truth, rel=0.2)


@pytest.mark.parametrize("percent", [5.0, 12.0])
def test_shimmer_grows_with_the_change_of_strength(percent: float) -> None:
    found = measured(pulse_train(always(100.0), swing(1 - percent / 200, 1 + percent / 200)))
    # Each pulse still rings when the next one falls, which evens the strengths out.
    assert 0.5 * percent < found["shimmer_pct"] < 1.2 * percent
    assert found["jitter_pct"] < 0.5


def test_harmonicity_is_that_of_the_noise_which_was_added() -> None:
    at = np.arange(RATE * 2) / RATE
    tone = sum(np.sin(2 * np.pi * 150 * k * at) / k for k in range(1, 6))
    noise = np.random.default_rng(5).standard_normal(len(at))
    for decibels in (10, 20):
        gain = np.sqrt(np.mean(tone**2) / np.mean(noise**2)) * 10 ** (-decibels / 20)
        found = measured(((tone + gain * noise) * 0.1).astype(np.float32))
        assert found["hnr_db"] == pytest.approx(decibels, abs=1.5)


def test_harmonicity_follows_its_equation() -> None:
    assert harmonicity(np.array([0.5, 0.99, 1.0, 0.0])) == pytest.approx([0, 19.956, 50, -50], abs=0.01)


def test_the_cepstral_peak_of_a_voice_stands_high_above_that_of_noise() -> None:
    voice = analyse(pulse_train(always(100.0), always(1.0)))[2]
    noise = analyse(np.random.default_rng(2).standard_normal(RATE).astype(np.float32))[2]
    assert np.median(cepstral_peak(voice)) > np.median(cepstral_peak(noise)) + 10


def test_tilt_is_that_of_the_spectrum_it_is_given() -> None:
    """A spectrum that falls by 10 dB a kHz, straight: slopes are known, and so is every band."""
    hertz = np.arange(513) * (RATE / 1024)
    power = (10 ** (-hertz / 1000))[None].astype(np.float32)
    found = {name: float(values[0]) for name, values in tilt(power).items()}
    assert found["slope_low_db_per_khz"] == pytest.approx(-10, abs=0.01)
    assert found["slope_mid_db_per_khz"] == pytest.approx(-10, abs=0.01)
    assert found["hammarberg_db"] == pytest.approx(20, abs=0.2)
    assert found["alpha_db"] == pytest.approx(10 * np.log10((10**-0.05 - 0.1) / (0.1 - 1e-5)), abs=0.3)


@pytest.mark.parametrize("truth", [(500, 1500, 2500), (300, 2200, 3000), (750, 1200, 2600)])
def test_formants_are_those_of_the_vowel(truth: tuple[int, int, int]) -> None:
    source = np.zeros(RATE, np.float64)
    source[:: RATE // 120] = 1
    for hertz in truth:
        r = np.exp(-np.pi * 80 / RATE)
        source = lfilter([1], [1, -2 * r * np.cos(2 * np.pi * hertz / RATE), r * r], source)
    sound = lfilter([1, -1], [1], source)  # lips
    sound = lfilter([1], [1, -0.97], lfilter([1], [1, -0.97], sound))  # what a throat gives the pulses: −12 dB/octave
    power = analyse((sound / np.abs(sound).max() * 0.5).astype(np.float32))[2]
    assert np.nanmedian(formants(power), axis=0) == pytest.approx(truth, rel=0.06)


def test_unvoiced_frames_are_nan_and_say_so() -> None:
    sound = np.concatenate([pulse_train(always(100.0), always(1.0), 1), np.zeros(RATE, np.float32)])
    for stage in (VoiceQuality(), Formants()):
        rows = listen(stage, sound, RATE)
        valid = np.asarray(rows["valid"], bool)
        assert valid[20:80].all()
        assert not valid[120:].any()
        for column in stage.recipe.columns[2:]:
            assert np.isnan(rows[column.name][~valid]).all()
            assert np.isfinite(rows[column.name][20:80]).mean() > 0.9


def test_every_column_says_its_unit_range_and_source() -> None:
    for stage in (VoiceQuality(), Formants()):
        for column in stage.recipe.columns[2:]:
            assert column.unit
            assert any(year in column.source for year in ("1975", "1993", "1994", "2016", "Praat manual"))


def test_the_source_stands_in_the_file(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "voice", ("0" * 64,))
    stage = Formants()
    writer = shelf.writer(stage.recipe)
    stage.start(writer)
    stage.on_audio(Block(voice_of(0, 1)[::3].copy(), RATE, 0, 0, 1e9 / RATE))
    stage.finish()
    writer.close({})
    field = pq.read_schema(writer.path).field("f1_hz")
    assert field.metadata[b"source"].startswith(b"Makhoul 1975")
    assert (field.metadata[b"unit"], field.metadata[b"low"], field.metadata[b"high"]) == (b"Hz", b"90", b"5500")


def test_the_figures_do_not_depend_on_how_the_sound_was_cut_up_nor_on_who_shares_the_pitch() -> None:
    sound = voice_of(1, 33)[::3].copy()
    one, other = (listen(VoiceQuality(), sound, RATE, block=size) for size in (16_000, 5_001))
    shared_pitch = PitchTrack()
    together = [VoiceQuality(shared_pitch), Formants(shared_pitch)]
    for name in one.parts:
        if name != "t_ns":
            assert np.array_equal(one[name], other[name], equal_nan=True)
    rows = Both(together)
    listen(rows, sound, RATE)  # type: ignore[arg-type]
    assert np.array_equal(rows.rows[0]["jitter_pct"], one["jitter_pct"], equal_nan=True)
    assert np.array_equal(rows.rows[1]["f1_hz"], listen(Formants(), sound, RATE)["f1_hz"], equal_nan=True)


class Both(Listener):
    """Several stages at once, each with a sink of its own."""

    def __init__(self, stages: Sequence[Listener]) -> None:
        self.stages, self.rows = stages, [Rows() for _ in stages]

    def start(self, sink: object) -> None:
        for stage, rows in zip(self.stages, self.rows, strict=True):
            stage.start(rows)

    def on_audio(self, block: Block) -> None:
        for stage in self.stages:
            stage.on_audio(block)

    def finish(self) -> None:
        for stage in self.stages:
            stage.finish()


def test_pulses_stand_a_period_apart() -> None:
    sound = pulse_train(always(100.0), always(1.0), 0.5)
    pulses = walk(sound, np.full(50, 100.0), [Piece(10, 30, 1_600, 4_800)])[0]
    assert np.diff(pulses[np.isfinite(pulses)]) == pytest.approx(np.full(31, 100.0), abs=0.05)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.one_of(st.just(float("nan")), st.floats(75, 500)), max_size=60),
    st.integers(0, 2**31),
)
def test_whatever_the_pitch_says_jitter_and_shimmer_are_percentages_or_nothing(f0: list[float], seed: int) -> None:
    sound = np.random.default_rng(seed).standard_normal(max(len(f0) * 160 - 7, 1)).astype(np.float32)
    for values in perturbation(sound, np.array(f0)):
        known = values[np.isfinite(values)]
        assert len(values) == len(f0)
        assert ((known >= 0) & (known <= 100)).all()
        assert np.isnan(values[~np.isfinite(np.array(f0))]).all()


def test_silence_has_no_voice_quality() -> None:
    rows = listen(VoiceQuality(), np.zeros(RATE, np.float32), RATE)
    assert not rows["valid"].any()


def test_a_real_voice_has_a_womans_formants_and_an_everyday_quality() -> None:
    pitch = PitchTrack()
    stages = [VoiceQuality(pitch), Formants(pitch)]
    rows = [Rows(), Rows()]
    for stage, sink in zip(stages, rows, strict=True):
        stage.start(sink)
    decode(shared("footage/speech/LJ050-0276.wav"), stages, audio=UNMOVED)
    for stage in stages:
        stage.finish()
    quality = {
        name: float(np.nanmedian(np.asarray(rows[0][name], np.float64)))
        for name in rows[0].parts
        if name not in ("t_ns", "valid")
    }
    assert 0.5 < quality["jitter_pct"] < 3
    assert 5 < quality["shimmer_pct"] < 15
    assert 5 < quality["hnr_db"] < 20
    vowel = [float(np.nanmedian(np.asarray(rows[1][f"f{i}_hz"], np.float64))) for i in (1, 2, 3)]
    assert vowel == pytest.approx([510, 1860, 3030], rel=0.05)

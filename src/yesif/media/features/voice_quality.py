"""How does the voice sound? Harmonicity, jitter, shimmer, cepstral peak and spectral tilt of every voiced 10 ms.

    hnr_db         10 · log10(r / (1 − r)), r the height of the pitch peak      Boersma 1993, eq. 4
    jitter_pct     mean change from period to period over the mean period       Praat manual, "Get jitter (local)"
    shimmer_pct    the same of the periods' strengths                           Praat manual, "Get shimmer (local)"
    cpp_db         cepstral peak over the line through the cepstrum             Hillenbrand, Cleveland & Erickson 1994
    alpha_db       power of 50 … 1000 Hz over that of 1 … 5 kHz                 eGeMAPS: Eyben et al. 2016, §3
    hammarberg_db  strongest below 2 kHz over strongest in 2 … 5 kHz            the same, after Hammarberg et al. 1980
    slope_…        slope of the line through the spectrum in dB                 eGeMAPS: Eyben et al. 2016, §3

All of them share the 40 ms spectra and the pitch of table `f0`, so that they cost little more than it. Own code.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct

from yesif.media.features.f0 import AT_ONCE, CEILING_HZ, FFT, FLOOR_HZ, HOP, RATE, Floats, PitchTrack, Stretch
from yesif.media.features.voice_quality_pulses import AMPLITUDE_FACTOR, PERIOD_FACTOR, WINDOW, perturbation
from yesif.media.stage import Block, Column, Listener, Need, Recipe

_HIGHEST = 0.99999  # a peak this high is as periodic as 40 ms can tell: 50 dB
_LINE_FROM = RATE // 1000  # the cepstrum's line begins at 1 ms: below it stands the vocal tract
_FLOOR = np.float32(1e-20)
_BIN_HZ = RATE / FFT

_EGEMAPS = "Eyben et al. 2016, The Geneva Minimalistic Acoustic Parameter Set, section 3"
_COLUMNS = (
    Column("t_ns", "int64", "ns", "middle of the 40 ms window, on the take's clock"),
    Column("valid", "bool", "1", "the frame is voiced; every figure is NaN where it is not"),
    Column("hnr_db", "float32", "dB", "harmonics-to-noise ratio", None, 50, "Boersma 1993, equation 4"),
    Column(
        "jitter_pct", "float32", "%", "jitter (local) over 60 ms; NaN with fewer than 4 pulses in it", 0, None,
        "Praat manual, PointProcess: Get jitter (local)",
    ),
    Column(
        "shimmer_pct", "float32", "%", "shimmer (local) over 60 ms; NaN with fewer than 4 pulses in it", 0, None,
        "Praat manual, PointProcess & Sound: Get shimmer (local)",
    ),
    Column(
        "cpp_db", "float32", "dB", "cepstral peak prominence, line from 1 to 32 ms", None, None,
        "Hillenbrand, Cleveland & Erickson 1994, J. Speech Hear. Res. 37, Procedures",
    ),
    Column("alpha_db", "float32", "dB", "alpha ratio: 50-1000 Hz over 1-5 kHz", None, None, _EGEMAPS),
    Column("hammarberg_db", "float32", "dB", "peak of 0-2 kHz over peak of 2-5 kHz", None, None, _EGEMAPS),
    Column("slope_low_db_per_khz", "float32", "dB/kHz", "spectral slope, 0-500 Hz", None, None, _EGEMAPS),
    Column("slope_mid_db_per_khz", "float32", "dB/kHz", "spectral slope, 500-1500 Hz", None, None, _EGEMAPS),
)  # fmt: skip


class VoiceQuality(Listener):
    """Table `voice_quality`: one row every 10 ms, at the instants of table `f0`."""

    needs: frozenset[Need] = frozenset({"pcm16k"})

    def __init__(self, track: PitchTrack | None = None) -> None:
        self._track = track or PitchTrack()
        self.recipe = Recipe(
            stage="voice_quality",
            version=2,
            method="pitch peak, pulses by cross-correlation, cepstrum and bands of the 40 ms Hann spectra of table f0",
            columns=_COLUMNS,
            params={
                "hop_samples": HOP,
                "rate_hz": RATE,
                "floor_hz": FLOOR_HZ,
                "ceiling_hz": CEILING_HZ,
                "perturbation_samples": WINDOW,
                "period_factor_permille": round(1000 * PERIOD_FACTOR),
                "amplitude_factor_permille": round(1000 * AMPLITUDE_FACTOR),
            },
        )

    def on_audio(self, block: Block) -> None:
        for stretch in self._track.hear(block):
            self._emit(stretch)

    def finish(self) -> None:
        """The last, shorter stretch."""
        for stretch in self._track.end():
            self._emit(stretch)

    def _emit(self, stretch: Stretch) -> None:
        found = qualities(stretch)
        self.sink.add(
            {
                "t_ns": stretch.t_ns,
                "valid": np.isfinite(stretch.f0[stretch.rows]),
                **{name: values[stretch.rows].astype(np.float32) for name, values in found.items()},
            }
        )


def qualities(stretch: Stretch) -> dict[str, Floats]:
    """Every figure of the module, by column, at every frame of the stretch and its margins; NaN where unvoiced."""
    voiced = np.isfinite(stretch.f0)
    jitter, shimmer = perturbation(stretch.samples, stretch.f0)
    power = stretch.power[voiced]
    measured = {"hnr_db": harmonicity(stretch.strength[voiced]), **_by_parts(power)}
    return {"jitter_pct": jitter, "shimmer_pct": shimmer} | {
        name: _spread(values, voiced) for name, values in measured.items()
    }


def _by_parts(power: NDArray[np.float32]) -> dict[str, Floats]:
    """Cepstral peak and tilt, a few seconds at a time: half a minute at once would be 30 MB."""
    parts = [
        {"cpp_db": cepstral_peak(some), **tilt(some)}
        for some in (power[first : first + AT_ONCE] for first in range(0, max(len(power), 1), AT_ONCE))
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def harmonicity(strength: Floats) -> Floats:
    """Harmonics-to-noise ratio in dB of pitch peaks 0..1 (Boersma 1993, eq. 4); at most 50."""
    r = np.clip(strength, 1 - _HIGHEST, _HIGHEST)
    return np.asarray(10 * np.log10(r / (1 - r)), np.float64)


def cepstral_peak(power: NDArray[np.float32]) -> Floats:
    """Cepstral peak prominence in dB of power spectra [frames, 513]."""
    levels = 10 * np.log10(np.maximum(power, _FLOOR))
    cepstrum = 20 * np.log10(np.maximum(np.abs(dct(levels, type=1)[:, : FFT // 2] / np.float32(FFT)), np.float32(1e-6)))
    quefrency = np.arange(_LINE_FROM, FFT // 2, dtype=np.float32)
    slope, offset = _line(quefrency, cepstrum[:, _LINE_FROM:])
    shortest, longest = RATE // CEILING_HZ, RATE // FLOOR_HZ + 1
    searched = cepstrum[:, shortest:longest]
    best = searched.argmax(axis=1)
    peak = searched[np.arange(len(best)), best]
    return np.asarray(peak - (offset + slope * (shortest + best)), np.float64)


def tilt(power: NDArray[np.float32]) -> dict[str, Floats]:
    """Alpha ratio, Hammarberg index and the two slopes of power spectra [frames, 513]."""
    levels = 10 * np.log10(np.maximum(power[:, : _bin(5000) + 1], _FLOOR))
    low, high = slice(_bin(50), _bin(1000) + 1), slice(_bin(1000) + 1, _bin(5000) + 1)
    sums = [np.maximum(power[:, band].sum(axis=1), _FLOOR) for band in (low, high)]
    slopes = {}
    for name, first, last in (("low", 0, 500), ("mid", 500, 1500)):
        band = slice(_bin(first), _bin(last) + 1)
        khz = np.arange(band.start, band.stop, dtype=np.float32) * np.float32(_BIN_HZ / 1000)
        slopes[f"slope_{name}_db_per_khz"] = _line(khz, levels[:, band])[0]
    return {
        "alpha_db": 10 * np.log10(sums[0] / sums[1]),
        "hammarberg_db": _highest(levels[:, : _bin(2000) + 1]) - _highest(levels[:, _bin(2000) + 1 :]),
        **slopes,
    }


def _highest(levels: NDArray[np.float32]) -> Floats:
    return np.asarray(levels.max(axis=1, initial=-200), np.float64)


def _bin(hertz: float) -> int:
    return round(hertz / _BIN_HZ)


def _line(x: NDArray[np.float32], y: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """Slope and offset of the least-squares line through each row of y."""
    centred = (x - x.mean()).astype(np.float32)
    # einsum, not @: a matrix product wakes all threads of the linear algebra library for a millisecond's work.
    slope = np.einsum("fk,k->f", y, centred) / np.float32((centred * centred).sum())
    return np.asarray(slope, np.float64), np.asarray(y.mean(axis=1) - slope * x.mean(), np.float64)


def _spread(values: Floats, voiced: NDArray[np.bool_]) -> Floats:
    out = np.full(len(voiced), np.nan)
    out[voiced] = values
    return out

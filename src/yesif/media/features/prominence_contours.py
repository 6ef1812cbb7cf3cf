"""One contour of a voice's effort: pitch, level and slowness, each between its least and most, multiplied.

Suni et al. 2017, §2: pitch is filled through unvoiced stretches by an envelope that its peaks carry, the level by one
over the dips between syllables, and slowness is the logarithm of the durations of words and sounds. 200 frames a
second. Own code.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import pchip_interpolate
from scipy.signal.windows import hamming

from yesif.media.features.prominence_wavelet import RATE

Floats = NDArray[np.float64]
Kept = NDArray[np.bool_]

_FULL_SCALE = 32_768.0  # the cube root below was chosen for 16-bit samples
_TREND = 4 * RATE
_JUMP = 0.1  # of the natural logarithm of hertz: what voicing's edges may pull the line by


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word as it was said: seconds, and how many sounds it has."""

    start: float
    end: float
    sounds: int


def contour(words: Sequence[Spoken], f0: Floats, level_db: Floats) -> Floats:
    """Effort over time, mean 0 and deviation 1, of words in order. `f0` in Hz, NaN unvoiced; `level_db` in dBFS."""
    effort = _unit(melody(f0)) * np.sqrt(_unit(strength(level_db))) * _unit(slowness(words, len(f0)))
    return _standard(effort - smoothed(effort, _TREND))


def melody(f0: Floats) -> Floats:
    """Pitch in Hz without gaps: what errs at the edges of voicing is dropped, gaps are filled under the peaks."""
    good = np.isfinite(f0) & (f0 > 0)
    if good.sum() < 2:
        return np.zeros(len(f0))
    logs = np.log(np.where(good, f0, 1.0))
    good = _without_edges(logs, good)
    line = _bridged(logs, good)
    low = np.maximum(smoothed(line, RATE) - 1.5 * line.std(), line.min())
    high = smoothed(line, RATE / 2) + 2 * line.std()
    held = np.clip(np.where(good, logs, 0.0), low, high)
    return np.asarray(np.exp(envelope(envelope(held, 100, 20, good), 3, 2)))


def strength(level_db: Floats) -> Floats:
    """The cube root of the amplitude, bridged over the dips between syllables."""
    amplitude = 10 ** (level_db / 20) * _FULL_SCALE
    return smoothed(envelope(np.cbrt(amplitude + 1), 30, 3), 10)


def slowness(words: Sequence[Spoken], count: int) -> Floats:
    """Logarithm of the durations of words and of their sounds, half of each; silence counts as the shortest."""
    tiers = (
        [(word.start, word.end, word.end - word.start, True) for word in _with_silence(words, count)],
        [piece for word in _with_silence(words, count) for piece in _sounds(word)],
    )
    return np.asarray(sum(0.5 * _standard(_through_middles(tier, count)) for tier in tiers))


def envelope(values: Floats, rounds: int, window: float, keep: Kept | None = None) -> Floats:
    """Smooth again and again with a shrinking window, never below the values; where `keep`, exactly the values."""
    raised = values.copy()
    widths = np.concatenate([[window], np.exp(np.linspace(np.log(window), np.log(2), rounds))])
    for width in widths[:rounds]:
        raised = smoothed(np.maximum(values, raised), width, flat=keep is None)
        if keep is not None:
            raised[keep] = values[keep]
    return raised


def smoothed(values: Floats, window: float, *, flat: bool = False) -> Floats:
    """A moving mean over about `window` frames, weighed by a Hamming window unless flat, mirrored at the ends."""
    width = min(int(window + 0.5), len(values) - 1)
    width += width % 2 == 0
    if width < 2 or width > 2 * len(values) - 3:
        return values
    weights = np.ones(width) if flat else hamming(width)
    return np.convolve(np.pad(values, width // 2, mode="reflect"), weights / weights.sum(), mode="valid")


def _with_silence(words: Sequence[Spoken], count: int) -> list[Spoken]:
    """The words and, as words without sounds, what lies between and around them."""
    every: list[Spoken] = []
    reached = 0.0
    for word in [*words, Spoken(count / RATE, count / RATE, 0)]:
        if word.start - reached > 4 / RATE:
            every.append(Spoken(reached, word.start, 0))
        if word.sounds:
            every.append(word)
        reached = max(reached, word.end)
    return every


def _sounds(word: Spoken) -> list[tuple[float, float, float, bool]]:
    return _parts(word.start, word.end, max(word.sounds, 1), bool(word.sounds))


def _parts(start: float, end: float, count: int, voiced: bool) -> list[tuple[float, float, float, bool]]:
    length = (end - start) / count
    return [(start + i * length, start + (i + 1) * length, length, voiced) for i in range(count)]


def _through_middles(tier: Sequence[tuple[float, float, float, bool]], count: int) -> Floats:
    lengths = np.array([max(length, 1 / RATE) * RATE for *_, length, _ in tier])
    voiced = np.array([said for *_, said in tier])
    logs = np.where(voiced, np.log(lengths + 1), np.log(lengths[voiced]).min())
    middles = [min(int((start + end) / 2 * RATE), count - 1) for start, end, *_ in tier]
    points = dict(zip(middles, logs.tolist(), strict=True))
    points |= {0: logs.mean(), count - 1: logs.mean()}
    at = sorted(points)
    return smoothed(pchip_interpolate(at, [points[frame] for frame in at], np.arange(count)), 20)


def _without_edges(logs: Floats, good: Kept) -> Kept:
    """Drop frames whose line moves where three frames at each edge of voicing are left out."""
    inner = good.copy()
    for edge in np.flatnonzero(np.diff(good.astype(np.int8))):
        inner[max(edge - 2, 0) : edge + 4] = False
    if inner.sum() < 2:
        return good
    return np.asarray(good & (np.abs(_bridged(logs, good) - _bridged(logs, inner)) <= _JUMP))


def _bridged(logs: Floats, good: Kept) -> Floats:
    """Lines through the good frames; before the first their mean, after the last their least."""
    at, values = np.flatnonzero(good), logs[good]
    if not good[0]:
        at, values = np.concatenate([[0], at]), np.concatenate([[values.mean()], values])
    if not good[-1]:
        at, values = np.concatenate([at, [len(logs) - 1]]), np.concatenate([values, [values.min()]])
    return np.interp(np.arange(len(logs)), at, values)


def _unit(values: Floats) -> Floats:
    spread = values.max() - values.min()
    return (values - values.min() + 0.1) / spread if spread > 1e-9 else np.ones(len(values))


def _standard(values: Floats) -> Floats:
    deviation = values.std()
    return (values - values.mean()) / deviation if deviation > 1e-9 else np.zeros(len(values))

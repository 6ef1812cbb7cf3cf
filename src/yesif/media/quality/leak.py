"""Does the partner's voice leak into this microphone, how loud, and how late?

Lag by generalised cross-correlation with phase transform (C. Knapp, G. Carter 1976, IEEE ASSP 24(4)), averaged over the
stretches in which only the partner speaks. Level as the part of this microphone that is coherent with the partner's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yesif.media.stage import Block, Listener, Need

RATE = 16_000
WINDOW = 65_536
"""Samples of one window: 4.1 s, long against any lag that is looked for."""
_MOST_WINDOWS = 40
_MARGIN_NS = 100_000_000
_LATEST_S, _EARLIEST_S = 1.0, -0.05
_LOWEST_HZ, _HIGHEST_HZ = 150, 4_000
SURE = 14.0
"""Height of the peak, in medians of the correlation, from which a leak is believed: without one it stays under 11,
with one at −40 dB it is above 25 (synthetic scenes of 6 to 30 s; see test_quality_leak)."""

Span = tuple[int, int]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Leak:
    """`found`: is there a leak? `level_db`: against the partner's own microphone; `lag_ms`: later here than there."""

    found: bool
    level_db: float
    lag_ms: float
    sureness: float
    """Height of the peak over the median of the correlation."""


class Excerpts(Listener):
    """Keeps only the asked stretches of a track's sound, so that an hour of it is never in memory."""

    needs: frozenset[Need] = frozenset({"pcm16k"})

    def __init__(self, starts_ns: Sequence[int]) -> None:
        self._starts = list(starts_ns)
        self.windows = np.zeros((len(self._starts), WINDOW), np.float32)

    def on_audio(self, block: Block) -> None:
        for row, start_ns in enumerate(self._starts):
            # Where, in samples, this block begins within the window.
            at = round((block.t_ns - start_ns) / block.step_ns)
            low, high = max(at, 0), min(at + len(block.samples), WINDOW)
            if low < high:
                self.windows[row, low:high] = block.samples[low - at : high - at]


def windows_to_hear(mine: Sequence[Span], partners: Sequence[Span], length_ns: int) -> list[int]:
    """Starts (ns), in order, of the 40 windows in which the partner speaks most while I do not."""
    step = 2_000_000_000
    size = WINDOW * 1_000_000_000 // RATE
    starts = np.arange(0, max(length_ns - size, 0) + 1, step)
    alone = list(_without(partners, mine))
    worth = np.array([_spoken(alone, int(start), int(start) + size) for start in starts])
    best = np.argsort(-worth, kind="stable")[:_MOST_WINDOWS]
    return sorted(int(starts[i]) for i in best if worth[i] > size / 8)


def hushed(windows: NDArray[np.float32], starts_ns: Sequence[int], speech: Sequence[Span]) -> NDArray[np.float32]:
    """The windows with my own speech (and 100 ms around it) made silent: two voices at once are alike by chance."""
    quiet = windows.copy()
    for row, start_ns in enumerate(starts_ns):
        for start, end in speech:
            first = (start - _MARGIN_NS - start_ns) * RATE // 1_000_000_000
            last = (end + _MARGIN_NS - start_ns) * RATE // 1_000_000_000
            quiet[row, max(first, 0) : max(last, 0)] = 0
    return quiet


def measure_leak(mine: NDArray[np.float32], partners: NDArray[np.float32]) -> Leak | None:
    """The leak of `partners` into `mine`, both [windows, 65536] at 16 kHz on one clock; None without any window."""
    if not len(mine):
        return None
    taper = np.hanning(WINDOW)
    size = 2 * WINDOW
    cross = np.zeros(size // 2 + 1, complex)
    phases = np.zeros(size // 2 + 1, complex)
    theirs = np.zeros(size // 2 + 1)
    ours = np.zeros(size // 2 + 1)
    for my, their in zip(mine, partners, strict=True):
        mine_f, their_f = np.fft.rfft(my * taper, size), np.fft.rfft(their * taper, size)
        product = mine_f * their_f.conj()
        cross += product
        phases += product / np.maximum(np.abs(product), 1e-12)
        theirs += np.abs(their_f) ** 2
        ours += np.abs(mine_f) ** 2
    band = _band(size)
    lag, sureness = _peak(np.fft.irfft(np.where(band, phases, 0), size))
    level = _level(np.fft.irfft(np.where(band, cross, 0), size), float(theirs[band].sum()), lag, size)
    return Leak(sureness >= SURE, level, lag / RATE * 1000, sureness)


def _band(size: int) -> NDArray[np.bool_]:
    hertz = np.fft.rfftfreq(size, 1 / RATE)
    return (hertz >= _LOWEST_HZ) & (hertz <= _HIGHEST_HZ)


def _peak(correlation: Floats) -> tuple[int, float]:
    """Lag in samples of the first strong peak among the lags allowed, and the highest peak over the median.

    The first one at least half as high as the highest is the direct way; a room's echo may well be the highest.
    """
    lags = np.arange(round(_EARLIEST_S * RATE), round(_LATEST_S * RATE))
    heights = np.abs(correlation[lags])
    highest, usual = float(heights.max()), max(float(np.median(heights)), 1e-12)
    first = int(np.argmax(heights >= max(0.5 * highest, min(SURE * usual, highest))))
    return int(lags[first]), highest / usual


def _level(correlation: Floats, power: float, lag: int, size: int) -> float:
    """Gain of the path in dB: the highest correlation from the lag to 50 ms after it, over the partner's power."""
    around = np.arange(lag - 16, lag + RATE // 20)
    gain = np.sqrt((correlation[around % size] ** 2).max()) * size / 2 / max(power, 1e-20)
    return float(20 * np.log10(max(gain, 1e-6)))


def _without(spans: Sequence[Span], others: Sequence[Span]) -> Iterator[Span]:
    """What is left of sorted spans outside of sorted others."""
    for start, end in spans:
        at = start
        for low, high in others:
            if at < low < end:
                yield at, low
            if low < end:
                at = max(at, high)
        if at < end:
            yield at, end


def _spoken(spans: Sequence[Span], start: int, end: int) -> int:
    return sum(max(0, min(end, b) - max(start, a)) for a, b in spans)

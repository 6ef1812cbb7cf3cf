"""How high is the voice? Pitch every 10 ms by autocorrelation, and the likeliest path through the candidates.

P. Boersma (1993), "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a
sampled sound", IFA Proceedings 17: the autocorrelation of a windowed frame divided by that of the window, candidates
weighed by height, and one path by Viterbi. Own implementation, batched over 30 s.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct, irfft, rfft
from scipy.signal.windows import hann

from yesif.media.stage import Block, Column, Listener, Need, Recipe

RATE = 16_000
HOP = 160
FLOOR_HZ, CEILING_HZ = 75, 500
_WINDOW = 640  # three periods of 75 Hz: 40 ms
FFT = 1024  # window and half a window of zeros fit in
_HANN = hann(_WINDOW, sym=False).astype(np.float32)
WINDOW_ENERGY = float((_HANN**2).sum())
"""Sum of the squared window: what turns a Stretch's power into mean squares."""
AT_ONCE = 512
"""Frames whose spectra are held at the same time."""
_CANDIDATES = 5
_CHUNK = 30 * RATE
_MARGIN = RATE  # heard on both sides of a chunk, so that paths and means do not end at its edge

VOICING, SILENCE, OCTAVE, JUMP, UNVOICE = 0.45, 0.03, 0.01, 0.35, 0.14
"""Boersma's costs: voicing and silence thresholds, octave cost, octave-jump cost, voiced/unvoiced cost."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Up to 30 s of sound with its pitch, and up to a second on both sides of it.

    `samples` are 16 kHz, ±1; `f0` (Hz, NaN unvoiced), `strength` (0..1) and `power` (power spectrum of the Hann window
    of 40 ms, mean removed, [frames, 513], 15.6 Hz a bin) stand at every 160th of them. `rows` are the frames of the
    stretch itself, at `t_ns`.
    """

    samples: NDArray[np.float32]
    f0: Floats
    strength: Floats
    power: NDArray[np.float32]
    rows: slice
    t_ns: NDArray[np.int64]


class PitchTrack:
    """The pitch of a track, stretch by stretch. Stages that share one work it out once: ask with the same block."""

    def __init__(self) -> None:
        self._held = [np.zeros(_MARGIN, np.float32)]  # a second of silence before the beginning
        self._length = self._before = _MARGIN
        self._block: Block | None = None
        self._ended = False
        self._latest: list[Stretch] = []

    def hear(self, block: Block) -> list[Stretch]:
        """The stretches that this block completes."""
        if block is self._block:
            return self._latest
        self._held.append(block.samples)
        self._length += len(block.samples)
        self._block, self._latest = block, []
        while self._length >= _CHUNK + 2 * _MARGIN:
            whole = np.concatenate(self._held)
            self._latest.append(self._stretch(whole, block, _CHUNK))
            self._held = [whole[_CHUNK:].copy()]
            self._length -= _CHUNK
            self._before -= _CHUNK
        return self._latest

    def end(self) -> list[Stretch]:
        """What is left after the last block."""
        if not self._ended:
            self._ended, self._latest = True, []
            count = self._length - _MARGIN
            if self._block is not None and count > 0:
                whole = np.concatenate([*self._held, np.zeros(_MARGIN, np.float32)])
                self._latest.append(self._stretch(whole, self._block, count))
        return self._latest

    def _stretch(self, held: NDArray[np.float32], block: Block, count: int) -> Stretch:
        samples = held[: count + 2 * _MARGIN]
        first = _MARGIN // HOP
        rows = slice(first, first + -(-count // HOP))
        # The margin's first sample stands `_before` samples before the track's first one.
        at = np.arange(rows.start, rows.stop, dtype=np.int64) * HOP - self._before - block.first
        return Stretch(samples, *analyse(samples), rows, block.times(at))


class Pitch(Listener):
    """Table `f0`: one row every 10 ms at the middle of the 40 ms window; NaN where there is no voice."""

    needs: frozenset[Need] = frozenset({"pcm16k"})

    def __init__(self, track: PitchTrack | None = None) -> None:
        self._track = track or PitchTrack()
        self.recipe = Recipe(
            stage="f0",
            version=3,
            method="autocorrelation (Boersma 1993), Hann window 40 ms, Viterbi path, chunks of 30 s with 1 s margins",
            columns=(
                Column("t_ns", "int64", "ns", "middle of the window, on the take's clock"),
                Column(
                    "f0_hz", "float32", "Hz", "fundamental frequency; NaN where there is no voice", FLOOR_HZ, CEILING_HZ
                ),
                Column("strength", "float32", "1", "height of the chosen autocorrelation peak; 0 where unvoiced", 0, 1),
            ),
            params={"hop_samples": HOP, "floor_hz": FLOOR_HZ, "ceiling_hz": CEILING_HZ, "rate_hz": RATE},
        )

    def on_audio(self, block: Block) -> None:
        for stretch in self._track.hear(block):
            self._emit(stretch)

    def finish(self) -> None:
        """The last, shorter stretch."""
        for stretch in self._track.end():
            self._emit(stretch)

    def _emit(self, stretch: Stretch) -> None:
        self.sink.add(
            {
                "t_ns": stretch.t_ns,
                "f0_hz": stretch.f0[stretch.rows].astype(np.float32),
                "strength": stretch.strength[stretch.rows].astype(np.float32),
            }
        )


def pitch(samples: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """Pitch in Hz (NaN: unvoiced) and strength 0..1 at every 160th of `samples` (16 kHz, ±1), at 0, 10, 20 … ms."""
    f0, strength, _ = analyse(samples)
    return f0, strength


def analyse(samples: NDArray[np.float32]) -> tuple[Floats, Floats, NDArray[np.float32]]:
    """Pitch, strength and power spectra of `samples`, as a Stretch holds them."""
    padded = np.pad(samples, (_WINDOW // 2, _WINDOW // 2))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::HOP][: -(-len(samples) // HOP)]
    peak = float(np.abs(samples - samples.mean()).max()) if len(samples) else 0.0
    parts = [_looked_at(frames[first : first + AT_ONCE]) for first in range(0, max(len(frames), 1), AT_ONCE)]
    power, lags, strengths, loudest = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    loudness = loudest / peak if peak > 0 else np.zeros(len(frames))
    unvoiced = VOICING + np.maximum(0.0, 2 - (loudness / SILENCE) * (1 + VOICING))
    path = _best_path(lags, strengths, unvoiced)
    rows = np.arange(len(path))
    voiced = path > 0
    chosen = np.maximum(path - 1, 0)
    f0 = np.where(voiced, RATE / lags[rows, chosen], np.nan)
    return f0, np.where(voiced, np.clip(strengths[rows, chosen], 0, 1), 0.0), power


def _looked_at(frames: NDArray[np.float32]) -> tuple[NDArray[np.float32], Floats, Floats, NDArray[np.float32]]:
    """Power, candidates and loudest sample of a few seconds of frames: all at once would be 50 MB."""
    centred = frames - frames.mean(axis=1, keepdims=True)
    spectrum = rfft(centred * _HANN, FFT)
    power = np.asarray(spectrum.real**2 + spectrum.imag**2, np.float32)
    lags, strengths = _candidates(_autocorrelation(power))
    return power, lags, strengths, np.abs(centred).max(axis=1)


def _autocorrelation(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """r(τ) of the windowed frame over r(τ) of the window (Boersma 1993, eq. 9), lags 0 … RATE / FLOOR_HZ + 1."""
    longest = RATE // FLOOR_HZ + 2
    # A power spectrum is real and even: its inverse transform is a cosine transform (type I), at a third of the cost.
    raw = dct(power, type=1)[:, :longest] / np.float32(FFT)
    own = irfft(np.abs(rfft(_HANN, FFT)) ** 2, FFT)[:longest]
    return np.asarray(raw / np.maximum(raw[:, :1], np.float32(1e-12)) * (own[0] / own), np.float32)


def _candidates(correlation: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """The highest peaks of each frame, refined by a parabola: lags in samples and strengths, [frames, candidates]."""
    shortest = RATE // CEILING_HZ
    middle = correlation[:, shortest:-1]
    left, right = correlation[:, shortest - 1 : -2], correlation[:, shortest + 1 :]
    row, at = np.nonzero((middle > left) & (middle >= right) & (middle > np.float32(0.5 * VOICING)))
    a, b, c = (side[row, at].astype(np.float64) for side in (left, middle, right))
    # Short lags are favoured a little, or every subharmonic would be as good (Boersma 1993, eq. 24).
    favoured = b - OCTAVE * np.log2(FLOOR_HZ * (shortest + at) / RATE)
    best = np.lexsort((-favoured, row))
    row = row[best]
    rank = np.arange(len(row)) - np.searchsorted(row, row)
    best, row, rank = best[rank < _CANDIDATES], row[rank < _CANDIDATES], rank[rank < _CANDIDATES]
    a, b, c = a[best], b[best], c[best]
    shift = 0.5 * (a - c) / np.where(a - 2 * b + c == 0, 1, a - 2 * b + c)
    lags = np.full((len(correlation), _CANDIDATES), float(shortest))
    strengths = np.full(lags.shape, -np.inf)
    lags[row, rank] = shortest + at[best] + shift
    strengths[row, rank] = b - 0.25 * (a - c) * shift
    return lags, strengths


def _best_path(lags: Floats, strengths: Floats, unvoiced: Floats) -> NDArray[np.int64]:
    """Viterbi: 0 for unvoiced, k for candidate k − 1. Costs scale with the hop as Praat's do (0.01 s / step)."""
    count = len(lags)
    if not count:
        return np.zeros(0, np.int64)
    favour = OCTAVE * np.log2(FLOOR_HZ * lags / RATE)
    score = np.hstack([unvoiced[:, None], strengths - favour])
    jumps = _jumps(np.log2(lags))
    total = score[0]
    back = np.empty(score.shape, np.int64)
    states = np.arange(score.shape[1])
    for row in range(1, count):
        reach = total - jumps[row - 1]  # [to, from]
        best = reach.argmax(axis=1)
        back[row] = best
        total = reach[states, best] + score[row]
    path = np.empty(count, np.int64)
    path[-1] = int(total.argmax())
    for row in range(count - 1, 0, -1):
        path[row - 1] = back[row, path[row]]
    return path


def _jumps(octaves: Floats) -> Floats:
    """What it costs to go from one state to the next, [frames − 1, to, from]; state 0 is unvoiced."""
    count, candidates = octaves.shape
    costs = np.zeros((count - 1, candidates + 1, candidates + 1))
    costs[:, 1:, 1:] = JUMP * np.abs(octaves[1:, :, None] - octaves[:-1, None, :])
    costs[:, 0, 1:] = costs[:, 1:, 0] = UNVOICE
    return costs

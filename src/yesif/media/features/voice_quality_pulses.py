"""Where is each opening of the vocal folds, and how much do neighbours differ? Pulses, jitter and shimmer.

Pulses are walked from one to the next by cross-correlation of one period of sound with what follows it, as in the
Praat manual, "Sound & Pitch: To PointProcess (cc)"; own implementation, all stretches of voice side by side. Jitter
(local) and shimmer (local) are those of the Praat manual, "PointProcess: Get jitter (local)" and "PointProcess & Sound:
Get shimmer (local)", over 60 ms instead of a whole vowel.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WINDOW = 960
"""Samples at 16 kHz that jitter and shimmer are taken over: 60 ms around the frame."""
PERIOD_FACTOR, AMPLITUDE_FACTOR = 1.3, 1.6
"""Neighbours that differ by more are not two periods of one voice (Praat's defaults)."""
FEWEST = 3
"""Pairs of neighbours within the window, or there is no figure."""

_HOP = 160
_PIECE = 20  # frames: long voices are cut up, so that all are walked in few steps
_AROUND = WINDOW // 2
_SHORTEST, _LONGEST = 0.8, 1.25  # where the next pulse is looked for, in periods
_ALIKE = 0.3  # below this correlation the voice has ended
_REACH = 0.2  # a pulse's strength is heard this far to both sides, in periods


@dataclass(frozen=True, slots=True)
class Piece:
    """Up to 200 ms of one voice: frames first … last − 1 are its own, and it may walk from `start` to `end`."""

    first: int
    last: int
    start: int
    end: int


def perturbation(samples: NDArray[np.float32], f0: Floats) -> tuple[Floats, Floats]:
    """Jitter and shimmer of each frame, both in percent and NaN where there is no voice or too little of it.

    `samples` 16 kHz; `f0` in Hz (NaN unvoiced) at every 160th of them.
    """
    jitter, shimmer = np.full(len(f0), np.nan), np.full(len(f0), np.nan)
    pieces = _pieces(f0, len(samples))
    if not pieces:
        return jitter, shimmer
    voiced = np.flatnonzero(np.isfinite(f0))
    period = 16_000 / np.interp(np.arange(len(f0)), voiced, f0[voiced])
    pulses = walk(samples, period, pieces)
    strengths = _strengths(samples, pulses)
    frames = np.array([piece.first for piece in pieces])[:, None] + np.arange(_PIECE)
    own = frames < np.array([piece.last for piece in pieces])[:, None]
    for target, value in ((jitter, _jitter(pulses, frames)), (shimmer, _shimmer(pulses, strengths, frames))):
        target[frames[own]] = value[own]
    return jitter, shimmer


def _pieces(f0: Floats, length: int) -> list[Piece]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], np.isfinite(f0), [False]]).astype(np.int8)))
    found = []
    for begin, end in edges.reshape(-1, 2).tolist():
        for first in range(begin, end, _PIECE):
            last = min(first + _PIECE, end)
            start = max(begin * _HOP - _HOP // 2, first * _HOP - _AROUND, 0)
            stop = min((end - 1) * _HOP + _HOP // 2, (last - 1) * _HOP + _AROUND, length)
            found.append(Piece(first, last, start, stop))
    return found


def walk(samples: NDArray[np.float32], period: Floats, pieces: list[Piece]) -> Floats:
    """Pulses of each piece, [pieces, pulses], in samples (fractions kept), NaN after the last.

    `period` in samples at every 160th of `samples`. The first pulse is the largest sample of the first period.
    """
    pad = 1024  # more than the longest look ahead, so that no index leaves the sound
    sound = np.pad(samples, pad)
    squares = np.concatenate([[0.0], np.cumsum(np.square(sound, dtype=np.float64))])
    ends = np.array([piece.end for piece in pieces])
    at = np.array([_first_pulse(samples, piece, period) for piece in pieces], np.float64)
    alive = at < ends
    found = [np.where(alive, at, np.nan)]
    while alive.any():
        rows = np.flatnonzero(alive)
        lag, alike = _next(sound, squares, pad + np.round(at[rows]).astype(np.int64), _periods(period, at[rows]))
        at[rows] += lag
        alive[rows] = (alike >= _ALIKE) & (at[rows] < ends[rows])
        found.append(np.where(alive, at, np.nan))
    return np.stack(found, axis=1)


def _first_pulse(samples: NDArray[np.float32], piece: Piece, period: Floats) -> int:
    reach = round(float(period[piece.first]))
    heard = samples[piece.start : min(piece.start + reach, piece.end)]
    return piece.start + int(np.abs(heard).argmax()) if len(heard) else piece.end


def _periods(period: Floats, at: Floats) -> Floats:
    return np.interp(at / _HOP, np.arange(len(period)), period)


def _next(sound: NDArray[np.float32], squares: Floats, centre: Ints, period: Floats) -> tuple[Floats, Floats]:
    """How far on the next pulse is (samples) and how alike the two periods are (correlation)."""
    half = np.ceil(period / 2).astype(np.int64)
    low = np.floor(_SHORTEST * period).astype(np.int64) - 1
    count = int((np.ceil(_LONGEST * period).astype(np.int64) + 1 - low).max()) + 1
    width = 2 * int(half.max())
    inside = np.abs(np.arange(width) - width // 2 + 0.5) < half[:, None]
    here = sound[(centre - width // 2)[:, None] + np.arange(width)] * inside
    ahead = sound[(centre + low - width // 2)[:, None] + np.arange(width + count - 1)]
    dots = np.einsum("rw,rnw->rn", here, np.lib.stride_tricks.sliding_window_view(ahead, width, axis=1))
    middle = (centre + low)[:, None] + np.arange(count)
    energy = squares[middle + half[:, None]] - squares[middle - half[:, None]]
    own = np.einsum("rw,rw->r", here, here)[:, None]
    alike = dots / np.sqrt(np.maximum(energy * own, 1e-20))
    alike[middle - centre[:, None] > np.ceil(_LONGEST * period)[:, None]] = -1
    best = np.clip(alike.argmax(axis=1), 1, count - 2)
    rows = np.arange(len(best))
    a, b, c = alike[rows, best - 1], alike[rows, best], alike[rows, best + 1]
    bend = a - 2 * b + c
    shift = np.clip(np.where(bend < 0, 0.5 * (a - c) / np.where(bend < 0, bend, -1.0), 0.0), -0.5, 0.5)
    return low + best + shift, b


def _strengths(samples: NDArray[np.float32], pulses: Floats) -> Floats:
    """Root mean square around each pulse, weighed by a Hann window that reaches a fifth of a period to both sides."""
    out = np.full(pulses.shape, np.nan)
    periods = np.diff(pulses, axis=1)
    if not periods.size:
        return out
    after = np.hstack([periods, np.full((len(pulses), 1), np.nan)])
    before = np.hstack([np.full((len(pulses), 1), np.nan), periods])
    known = np.isfinite(pulses) & np.isfinite(np.fmax(after, before))
    at, reach = pulses[known], _REACH * np.fmin(after, before)[known]
    if not len(at):
        return out
    span = np.arange(-int(np.ceil(reach.max())), int(np.ceil(reach.max())) + 1)
    centre = np.round(at).astype(np.int64)
    away = (((centre - at)[:, None] + span) / reach[:, None]).astype(np.float32)
    weight = 1 + np.cos(np.float32(np.pi) * np.clip(away, -1, 1))
    heard = samples[np.clip(centre[:, None] + span, 0, len(samples) - 1)]
    power = np.einsum("pw,pw,pw->p", weight, heard, heard) / np.maximum(weight.sum(axis=1), np.float32(1e-9))
    out[known] = np.sqrt(power)
    return out


def _jitter(pulses: Floats, frames: Ints) -> Floats:
    periods = np.diff(pulses, axis=1)
    one, other = periods[:, :-1], periods[:, 1:]
    alike = np.maximum(one, other) <= PERIOD_FACTOR * np.minimum(one, other)
    return _percent(np.abs(one - other), (one + other) / 2, alike, pulses[:, :-2], pulses[:, 2:], frames)


def _shimmer(pulses: Floats, strengths: Floats, frames: Ints) -> Floats:
    one, other = strengths[:, :-1], strengths[:, 1:]
    alike = np.maximum(one, other) <= AMPLITUDE_FACTOR * np.minimum(one, other)
    return _percent(np.abs(one - other), (one + other) / 2, alike, pulses[:, :-1], pulses[:, 1:], frames)


def _percent(
    change: Floats, level: Floats, alike: NDArray[np.bool_], begin: Floats, end: Floats, frames: Ints
) -> Floats:
    """100 · Σ change / Σ level over the neighbours that lie whole within the window of each frame."""
    middle = frames[:, :, None] * _HOP
    known = alike & np.isfinite(change)
    within = known[:, None, :] & (begin[:, None, :] >= middle - _AROUND) & (end[:, None, :] <= middle + _AROUND)
    count = within.sum(axis=2)
    total = np.einsum("pfk,pk->pf", within, np.where(known, change, 0.0))
    whole = np.einsum("pfk,pk->pf", within, np.where(known, level, 0.0))
    return np.where((count >= FEWEST) & (whole > 0), 100 * total / np.where(whole > 0, whole, 1), np.nan)

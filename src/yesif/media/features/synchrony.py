"""Do two performers move and sound alike, and who leads? Correlations in short windows, against chance.

Windowed cross-lagged correlation (S. Boker et al. 2002, Psychological Methods 7(3)): in windows of 10 s every 5 s, the
highest |r| within ±2 s. Chance is the same figure for windows that were never played together (segment shuffling,
F. Ramseyer & W. Tschacher 2011, J. Pers. Soc. Psychol. 101(2)): the first one's window against the second one's
windows 15 s and more away. A positive lag: the second performer follows the first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from yesif.media.features.grid import grid_of
from yesif.media.stage import Column, Recipe
from yesif.media.tables import Rows, read

Floats = NDArray[np.float64]
Span = tuple[int, int]
Sides = tuple[Mapping[str, Path], Mapping[str, Path]]

_HZ = 10
_WINDOW, _STEP, _LAG = 10 * _HZ, 5 * _HZ, 2 * _HZ
_APART, _MOST_SHUFFLES = 3, 20
_ENOUGH = 0.5  # share of a window that both must have


@dataclass(frozen=True, slots=True)
class Signal:
    """What is compared: a column of a stage's table."""

    name: str
    stage: str
    column: str


SIGNALS: Mapping[str, tuple[Signal, ...]] = {
    "synchrony_voice": (Signal("level", "speech_level", "level_dbfs"), Signal("pitch", "f0", "f0_hz")),
    "synchrony_movement": (Signal("motion", "picture", "motion"),),
}
"""The signals of each table."""


def recipe(stage: str) -> Recipe:
    """How a table of synchrony is made."""
    return Recipe(
        stage=stage,
        version=1,
        method="highest lagged correlation in windows, against windows never played together",
        columns=(
            Column("signal", "string", "1", ", ".join(one.name for one in SIGNALS[stage])),
            Column("start_ns", "int64", "ns", "the window, on the take's clock"),
            Column("end_ns", "int64", "ns", "its end"),
            Column("r", "float32", "1", "correlation at the lag where it is strongest; NaN: too little", -1, 1),
            Column("lag_ms", "float32", "ms", "that lag; positive: the second performer follows", -2000, 2000),
            Column("chance", "float32", "1", "mean strongest |r| of windows never played together", 0, 1),
        ),
        params={"hz": _HZ, "window": _WINDOW, "step": _STEP, "lag": _LAG, "apart": _APART, "most": _MOST_SHUFFLES},
    )


def synchrony(stage: str, sides: Sides, span: Span) -> tuple[Rows, dict[str, object]]:
    """Rows of a table of synchrony, and its figures by signal."""
    names: list[str] = []
    parts: dict[str, list[NDArray[np.generic]]] = {name: [] for name in ("start_ns", "end_ns", "r", "lag_ms", "chance")}
    figures: dict[str, object] = {}
    for signal in SIGNALS[stage]:
        first, second = (_on_grid(side[signal.stage], signal, span) for side in sides)
        r, lag, chance, z = compare(first, second)
        starts = span[0] + np.arange(len(r), dtype=np.int64) * _STEP * 1_000_000_000 // _HZ
        names += [signal.name] * len(r)
        ends = starts + _WINDOW * 1_000_000_000 // _HZ
        floats = {"r": r, "lag_ms": lag, "chance": chance}
        columns: dict[str, NDArray[np.generic]] = {
            "start_ns": starts,
            "end_ns": ends,
            **{n: v.astype(np.float32) for n, v in floats.items()},
        }
        for name, values in columns.items():
            parts[name].append(values)
        figures[signal.name] = _figures(r, lag, chance, z)
    return {"signal": names, **{name: np.concatenate(values) for name, values in parts.items()}}, figures


def compare(first: Floats, second: Floats) -> tuple[Floats, Floats, Floats, float | None]:
    """For each window: strongest r, its lag in ms, and chance; and how far the mean |r| stands above chance, in SDs."""
    if len(first) < _WINDOW or len(second) < _WINDOW:
        nothing = np.zeros(0)
        return nothing, nothing, nothing, None
    own = sliding_window_view(first, _WINDOW)[::_STEP]
    padded = np.pad(second, _LAG, constant_values=np.nan)
    others = sliding_window_view(padded, _WINDOW + 2 * _LAG)[::_STEP][: len(own)]
    r, lag = _strongest(own, others)
    shuffled = [np.abs(_strongest(own, np.roll(others, shift, axis=0))[0]) for shift in _shifts(len(own))]
    if not shuffled:
        return r, lag, np.full(len(r), np.nan), None
    each = np.stack(shuffled)
    known = np.isfinite(each)
    counted = known.sum(axis=0)
    chance = np.where(counted, np.where(known, each, 0).sum(axis=0) / np.maximum(counted, 1), np.nan)
    means = np.array([float(row[np.isfinite(row)].mean()) for row in each if np.isfinite(row).any()])
    seen = np.abs(r[np.isfinite(r)])
    if len(means) < 3 or not len(seen) or means.std() == 0:
        return r, lag, chance, None
    return r, lag, chance, float((seen.mean() - means.mean()) / means.std())


def _shifts(count: int) -> Sequence[int]:
    """By how many windows the second performer is moved: all that are far enough, or 20 of them spread evenly."""
    far = list(range(_APART, count - _APART + 1))
    if len(far) <= _MOST_SHUFFLES:
        return far
    return [far[index * len(far) // _MOST_SHUFFLES] for index in range(_MOST_SHUFFLES)]


def _strongest(own: Floats, others: Floats) -> tuple[Floats, Floats]:
    """Strongest correlation and its lag (ms) of each window [W, n] within its surroundings [W, n + 2 · lag]."""
    best = np.full(len(own), np.nan)
    at = np.full(len(own), np.nan)
    for lag in sorted(range(-_LAG, _LAG + 1), key=abs):
        start = _LAG + lag
        r = _correlation(own, others[:, start : start + own.shape[1]])
        better = np.isfinite(r) & ~(np.abs(r) <= np.abs(best))
        best[better], at[better] = r[better], 1000 * lag / _HZ
    return best, at


def _correlation(one: Floats, other: Floats) -> Floats:
    """Pearson's r of each row over what both have; NaN with less than half a window, or where nothing moves."""
    both = np.isfinite(one) & np.isfinite(other)
    count = both.sum(axis=1)
    a, b = np.where(both, one, 0), np.where(both, other, 0)
    safe = np.maximum(count, 1)
    a = np.where(both, a - (a.sum(axis=1) / safe)[:, None], 0)
    b = np.where(both, b - (b.sum(axis=1) / safe)[:, None], 0)
    norm = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    good = (count >= _ENOUGH * one.shape[1]) & (norm > 1e-9)
    return np.where(good, (a * b).sum(axis=1) / np.maximum(norm, 1e-9), np.nan)


def _on_grid(path: Path, signal: Signal, span: Span) -> Floats:
    table = read(path, ["t_ns", signal.column])
    values = table[signal.column].astype(np.float64)
    if signal.name == "pitch":
        values = 12 * np.log2(np.where(values > 0, values, np.nan))
    return grid_of(table["t_ns"], values, hz=_HZ, span_ns=span).values


def _figures(r: Floats, lag: Floats, chance: Floats, z: float | None) -> dict[str, object]:
    known = np.isfinite(r)
    if not known.any():
        return {"windows": 0, "r_mean": None, "chance": None, "z": None, "lag_median_ms": None}
    return {
        "windows": int(known.sum()),
        "r_mean": round(float(np.abs(r[known]).mean()), 3),
        "chance": round(float(np.nanmean(chance)), 3) if np.isfinite(chance).any() else None,
        "z": None if z is None else round(z, 2),
        "lag_median_ms": round(float(np.median(lag[known])), 0),
    }

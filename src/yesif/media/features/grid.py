"""A measurement at even steps of time: a view, worked out when it is asked for, that says which values were measured.

Tables keep the times of what was measured. Whoever needs two of them side by side asks for a grid: a step that has a
measured row within half a step holds that row's value and is `observed`; a step between two rows that are not too far
apart holds the line between them and is not; any other step holds NaN.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from yesif.base.errors import BadInput, NotFound
from yesif.media.tables import read

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Grid:
    """Steps in nanoseconds; values [steps] or [steps, N]; `observed`: measured there, not interpolated."""

    t_ns: NDArray[np.int64]
    values: Floats
    observed: NDArray[np.bool_]


def grid_of(
    t_ns: NDArray[np.int64],
    values: NDArray[np.generic],
    *,
    hz: int,
    span_ns: tuple[int, int],
    longest_gap_ns: int = 200_000_000,
) -> Grid:
    """Rows at times `t_ns`, in order, on a grid of `hz` steps a second over [start, end). NaN rows are not measured.

    Steps further than `longest_gap_ns` from a row on either side hold NaN.
    """
    if hz <= 0 or span_ns[1] < span_ns[0]:
        raise BadInput(f"A grid of {hz} steps a second from {span_ns[0]} to {span_ns[1]} ns cannot be made.")
    count = (span_ns[1] - span_ns[0]) * hz // 1_000_000_000
    steps = span_ns[0] + np.arange(count, dtype=np.int64) * 1_000_000_000 // hz
    numbers = values.astype(np.float64)
    numbers = numbers[:, None] if numbers.ndim == 1 else numbers
    known = np.isfinite(numbers).all(axis=1)
    times, rows = t_ns[known], numbers[known]
    if not len(times) or not count:
        empty = np.full((count, numbers.shape[1]), np.nan)
        return Grid(steps, _shaped(empty, values), np.zeros(count, bool))
    after = np.clip(np.searchsorted(times, steps), 0, len(times) - 1)
    before = np.clip(after - 1, 0, len(times) - 1)
    nearest = np.where(np.abs(times[before] - steps) <= np.abs(times[after] - steps), before, after)
    observed = 2 * hz * np.abs(times[nearest] - steps) <= 1_000_000_000
    inside = (times[before] <= steps) & (steps <= times[after]) & (times[after] - times[before] <= longest_gap_ns)
    width = np.maximum(times[after] - times[before], 1)
    share = np.clip((steps - times[before]) / width, 0, 1)[:, None]
    line = rows[before] * (1 - share) + rows[after] * share
    found = np.where(observed[:, None], rows[nearest], np.where(inside[:, None], line, np.nan))
    return Grid(steps, _shaped(found, values), observed)


def grid_of_table(path: Path, column: str, *, hz: int, span_ns: tuple[int, int]) -> Grid:
    """One column of a table with times. Raises NotFound where the table has no such column."""
    if not {"t_ns", column} <= set(pq.read_schema(path).names):
        raise NotFound(f"The table {path.name} has no times or no column {column}.")
    table = read(path, ["t_ns", column])
    return grid_of(table["t_ns"], table[column], hz=hz, span_ns=span_ns)


def _shaped(found: Floats, like: NDArray[np.generic]) -> Floats:
    return found[:, 0] if like.ndim == 1 else found

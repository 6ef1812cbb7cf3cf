"""When do the eyes close for a moment? One row a blink, from the blendshapes where they were measured, else the lids.

A blink is a dip of both eyes' openness below 0.6 of what it is around (median of the 3 s around it), of 30 to 500 ms,
with frames at most 90 ms apart. A face looked at in every second frame only shows some blinks fewer: the parameter
`every` of table `face` says so.
"""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from yesif.media.features.head import openness
from yesif.media.features.nets import face_points
from yesif.media.stage import Column, Recipe
from yesif.media.tables import Rows, about

Floats = NDArray[np.float64]

_CLOSED = 0.6
_AROUND_NS = 3_000_000_000
_SHORTEST_NS, _LONGEST_NS = 30_000_000, 500_000_000
_WIDEST_STEP_NS = 90_000_000

RECIPE = Recipe(
    stage="blinks",
    version=1,
    method="dips of both eyes' openness below a share of its median around; openness from blendshapes, else from lids",
    columns=(
        Column("start_ns", "int64", "ns", "first frame with the eyes closing, on the take's clock"),
        Column("end_ns", "int64", "ns", "first frame with them open again"),
        Column("depth", "float32", "1", "how far they closed: 1 is shut", 0, 1),
        Column("source", "string", "1", "blendshapes or lids"),
    ),
    params={
        "closed_permille": round(1000 * _CLOSED),
        "around_ms": _AROUND_NS // 1_000_000,
        "shortest_ms": _SHORTEST_NS // 1_000_000,
        "longest_ms": _LONGEST_NS // 1_000_000,
        "widest_step_ms": _WIDEST_STEP_NS // 1_000_000,
    },
)


def blink_rows(face: Path) -> Rows:
    """The rows of table `blinks` for a table `face`."""
    backend = about(face)["params"]["backend"]
    times, open_ = _from_blendshapes(face) if backend == "v2" else _from_lids(face)
    found = blinks(times, open_)
    return {
        "start_ns": np.array([start for start, _, _ in found], np.int64),
        "end_ns": np.array([end for _, end, _ in found], np.int64),
        "depth": np.array([depth for *_, depth in found], np.float32),
        "source": ["blendshapes" if backend == "v2" else "lids"] * len(found),
    }


def blinks(times: NDArray[np.int64], open_: Floats) -> list[tuple[int, int, float]]:
    """Start, end and depth of every blink, from the eyes' openness at frames (NaN: no face)."""
    if len(times) < 5:
        return []
    step = max(int(np.median(np.diff(times))), 1)
    known = np.where(np.isfinite(open_), open_, np.nanmedian(open_) if np.isfinite(open_).any() else 1.0)
    usual = median_filter(known, size=max(3, _AROUND_NS // step | 1), mode="nearest")
    share = open_ / np.maximum(usual, 1e-6)
    closed = np.concatenate([[False], share < _CLOSED, [False]])
    edges = np.flatnonzero(np.diff(closed.astype(np.int8))).reshape(-1, 2)
    found = []
    for first, after in edges:
        whole = first > 0 and after < len(times) and np.isfinite(share[first - 1 : after + 1]).all()
        if not whole or np.diff(times[first - 1 : after + 1]).max() > _WIDEST_STEP_NS:
            continue
        length = int(times[after] - times[first])
        if _SHORTEST_NS <= length <= _LONGEST_NS:
            depth = float(np.clip(1 - share[first:after].min(), 0, 1))
            found.append((int(times[first]), int(times[after]), depth))
    return found


def _from_blendshapes(face: Path) -> tuple[NDArray[np.int64], Floats]:
    names = face_points()["blendshape_names"]
    eyes = [names.index("eyeBlinkLeft"), names.index("eyeBlinkRight")]
    times, opened = [], []
    with pq.ParquetFile(face) as table:
        for group in range(table.num_row_groups):
            rows = table.read_row_group(group, columns=["t_ns", "blendshapes"])
            scores = rows.column("blendshapes").combine_chunks().flatten().to_numpy(zero_copy_only=False)
            times.append(rows.column("t_ns").to_numpy())
            opened.append(1 - scores.reshape(rows.num_rows, -1)[:, eyes].astype(np.float64).min(axis=1))
    return np.concatenate(times), np.concatenate(opened)


def _from_lids(face: Path) -> tuple[NDArray[np.int64], Floats]:
    times, opened = [], []
    with pq.ParquetFile(face) as table:
        for group in range(table.num_row_groups):
            rows = table.read_row_group(group, columns=["t_ns", "mesh"])
            flat = rows.column("mesh").combine_chunks().flatten().to_numpy(zero_copy_only=False)
            mesh = flat.reshape(rows.num_rows, -1, 3).astype(np.float64)
            times.append(rows.column("t_ns").to_numpy())
            opened.append(openness(mesh).max(axis=0))  # the more open eye: a wink is no blink
    return np.concatenate(times), np.concatenate(opened)

"""Where do the eyes look, coarsely? From the irises' place between the eye corners, in the head's own axes.

An eyeball is taken as a sphere of 12 mm whose middle lies behind the middle of the eye's corners; the lens of the
camera and the person's own eyes are not known. Say "coarse": ten degrees are within what it may be off.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from yesif.media.features.head import angles, pose
from yesif.media.stage import Column, Recipe
from yesif.media.tables import Rows, about

Floats = NDArray[np.float64]

_EYES = ((468, (33, 133)), (473, (362, 263)))  # middle of an iris, the two corners of its eye: right, left
_EYEBALL_CM = 1.2
_MOST_DEG = 60

RECIPE = Recipe(
    stage="gaze",
    version=1,
    method="place of both irises between their eyes' corners, turned into the head's axes, on an eyeball of 12 mm",
    columns=(
        Column("t_ns", "int64", "ns", "when the frame is shown, on the take's clock"),
        Column("valid", "bool", "1", "a face was found; else the numbers of this row are NaN"),
        Column("eye_yaw_deg", "float32", "deg", "eyes against the head; to the picture's right is positive; coarse",
               -_MOST_DEG, _MOST_DEG),
        Column("eye_pitch_deg", "float32", "deg", "eyes against the head; up is positive; coarse",
               -_MOST_DEG, _MOST_DEG),
        Column("yaw_deg", "float32", "deg", "eyes and head together, against the camera; coarse", -240, 240),
        Column("pitch_deg", "float32", "deg", "eyes and head together, against the camera; coarse", -150, 150),
    ),
    params={"eyeball_um": round(10_000 * _EYEBALL_CM)},
)  # fmt: skip


def why_not(face: Path) -> str:
    """Why a table `face` cannot tell the gaze; empty where it can."""
    backend = about(face)["params"]["backend"]
    return "" if backend == "v2" else "Gaze needs the irises of the model face-landmarker-v2, which was not used here."


def gaze_rows(face: Path) -> Iterator[Rows]:
    """The rows of table `gaze` for a table `face` of 478 points, a group at a time."""
    with pq.ParquetFile(face) as table:
        for group in range(table.num_row_groups):
            rows = table.read_row_group(group, columns=["t_ns", "valid", "mesh"])
            flat = rows.column("mesh").combine_chunks().flatten().to_numpy(zero_copy_only=False)
            mesh = flat.reshape(rows.num_rows, -1, 3).astype(np.float64)
            valid = rows.column("valid").to_numpy()
            numbers = np.full((4, rows.num_rows), np.nan, np.float32)
            if valid.any():
                numbers[:, valid] = gaze(mesh[valid])
            names = [column.name for column in RECIPE.columns[2:]]
            yield {"t_ns": rows.column("t_ns").to_numpy(), "valid": valid, **dict(zip(names, numbers, strict=True))}


def gaze(mesh: Floats) -> Floats:
    """Yaw and pitch of the eyes in the head, then of both together, degrees, [4, N], from meshes [N, 478, 3]."""
    rotation, scale = pose(mesh)
    own = [_turned(mesh, rotation, scale, iris, corners) for iris, corners in _EYES]
    yaw, pitch = np.mean(own, axis=0)
    head = angles(rotation)
    return np.stack([yaw, pitch, yaw + head[0], pitch + head[1]])


def _turned(mesh: Floats, rotation: Floats, scale: Floats, iris: int, corners: tuple[int, int]) -> Floats:
    """Yaw and pitch [2, N] of one eye."""
    middle = (mesh[:, corners[0]] + mesh[:, corners[1]]) / 2
    seen = (mesh[:, iris] - middle) * np.array([1.0, -1.0, -1.0])  # the head's axes: right, up, to the camera
    moved = np.einsum("nji,nj->ni", rotation, seen) / scale[:, None] / _EYEBALL_CM
    limit = np.sin(np.radians(_MOST_DEG))
    return np.asarray(np.degrees(np.arcsin(np.clip(moved[:, :2].T, -limit, limit))), np.float64)

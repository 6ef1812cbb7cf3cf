"""Which way is the head turned, and how open are mouth and eyes? Worked out from the face's points, no further net.

The pose is the rotation that best lays the canonical head on the points (W. Kabsch 1976, Acta Cryst. A32; scale by
S. Umeyama 1991, IEEE PAMI 13(4)), weighted as the canonical head's makers weigh it. Points have no true depth and the
camera's lens is not known, so angles are approximate: a few degrees.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from yesif.media.features.nets import face_points
from yesif.media.stage import Column, Recipe
from yesif.media.tables import Rows

Floats = NDArray[np.float64]

_EYE_CORNERS = (33, 263)
_LIPS = (13, 14)
_RIGHT_EYE = (159, 145, 33, 133)  # upper lid, lower lid, outer corner, inner corner
_LEFT_EYE = (386, 374, 263, 362)

RECIPE = Recipe(
    stage="head",
    version=1,
    method="weighted rotation and scale of the canonical head onto 33 mesh points; distances of lips and lids",
    columns=(
        Column("t_ns", "int64", "ns", "when the frame is shown, on the take's clock"),
        Column("valid", "bool", "1", "a face was found; else the numbers of this row are NaN"),
        Column("yaw_deg", "float32", "deg", "turn to the picture's right is positive; approximate", -180, 180),
        Column("pitch_deg", "float32", "deg", "up is positive; approximate", -90, 90),
        Column("roll_deg", "float32", "deg", "clockwise in the picture is positive", -180, 180),
        Column("px_per_cm", "float32", "px/cm", "size of the face against the canonical head", 0),
        Column("mouth_open", "float32", "1", "gap of the inner lips over the distance of the outer eye corners", 0),
        Column("eye_right_open", "float32", "1", "gap between the lids over the eye's width; the performer's right", 0),
        Column("eye_left_open", "float32", "1", "gap between the lids over the eye's width; the performer's left", 0),
    ),
    params={"points": 33},
)


def head_rows(face: Path) -> Iterator[Rows]:
    """The rows of table `head` for a table `face`, a group at a time."""
    with pq.ParquetFile(face) as table:
        for group in range(table.num_row_groups):
            rows = table.read_row_group(group, columns=["t_ns", "valid", "mesh"])
            flat = rows.column("mesh").combine_chunks().flatten().to_numpy(zero_copy_only=False)
            mesh = flat.reshape(rows.num_rows, -1, 3).astype(np.float64)
            valid = rows.column("valid").to_numpy()
            numbers = np.full((8 - 1, rows.num_rows), np.nan, np.float32)
            if valid.any():
                numbers[:, valid] = _numbers(mesh[valid])
            names = [column.name for column in RECIPE.columns[2:]]
            yield {"t_ns": rows.column("t_ns").to_numpy(), "valid": valid, **dict(zip(names, numbers, strict=True))}


def pose(mesh: Floats) -> tuple[Floats, Floats]:
    """Rotations [N, 3, 3] (canonical head to picture: x right, y up, z to the camera) and scales [N] px/cm."""
    canonical = np.array(face_points()["canonical"])
    ids, model, weight = canonical[:, 0].astype(int), canonical[:, 1:4], canonical[:, 4] / canonical[:, 4].sum()
    seen = mesh[:, ids] * np.array([1.0, -1.0, -1.0])
    model = model - weight @ model
    seen = seen - np.einsum("k,nkc->nc", weight, seen)[:, None]
    covariance = np.einsum("k,nki,kj->nij", weight, seen, model)
    u, spread, vt = np.linalg.svd(covariance)
    flip = np.ones((len(mesh), 3))
    flip[:, 2] = np.sign(np.linalg.det(u @ vt))
    rotation = u @ (flip[:, :, None] * vt)
    scale = (spread * flip).sum(axis=1) / (weight @ (model**2).sum(axis=1))
    return rotation, scale


def angles(rotation: Floats) -> Floats:
    """Yaw, pitch, roll in degrees, [3, N], of rotations taken as yaw after pitch after roll."""
    yaw = np.arctan2(rotation[:, 0, 2], rotation[:, 2, 2])
    pitch = np.arcsin(np.clip(rotation[:, 1, 2], -1, 1))
    roll = -np.arctan2(rotation[:, 1, 0], rotation[:, 1, 1])
    return np.asarray(np.degrees(np.stack([yaw, pitch, roll])), np.float64)


def _numbers(mesh: Floats) -> Floats:
    rotation, scale = pose(mesh)
    mouth = _distance(mesh, *_LIPS) / _distance(mesh, *_EYE_CORNERS)
    return np.vstack([angles(rotation), scale, mouth, openness(mesh)])


def openness(mesh: Floats) -> Floats:
    """How open the right and the left eye are, [2, N]: the gap between the lids over the eye's width."""
    eyes = (_RIGHT_EYE, _LEFT_EYE)
    return np.stack([_distance(mesh, up, low) / _distance(mesh, out, inner) for up, low, out, inner in eyes])


def _distance(mesh: Floats, one: int, other: int) -> Floats:
    """Distance in the picture plane and depth, pixels."""
    return np.asarray(np.linalg.norm(mesh[:, one] - mesh[:, other], axis=1))

"""How is the body held? 33 points of one body, five times a second."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yesif.media.features.pose_nets import POINTS, load_pose_models
from yesif.media.stage import Column, Listener, Need, Picture, Recipe

NAMES = (
    "nose", "left_eye_inner", "left_eye", "left_eye_outer", "right_eye_inner", "right_eye", "right_eye_outer",
    "left_ear", "right_ear", "mouth_left", "mouth_right", "left_shoulder", "right_shoulder", "left_elbow",
    "right_elbow", "left_wrist", "right_wrist", "left_pinky", "right_pinky", "left_index", "right_index",
    "left_thumb", "right_thumb", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
    "left_heel", "right_heel", "left_foot_index", "right_foot_index",
)  # fmt: skip
"""The points, in their order; left and right are the performer's."""

_GRID = 8  # points are kept to 1/8 of a pixel


class BodyPose(Listener):
    """Table `pose`: one row for each frame looked at, the first one due every 1 / `hz` seconds."""

    needs: frozenset[Need] = frozenset({"yuv"})

    def __init__(self, models: Path, *, hz: int = 5) -> None:
        """Raises ModelMissing where the nets are not below `models`."""
        nets = load_pose_models(models)
        self._track, self._step = nets.tracker, 1_000_000_000 // hz
        self._next: int | None = None
        self._rows: list[tuple[int, bool, float]] = []
        self._points: list[NDArray[np.float32]] = []
        self.recipe = Recipe(
            stage="pose",
            version=2,
            method="BlazePose detector and lite landmarks on LiteRT, followed from look to look, no smoothing",
            columns=(
                Column("t_ns", "int64", "ns", "when the frame is shown, on the take's clock"),
                Column("valid", "bool", "1", "a body was found; else the numbers of this row are NaN"),
                Column("conf", "float32", "1", "how sure the net is that this is a body", 0, 1),
                Column(
                    "points",
                    f"float32[{4 * POINTS}]",
                    "px",
                    "x, y, z in the upright frame (z: same scale, nearer is less) and visibility 0..1 of 33 points",
                ),
            ),
            params={"hz": hz, "grid_per_px": _GRID},
            models=nets.uses,
        )

    def on_video(self, picture: Picture) -> None:
        if self._next is not None and picture.t_ns < self._next:
            return
        # Due times stay on one grid, so that a late frame does not move all that follow.
        late = 0 if self._next is None else (picture.t_ns - self._next) // self._step
        self._next = (picture.t_ns if self._next is None else self._next + late * self._step) + self._step
        body = self._track(picture)
        if body is None:
            self._rows.append((picture.t_ns, False, 0.0))
            self._points.append(np.full((POINTS, 4), np.nan, np.float32))
        else:
            self._rows.append((picture.t_ns, True, body.score))
            placed = np.round(body.points * _GRID) / np.float32(_GRID)
            self._points.append(np.hstack([placed, body.visible[:, None]]).astype(np.float32))
        if len(self._rows) >= 256:
            self._give()

    def finish(self) -> None:
        """The rows still held."""
        if self._rows:
            self._give()

    def _give(self) -> None:
        times, valid, score = zip(*self._rows, strict=True)
        self.sink.add(
            {
                "t_ns": np.array(times, np.int64),
                "valid": np.array(valid, bool),
                "conf": np.array(score, np.float32),
                "points": np.stack(self._points).reshape(len(times), -1),
            }
        )
        self._rows, self._points = [], []

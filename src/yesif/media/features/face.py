"""Where is the face, and its points? One row a frame: 468 points, or 478 and 52 blendshapes, of one face."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yesif.media.features.nets import load_face_models
from yesif.media.stage import Column, Listener, Need, Picture, Recipe

_GRID = 32  # points are kept to 1/32 of a pixel: finer is noise, and it would not compress


class FaceMesh(Listener):
    """Table `face`. `backend` blaze192: 468 points; v2: 478 points (irises) and 52 blendshapes.

    `every`: measure every nth frame. Blinks need every frame; 2 at 25 or 30 frames a second is the largest honest
    step for the rest.
    """

    needs: frozenset[Need] = frozenset({"yuv"})

    def __init__(self, models: Path, *, backend: str = "blaze192", every: int = 1) -> None:
        """Raises ModelMissing where the nets are not below `models`."""
        self._nets = load_face_models(models, backend)
        self._every, self._number = every, 0
        self._rows: list[tuple[int, bool, float, float]] = []
        self._points: list[NDArray[np.float32]] = []
        self._blendshapes: list[NDArray[np.float32]] = []
        self._blank = np.full((self._nets.points, 3), np.nan, np.float32)
        self.recipe = Recipe(
            stage="face",
            version=3,
            method=f"BlazeFace and face mesh ({backend}) on LiteRT, tracked from frame to frame, no smoothing",
            columns=self._columns(),
            params={"backend": backend, "every": every, "grid_per_px": _GRID},
            models=self._nets.uses,
        )

    def on_video(self, picture: Picture) -> None:
        number, self._number = self._number, self._number + 1
        if number % self._every:
            return
        face = self._nets.tracker(picture)
        if face is None:
            self._rows.append((picture.t_ns, False, 0.0, float("nan")))
        else:
            self._rows.append((picture.t_ns, True, face.score, face.luma))
        self._points.append(self._blank if face is None else np.round(face.points * _GRID) / np.float32(_GRID))
        if self._nets.backend == "v2":
            missing = np.full(52, np.nan, np.float32)
            self._blendshapes.append(missing if face is None or face.blendshapes is None else face.blendshapes)
        if len(self._rows) >= 256:
            self._give()

    def finish(self) -> None:
        """The rows still held."""
        if self._rows:
            self._give()

    def _give(self) -> None:
        times, valid, score, luma = zip(*self._rows, strict=True)
        rows: dict[str, NDArray[np.generic] | list[str]] = {
            "t_ns": np.array(times, np.int64),
            "valid": np.array(valid, bool),
            "conf": np.array(score, np.float32),
            "luma": np.array(luma, np.float32),
            "mesh": np.stack(self._points).reshape(len(times), -1),
        }
        if self._blendshapes:
            rows["blendshapes"] = np.stack(self._blendshapes)
        self.sink.add(rows)
        self._rows, self._points, self._blendshapes = [], [], []

    def _columns(self) -> tuple[Column, ...]:
        count = self._nets.points
        mesh = f"x, y, z of {count} points in the upright frame, from its top left; z: same scale, nearer is less"
        columns = (
            Column("t_ns", "int64", "ns", "when the frame is shown, on the take's clock"),
            Column("valid", "bool", "1", "a face was found; else the numbers of this row are NaN"),
            Column("conf", "float32", "1", "how sure the net is that this is a face", 0, 1),
            Column("luma", "float32", "1", "mean brightness of the square around the face", 0, 255),
            Column("mesh", f"float32[{3 * count}]", "px", mesh),
        )
        scores = Column(
            "blendshapes", "float32[52]", "1", "ARKit-style blendshape scores, names in face_points.json", 0, 1
        )
        return (*columns, scores) if self._nets.backend == "v2" else columns

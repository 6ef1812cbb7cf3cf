"""Face nets on LiteRT: where is a face, where are its points, what do its blendshapes say. One thread, no network.

Only Google's Apache-2.0 models are used, never the `mediapipe` package: its current releases send metrics to their
vendor. How the nets are fed and read follows the graphs the models were published with (google-ai-edge/mediapipe:
face_detector_graph, face_landmarks_detector_graph, face_blendshapes_graph).
"""

import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from yesif.media.features.crop import Square, crop_planes, letterbox
from yesif.media.features.graphs import reading_planes
from yesif.media.models import find, named
from yesif.media.stage import ModelUse, Picture

Floats = NDArray[np.float32]
_FOUND = 0.5  # a face is there from this score on, for the detector and for the mesh
_GROW = 1.5  # a face's square is this much larger than its points
_EYES = (33, 263)  # outer corners of the right and the left eye


@lru_cache(maxsize=1)
def face_points() -> dict[str, Any]:
    """Numbers of the mesh: canonical head, the blendshape net's points and names. See `face_points.json`."""
    points: dict[str, Any] = json.loads(files("yesif.media.features").joinpath("face_points.json").read_text("utf-8"))
    return points


@contextmanager
def _without_chatter() -> Iterator[None]:
    """LiteRT writes "INFO: Created …" straight to standard error, and nothing else turns that off."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


class Net:
    """One LiteRT net with one input. `outputs`: only these of its outputs, by name, in this order; None: all."""

    def __init__(self, content: bytes, outputs: tuple[str, ...] | None = None) -> None:
        with _without_chatter():
            self._net = Interpreter(model_content=content, num_threads=1)
            self._net.allocate_tensors()
        self._input = self._net.get_input_details()[0]["index"]
        given = {output["name"]: output["index"] for output in self._net.get_output_details()}
        self._outputs = list(given.values()) if outputs is None else [given[name] for name in outputs]

    def __call__(self, values: Floats | NDArray[np.uint8]) -> list[Floats]:
        """Its outputs, in their order, without the batch dimension's meaning: copies that may be kept."""
        self._net.set_tensor(self._input, np.ascontiguousarray(values[None]))
        self._net.invoke()
        return [self._net.get_tensor(index) for index in self._outputs]


class BlazeFace:
    """The short-range detector: the likeliest face in a picture."""

    SIZE = 128

    def __init__(self, content: bytes) -> None:
        self._net = Net(content)
        # Strides 8, 16, 16, 16 with two anchors a cell: 16 × 16 × 2 and 8 × 8 × 6, each at its cell's middle.
        cells = [(n, repeat) for n, repeat in ((16, 2), (8, 6))]
        self._anchors = np.concatenate([np.repeat(_cell_middles(n), repeat, axis=0) for n, repeat in cells])

    def __call__(self, picture: Picture) -> Square | None:
        """The square around the face, upright along its eyes, or None."""
        image, shown = letterbox(picture, self.SIZE)
        boxes, scores = self._net(image * 2 - 1)
        best = int(scores.argmax())
        if sigmoid(float(scores.reshape(-1)[best])) < _FOUND:
            return None
        box = boxes.reshape(-1, 16)[best] / self.SIZE
        found = np.concatenate([box[:2], box[4:8]]).reshape(3, 2) + self._anchors[best]
        middle, right_eye, left_eye = shown.to_picture((found * self.SIZE).astype(np.float32), self.SIZE)
        side = float(max(box[2], box[3])) * shown.side * _GROW
        return Square(float(middle[0]), float(middle[1]), side, _tilt(right_eye, left_eye))


@dataclass(frozen=True, slots=True)
class Face:
    """One face in one frame: points [468 or 478, 3] in pixels of the picture (z: same scale, smaller is nearer)."""

    points: Floats
    score: float
    luma: float
    """Mean luma of the face's square, 0..255."""
    blendshapes: Floats | None = None


class MeshNet:
    """The 468-point mesh: which points does the face in this square have, and is there one?"""

    SIZE = 192
    POINTS = 468

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._nets: dict[tuple[bool, bool], Net] = {}

    def __call__(self, picture: Picture, square: Square) -> Face | None:
        planes, luma = crop_planes(picture, square, self.SIZE)
        outputs = self._net_for(picture)(planes)
        score = sigmoid(float(outputs[1].reshape(-1)[0]))
        if score < _FOUND:
            return None
        points = square.to_picture(outputs[0].reshape(self.POINTS, 3), self.SIZE)
        return Face(points, score, luma)

    def _net_for(self, picture: Picture) -> Net:
        """The net for this kind of colour; a track has one kind, so one net is made."""
        colour = (picture.full_range, picture.bt709)
        if colour not in self._nets:
            self._nets[colour] = Net(reading_planes(self._content, *colour))
        return self._nets[colour]


class MeshNetV2(MeshNet):
    """The 478-point mesh (irises included) of face_landmarker.task, and 52 blendshapes from 146 of its points."""

    SIZE = 256
    POINTS = 478

    def __init__(self, landmarks: bytes, blendshapes: bytes) -> None:
        super().__init__(landmarks)
        self._blendshapes = Net(blendshapes)
        self._subset = np.array(face_points()["blendshape_points"])

    def __call__(self, picture: Picture, square: Square) -> Face | None:
        face = super().__call__(picture, square)
        if face is None:
            return None
        scores = self._blendshapes(face.points[self._subset, :2])[0].reshape(-1)
        return Face(face.points, face.score, face.luma, scores)


class Tracker:
    """Follows one face: the detector runs only while none is followed; the next square comes from the last points."""

    def __init__(self, detector: BlazeFace, mesh: MeshNet) -> None:
        self._detector, self._mesh = detector, mesh
        self._square: Square | None = None

    def __call__(self, picture: Picture) -> Face | None:
        """The face in this frame, or None."""
        square = self._square or self._detector(picture)
        face = self._mesh(picture, square) if square is not None else None
        if face is None and self._square is not None:
            square = self._detector(picture)  # lost: it may have jumped rather than left
            face = self._mesh(picture, square) if square is not None else None
        self._square = square_around(face.points) if face is not None else None
        return face

    def forget(self) -> None:
        """Look for a face anew in the next frame."""
        self._square = None


@dataclass(frozen=True, slots=True)
class FaceModels:
    """A tracker and the models it was made of; `backend` is `blaze192` or `v2`."""

    backend: str
    tracker: Tracker
    points: int
    uses: tuple[ModelUse, ...]


def load_face_models(folder: Path, backend: str) -> FaceModels:
    """The face nets below `folder`. Raises ModelMissing, or Damaged where a file is not what models.lock says."""
    if backend == "v2":
        with zipfile.ZipFile(find("face-landmarker-v2", folder)) as task:
            mesh = MeshNetV2(task.read("face_landmarks_detector.tflite"), task.read("face_blendshapes.tflite"))
            detector = BlazeFace(task.read("face_detector.tflite"))
        return FaceModels(backend, Tracker(detector, mesh), mesh.POINTS, (_use("face-landmarker-v2"),))
    detector = BlazeFace(find("blazeface-short", folder).read_bytes())
    plain = MeshNet(find("face-mesh-468", folder).read_bytes())
    return FaceModels(
        "blaze192", Tracker(detector, plain), plain.POINTS, (_use("blazeface-short"), _use("face-mesh-468"))
    )


def square_around(points: Floats) -> Square:
    """The square to look in next: around all points, half as large again, turned along the outer eye corners."""
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    middle = (low + high) / 2
    side = float((high - low).max()) * _GROW
    return Square(float(middle[0]), float(middle[1]), side, _tilt(points[_EYES[0]], points[_EYES[1]]))


def sigmoid(logit: float) -> float:
    """1 / (1 + e^−x), for logits cut at ±100 as the published graphs do."""
    return float(1 / (1 + np.exp(-np.clip(logit, -100, 100))))


def _tilt(right_eye: Floats, left_eye: Floats) -> float:
    return float(np.arctan2(left_eye[1] - right_eye[1], left_eye[0] - right_eye[0]))


def _cell_middles(count: int) -> NDArray[np.float64]:
    middles = (np.arange(count) + 0.5) / count
    across, down = np.meshgrid(middles, middles)
    return np.stack([across.ravel(), down.ravel()], axis=1)


def _use(name: str) -> ModelUse:
    model = named(name)
    return ModelUse(model.name, model.version, model.sha256, model.licence)

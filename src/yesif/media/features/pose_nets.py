"""Body nets on LiteRT: where is a person, and where are the points of the body? One thread, no network.

Google's Apache-2.0 models (BlazePose: V. Bazarevsky et al. 2020, arXiv:2006.10204), fed and read as the graphs they
were published with do (google-ai-edge/mediapipe: pose_detection_cpu, pose_landmark_by_roi_cpu,
pose_landmarks_to_roi), without their smoothing and without their heatmap refinement.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yesif.media.features.crop import Square, crop_rgb, letterbox
from yesif.media.features.graphs import giving_only
from yesif.media.features.nets import Net, sigmoid
from yesif.media.models import find, named
from yesif.media.stage import ModelUse, Picture

Floats = NDArray[np.float32]
POINTS = 33
_FOUND = 0.5
_GROW = 1.25  # the square to look in is this much larger than the circle around the body
_LAYERS = ((8, 2), (16, 2), (32, 6))  # stride of a layer's cells, anchors in each


class PersonFinder:
    """BlazePose's detector: the likeliest person in a picture."""

    SIZE = 224

    def __init__(self, content: bytes) -> None:
        self._net = Net(content, ("Identity", "Identity_1"))
        self._anchors = np.concatenate(
            [np.repeat(_cell_middles(self.SIZE // stride), count, axis=0) for stride, count in _LAYERS]
        )

    def __call__(self, picture: Picture) -> Square | None:
        """The square around the person, upright along the body, or None."""
        image, shown = letterbox(picture, self.SIZE)
        boxes, scores = self._net(image * 2 - 1)
        best = int(scores.argmax())
        if sigmoid(float(scores.reshape(-1)[best])) < _FOUND:
            return None
        # After the box come four points: the hips' middle, a point on the circle around the body, the same twice
        # for the upper body alone.
        points = boxes.reshape(-1, 12)[best, 4:8].reshape(2, 2) + self._anchors[best] * self.SIZE
        hips, top = shown.to_picture(points.astype(np.float32), self.SIZE)
        return around(hips, top)


@dataclass(frozen=True, slots=True)
class Body:
    """One body in one frame: points [33, 3] in pixels of the picture, and how likely each can be seen, 0..1."""

    points: Floats
    visible: Floats
    score: float


class BodyNet:
    """BlazePose's lite landmarks: 33 points of the body in a square, and two that say where to look next."""

    SIZE = 256

    def __init__(self, content: bytes) -> None:
        outputs = ("Identity", "Identity_1")  # the heatmaps and the outline of the body are not worked out
        self._net = Net(giving_only(content, outputs), outputs)

    def __call__(self, picture: Picture, square: Square) -> tuple[Body, Square] | None:
        numbers, flag = self._net(crop_rgb(picture, square, self.SIZE))
        score = float(flag.reshape(-1)[0])  # the net ends in a sigmoid of its own
        if score < _FOUND:
            return None
        rows = numbers.reshape(39, 5)
        points = square.to_picture(rows[:, :3].copy(), self.SIZE)
        visible = (1 / (1 + np.exp(-np.clip(rows[:POINTS, 3], -100, 100)))).astype(np.float32)
        return Body(points[:POINTS], visible, score), around(points[POINTS, :2], points[POINTS + 1, :2])


class BodyTracker:
    """Follows one body: the detector runs only while none is followed."""

    def __init__(self, finder: PersonFinder, net: BodyNet) -> None:
        self._finder, self._net = finder, net
        self._square: Square | None = None

    def __call__(self, picture: Picture) -> Body | None:
        """The body in this frame, or None."""
        found = self._net(picture, self._square) if self._square is not None else None
        if found is None:
            square = self._finder(picture)
            found = self._net(picture, square) if square is not None else None
        self._square = found[1] if found is not None else None
        return found[0] if found is not None else None


@dataclass(frozen=True, slots=True)
class PoseModels:
    """A tracker and the models it was made of."""

    tracker: BodyTracker
    uses: tuple[ModelUse, ...]


def load_pose_models(folder: Path) -> PoseModels:
    """The body nets below `folder`. Raises ModelMissing, or Damaged where a file is not what models.lock says."""
    names = ("pose-detection", "pose-lite")
    finder, net = (find(name, folder).read_bytes() for name in names)
    uses = tuple(ModelUse(one.name, one.version, one.sha256, one.licence) for one in map(named, names))
    return PoseModels(BodyTracker(PersonFinder(finder), BodyNet(net)), uses)


def around(hips: Floats, rim: Floats) -> Square:
    """The square to look in: around the circle with `hips` as its middle and `rim` on it, turned so that rim is up."""
    across, down = float(rim[0] - hips[0]), float(rim[1] - hips[1])
    side = 2 * float(np.hypot(across, down)) * _GROW
    return Square(float(hips[0]), float(hips[1]), side, float(np.arctan2(across, -down)))


def _cell_middles(count: int) -> NDArray[np.float64]:
    middles = (np.arange(count) + 0.5) / count
    across, down = np.meshgrid(middles, middles)
    return np.stack([across.ravel(), down.ravel()], axis=1)

"""What does every frame look like? Light, sharpness and movement, from the luma plane alone."""

import numpy as np
from numpy.typing import NDArray

from yesif.media.stage import Column, Listener, Need, Picture, Recipe

_FULL = np.arange(256)
_STUDIO = np.clip((_FULL - 16) * 255 // 219, 0, 255)
_EVERY = 6  # movement is measured on every sixth pixel of every sixth row


class PictureLook(Listener):
    """Table `picture`: one row a frame."""

    needs: frozenset[Need] = frozenset({"yuv"})

    def __init__(self) -> None:
        self._before: NDArray[np.uint8] | None = None
        self._rows: list[tuple[int, float, float, float, float, float]] = []
        self.recipe = Recipe(
            stage="picture",
            version=2,
            method="mean, shares and Laplacian of the luma; mean |difference| to the frame before on every 6th pixel",
            columns=(
                Column("t_ns", "int64", "ns", "when the frame is shown, on the take's clock"),
                Column("luma", "float32", "1", "mean luma, studio range brought to 0..255", 0, 255),
                Column("dark", "float32", "1", "share of pixels with luma below 32 of 255", 0, 1),
                Column("bright", "float32", "1", "share of pixels with luma above 245 of 255", 0, 1),
                Column("sharpness", "float32", "1", "variance of the Laplacian over the middle of the picture", 0),
                Column("motion", "float32", "1", "mean |luma − luma before|, 0..255; NaN for the first frame", 0, 255),
            ),
            params={"every_px": _EVERY},
        )

    def on_video(self, picture: Picture) -> None:
        small = np.ascontiguousarray(picture.luma[::_EVERY, ::_EVERY])
        shades = np.bincount(small.ravel(), minlength=256)
        seen = _FULL if picture.full_range else _STUDIO  # what each code is, in 0..255
        mean, dark, bright = (float(shades @ weights) / small.size for weights in (seen, seen < 32, seen > 245))
        motion = float("nan")
        if self._before is not None and self._before.shape == small.shape:
            moved = np.maximum(small, self._before) - np.minimum(small, self._before)
            motion = int(moved.sum(dtype=np.uint64)) / small.size
        self._rows.append((picture.t_ns, mean, dark, bright, sharpness(picture.luma), motion))
        self._before = small
        if len(self._rows) >= 512:
            self._give()

    def finish(self) -> None:
        """The rows still held."""
        if self._rows:
            self._give()

    def _give(self) -> None:
        columns = list(zip(*self._rows, strict=True))
        names = [column.name for column in self.recipe.columns]
        rows: dict[str, NDArray[np.generic] | list[str]] = {"t_ns": np.array(columns[0], np.int64)}
        for name, column in zip(names[1:], columns[1:], strict=True):
            rows[name] = np.array(column, np.float32)
        self.sink.add(rows)
        self._rows = []


def sharpness(luma: NDArray[np.uint8]) -> float:
    """Variance of the 4-neighbour Laplacian over the middle quarter of the picture, every other pixel of every fourth
    row."""
    height, width = luma.shape
    middle = luma[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4]
    if min(middle.shape) < 3:
        return 0.0
    above, here, below = (middle[first : first + middle.shape[0] - 2 : 4].astype(np.int16) for first in range(3))
    edges = 4 * here[:, 1:-1:2] - above[:, 1:-1:2] - below[:, 1:-1:2] - here[:, :-2:2] - here[:, 2::2]
    return float(edges.astype(np.float32).var())

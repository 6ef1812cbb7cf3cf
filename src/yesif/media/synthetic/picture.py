"""The frames of a synthetic performer: face, sway, blinks and the mouth that follows the voice, as planes of video."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from yesif.media.synthetic.barcode import paint_barcode
from yesif.media.synthetic.face import PATCH, Look, Pose, draw_face
from yesif.media.synthetic.scene import LOOP_SECONDS, part, voice_of
from yesif.media.synthetic.voice import SAMPLE_RATE

_MOUTHS = 4  # steps between shut and open: few, so that each face is drawn once
_ROLL_STEP_DEG = 2.0
_FULL_VOICE = 0.16  # RMS at which the mouth is wide open


@dataclass(frozen=True, slots=True)
class Moment:
    """What the picture shows in one frame: the pose, and how far right the face has swayed (−1..1)."""

    pose: Pose
    sway: float


def moments(seed: int, seconds: float, fps: int, *, espeak: bool = False) -> list[Moment]:
    """The truth about every frame of performer `seed`; frame i is shown at i / fps seconds."""
    count = round(seconds * fps)
    sound = voice_of(seed, seconds, espeak=espeak)
    step = SAMPLE_RATE // fps
    padded = np.pad(sound, (0, max(0, count * step - len(sound))))[: count * step]
    loudness = np.sqrt((padded.reshape(count, step).astype(np.float64) ** 2).mean(axis=1))
    mouths = np.round(np.clip(loudness / _FULL_VOICE, 0, 1) * _MOUTHS) / _MOUTHS
    at = np.arange(count) / fps
    rolls = np.round(4 * np.sin(2 * np.pi * at / 6.7 + seed) / _ROLL_STEP_DEG) * _ROLL_STEP_DEG
    shut = _blinks(seed, count, fps)
    sways = np.sin(2 * np.pi * at / 5.3 + 2 * seed)
    return [
        Moment(Pose(float(mouth), 0.0 if blink else 1.0, float(roll)), float(sway))
        for mouth, blink, roll, sway in zip(mouths, shut, rolls, sways, strict=True)
    ]


def planes(
    seed: int, seconds: float, fps: int, size: tuple[int, int], *, barcode: bool = True, espeak: bool = False
) -> Iterator[NDArray[np.uint8]]:
    """Frames as I420 [height · 3 / 2, width] uint8, BT.601 studio range. `size` is (width, height), both even."""
    width, height = size
    if width % 2 or height % 2:
        raise ValueError(f"a 4:2:0 picture has even sides, not {width} × {height}")
    look = part(seed, min(seconds, LOOP_SECONDS), espeak=espeak).look
    wall = _yuv(np.full((height, width, 3), look.wall, np.uint8))
    for number, moment in enumerate(moments(seed, seconds, fps, espeak=espeak)):
        frame = wall.copy()
        _paste(frame, _patch(look, moment.pose, height), moment.sway, size)
        if barcode:
            paint_barcode(frame[:height], number)
        yield frame


def _blinks(seed: int, count: int, fps: int) -> NDArray[np.bool_]:
    """Eyes shut for 0.15 s every 2.5 to 4.5 s."""
    rng = np.random.default_rng(50 + seed)
    shut = np.zeros(count, bool)
    at = rng.uniform(1.0, 3.0)
    while at * fps < count:
        shut[round(at * fps) : round((at + 0.15) * fps)] = True
        at += rng.uniform(2.5, 4.5)
    return shut


@lru_cache(maxsize=256)
def _patch(look: Look, pose: Pose, height: int) -> NDArray[np.uint8]:
    """The face for a picture of this height, as I420."""
    drawn = draw_face(look, replace(pose))
    wide, tall = (2 * round(side * height / 720 / 2) for side in PATCH)
    if (wide, tall) != PATCH:
        drawn = np.asarray(Image.fromarray(drawn).resize((wide, tall), Image.Resampling.BOX))
    return _yuv(drawn)


def _paste(frame: NDArray[np.uint8], patch: NDArray[np.uint8], sway: float, size: tuple[int, int]) -> None:
    width, height = size
    wide, tall = patch.shape[1], patch.shape[0] * 2 // 3
    wide_in, tall_in = min(wide, width), min(tall, height)
    left = 2 * round((width - wide_in) / 4 * (1 + 0.12 * sway))
    left = min(max(left, 0), width - wide_in)
    top = height - tall_in
    frame[top:height, left : left + wide_in] = patch[:tall_in, :wide_in]
    for source, target in zip(_chroma(patch, wide, tall), _chroma(frame, width, height), strict=True):
        target[top // 2 :, left // 2 : (left + wide_in) // 2] = source[: tall_in // 2, : wide_in // 2]


def _chroma(picture: NDArray[np.uint8], width: int, height: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Views of the U and V planes of an I420 picture."""
    flat = picture.reshape(-1)[width * height :]
    quarter = width * height // 4
    shape = (height // 2, width // 2)
    return flat[:quarter].reshape(shape), flat[quarter : 2 * quarter].reshape(shape)


def _yuv(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """RGB to I420 by ITU-R BT.601, studio range; chroma is the mean of 2 × 2."""
    height, width = rgb.shape[:2]
    red, green, blue = (rgb[..., channel].astype(np.float32) for channel in range(3))
    luma = 16 + (65.481 * red + 128.553 * green + 24.966 * blue) / 255
    chroma_u = 128 + (-37.797 * red - 74.203 * green + 112.0 * blue) / 255
    chroma_v = 128 + (112.0 * red - 93.786 * green - 18.214 * blue) / 255
    halves = [plane.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3)) for plane in (chroma_u, chroma_v)]
    flat = np.concatenate([luma.ravel(), *(half.ravel() for half in halves)])
    return np.round(flat).astype(np.uint8).reshape(height * 3 // 2, width)

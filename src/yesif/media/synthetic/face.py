"""A drawn talking head that the face model finds: made of ellipses and shade, so that what it does is known exactly."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

PATCH = (400, 560)
"""Width and height, in pixels, of the picture `draw_face` returns; the face itself is about 230 × 310 of them."""
_SCALE = 2  # drawn twice as large and shrunk, for smooth edges

Colour = tuple[int, int, int]
Oval = tuple[float, float, float, float]
"""Left, top, right, bottom, in pixels of the canvas."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one performer looks like; colours are RGB 0..255."""

    skin: Colour
    hair: Colour
    shirt: Colour
    iris: Colour
    lips: Colour
    wall: Colour
    long_hair: bool
    width: int
    """Half the width of the face, pixels."""


@dataclass(frozen=True, slots=True)
class Pose:
    """What the face does at one moment: mouth and eyes 0 (shut) to 1 (open), roll in degrees (positive: clockwise)."""

    mouth: float = 0.0
    eyes: float = 1.0
    roll_deg: float = 0.0


LOOKS = (
    Look((224, 172, 138), (58, 38, 26), (52, 86, 140), (70, 110, 130), (178, 84, 80), (150, 160, 152), False, 118),
    Look((141, 94, 66), (24, 18, 20), (168, 60, 66), (60, 38, 24), (136, 62, 62), (176, 164, 140), True, 108),
)
"""Two performers whom nobody takes for one another."""


def draw_face(look: Look, pose: Pose = Pose()) -> NDArray[np.uint8]:
    """The head and shoulders on the look's wall: RGB [560, 400, 3] uint8."""
    body, head = _still(look)
    canvas, mask = head.copy(), head.getchannel("A")
    _eyes(canvas, look, pose.eyes)
    _mouth(canvas, look, pose.mouth)
    canvas.putalpha(mask)
    turned = canvas.rotate(-pose.roll_deg, resample=Image.Resampling.BILINEAR, center=_at(200, 380))
    picture = body.copy()
    picture.paste(turned, (0, 0), turned)
    return np.asarray(picture.resize(PATCH, Image.Resampling.BOX))


@lru_cache(maxsize=8)
def _still(look: Look) -> tuple[Image.Image, Image.Image]:
    """What never changes: the body on its wall (RGB), and the head without eyes and mouth (RGBA)."""
    size = (PATCH[0] * _SCALE, PATCH[1] * _SCALE)
    body = Image.new("RGB", size, look.wall)
    _behind(body, look)
    shape = Image.new("L", size, 0)
    _outline(ImageDraw.Draw(shape), look)
    head = Image.new("RGB", size, look.skin)
    _head(head, look)
    _nose(head, look)
    backdrop = Image.new("RGB", size, look.hair)
    backdrop.paste(head, (0, 0), shape)
    crown = _crown(look)
    backdrop.paste(Image.new("RGB", size, look.hair), (0, 0), crown)
    backdrop = backdrop.filter(ImageFilter.GaussianBlur(1.6))
    whole = ImageChops.lighter(shape, crown)
    backdrop.putalpha(whole.filter(ImageFilter.GaussianBlur(1.6)))
    return body, backdrop


def _at(x: float, y: float) -> tuple[float, float]:
    return x * _SCALE, y * _SCALE


def _oval(centre_x: float, centre_y: float, half_width: float, half_height: float) -> Oval:
    return (
        (centre_x - half_width) * _SCALE,
        (centre_y - half_height) * _SCALE,
        (centre_x + half_width) * _SCALE,
        (centre_y + half_height) * _SCALE,
    )


def _tone(colour: Colour, factor: float) -> Colour:
    red, green, blue = (min(255, max(0, round(part * factor))) for part in colour)
    return red, green, blue


def _shade(canvas: Image.Image, oval: Oval, colour: Colour, strength: float, blur: float) -> None:
    """Blend `colour` in through a blurred oval: the soft light and shadow that make a disc read as a face."""
    margin = 2 * blur * _SCALE
    left, top = round(oval[0] - margin), round(oval[1] - margin)
    mask = Image.new("L", (round(oval[2] + margin) - left, round(oval[3] + margin) - top), 0)
    ImageDraw.Draw(mask).ellipse(
        (oval[0] - left, oval[1] - top, oval[2] - left, oval[3] - top), fill=round(255 * strength)
    )
    mask = mask.filter(ImageFilter.BoxBlur(blur * _SCALE))
    canvas.paste(Image.new("RGB", mask.size, colour), (left, top), mask)


def _behind(canvas: Image.Image, look: Look) -> None:
    draw = ImageDraw.Draw(canvas)
    if look.long_hair:
        draw.ellipse(_oval(200, 260, look.width + 36, 200), fill=look.hair)
        draw.rectangle((*_at(200 - look.width - 30, 260), *_at(200 + look.width + 30, 480)), fill=look.hair)
    draw.ellipse(_oval(200, 590, 190, 140), fill=look.shirt)
    draw.ellipse(_oval(200, 470, 66, 40), fill=_tone(look.skin, 0.78))
    draw.rectangle((*_at(152, 360), *_at(248, 470)), fill=_tone(look.skin, 0.72))


def _outline(draw: ImageDraw.ImageDraw, look: Look) -> None:
    """The shape of the head: skull, jaw, ears."""
    for side in (-1, 1):
        draw.ellipse(_oval(200 + side * (look.width + 2), 260, 18, 36), fill=255)
    draw.ellipse(_oval(200, 235, look.width, 150), fill=255)
    draw.ellipse(_oval(200, 320, look.width * 0.80, 92), fill=255)


def _head(canvas: Image.Image, look: Look) -> None:
    """Light and shadow on the skin."""
    for side in (-1, 1):
        _shade(canvas, _oval(200 + side * (look.width + 6), 260, 12, 30), _tone(look.skin, 0.7), 0.8, 4)
        _shade(canvas, _oval(200 + side * look.width * 0.95, 290, 34, 110), _tone(look.skin, 0.58), 0.75, 18)
        _shade(canvas, _oval(200 + side * 62, 300, 28, 22), _tone(look.skin, 1.14), 0.7, 14)
    _shade(canvas, _oval(200, 414, 70, 18), _tone(look.skin, 0.6), 0.7, 10)
    _shade(canvas, _oval(200, 160, 70, 36), _tone(look.skin, 1.18), 0.6, 22)


def _eyes(canvas: Image.Image, look: Look, openness: float) -> None:
    for side in (-1, 1):
        x, y = 200 + side * 48, 232.0
        _shade(canvas, _oval(x, y - 6, 34, 22), _tone(look.skin, 0.62), 0.7, 8)
        draw = ImageDraw.Draw(canvas)
        lid = 2.0 + 11.0 * openness
        draw.ellipse(_oval(x, y, 25, lid + 2.5), fill=_tone(look.skin, 0.45))
        draw.ellipse(_oval(x, y + 1, 24, lid), fill=(236, 232, 226) if openness > 0.15 else _tone(look.skin, 0.8))
        if openness > 0.15:
            _iris(canvas, look, x, y, lid)
        draw = ImageDraw.Draw(canvas)
        draw.arc(_oval(x, y, 25, lid + 2), 190, 350, fill=_tone(look.hair, 0.6), width=4 * _SCALE)
        brow = [_at(x - side * 30, y - 34), _at(x, y - 41), _at(x + side * 32, y - 32)]
        draw.line(brow, fill=look.hair, width=9 * _SCALE, joint="curve")


def _iris(canvas: Image.Image, look: Look, x: float, y: float, lid: float) -> None:
    left, top = round((x - 26) * _SCALE), round((y - 26) * _SCALE)
    size = (52 * _SCALE, 52 * _SCALE)
    eye, disc = Image.new("L", size, 0), Image.new("L", size, 0)
    ImageDraw.Draw(eye).ellipse(_oval(26, 27, 24, lid), fill=255)
    ImageDraw.Draw(disc).ellipse(_oval(26, 26, 12, 12), fill=255)
    canvas.paste(Image.new("RGB", size, look.iris), (left, top), ImageChops.multiply(eye, disc))
    draw = ImageDraw.Draw(canvas)
    draw.ellipse(_oval(x, y, 5.5, min(5.5, lid)), fill=(12, 10, 10))
    draw.ellipse(_oval(x + 4, y - 4, 2.6, 2.6), fill=(250, 250, 250))


def _nose(canvas: Image.Image, look: Look) -> None:
    _shade(canvas, _oval(200, 270, 9, 44), _tone(look.skin, 1.22), 0.8, 6)
    for side in (-1, 1):
        _shade(canvas, _oval(200 + side * 20, 262, 7, 36), _tone(look.skin, 0.72), 0.6, 7)
        _shade(canvas, _oval(200 + side * 23, 306, 10, 10), _tone(look.skin, 0.74), 0.8, 4)
    _shade(canvas, _oval(200, 318, 26, 7), _tone(look.skin, 0.55), 0.8, 4)
    draw = ImageDraw.Draw(canvas)
    for side in (-1, 1):
        draw.ellipse(_oval(200 + side * 11, 313, 6.5, 4), fill=_tone(look.skin, 0.3))


def _mouth(canvas: Image.Image, look: Look, openness: float) -> None:
    drop = 26.0 * openness
    draw = ImageDraw.Draw(canvas)
    draw.ellipse(_oval(200, 356 + drop / 2, 45 - 6 * openness, 13 + drop * 0.62), fill=look.lips)
    draw.ellipse(_oval(200, 355 + drop / 2, 40 - 6 * openness, 2.0 + drop * 0.55), fill=(52, 18, 20))
    if openness > 0.25:
        draw.rectangle(
            (*_at(178, 358 + drop / 2 - drop * 0.45), *_at(222, 358 + drop / 2 - drop * 0.3)), fill=(228, 222, 212)
        )
    _shade(canvas, _oval(200, 380 + drop, 30, 6), _tone(look.skin, 0.66), 0.7, 5)


def _crown(look: Look) -> Image.Image:
    """Where the hair is: an oval over the skull with the brow cut out of it."""
    crown = Image.new("L", (PATCH[0] * _SCALE, PATCH[1] * _SCALE), 0)
    draw = ImageDraw.Draw(crown)
    draw.ellipse(_oval(200, 200, look.width + 14, 150), fill=255)
    draw.ellipse(_oval(200, 292, look.width - 4, 150), fill=0)
    draw.rectangle((*_at(0, 250), *_at(400, 560)), fill=0)
    return crown

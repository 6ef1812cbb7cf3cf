"""A picture as PNG, drawn with Pillow at twice the size; the same input, the same bytes."""

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont, ImageOps

from yesif.media.drawing.marks import INKS, Band, Box, Line, Picture, Shape, Words

_SCALE = 2
_MARGIN = 24
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def as_png(picture: Picture) -> bytes:
    """The picture on white, two pixels for one, with a margin that a page gives and a file has to bring."""
    size = (round(picture.width * _SCALE), round(picture.height * _SCALE))
    image = Image.new("RGB", size, INKS["paper"])
    pen = ImageDraw.Draw(image)
    for shape in picture.shapes:
        _draw(pen, shape)
    out = BytesIO()
    ImageOps.expand(image, _MARGIN, INKS["paper"]).save(out, "PNG", optimize=True)
    return out.getvalue()


def _draw(pen: ImageDraw.ImageDraw, shape: Shape) -> None:
    match shape:
        case Box():
            corner = (shape.x * _SCALE, shape.y * _SCALE)
            # Pillow's boxes hold their last pixel, too.
            far = (max(corner[0], (shape.x + shape.w) * _SCALE - 1), max(corner[1], (shape.y + shape.h) * _SCALE - 1))
            pen.rectangle((*corner, *far), fill=_mixed(shape.ink, shape.strength))
        case Band():
            pen.polygon([(x * _SCALE, y * _SCALE) for x, y in shape.points], fill=_mixed(shape.ink, shape.strength))
        case Line():
            points = [(x * _SCALE, y * _SCALE) for x, y in shape.points]
            pen.line(points, fill=INKS[shape.ink], width=max(1, round(shape.width * _SCALE)), joint="curve")
        case Words():
            font = ImageFont.load_default(size=shape.size * _SCALE)
            place = (shape.x * _SCALE, shape.y * _SCALE)
            pen.text(place, shape.text, fill=INKS[shape.ink], font=font, anchor=_ANCHORS[shape.anchor])


def _mixed(ink: str, strength: float) -> tuple[int, ...]:
    """The ink thinned with white: Pillow draws without transparency here, and shapes hardly lie on one another."""
    colour = INKS[ink].lstrip("#")
    return tuple(round(255 - (255 - int(colour[i : i + 2], 16)) * strength) for i in (0, 2, 4))

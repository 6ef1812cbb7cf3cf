"""A picture as SVG 1.1: the same input, the same bytes; no script, no style, nothing from elsewhere."""

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from yesif.media.drawing.marks import INKS, Band, Box, Line, Picture, Shape, Words


def as_svg(picture: Picture, *, more: Iterable[str] = (), classes: str = "") -> str:
    """One <svg> element. `more`: elements of the caller's own to put on top; `classes`: for the page's style sheet."""
    width, height = _number(picture.width), _number(picture.height)
    named = f" class={quoteattr(classes)}" if classes else ""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg"{named} viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label={quoteattr(_legal(picture.says))} font-family="sans-serif">'
    )
    ground = f'<rect width="{width}" height="{height}" fill="{INKS["paper"]}"/>'
    return "\n".join([head, ground, *(line for shape in picture.shapes for line in _element(shape)), *more, "</svg>\n"])


def _element(shape: Shape) -> Iterator[str]:
    ink = INKS[shape.ink]
    match shape:
        case Box():
            at = f'x="{_number(shape.x)}" y="{_number(shape.y)}" width="{_number(shape.w)}" height="{_number(shape.h)}"'
            title = f"<title>{_text(shape.says)}</title>" if shape.says else ""
            end = f">{title}</rect>" if title else "/>"
            yield f'<rect {at} fill="{ink}"{_strength(shape.strength)}{end}'
        case Band():
            yield f'<path d="{_path(shape.points)}Z" fill="{ink}"{_strength(shape.strength)}/>'
        case Line():
            yield f'<path d="{_path(shape.points)}" fill="none" stroke="{ink}" stroke-width="{_number(shape.width)}"/>'
        case Words():
            at = f'x="{_number(shape.x)}" y="{_number(shape.y)}" font-size="{_number(shape.size)}"'
            anchor = "" if shape.anchor == "start" else f' text-anchor="{shape.anchor}"'
            yield f'<text {at}{anchor} fill="{ink}">{_text(shape.text)}</text>'


def _path(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_number(x)} {_number(y)}" for x, y in points)


def _strength(value: float) -> str:
    return "" if value >= 1 else f' fill-opacity="{_number(value)}"'


def _text(text: str) -> str:
    return escape(_legal(text))


def _legal(text: str) -> str:
    """Without the characters that XML 1.0, section 2.2, forbids."""
    return "".join(c for c in text if c in "\t\n" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff")


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")

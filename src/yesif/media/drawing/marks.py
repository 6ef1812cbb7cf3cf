"""What a picture is made of: boxes, bands, lines and words at places in pixels, each in one of a few inks."""

from dataclasses import dataclass

INKS = {
    "own": "#17594A",
    "partner": "#6A4C93",
    "soft": "#DED6C6",
    "ink": "#1F1B16",
    "muted": "#5B5346",
    "warn": "#8A5A00",
    "fail": "#9B2226",
    "sealed": "#3A342B",
    "paper": "#FFFFFF",
}
"""The house's colours by what they say; words stand at 4.5 : 1 or more on white."""


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle; `says` is what a pointer that rests on it is told. `strength` 0..1: how much ink."""

    x: float
    y: float
    w: float
    h: float
    ink: str
    strength: float = 1.0
    says: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """A filled outline through points."""

    points: tuple[tuple[float, float], ...]
    ink: str
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points."""

    points: tuple[tuple[float, float], ...]
    ink: str
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Words:
    """Text with its baseline at a place; `anchor` is start, middle or end."""

    x: float
    y: float
    text: str
    size: float
    ink: str
    anchor: str = "start"


Shape = Box | Band | Line | Words


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything to draw, in order, on white of this size in pixels; `says` is the whole picture in a sentence."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    says: str

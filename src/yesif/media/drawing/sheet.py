"""Lay one performer or two out on one time axis: waveform, pitch, turns, words, face, findings; time at the foot."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from yesif.media.drawing.marks import Band, Box, Line, Picture, Shape, Words
from yesif.media.drawing.view import Drawn, Strip

Floats = NDArray[np.float64]

WIDTH = 1200.0
_HEAD, _WAVE, _PITCH, _TURNS, _WORDS, _STRIP, _MARKS, _GAP, _AXIS = 26.0, 58.0, 70.0, 18.0, 62.0, 20.0, 14.0, 20.0, 30.0
_LOWEST_HZ, _HIGHEST_HZ = 70.0, 520.0
_TICKS_S = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900)
_SMALL, _NORMAL, _LARGE = 11.0, 12.0, 15.0
_LETTER = 6.3  # about the width of a letter of size 12


def sheet(sides: Sequence[Drawn]) -> Picture:
    """The picture of a take. All sides share one span of time. Raises ValueError without any side."""
    if not sides:
        raise ValueError("a picture needs at least one performer")
    span = sides[0].span_ns
    shapes: list[Shape] = []
    top = 4.0
    for number, side in enumerate(sides):
        lanes = _Lanes(span, top, "own" if number == 0 else "partner")
        shapes += lanes.draw(side)
        top = lanes.y + _GAP
    shapes += _axis(span, top - _GAP)
    return Picture(WIDTH, top - _GAP + _AXIS, tuple(shapes), _says(sides))


class _Lanes:
    """The lanes of one side, from `y` down."""

    def __init__(self, span: tuple[int, int], top: float, ink: str) -> None:
        self.span, self.y, self.ink = span, top, ink
        self.length = max(span[1] - span[0], 1)

    def x(self, t_ns: float) -> float:
        return WIDTH * min(max((t_ns - self.span[0]) / self.length, 0.0), 1.0)

    def draw(self, side: Drawn) -> Iterator[Shape]:
        top = self.y
        yield Words(4, self.y + 18, side.name, _LARGE, self.ink)
        self.y += _HEAD
        yield from self._wave(side.level)
        yield from self._pitch(side.f0_hz)
        yield from self._turns(side)
        yield from self._words(side)
        for strip in side.strips:
            yield from self._strip(strip)
        yield from self._marks(side)
        yield from self._seals(side, top + _HEAD)

    def _wave(self, level: Floats) -> Iterator[Shape]:
        middle = self.y + _WAVE / 2
        for run in _runs(level):
            xs = _xs(len(level), run)
            halves = np.maximum(level[run] * (_WAVE / 2 - 2), 0.4)
            upper = [(x, middle - h) for x, h in zip(xs, halves, strict=True)]
            lower = [(x, middle + h) for x, h in zip(xs[::-1], halves[::-1], strict=True)]
            yield Band((*upper, *lower), self.ink, 0.75)
        yield from self._name("voice", _WAVE)

    def _pitch(self, f0: Floats) -> Iterator[Shape]:
        low, high = np.log(_LOWEST_HZ), np.log(_HIGHEST_HZ)

        def height(hertz: float) -> float:
            share = (np.log(min(max(hertz, _LOWEST_HZ), _HIGHEST_HZ)) - low) / (high - low)
            return self.y + _PITCH - 4 - float(share) * (_PITCH - 8)

        for hertz in (100, 200, 400):
            yield Line(((0, height(hertz)), (WIDTH, height(hertz))), "soft")
            yield Words(WIDTH - 3, height(hertz) - 2, f"{hertz} Hz", _SMALL, "muted", "end")
        for run in _runs(f0):
            points = [(x, height(value)) for x, value in zip(_xs(len(f0), run), f0[run], strict=True)]
            if len(points) == 1:
                points = [(points[0][0] - 1, points[0][1]), (points[0][0] + 1, points[0][1])]
            yield Line(tuple(points), self.ink, 1.8)
        yield from self._name("pitch", _PITCH)

    def _turns(self, side: Drawn) -> Iterator[Shape]:
        for start, end, kind in side.turns:
            low = kind == "backchannel"
            width = max(self.x(end) - self.x(start), 1.5)
            says = f"{kind}, {(start - self.span[0]) / 1e9:.1f} to {(end - self.span[0]) / 1e9:.1f} s"
            yield Box(self.x(start), self.y + (5 if low else 1), width, 6 if low else 13, self.ink, 0.9, says)
        yield from self._name("turns", _TURNS)

    def _words(self, side: Drawn) -> Iterator[Shape]:
        if not side.words:
            return
        free = [0.0, 0.0]  # where each of two rows of text has room again
        for word in side.words:
            x, strength = self.x(word.start_ns), word.prominence
            width = max(self.x(word.end_ns) - x, 1.5)
            tall = 2 + 24 * (strength if np.isfinite(strength) else 0.0)
            told = f", emphasis {strength:.2f}" if np.isfinite(strength) else ""
            yield Box(x, self.y + 28 - tall, width - 0.5, tall, self.ink, 0.35, f"{word.text}{told}")
            row = 0 if x >= free[0] else 1
            if x >= free[row]:
                yield Words(x, self.y + 41 + 14 * row, word.text, _NORMAL, "ink")
                free[row] = x + len(word.text) * _LETTER + 6
        yield from self._name("words", _WORDS)

    def _strip(self, strip: Strip) -> Iterator[Shape]:
        foot = self.y + _STRIP - 2
        yield Line(((0, foot), (WIDTH, foot)), "soft")
        for run in _runs(strip.values):
            xs = _xs(len(strip.values), run)
            line = [(x, foot - value * (_STRIP - 4)) for x, value in zip(xs, strip.values[run], strict=True)]
            yield Band(((xs[0], foot), *line, (xs[-1], foot)), self.ink, 0.6)
        yield from self._name(strip.name, _STRIP)

    def _marks(self, side: Drawn) -> Iterator[Shape]:
        for mark in side.marks:
            width = max(self.x(mark.end_ns) - self.x(mark.start_ns), 3)
            yield Box(self.x(mark.start_ns), self.y + 3, width, 8, mark.verdict, 0.85, mark.sentence)
        yield from self._name("findings", _MARKS)

    def _seals(self, side: Drawn, top: float) -> Iterator[Shape]:
        for start, end in side.sealed:
            if self.x(end) > self.x(start):
                yield Box(self.x(start), top, self.x(end) - self.x(start), self.y - top, "sealed", 0.18, "sealed")
                yield Words((self.x(start) + self.x(end)) / 2, top + 14, "sealed", _SMALL, "sealed", "middle")

    def _name(self, name: str, height: float) -> Iterator[Shape]:
        """A lane's name over its left end, on paper so that it stays readable; then go on below."""
        size = _SMALL
        yield Box(0, self.y + 1, len(name) * 5.6 + 8, size + 2, "paper", 0.8)
        yield Words(5, self.y + size, name, size, "muted")
        self.y += height


def _axis(span: tuple[int, int], y: float) -> Iterator[Shape]:
    length = max(span[1] - span[0], 1) / 1e9
    step = next((tick for tick in _TICKS_S if length / tick <= 14), 1800)
    yield Line(((0, y + 4), (WIDTH, y + 4)), "muted")
    for number in range(int(length / step) + 1):
        second = number * step
        x = WIDTH * second / length
        anchor = "start" if number == 0 else "end" if x > WIDTH - 30 else "middle"
        yield Line(((x, y + 4), (x, y + 9)), "muted")
        yield Words(x, y + 22, _clock(second, step), _NORMAL, "muted", anchor)


def _clock(second: float, step: float) -> str:
    if step < 1:
        return f"{second:.1f} s"
    return f"{int(second)} s" if second < 60 and step < 30 else f"{int(second) // 60}:{int(second) % 60:02}"


def _runs(values: Floats) -> list[slice]:
    """Stretches of columns that were measured."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], np.isfinite(values), [False]]).astype(np.int8)))
    return [slice(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def _xs(count: int, run: slice) -> list[float]:
    return [WIDTH * (column + 0.5) / count for column in range(run.start, run.stop)]


def _says(sides: Iterable[Drawn]) -> str:
    parts = [
        f"{side.name}: {len(side.turns)} stretches of speech, {len(side.words)} words, "
        f"{len(side.marks)} findings, {len(side.sealed)} sealed stretches"
        for side in sides
    ]
    return f"Voice, pitch, turns, words, face and findings over time. {'; '.join(parts)}."

"""A take as lanes of bars: who spoke, what the room did, what is sealed, what was noticed. Places in per cent."""

from collections.abc import Iterable
from dataclasses import dataclass

from yesif.apps.footage.queries.review import Review
from yesif.web.templatetags.yesif import take_time

EVENT_WORDS = {
    "card-shown": "Card",
    "countdown": "Countdown",
    "action": "Action",
    "cut": "Cut",
    "paused": "Pause",
    "resumed": "Go on",
    "softened": "Softer",
    "joined": "Back",
    "left": "Left",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One thing drawn: left edge and width in per cent of the take, as text for SVG."""

    x: str
    w: str = "0"
    words: str = ""
    kind: str = ""
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Line:
    """The same thing in words, for the list below the drawing."""

    at_ns: int
    words: str

    @property
    def at(self) -> str:
        return take_time(self.at_ns)


@dataclass(frozen=True, slots=True)
class Lanes:
    """All lanes of one take, and the list that says the same."""

    own: tuple[Bar, ...]
    partner: tuple[Bar, ...]
    findings: tuple[Bar, ...]
    events: tuple[Bar, ...]
    seals: tuple[Bar, ...]
    list: tuple[Line, ...]


def lanes(review: Review) -> Lanes:
    """The lanes of what a performer sees; a take of no length has empty ones."""
    length = review.row.length_ns or 0
    if length <= 0:
        return Lanes((), (), (), (), (), ())
    partner = review.partner.turns if review.partner else ()
    spotted = [f for f in review.findings if f.start_ns is not None and f.verdict != "pass"]
    return Lanes(
        own=_bars(review.own.turns, length),
        partner=_bars(partner, length),
        findings=tuple(
            _bar(f.start_ns or 0, f.end_ns or f.start_ns or 0, length, words=f.sentence, kind=f.verdict)
            for f in spotted
        ),
        events=tuple(_tick(e.at_ns, length, EVENT_WORDS.get(e.kind, e.kind)) for e in review.events),
        seals=_bars([(span.start_ns, span.end_ns) for span in review.spans], length),
        list=_list(review),
    )


def _bars(stretches: Iterable[tuple[int, int]], length: int) -> tuple[Bar, ...]:
    return tuple(_bar(start, end, length) for start, end in stretches)


def _bar(start: int, end: int, length: int, *, words: str = "", kind: str = "") -> Bar:
    start, end = max(0, start), min(length, end)
    # At least 0.2 %: a cough of 100 ms in ten minutes must not be thinner than a line.
    return Bar(f"{100 * start / length:.3f}", f"{max(0.2, 100 * (end - start) / length):.3f}", words, kind)


def _tick(at: int, length: int, words: str) -> Bar:
    place = 100 * min(max(0, at), length) / length
    anchor = "start" if place < 4 else "end" if place > 96 else "middle"
    return Bar(f"{place:.3f}", words=words, anchor=anchor)


def _list(review: Review) -> tuple[Line, ...]:
    partner = review.partner
    lines = [Line(a, f"you speak, until {take_time(b)}") for a, b in review.own.turns]
    if partner:
        lines += [Line(a, f"{partner.stage_name} speaks, until {take_time(b)}") for a, b in partner.turns]
    lines += [Line(e.at_ns, EVENT_WORDS.get(e.kind, e.kind)) for e in review.events]
    lines += [Line(s.start_ns, f"sealed, until {take_time(s.end_ns)}") for s in review.spans]
    lines += [Line(f.start_ns, f.sentence) for f in review.findings if f.start_ns is not None and f.verdict != "pass"]
    return tuple(sorted(lines, key=lambda line: line.at_ns))

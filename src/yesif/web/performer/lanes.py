"""A take as lanes of bars: who spoke, what the room did, what is sealed, what was noticed. Places in per cent."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from yesif.apps.footage.queries.review import Review
from yesif.web.aloud import aloud
from yesif.web.templatetags.yesif import take_time

EVENT_WORDS = {
    "card-shown": _lazy("Card"),
    "countdown": _lazy("Countdown"),
    "action": _lazy("Action"),
    "cut": _lazy("Cut"),
    "paused": _lazy("Pause"),
    "resumed": _lazy("Go on"),
    "softened": _lazy("Softer"),
    "joined": _lazy("Back"),
    "left": _lazy("Left"),
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


def lanes(review: Review, *, own: str = "") -> Lanes:
    """The lanes of what a performer sees; a take of no length has empty ones. `own` names them to somebody else."""
    length = review.row.length_ns or 0
    if length <= 0:
        return Lanes((), (), (), (), (), ())
    partner = review.partner.turns if review.partner else ()
    spotted = [f for f in review.findings if f.start_ns is not None and f.verdict != "pass"]
    return Lanes(
        own=_bars(review.own.turns, length),
        partner=_bars(partner, length),
        findings=tuple(
            _bar(f.start_ns or 0, f.end_ns or f.start_ns or 0, length, words=aloud(f.sentence), kind=f.verdict)
            for f in spotted
        ),
        events=tuple(_tick(e.at_ns, length, str(EVENT_WORDS.get(e.kind, e.kind))) for e in review.events),
        seals=_bars([(span.start_ns, span.end_ns) for span in review.spans], length),
        list=_list(review, own),
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


def _list(review: Review, own: str) -> tuple[Line, ...]:
    speaks, partner = _("{name} speaks, until {end}"), review.partner
    said = speaks if own else _("you speak, until {end}")
    lines = [Line(a, said.format(name=own, end=take_time(b))) for a, b in review.own.turns]
    if partner:
        name = partner.stage_name
        lines += [Line(a, speaks.format(name=name, end=take_time(b))) for a, b in partner.turns]
    lines += [Line(e.at_ns, str(EVENT_WORDS.get(e.kind, e.kind))) for e in review.events]
    lines += [Line(s.start_ns, _("sealed, until {end}").format(end=take_time(s.end_ns))) for s in review.spans]
    spotted = [f for f in review.findings if f.verdict != "pass"]
    lines += [Line(f.start_ns, aloud(f.sentence)) for f in spotted if f.start_ns is not None]
    return tuple(sorted(lines, key=lambda line: line.at_ns))

"""What a room's own moments seal of a take, and how its scene stands: worked out from the timeline, nowhere else.

    cut, left      the last 30 s before it, for everyone who plays
    off-record     from 20 s before it was said until on-record, or the end
    paused         until everyone who paused has resumed, or the end

Times are integer nanoseconds on the session clock; what is sealed is given in take time (since "action").
"""

from collections.abc import Iterable
from dataclasses import dataclass

BEFORE_CUT_NS = 30_000_000_000
BEFORE_OFF_NS = 20_000_000_000
STOPS = ("cut", "left")
"""Ways a scene ends that seal what came just before; "end" (the scene was over) seals nothing."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One event of the room: when, what, and whose."""

    at_ns: int
    kind: str
    who: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """A stretch of the take that is in nothing. `who` alone may lift it; "" where nobody may."""

    start_ns: int
    end_ns: int
    why: str
    who: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a scene that plays stands: who paused it, who is off the record, whether it was asked to be softer."""

    paused: frozenset[str] = frozenset()
    off: frozenset[str] = frozenset()
    softened: bool = False


def standing(moments: Iterable[Moment]) -> Standing:
    """How the scene stands after these moments, in their order."""
    paused: set[str] = set()
    off: set[str] = set()
    softened = False
    for moment in moments:
        softened = softened or moment.kind == "softened"
        if moment.kind == "paused":
            paused.add(moment.who)
        elif moment.kind == "resumed":
            paused.discard(moment.who)
        elif moment.kind == "off-record":
            off.add(moment.who)
        elif moment.kind == "on-record":
            off.discard(moment.who)
    return Standing(frozenset(paused), frozenset(off), softened)


def sealed(moments: Iterable[Moment], *, action_ns: int, cut_ns: int, how: str) -> tuple[Sealed, ...]:
    """Everything the room sealed of a take that ended at `cut_ns` by `how`, in take time, by start."""
    moments = sorted((one for one in moments if action_ns <= one.at_ns <= cut_ns), key=lambda one: one.at_ns)
    found = [*_off(moments, cut_ns), *_paused(moments, cut_ns)]
    if how in STOPS:
        found.append(Sealed(cut_ns - BEFORE_CUT_NS, cut_ns, "cut", ""))
    clipped = (Sealed(max(0, s.start_ns - action_ns), s.end_ns - action_ns, s.why, s.who) for s in found)
    return tuple(sorted((s for s in clipped if s.start_ns < s.end_ns), key=lambda s: (s.start_ns, s.end_ns, s.who)))


def _off(moments: list[Moment], cut_ns: int) -> list[Sealed]:
    """Each performer's stretches off the record; one that nobody ended lasts to the end."""
    since: dict[str, int] = {}
    found = []
    for moment in moments:
        if moment.kind == "off-record":
            since.setdefault(moment.who, moment.at_ns)
        elif moment.kind == "on-record" and moment.who in since:
            found.append(Sealed(since.pop(moment.who) - BEFORE_OFF_NS, moment.at_ns, "off-record", moment.who))
    return [*found, *(Sealed(at - BEFORE_OFF_NS, cut_ns, "off-record", who) for who, at in since.items())]


def _paused(moments: list[Moment], cut_ns: int) -> list[Sealed]:
    """Stretches in which anyone had paused."""
    by: set[str] = set()
    start, found = 0, []
    for moment in moments:
        if moment.kind == "paused":
            start = start if by else moment.at_ns
            by.add(moment.who)
        elif moment.kind == "resumed" and by:
            by.discard(moment.who)
            if not by:
                found.append(Sealed(start, moment.at_ns, "paused", ""))
    return [*found, Sealed(start, cut_ns, "paused", "")] if by else found

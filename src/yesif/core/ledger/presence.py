"""How long was someone there? Spans the server saw, joined where the line was gone for no longer than the grace.

A dropped network, a killed tab or a restarted server leaves a hole between two spans; a hole up to the grace counts as
being there, a longer one does not. In a room time counts from half an hour before the session to the end of what was
booked, and around every scene however late it is: a tab that was left open is nobody's work. Times are nanoseconds of
studio time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from yesif.core.ledger.split import split

GRACE_NS = 120_000_000_000
"""Two minutes: a browser restarted, a cable found."""
BEAT_NS = 20_000_000_000
"""How often a page that is open is written down."""
MS = 1_000_000
EARLY_NS = 1_800_000_000_000
"""A room counts from half an hour before its session."""
AROUND_NS = 600_000_000_000
"""Before and after a scene ten minutes count, whatever the hour."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Room:
    """What happened in a room, for telling kinds of time apart: scenes played, when this one was first ready, and the
    time that was booked (`window`; none: all of it counts)."""

    scenes: tuple[Span, ...] = ()
    ready_ns: int | None = None
    window: Span | None = None


def counted(spans: Iterable[Span], *, grace_ns: int = GRACE_NS) -> tuple[Span, ...]:
    """The stretches that count: spans in order, merged across holes up to `grace_ns`."""
    merged: list[list[int]] = []
    for start, end in sorted((a, b) for a, b in spans if b >= a):
        if merged and start - merged[-1][1] <= grace_ns:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return tuple((a, b) for a, b in merged)


def window(starts_ns: int, opened_ns: int, booked_ns: int) -> Span:
    """When a room counts: from half an hour before its session; to the end of the booked time, which runs from the
    start, or from when the room was first opened where that was later."""
    return starts_ns - EARLY_NS, max(starts_ns, opened_ns) + booked_ns


def paid_part(spans: Iterable[Span], room: Room, *, grace_ns: int = GRACE_NS) -> tuple[Span, ...]:
    """The stretches that count in a room: what is inside its window, or around a scene."""
    whole = counted(spans, grace_ns=grace_ns)
    if room.window is None:
        return whole
    around = [(a - AROUND_NS, b + AROUND_NS) for a, b in room.scenes]
    paid = counted([room.window, *around], grace_ns=0)
    parts = ((max(a, c), min(b, d)) for a, b in whole for c, d in paid)
    return tuple(sorted((a, b) for a, b in parts if a < b))


def total_ms(spans: Iterable[Span], *, grace_ns: int = GRACE_NS) -> int:
    """Whole milliseconds that count; the sum is cut once, not each span."""
    return sum(b - a for a, b in counted(spans, grace_ns=grace_ns)) // MS


def by_kind(spans: Iterable[Span], room: Room, *, grace_ns: int = GRACE_NS) -> dict[str, int]:
    """Counted milliseconds in a room by kind: scenes; room check until first ready; waiting for the rest.

    The kinds add up to what counts (`paid_part`) to the millisecond; nothing counts twice, or not at all."""
    whole = paid_part(spans, room, grace_ns=grace_ns)
    scenes = sum(_overlap(whole, one) for one in counted(room.scenes, grace_ns=0))
    check_until = room.ready_ns if room.ready_ns is not None else max((b for _, b in whole), default=0)
    check = _overlap(whole, (0, check_until)) - sum(
        _overlap(whole, (a, min(b, check_until))) for a, b in counted(room.scenes, grace_ns=0) if a < check_until
    )
    there = sum(b - a for a, b in whole)
    parts = {"room-check": check, "waiting": there - scenes - check, "scenes": scenes}
    if not there:
        return dict.fromkeys(parts, 0)
    return split(there // MS, parts, event="presence")


def words(ms: int) -> str:
    """2530000 → "42 min 10 s"."""
    seconds = ms // 1000
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds % 60} s"


def _overlap(whole: Sequence[Span], one: Span) -> int:
    return sum(max(0, min(b, one[1]) - max(a, one[0])) for a, b in whole)


def posted_difference(counted_ms: Mapping[str, int], posted_ms: Mapping[str, int]) -> dict[str, int]:
    """What is still to be paid of each kind. Time once paid is never taken back: a kind that shrank is left alone, and
    what it has too much is not paid again under another kind."""
    more = {kind: counted_ms.get(kind, 0) - posted_ms.get(kind, 0) for kind in [*counted_ms, *posted_ms]}
    over = -sum(ms for ms in more.values() if ms < 0)
    due: dict[str, int] = {}
    for kind, ms in more.items():
        if ms > 0:
            taken = min(ms, over)
            over -= taken
            if ms - taken:
                due[kind] = ms - taken
    return due

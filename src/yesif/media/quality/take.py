"""Do the room's events and the tracks make one take? Card, action and cut in order, and tracks from action to cut."""

from collections.abc import Mapping, Sequence

from yesif.media.quality.finding import Finding, judge

Span = tuple[int, int]
_ORDER = ("card-shown", "action", "cut")


def event_findings(events: Sequence[tuple[str, int]], take_ns: Span) -> list[Finding]:
    """Are the prompt and the marks of time there? `events`: kind and take time of what the room wrote, in its order.

    Action stands at 0 and cut at the take's end, within 50 ms; the card was shown before action.
    """
    due = {"card-shown": None, "action": take_ns[0], "cut": take_ns[1]}
    wrong = []
    for kind in _ORDER:
        at = [ns for name, ns in events if name == kind]
        when = due[kind]
        good = any(ns <= take_ns[0] for ns in at) if when is None else any(abs(ns - when) <= 50_000_000 for ns in at)
        wrong += [] if good else [kind]
    return [judge("prompt-events", "pair", float(len(wrong)), take_ns, names=", ".join(wrong))]


def cover_findings(tracks: Mapping[str, Span], take_ns: Span) -> list[Finding]:
    """How much of the take each track leaves out at its ends; `tracks`: first and last moment of each, take time."""
    found = []
    for track, (first, last) in sorted(tracks.items()):
        early, late = max(first - take_ns[0], 0), max(take_ns[1] - last, 0)
        where = (take_ns[0], min(first, take_ns[1])) if early >= late else (max(last, take_ns[0]), take_ns[1])
        missing = min(early + late, take_ns[1] - take_ns[0]) / 1e9
        found.append(judge("take-covered", track, missing, where, medium=track))
    return found

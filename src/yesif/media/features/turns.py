"""Who has the floor? Turns, backchannels, overlaps, pauses and gaps of two performers, from both voices on one clock.

Definitions, all from speech alone (later ones may use words):

    stretch       speech of one performer with no pause of 200 ms or more (an inter-pausal unit)
    backchannel   a stretch of at most 1 s while the other speaks from before it until after it
    turn          consecutive stretches of one performer that are not backchannels, until the other's next such stretch
    overlap       both speak
    interruption  a stretch, no backchannel, begins 200 ms or more before the other's stretch ends, and outlasts it
    pause         silence of both of 200 ms or more inside a turn
    gap           silence of both between the turns of the two
    offset        a turn's start minus the end of the other's turn before it, signed (floor-transfer offset)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from yesif.media.stage import Column, Recipe
from yesif.media.tables import Rows

Span = tuple[int, int]
"""Start and end in nanoseconds on the take's clock."""


@dataclass(frozen=True, slots=True)
class TurnRule:
    """The durations that decide, nanoseconds."""

    pause_ns: int = 200_000_000
    backchannel_ns: int = 1_000_000_000
    shortest_overlap_ns: int = 32_000_000
    interruption_ns: int = 200_000_000


USUAL = TurnRule()


@dataclass(frozen=True, slots=True)
class Floor:
    """One stretch of the floor. `kind`: as the module says; `speaker`: 0 or 1, or −1 for both or neither."""

    kind: str
    speaker: int
    start_ns: int
    end_ns: int
    offset_ms: float | None = None


def recipe(rule: TurnRule) -> Recipe:
    """How table `turns` is made."""
    return Recipe(
        stage="turns",
        version=2,
        method="turn-taking from speech activity of both voices; definitions in yesif.media.features.turns",
        columns=(
            Column("kind", "string", "1", "turn, backchannel, overlap, interruption, pause or gap"),
            Column("speaker", "int32", "1", "0: first performer, 1: second; -1: both or neither", -1, 1),
            Column("start_ns", "int64", "ns", "on the take's clock"),
            Column("end_ns", "int64", "ns", "on the take's clock"),
            Column("offset_ms", "float32", "ms", "floor-transfer offset of a turn, negative: came in early; else NaN"),
        ),
        params={
            "pause_ms": rule.pause_ns // 1_000_000,
            "backchannel_ms": rule.backchannel_ns // 1_000_000,
            "shortest_overlap_ms": rule.shortest_overlap_ns // 1_000_000,
            "interruption_ms": rule.interruption_ns // 1_000_000,
        },
    )


def floor_of(first: Sequence[Span], second: Sequence[Span], rule: TurnRule = USUAL) -> list[Floor]:
    """The floor of two performers, from their stretches of speech in order; sorted by start."""
    stretches = [joined(first, rule.pause_ns), joined(second, rule.pause_ns)]
    backchannels = [
        (speaker, span)
        for speaker in (0, 1)
        for span in stretches[speaker]
        if span[1] - span[0] <= rule.backchannel_ns and _inside(span, stretches[1 - speaker])
    ]
    aside = set(backchannels)
    held = sorted((span, speaker) for speaker in (0, 1) for span in stretches[speaker] if (speaker, span) not in aside)
    found = [Floor("backchannel", speaker, *span) for speaker, span in backchannels]
    found += _turns(held, rule)
    found += _interruptions(held, rule)
    found += [Floor("overlap", -1, *span) for span in meets(first, second) if _length(span) >= rule.shortest_overlap_ns]
    return sorted(found, key=lambda floor: (floor.start_ns, floor.end_ns, floor.kind, floor.speaker))


def rows_of(floor: Sequence[Floor]) -> Rows:
    """Table `turns` for a floor."""
    nan = float("nan")
    return {
        "kind": [one.kind for one in floor],
        "speaker": np.array([one.speaker for one in floor], np.int32),
        "start_ns": np.array([one.start_ns for one in floor], np.int64),
        "end_ns": np.array([one.end_ns for one in floor], np.int64),
        "offset_ms": np.array([nan if one.offset_ms is None else one.offset_ms for one in floor], np.float32),
    }


def joined(spans: Iterable[Span], pause_ns: int) -> list[Span]:
    """Spans of one performer, those closer than `pause_ns` made one."""
    out: list[Span] = []
    for start, end in sorted(spans):
        if out and start - out[-1][1] < pause_ns:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def meets(first: Sequence[Span], second: Sequence[Span]) -> list[Span]:
    """Where both speak: the intersection of two sorted lists of spans."""
    out: list[Span] = []
    i = j = 0
    while i < len(first) and j < len(second):
        start, end = max(first[i][0], second[j][0]), min(first[i][1], second[j][1])
        if start < end:
            out.append((start, end))
        if first[i][1] <= second[j][1]:
            i += 1
        else:
            j += 1
    return out


def summary(floor: Sequence[Floor], first: Sequence[Span], second: Sequence[Span], length_ns: int) -> dict[str, object]:
    """The figures of a pair. Shares are of `length_ns`; offsets in ms; None where there is nothing to count."""
    turns = [one for one in floor if one.kind == "turn"]
    offsets = [one.offset_ms for one in turns if one.offset_ms is not None]
    overlap = sum(one.end_ns - one.start_ns for one in floor if one.kind == "overlap")
    backchannels = sum(one.kind == "backchannel" for one in floor)
    length = max(length_ns, 1)
    return {
        "turns": [sum(one.speaker == who for one in turns) for who in (0, 1)],
        "backchannels": backchannels,
        "interruptions": [sum(one.kind == "interruption" and one.speaker == who for one in floor) for who in (0, 1)],
        "speech_share": [round(sum(map(_length, spans)) / length, 4) for spans in (first, second)],
        "overlap_share": round(overlap / length, 4),
        "offset_median_ms": round(float(np.median(offsets)), 1) if offsets else None,
        "longest_silence_ms": _longest_silence(first, second, length_ns) // 1_000_000,
    }


def _turns(held: Sequence[tuple[Span, int]], rule: TurnRule) -> list[Floor]:
    """Turns with their offsets, and the pauses and gaps between stretches; `held` is sorted by start."""
    found: list[Floor] = []
    turn: list[Span] = []
    owner = -1
    before_end: int | None = None
    reach: int | None = None  # how far anybody has spoken
    for span, speaker in held:
        silence = None if reach is None else span[0] - reach
        if speaker != owner:
            if turn:
                found.append(_turn(turn, owner, before_end))
                before_end = max(end for _, end in turn)
            turn, owner = [], speaker
            if silence is not None and silence > 0 and reach is not None:
                found.append(Floor("gap", -1, reach, span[0]))
        elif silence is not None and silence >= rule.pause_ns and reach is not None:
            found.append(Floor("pause", owner, reach, span[0]))
        turn.append(span)
        reach = span[1] if reach is None else max(reach, span[1])
    if turn:
        found.append(_turn(turn, owner, before_end))
    return found


def _interruptions(held: Sequence[tuple[Span, int]], rule: TurnRule) -> list[Floor]:
    """Who comes in while the other speaks, and speaks on when the other has stopped: from coming in to the stop."""
    return [
        Floor("interruption", speaker, span[0], other[1])
        for span, speaker in held
        for other, whose in held
        if whose != speaker and other[0] < span[0] and span[0] + rule.interruption_ns <= other[1] < span[1]
    ]


def _turn(stretches: Sequence[Span], speaker: int, before_end: int | None) -> Floor:
    start, end = stretches[0][0], max(end for _, end in stretches)
    return Floor("turn", speaker, start, end, None if before_end is None else (start - before_end) / 1e6)


def _inside(span: Span, others: Sequence[Span]) -> bool:
    # Strictly longer: two who say the same word at the same instant do not both listen.
    return any(start <= span[0] and span[1] <= end and _length(span) < end - start for start, end in others)


def _length(span: Span) -> int:
    return span[1] - span[0]


def _longest_silence(first: Sequence[Span], second: Sequence[Span], length_ns: int) -> int:
    spoken = joined([*first, *second], 0)
    edges = [0, *(moment for span in spoken for moment in span), max(length_ns, spoken[-1][1] if spoken else 0)]
    return max(max(0, later - earlier) for earlier, later in zip(edges[::2], edges[1::2], strict=True))

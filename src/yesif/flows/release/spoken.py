"""Who spoke when, and which words: intervals, with everything sealed taken out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

from yesif.media import tables
from yesif.media.features.speech import read_spans
from yesif.media.features.turns import joined
from yesif.media.strongbox import Source

_PAUSE_NS = 200_000_000  # the pause that ends a stretch in the table of turns, too
Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Word:
    """One word; times in ns of take time, `score` 0 to 1 or None where the method gives none."""

    start_ns: int
    end_ns: int
    text: str
    score: float | None


@dataclass(frozen=True, slots=True)
class Spoken:
    """Everything said in one performance that may leave: stretches of voice, turns with their kind, words."""

    speech: tuple[tuple[int, int], ...] = ()
    turns: tuple[tuple[int, int, str, bool | None], ...] = ()
    words: tuple[Word, ...] = ()


def spoken(paths: Mapping[str, Source], sealed: Spans, *, side: int, beside: bool, end_ns: int) -> Spoken:
    """Read `speech`, `turns` (of the pair) and `words` of one performance; `side` is 0 for position a, 1 for b.

    Without a partner beside it, a turn is any stretch of one's own voice: who holds the floor also tells when the other
    spoke. A word that touches a sealed span goes whole; a stretch of voice is cut to what lies outside. Nothing lies
    before action or after `end_ns`.
    """
    outside = (*sealed, (-(1 << 62), 0), (end_ns, 1 << 62))
    speech = _speech(paths)
    turns = (
        _turns(_rows(paths, "turns"), side) if beside else ((*s, "stretch", None) for s in joined(speech, _PAUSE_NS))
    )
    return Spoken(
        speech=tuple(piece for stretch in speech for piece in without(stretch, outside)),
        turns=tuple((*piece, kind, overlap) for a, b, kind, overlap in turns for piece in without((a, b), outside)),
        words=tuple(_words(_rows(paths, "words"), outside)),
    )


def _speech(paths: Mapping[str, Source]) -> list[tuple[int, int]]:
    return read_spans(paths["speech"]) if "speech" in paths else []


def _stretches(speech: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, str, None]]:
    return ((start, end, "stretch", None) for start, end in joined(speech, _PAUSE_NS))


def _turns(rows: Sequence[Mapping[str, Any]], side: int) -> Iterator[tuple[int, int, str, bool]]:
    overlaps = [(int(row["start_ns"]), int(row["end_ns"])) for row in rows if row["kind"] == "overlap"]
    for row in rows:
        if row["speaker"] == side and row["kind"] in ("turn", "backchannel"):
            start, end = int(row["start_ns"]), int(row["end_ns"])
            yield start, end, str(row["kind"]), any(start < b and a < end for a, b in overlaps)


def _words(rows: Iterable[Mapping[str, Any]], outside: Spans) -> Iterator[Word]:
    for row in rows:
        start, end = int(row["start_ns"]), int(row["end_ns"])
        if all(end <= a or start >= b for a, b in outside):
            sure = float(row["conf"])
            yield Word(start, end, str(row["text"]), None if isnan(sure) else sure)


def _rows(paths: Mapping[str, Source], stage: str) -> list[dict[str, Any]]:
    if stage not in paths:
        return []
    read = tables.read(paths[stage])
    return [dict(zip(read, row, strict=True)) for row in zip(*(list(column) for column in read.values()), strict=True)]


def without(stretch: tuple[int, int], holes: Spans) -> list[tuple[int, int]]:
    """What is left of [start, end) when every hole is taken out of it."""
    left = [(int(stretch[0]), int(stretch[1]))]
    for start, end in holes:
        left = [piece for a, b in left for piece in ((a, min(b, start)), (max(a, end), b)) if piece[0] < piece[1]]
    return left

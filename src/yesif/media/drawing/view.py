"""What is drawn of one performer: a few hundred columns out of their tables, and nothing of a sealed stretch.

Every number of the picture comes from a table; the picture measures nothing itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from yesif.media.features.nets import face_points
from yesif.media.strongbox import Source, readable
from yesif.media.tables import read

Floats = NDArray[np.float64]
Span = tuple[int, int]
Tables = Mapping[str, Source]

SEAL_MARGIN_NS = 400_000_000
"""The longest window a dense stage looks through: nothing this near to a sealed span is drawn, as none is released."""
COLUMNS = 600

BLENDSHAPES = (
    ("brows up", ("browInnerUp", "browOuterUpLeft", "browOuterUpRight")),
    ("brows down", ("browDownLeft", "browDownRight")),
    ("eyes shut", ("eyeBlinkLeft", "eyeBlinkRight")),
    ("eyes narrow", ("eyeSquintLeft", "eyeSquintRight")),
    ("mouth smile", ("mouthSmileLeft", "mouthSmileRight")),
    ("mouth frown", ("mouthFrownLeft", "mouthFrownRight")),
    ("mouth pucker", ("mouthPucker", "mouthFunnel")),
    ("jaw open", ("jawOpen",)),
)
"""Strips of blendshape scores: the mean of each group. They say what moves, not what anyone feels."""
_HEAD = (
    ("mouth open", "mouth_open", 0.0, 0.8),
    ("eye open", "eye_right_open", 0.0, 0.5),
    ("head turn", "yaw_deg", -40.0, 40.0),
)


@dataclass(frozen=True, slots=True)
class Strip:
    """One number over time, 0..1 of what can be drawn; NaN: not measured."""

    name: str
    values: Floats


@dataclass(frozen=True, slots=True)
class Word:
    """A word, and how much it stands out against the strongest of the take, 0..1 (NaN: not measured)."""

    start_ns: int
    end_ns: int
    text: str
    prominence: float


@dataclass(frozen=True, slots=True)
class Mark:
    """One finding at its evidence."""

    start_ns: int
    end_ns: int
    verdict: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """One performer's half of the picture; arrays have one value a column."""

    name: str
    span_ns: Span
    level: Floats
    """Highest sample of a column, 0..1 of full scale."""
    f0_hz: Floats
    turns: tuple[tuple[int, int, str], ...]
    words: tuple[Word, ...]
    strips: tuple[Strip, ...]
    marks: tuple[Mark, ...]
    sealed: tuple[Span, ...]


def drawn(
    name: str,
    tables: Tables,
    *,
    span_ns: Span,
    speaker: int = 0,
    sealed: Sequence[Span] = (),
    findings: Iterable[Mapping[str, Any]] = (),
    columns: int = COLUMNS,
) -> Drawn:
    """What is drawn of the tables of one performer, by stage; a stage that is absent leaves its lane empty.

    `speaker` is their number in a table `turns`. `sealed`: take times of everything sealed by either performer.
    """
    edges = np.linspace(span_ns[0], span_ns[1], columns + 1)
    shut = _shut(edges, sealed)
    level = _column(tables, "energy", "peak", edges, np.maximum)
    pitch = _column(tables, "f0", "f0_hz", edges, None)
    return Drawn(
        name=name,
        span_ns=span_ns,
        level=np.where(shut, np.nan, np.clip(level, 0, 1)),
        f0_hz=np.where(shut, np.nan, pitch),
        turns=tuple(_turns(tables, speaker, sealed)),
        words=tuple(_words(tables, sealed)),
        strips=tuple(Strip(one.name, np.where(shut, np.nan, one.values)) for one in _strips(tables, edges)),
        marks=tuple(_marks(findings, span_ns, sealed)),
        sealed=tuple(sealed),
    )


def at_columns(t_ns: NDArray[np.int64], values: Floats, edges: Floats, most: np.ufunc | None) -> Floats:
    """Rows as one value a column: the mean, or the `most` (np.maximum); NaN where nothing was measured.

    Where rows are further apart than columns are wide, each column takes the row next to it.
    """
    found = np.full(len(edges) - 1, np.nan)
    known = np.isfinite(values)
    times, numbers = t_ns[known].astype(np.float64), values[known]
    if not len(times) or edges[-1] <= edges[0]:
        return found
    step = float(np.median(np.diff(t_ns))) if len(t_ns) > 1 else 0.0
    width = float(edges[1] - edges[0])
    if step > width:
        middles = (edges[1:] + edges[:-1]) / 2
        at = np.clip(np.searchsorted(times, middles), 0, len(times) - 1)
        before = np.clip(at - 1, 0, len(times) - 1)
        nearest = np.where(np.abs(times[before] - middles) <= np.abs(times[at] - middles), before, at)
        near = np.abs(times[nearest] - middles) <= 0.75 * step
        found[near] = numbers[nearest][near]
        return found
    column = ((times - edges[0]) // width).astype(np.int64)
    inside = (column >= 0) & (column < len(found))
    column, numbers = column[inside], numbers[inside]
    counts = np.bincount(column, minlength=len(found))
    if most is None:
        sums = np.bincount(column, weights=numbers, minlength=len(found))
        return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    highest = np.full(len(found), -np.inf)
    most.at(highest, column, numbers)
    return np.where(counts > 0, highest, np.nan)


def _column(tables: Tables, stage: str, column: str, edges: Floats, most: np.ufunc | None) -> Floats:
    if stage not in tables:
        return np.full(len(edges) - 1, np.nan)
    table = read(tables[stage], ["t_ns", column])
    return at_columns(table["t_ns"], table[column].astype(np.float64), edges, most)


def _shut(edges: Floats, sealed: Sequence[Span]) -> NDArray[np.bool_]:
    shut = np.zeros(len(edges) - 1, bool)
    for start, end in sealed:
        shut |= (edges[1:] > start - SEAL_MARGIN_NS) & (edges[:-1] < end + SEAL_MARGIN_NS)
    return shut


def _turns(tables: Tables, speaker: int, sealed: Sequence[Span]) -> Iterable[tuple[int, int, str]]:
    """The performer's turns and backchannels; stretches of speech where no turns were measured."""
    if "turns" in tables:
        table = read(tables["turns"], ["kind", "speaker", "start_ns", "end_ns"])
        mine = [kind in ("turn", "backchannel") and who == speaker
                for kind, who in zip(table["kind"], table["speaker"], strict=True)]  # fmt: skip
        rows = zip(table["start_ns"], table["end_ns"], table["kind"], strict=True)
        spans = [(int(start), int(end), str(kind)) for (start, end, kind), own in zip(rows, mine, strict=True) if own]
    elif "speech" in tables:
        table = read(tables["speech"], ["start_ns", "end_ns"])
        spans = [(int(a), int(b), "stretch") for a, b in zip(table["start_ns"], table["end_ns"], strict=True)]
    else:
        spans = []
    for start, end, kind in spans:
        yield from ((a, b, kind) for a, b in outside((start, end), sealed))


def _words(tables: Tables, sealed: Sequence[Span]) -> Iterable[Word]:
    if "words" not in tables:
        return
    table = read(tables["words"], ["start_ns", "end_ns", "text"])
    strength = np.full(len(table["text"]), np.nan)
    if "prominence" in tables:
        found = read(tables["prominence"], ["prominence"])["prominence"].astype(np.float64)
        if len(found) == len(strength) and np.isfinite(found).any():
            strength = found / max(float(np.nanmax(found)), 1e-9)
    for start, end, text, one in zip(table["start_ns"], table["end_ns"], table["text"], strength, strict=True):
        if _open(int(start), int(end), sealed):
            yield Word(int(start), int(end), str(text), float(one))


def _strips(tables: Tables, edges: Floats) -> Iterable[Strip]:
    if "face" in tables and "blendshapes" in pq.read_schema(readable(tables["face"])).names:
        names = face_points()["blendshape_names"]
        table = read(tables["face"], ["t_ns", "blendshapes"])
        for label, group in BLENDSHAPES:
            scores = table["blendshapes"][:, [names.index(one) for one in group]].mean(axis=1).astype(np.float64)
            yield Strip(label, np.clip(at_columns(table["t_ns"], scores, edges, np.maximum), 0, 1))
    elif "head" in tables:
        for label, column, low, high in _HEAD:
            values = _column(tables, "head", column, edges, None)
            yield Strip(label, np.clip((values - low) / (high - low), 0, 1))
    if "picture" in tables:
        yield Strip("movement", np.clip(_column(tables, "picture", "motion", edges, np.maximum) / 12, 0, 1))


def _marks(findings: Iterable[Mapping[str, Any]], span: Span, sealed: Sequence[Span]) -> Iterable[Mark]:
    """Findings that are not a pass, at their evidence; those of the whole take touch a seal only if all of it is."""
    for one in findings:
        if one["verdict"] == "pass" or one["start_ns"] is None:
            continue
        start, end = int(one["start_ns"]), int(one["end_ns"] if one["end_ns"] is not None else one["start_ns"])
        start, end = max(start, span[0]), min(max(end, start), span[1])
        for a, b in outside((start, max(end, start + 1)), sealed):
            yield Mark(a, b, str(one["verdict"]), str(one["sentence"]))


def outside(span: Span, holes: Sequence[Span]) -> list[Span]:
    """What is left of a span when every hole is taken out of it."""
    left = [span]
    for start, end in holes:
        left = [piece for a, b in left for piece in ((a, min(b, start)), (max(a, end), b)) if piece[0] < piece[1]]
    return left


def _open(start: int, end: int, sealed: Sequence[Span]) -> bool:
    return all(end <= a or start >= b for a, b in sealed)

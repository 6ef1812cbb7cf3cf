"""Where measured tables stand: a folder in which each table's name says what decided it, so nothing is made twice."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from yesif.media.quality.finding import Finding
from yesif.media.stage import UNMOVED, Recipe, TimeMap
from yesif.media.tables import Rows, TableWriter, address

PARTS = {
    "words": "words",
    "prominence": "words",
    "turns_cliffhanger": "words",
    "turns_backbiter": "words",
    "picture": "movement",
    "pose": "movement",
    "synchrony_movement": "movement",
}
"""Where a stage's part is not that of its track: whoever holds back a part holds back its measurements."""
ALSO_FROM = {"prominence": "voice"}
"""Stages of one part that are worked out from another part as well: emphasis stands beside the words and is measured in
pitch and level. Such a table goes with either."""
PAIR_STAGES = frozenset(
    {"turns", "turns_audiophile", "turns_cliffhanger", "turns_backbiter", "synchrony_voice", "synchrony_movement"}
)
"""Tables of two performers: they tell of the partner, too."""


def parts_of(stage: str, part: str) -> frozenset[str]:
    """Every part that a table of `stage`, filed under `part`, tells of: it may leave only where all of them may."""
    return frozenset({part, ALSO_FROM.get(stage, part)})


def stages_also_from(part: str) -> list[str]:
    """Stages filed under another part that tell of this one, too."""
    return [stage for stage, also in ALSO_FROM.items() if also == part]


@dataclass(frozen=True, slots=True)
class MeasuredTable:
    """One table of one stage, or why there is none. `track`: voice, camera or pair; `address`: 64 hex digits."""

    stage: str
    track: str
    path: Path | None
    address: str
    rows: int
    version: int = 0
    skipped_reason: str = ""

    @property
    def part(self) -> str:
        """Which part of a use the table falls under: voice, face, movement or words."""
        return PARTS.get(self.stage, {"voice": "voice", "camera": "face", "pair": "voice"}[self.track])


@dataclass(frozen=True, slots=True)
class Shelf:
    """The tables of one track: `sources` are the digests of what they are made from, `clock` places them in time."""

    folder: Path
    track: str
    sources: tuple[str, ...]
    clock: TimeMap = UNMOVED

    def address(self, recipe: Recipe) -> str:
        """The name of this recipe's table for this track and clock."""
        return address(recipe, self.sources, self._times())

    def path(self, recipe: Recipe) -> Path:
        """Where it stands. The first 16 digits suffice within one folder; the whole address is inside the file."""
        return self.folder / f"{self.track}-{recipe.stage}-{self.address(recipe)[:16]}.parquet"

    def found(self, recipe: Recipe) -> MeasuredTable | None:
        """The table, where it was made before."""
        path = self.path(recipe)
        if not path.is_file():
            return None
        rows = pq.read_metadata(path).num_rows
        return MeasuredTable(recipe.stage, self.track, path, self.address(recipe), rows, recipe.version)

    def writer(self, recipe: Recipe) -> TableWriter:
        """A writer for the table; it appears on `close`."""
        facts = {"address": self.address(recipe), "track": self.track, "sources": list(self.sources)}
        return TableWriter(self.path(recipe), recipe, {**facts, "times": self._times()})

    def taken(self, writer: TableWriter) -> MeasuredTable:
        """What a closed writer has written."""
        recipe = writer.recipe
        return MeasuredTable(recipe.stage, self.track, writer.path, self.address(recipe), writer.rows, recipe.version)

    def derived(self, recipe: Recipe, rows: Iterable[Rows], facts: Mapping[str, object]) -> MeasuredTable:
        """Write a table that is worked out from other tables, unless it stands there already."""
        found = self.found(recipe)
        if found is not None:
            return found
        writer = self.writer(recipe)
        whole = False
        try:
            for group in rows:
                writer.add(group)
            writer.close(facts)
            whole = True
        finally:
            if not whole:
                writer.abandon()  # nothing half-written may look like a table
        return self.taken(writer)

    def _times(self) -> dict[str, int]:
        return {"offset_ns": self.clock.offset_ns, "drift_ppb": self.clock.drift_ppb}


@dataclass(frozen=True, slots=True)
class Measured:
    """Tables, findings and figures of one performer's tracks, or of a pair. Figures are JSON values."""

    tables: tuple[MeasuredTable, ...]
    findings: tuple[Finding, ...]
    summary: dict[str, Any]

    def path(self, stage: str) -> Path | None:
        """Where the table of a stage stands; None where it was skipped."""
        return of_stage(self.tables, stage)


def skipped(stage: str, track: str, reason: str) -> MeasuredTable:
    """A stage without a table."""
    return MeasuredTable(stage, track, None, "", 0, skipped_reason=reason)


def of_stage(tables: Sequence[MeasuredTable], stage: str) -> Path | None:
    """The path of a stage's table, or None where it was skipped."""
    return next((one.path for one in tables if one.stage == stage), None)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, as hex."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()

"""What a release may be made of, as plain values: a worker's child can hold them without a database.

Times named `*_ns` are nanoseconds of take time, but `action_ns` and `cut_ns`, which are on the session clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class CardFacts:
    """A card as it was played; `deck` and `key` name it across studios."""

    deck: str
    deck_version: str
    key: str
    title: str
    relationship: str
    where: str
    moment_before: str
    objective_a: str
    objective_b: str
    intensity: int


@dataclass(frozen=True, slots=True)
class TrackFacts:
    """One track put together: its box and digest, bytes, digest of the log it came from, manifest."""

    box: str
    kind: str
    state: str
    sha256: str
    bytes: int
    log_sha256: str
    media_type: str
    manifest: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TableFacts:
    """One stage's measurements: a Parquet blob in its box, and the part of a use it falls under; `joint` where it was
    measured on both performers."""

    box: str
    joint: bool
    stage: str
    version: str
    part: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class FindingFacts:
    """What a quality check said. Times in ns of take time."""

    check: str
    verdict: str
    value: float | None
    unit: str
    threshold: float | None
    start_ns: int | None
    end_ns: int | None


@dataclass(frozen=True, slots=True)
class Material:
    """One performance and what was recorded, measured and said about it. `sealed` covers the whole take: a stretch
    that either performer sealed is in nothing, for the partner's microphone heard it and the partner answered it."""

    performance: str
    performer: str
    split: str
    languages: tuple[str, ...]
    state: str
    take_state: str
    take: str
    take_number: int
    session: str
    scene_order: int
    position: str
    action_ns: int
    cut_ns: int
    card: CardFacts
    note: Mapping[str, Any] | None
    leak_db: float | None
    tracks: Mapping[str, TrackFacts] = field(default_factory=dict)
    tables: tuple[TableFacts, ...] = ()
    findings: tuple[FindingFacts, ...] = ()
    sealed: tuple[tuple[int, int], ...] = ()
    played_on: str = ""

    @property
    def duration_ns(self) -> int:
        """From action to cut."""
        return self.cut_ns - self.action_ns

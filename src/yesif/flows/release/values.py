"""What a worker needs to write one sample, as plain values: no table of the database, no answer of anyone's."""

from collections.abc import Mapping
from dataclasses import dataclass

from yesif.apps.market.facts import FindingFacts, Material, TableFacts
from yesif.core.corpus.layout import SampleKey
from yesif.flows.release.arrays import ArrayFacts
from yesif.media.strongbox import Source

_PAIR_CHECKS = ("pair-length", "one-sided", "leak")


@dataclass(frozen=True, slots=True)
class Terms:
    """What the whole release is for. `what` and `where` are labels people read; `purpose` is `what/where` by id."""

    what: str
    where: str
    purpose: str
    licensee: str
    until: str
    prohibited: tuple[str, ...]
    touched: frozenset[str]
    software: str
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class SampleInput:
    """One performance under its name in the release.

    `parts` and `recording` are what may leave; `cut` is in nothing ([start, end) in ns of take time); `until` is the
    day the answers end; `receipts` are the grants under names only the studio can lead back; `grants` are its own
    performer's, for the record. Sources are blobs in their
    boxes: `voice` and `camera` only where the sample carries them, `tables` only of parts that may leave.
    """

    key: SampleKey
    config: str
    split: str
    shard: str
    members: tuple[str, ...]
    partner: SampleKey | None
    material: Material
    parts: frozenset[str]
    recording: bool
    cut: tuple[tuple[int, int], ...]
    until: str
    receipts: tuple[str, ...]
    grants: tuple[str, ...]
    voice: Source | None
    camera: Source | None
    tables: tuple[tuple[TableFacts, Source], ...]
    arrays: tuple[ArrayFacts, ...]

    @property
    def alone(self) -> bool:
        """Nothing in the sample may come from the partner."""
        return self.partner is None

    @property
    def duration_s(self) -> float:
        return self.material.duration_ns / 1e9

    @property
    def cut_s(self) -> float:
        """Seconds that were taken out."""
        end = self.material.duration_ns
        return sum(max(0, min(b, end) - max(a, 0)) for a, b in self.cut) / 1e9

    @property
    def findings(self) -> tuple[FindingFacts, ...]:
        """What the checks noticed: alone, nothing that compares with the partner; nothing about what was cut."""
        return tuple(
            one
            for one in self.material.findings
            if not (self.alone and one.check.endswith(_PAIR_CHECKS))
            and not (one.start_ns is not None and any(_inside(one.start_ns, one.end_ns, span) for span in self.cut))
        )

    @property
    def paths(self) -> Mapping[str, Source]:
        """Stage to its table."""
        return {facts.stage: path for facts, path in self.tables}

    @property
    def side(self) -> int:
        """0 for position a, 1 for b."""
        return "ab".find(self.material.position)


def _inside(start_ns: int, end_ns: int | None, span: tuple[int, int]) -> bool:
    return span[0] <= start_ns and max(start_ns, end_ns or 0) <= span[1]

"""Which performances stand where in a release: configs, splits and shards, from decisions already taken.

Pure: the same candidates give the same plan. A config holds one set of parts, so that no sample in it lacks a member; a
shard holds one session, so that a withdrawal rewrites that session's shards only; partners stand side by side.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from yesif.base.counts import FEW, said_apart
from yesif.core.corpus.layout import SHARDS_PER_BATCH, SPLITS, SampleKey, shard_path

SHARD_BYTES = 1_000_000_000
ACROSS_SPLITS = "partners-in-different-splits"
NO_SPLIT = "performer-has-no-split"
NOTHING_LEFT = "no-part-left-for-this-use"
NOT_FINISHED, NOT_REVIEWED, NOTHING_RECORDED = "take-not-finished", "not-reviewed", "nothing-recorded"
REJECTED = "rejected"
_OF_THE_STUDIO = frozenset({ACROSS_SPLITS, NO_SPLIT, NOT_FINISHED, NOT_REVIEWED, NOTHING_RECORDED, REJECTED})
"""Reasons that tell of the studio's work and of nobody's answer: told with any number."""

_MEASURED = ("voice", "face", "movement")
_IMPLIED = {
    "av": {"voice", "face", "movement"},
    "a": {"voice"},
    "v": {"face", "movement"},
    "features": {"voice", "face", "movement"},
    "words": set[str](),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One performance with its decision.

    `excluded` is the reason it may not be in, or "". `parts` are those the use touches and its people permit;
    `recording` says whether the media themselves may go out or only what was measured on them; `together` whether it
    may stand beside its partner's. `size` is the expected size in bytes; `order` places the take in its session.
    """

    performance: str
    performer: str
    take: str
    session: str
    position: str
    order: tuple[int, int]
    split: str
    excluded: str = ""
    parts: frozenset[str] = frozenset()
    recording: bool = False
    together: bool = True
    size: int = 0


@dataclass(frozen=True, slots=True)
class Numbers:
    """The pseudonyms of one line of releases: ids to numbers. `takes` holds takes and, for performances that stand
    alone, performances: a clip that may not be shown with its partner's does not carry the name they would share."""

    sessions: Mapping[str, int]
    takes: Mapping[str, int]
    performers: Mapping[str, int]
    studio: int = 0

    def key(self, one: Candidate, *, alone: bool) -> SampleKey:
        take = self.takes[one.performance if alone else one.take]
        return SampleKey(self.studio, self.sessions[one.session], take, self.performers[one.performer])


@dataclass(frozen=True, slots=True)
class Placed:
    """One performance in the release. `partner` is the sample of whoever played with them, if it is in the release."""

    performance: str
    key: SampleKey
    config: str
    members: tuple[str, ...]
    partner: SampleKey | None


@dataclass(frozen=True, slots=True)
class PlannedShard:
    """One tar to write, below the release."""

    path: str
    config: str
    split: str
    batch: int
    archive: int
    samples: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes where, and what is left out for which reason."""

    shards: tuple[PlannedShard, ...]
    excluded: Mapping[str, str] = field(default_factory=dict)
    performers: Mapping[str, str] = field(default_factory=dict)  # of all that was decided: performance → performer

    def samples(self) -> Iterator[tuple[PlannedShard, Placed]]:
        """Every sample with its shard, in reading order."""
        return ((shard, one) for shard in self.shards for one in shard.samples)

    def counts(self) -> dict[str, int]:
        """How many performances are left out for each reason; the sum is exact. What people answered is said apart
        only where `base.counts` lets it, and otherwise together as `FEW`."""
        people: dict[str, set[str]] = {}
        for performance, reason in self.excluded.items():
            people.setdefault(reason, set()).add(self.performers.get(performance, performance))
        everyone = set(self.performers.values()).union(*people.values())
        told = said_apart(people, len(everyone)) | _OF_THE_STUDIO
        return dict(sorted(Counter(one if one in told else FEW for one in self.excluded.values()).items()))


def members_of(parts: frozenset[str], *, recording: bool) -> tuple[str, ...]:
    """The members of a sample that carries these parts. A picture shows face and movement at once: it needs both."""
    voice, picture = "voice" in parts, {"face", "movement"} <= parts
    return (
        "json",
        *(["npz"] if parts & set(_MEASURED) else []),
        *(["wav"] if voice and recording else []),
        *(["mp4"] if picture and recording else []),
    )


def kind_of(parts: frozenset[str], *, recording: bool, touched: frozenset[str]) -> str:
    """What a config's name says of its parts: `av`, `a`, `v`, `features`, `words`, `av-without-words`."""
    members = members_of(parts, recording=recording)
    media = ("a" if "wav" in members else "") + ("v" if "mp4" in members else "")
    kind = media or ("features" if "npz" in members else "words")
    implied = (_IMPLIED[kind] | {"words", "labels"}) & touched
    less = sorted(implied - parts)
    more = sorted(parts & set(_MEASURED) - _IMPLIED[kind])
    return kind + ("-without-" + "-".join(less) if less else "") + ("-with-" + "-".join(more) if more else "")


def plan(
    candidates: Iterable[Candidate], numbers: Numbers, *, touched: frozenset[str], shard_bytes: int = SHARD_BYTES
) -> Plan:
    """Place every permitted candidate; `touched` are the parts the use may touch at all.

    A take whose performers belong to different splits is left out whole, whatever each of them answered: were it let in
    when one of them says no, a no would enlarge what is permitted (RULES §3, D7).
    """
    excluded: dict[str, str] = {}
    rows: list[tuple[Placed, Candidate]] = []
    everyone = sorted(candidates, key=lambda one: (numbers.sessions[one.session], *one.order, one.position))
    for _, together in groupby(everyone, key=lambda one: one.take):
        cast = list(together)
        excluded |= {one.performance: reason for one in cast if (reason := _reason(one, cast))}
        rows += _placed([one for one in cast if one.performance not in excluded], numbers, touched)
    performers = {one.performance: one.performer for one in everyone}
    return Plan(tuple(_shards(rows, numbers, shard_bytes)), excluded, performers)


def _reason(one: Candidate, cast: Sequence[Candidate]) -> str:
    if one.excluded:
        return one.excluded
    if one.split not in SPLITS:
        return NO_SPLIT
    if len({other.split for other in cast}) > 1:
        return ACROSS_SPLITS
    return "" if one.parts else NOTHING_LEFT


def _placed(cast: Sequence[Candidate], numbers: Numbers, touched: frozenset[str]) -> Iterator[tuple[Placed, Candidate]]:
    kinds = [kind_of(one.parts, recording=one.recording, touched=touched) for one in cast]
    alone = len(cast) == 1 or not all(one.together for one in cast)
    company = "solo" if alone else "dyad" if len(set(kinds)) == 1 else "apart"
    for one, kind in zip(cast, kinds, strict=True):
        partner = next((numbers.key(other, alone=False) for other in cast if other is not one and not alone), None)
        members = members_of(one.parts, recording=one.recording)
        yield Placed(one.performance, numbers.key(one, alone=alone), f"{company}-{kind}", members, partner), one


def _shards(rows: Sequence[tuple[Placed, Candidate]], numbers: Numbers, limit: int) -> Iterator[PlannedShard]:
    following = dict.fromkeys(SPLITS, 0)  # batches of a split are numbered through all its configs
    where = {(placed.config, one.split): [] for placed, one in rows}  # type: dict[tuple[str, str], list[tuple[Placed, Candidate]]]
    for placed, one in rows:
        where[placed.config, one.split].append((placed, one))
    for config, split in sorted(where, key=lambda pair: (pair[0], SPLITS.index(pair[1]))):
        for number, samples in enumerate(_cut(where[config, split], limit)):
            batch, archive = following[split] + number // SHARDS_PER_BATCH, number % SHARDS_PER_BATCH
            yield PlannedShard(shard_path(split, batch, archive), config, split, batch, archive, samples)
        following[split] = batch + 1


def _cut(rows: Sequence[tuple[Placed, Candidate]], limit: int) -> Iterator[tuple[Placed, ...]]:
    """Shards of one session each, cut between takes where they would grow beyond `limit` bytes."""
    for _, session in groupby(rows, key=lambda row: row[1].session):
        full: list[Placed] = []
        size = 0
        for _, together in groupby(session, key=lambda row: row[1].take):
            take = list(together)
            weight = sum(one.size for _, one in take)
            if full and size + weight > limit:
                yield tuple(full)
                full, size = [], 0
            full += [placed for placed, _ in take]
            size += weight
        yield tuple(full)

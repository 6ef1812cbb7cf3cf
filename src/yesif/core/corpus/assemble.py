"""Put a planned release together in a folder: shards one by one, then everything that describes them.

Each call may be repeated: the same plan and contents give the same bytes, and a file appears whole or not at all.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from yesif.base.errors import Damaged
from yesif.core.corpus import catalogue, manifest
from yesif.core.corpus.card import ConfigFacts, ReleaseFacts, card
from yesif.core.corpus.croissant import FileFacts, croissant
from yesif.core.corpus.layout import LABEL, SPLITS, SUFFIXES, member_name
from yesif.core.corpus.plan import Placed, Plan, PlannedShard
from yesif.core.corpus.shard import Member, Written, write_shard
from yesif.core.corpus.tables import Table, write_csv, write_parquet

Spec = tuple[str, tuple[int, ...]]
"""An array's dtype and shape; the first dimension may differ from sample to sample."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The members of one sample by suffix, and the arrays in its `.npz`."""

    members: Mapping[str, bytes | Path]
    arrays: Mapping[str, Spec] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WrittenShard:
    """A shard on disk: what the release's manifest and card need to know of it."""

    path: str
    config: str
    split: str
    size: int
    sha256: str
    members: tuple[Written, ...]
    arrays: Mapping[str, tuple[str, tuple[int, ...]]]  # dtype, and the dimensions after the first
    keys: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # sealed: sample → whose keys, its nested key

    def as_json(self) -> dict[str, Any]:
        """For a durable step's output; `from_json` reads it back."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "WrittenShard":
        arrays = {name: (str(descr), tuple(rest)) for name, (descr, rest) in kept["arrays"].items()}
        members = tuple(Written(**one) for one in kept["members"])
        keys = {sample: (str(under), str(nested)) for sample, (under, nested) in kept.get("keys", {}).items()}
        return cls(**{**kept, "members": members, "arrays": arrays, "keys": keys})


def write_planned(target: Path, planned: PlannedShard, contents: Callable[[Placed], Contents]) -> WrittenShard:
    """Write one shard to `target`.

    Raises Damaged where a sample's members are not its config's, or its arrays not those of the first sample.
    """
    arrays: dict[str, tuple[str, tuple[int, ...]]] | None = None

    def members() -> Iterable[Member]:
        nonlocal arrays
        for placed in planned.samples:
            made = contents(placed)
            if set(made.members) != set(placed.members):
                raise Damaged(f"{placed.key} should have {', '.join(placed.members)} and has {', '.join(made.members)}")
            here = {name: (descr, shape[1:]) for name, (descr, shape) in sorted(made.arrays.items())}
            arrays = _same(arrays, here, planned.config)
            for suffix in SUFFIXES:
                if suffix in made.members:
                    yield Member(member_name(placed.key, suffix), made.members[suffix])

    shard = write_shard(target, members())
    return WrittenShard(
        planned.path, planned.config, planned.split, shard.size, shard.sha256, shard.members, arrays or {}
    )


def _same(
    before: dict[str, tuple[str, tuple[int, ...]]] | None, here: dict[str, tuple[str, tuple[int, ...]]], config: str
) -> dict[str, tuple[str, tuple[int, ...]]]:
    if before is not None and before != here:
        odd = sorted(set(before.items()) ^ set(here.items()))[0][0]
        raise Damaged(f"samples of {config} differ in the array {odd}: readers would drop it in silence")
    return here


def configs_of(plan: Plan, shards: Sequence[WrittenShard]) -> tuple[ConfigFacts, ...]:
    """What the card says of each config."""
    members = {shard.config: one.members for shard, one in plan.samples()}
    facts = []
    for config in sorted(members):
        own = [shard for shard in shards if shard.config == config]
        arrays: dict[str, tuple[str, tuple[int, ...]]] | None = None
        for shard in own:
            arrays = _same(arrays, dict(shard.arrays), config)
        facts.append(
            ConfigFacts(
                name=config,
                members=members[config],
                arrays={name: (descr, 1 + len(rest)) for name, (descr, rest) in (arrays or {}).items()},
                shards={split: tuple(one.path for one in own if one.split == split) for split in SPLITS},
                samples={
                    split: sum(one.config == config and one.split == split for one, _ in plan.samples())
                    for split in SPLITS
                },
            )
        )
    return tuple(facts)


def finish(
    folder: Path,
    *,
    facts: ReleaseFacts,
    shards: Sequence[WrittenShard],
    tables: Mapping[str, Iterable[Mapping[str, object]]],
    assets: Mapping[str, Iterable[Mapping[str, object]]],
    url: str,
) -> str:
    """Write all but the shards and return the release's digest. Every canonical table is there, even if empty."""
    described = {f"metadata/{table.name}.parquet": table for table in catalogue.CANONICAL}
    for path, table in described.items():
        write_parquet(folder / path, table, tables.get(table.name, ()))
    write_parquet(folder / manifest.MANIFEST, catalogue.MANIFEST, _index(shards))
    described[manifest.MANIFEST] = catalogue.MANIFEST
    if facts.sealed:
        write_parquet(folder / manifest.KEYS, catalogue.KEYS, _keys(shards))
        described[manifest.KEYS] = catalogue.KEYS
    for name, columns in catalogue.ASSETS.items():
        write_csv(folder / "assets" / f"{name}.csv", columns, assets.get(name, ()))
    (folder / "README.md").write_text(card(facts), encoding="utf-8", newline="")
    known = {shard.path: shard.sha256 for shard in shards}
    _describe(folder, facts, url, known, described)
    return manifest.write_sums(folder, known=known)


def _describe(
    folder: Path, facts: ReleaseFacts, url: str, known: Mapping[str, str], tables: Mapping[str, Table]
) -> None:
    target = folder / "croissant.json"
    target.unlink(missing_ok=True)  # of an earlier, interrupted attempt: it must not describe itself
    files = {
        name: FileFacts(name, (folder / name).stat().st_size, known.get(name) or manifest.file_sha256(folder / name))
        for name in manifest.files_of(folder)
    }
    target.write_bytes(croissant(facts, url=url, files=files, tables=tables))


def _index(shards: Iterable[WrittenShard]) -> Iterable[dict[str, object]]:
    for shard in shards:
        for member in shard.members:
            key, _, suffix = member.name.partition(".")
            yield {
                "config": shard.config,
                "split": shard.split,
                "key": key,
                "member": suffix,
                "shard": shard.path,
                "offset": member.offset,
                "size": member.size,
                "sha256": member.sha256,
            }


def _keys(shards: Iterable[WrittenShard]) -> Iterable[dict[str, object]]:
    for shard in shards:
        for sample, (under, nested) in shard.keys.items():
            yield {"key": sample, "under": under, "nested": nested}


def filelist(plan: Plan) -> Iterable[dict[str, object]]:
    """Rows of `assets/filelist.csv`."""
    for shard, placed in plan.samples():
        yield {
            "file_id": str(placed.key),
            "label": LABEL,
            "split": shard.split,
            "batch_idx": shard.batch,
            "archive_idx": shard.archive,
            "has_imitator_movement": 0,
            "has_annotation_1p": 0,
            "has_annotation_3p": 0,
        }

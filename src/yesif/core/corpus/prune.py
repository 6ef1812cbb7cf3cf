"""Take samples out of a copy of a release: out of its shards, tables, keys and lists. Kill it anywhere; run it again.

Shards are read by their own headers, so one that was rewritten before a crash is simply read as it is now. Overwriting
is the file system's affair: on a disk that copies on write, old blocks go when the system reuses them.
"""

import csv
import io
import json
import os
import tarfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from yesif.base.errors import Damaged
from yesif.core.corpus import manifest
from yesif.core.corpus.layout import SampleKey, inside
from yesif.core.corpus.shard import Member, write_shard

PRUNED = "PRUNED.json"


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was done: the release's digest before and after, and which samples are gone."""

    before: str
    after: str
    samples: tuple[str, ...]


def prune(folder: Path, gone: Collection[str]) -> Pruned:
    """Delete these samples from the copy in `folder`. Those it does not hold are ignored. Raises Damaged."""
    before, sums = manifest.release_digest(folder), manifest.read_sums(folder)
    index = pq.read_table(folder / manifest.MANIFEST)
    rows = index.to_pylist()
    found = sorted({row["key"] for row in rows} & set(gone))
    if not found:
        return Pruned(before, before, ())
    shards = sorted({row["shard"] for row in rows if row["key"] in set(found)})
    fresh = [row for row in rows if row["shard"] not in shards]
    for name in shards:
        fresh += _rewrite(folder, name, set(found), [row for row in rows if row["shard"] == name])
    fresh.sort(key=lambda row: (row["shard"], row["offset"]))
    _replace(folder / manifest.MANIFEST, pa.Table.from_pylist(fresh, schema=index.schema))
    _tables(folder, {SampleKey.parse(row["key"]) for row in fresh}, set(found))
    touched = {name for name in sums if not name.endswith(".tar") or name in shards}
    _croissant(folder)
    history = _history(folder)
    history.append({"before": before, "samples": found})
    _write(folder / PRUNED, json.dumps(history, indent=1).encode() + b"\n")
    known = {name: sha for name, sha in sums.items() if name not in touched}
    return Pruned(before, manifest.write_sums(folder, known=known), tuple(found))


def _rewrite(folder: Path, name: str, gone: set[str], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One shard without them, and its rows of the manifest; a shard of which nothing is left is deleted."""
    path = inside(folder, name)
    about = {f"{row['key']}.{row['member']}": row for row in rows}
    kept = list(_members(path, lambda member: member.partition(".")[0] not in gone, read=False))
    if not kept:
        path.unlink(missing_ok=True)
        return []
    made = write_shard(path, _members(path, lambda member: member.partition(".")[0] not in gone, read=True))
    return [{**about[one.name], "offset": one.offset, "size": one.size, "sha256": one.sha256} for one in made.members]


def _members(path: Path, wanted: Callable[[str], bool], *, read: bool) -> Iterator[Member]:
    try:
        with tarfile.open(path, "r:") as tar:
            for one in tar:
                if wanted(one.name):
                    file = tar.extractfile(one) if read else None
                    yield Member(one.name, file.read() if file else b"")
    except FileNotFoundError:
        return  # deleted before a crash: nothing was left in it
    except tarfile.TarError as error:
        raise Damaged(f"the shard {path.name} is no tar any more") from error


def _tables(folder: Path, left: set[SampleKey], gone: set[str]) -> None:
    """Rows about what is gone leave every table; rows about a person, session or scene leave with its last sample."""
    still = {
        "participant_key": {key.participant_key for key in left},
        "session_key": {key.session_key for key in left},
        "interaction_key": {key.interaction_key for key in left},
    }

    def stays(row: dict[str, Any]) -> bool:
        sample = row.get("file_id") or row.get("key") or _sample_of(row)
        if sample in gone or row.get("partner_file_id") in gone:
            return False
        return all(row.get(name) in keys for name, keys in still.items() if row.get(name))

    paths = [*sorted((folder / "metadata").glob("*.parquet")), folder / manifest.KEYS]
    for path in paths:
        if path.is_file():
            table = pq.read_table(path)
            rows = table.to_pylist()
            kept = [row for row in rows if stays(row)]
            if len(kept) != len(rows):
                _replace(path, pa.Table.from_pylist(kept, schema=table.schema))
    for path in sorted((folder / "assets").glob("*.csv")):
        read = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
        if read and any(row.get("file_id") in gone for row in read):
            out = io.StringIO()
            writer = csv.DictWriter(out, list(read[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(row for row in read if row["file_id"] not in gone)
            _write(path, out.getvalue().encode())


def _sample_of(row: dict[str, Any]) -> str:
    scene, who = row.get("interaction_key"), row.get("participant_key")
    return f"{scene}_{str(who).rsplit('_', 1)[-1]}" if scene and who else ""


def _croissant(folder: Path) -> None:
    """Its digests and sizes of files are those of the files now; files that are gone leave its list."""
    path = folder / "croissant.json"
    if not path.is_file():
        return
    told = json.loads(path.read_text(encoding="utf-8"))
    listed = []
    for one in told.get("distribution", []):
        if "sha256" in one and "contentUrl" in one:
            file = inside(folder, one["contentUrl"])
            if not file.is_file():
                continue
            size = file.stat().st_size
            one = one | {"sha256": manifest.file_sha256(file)}
            if "contentSize" in one:
                one["contentSize"] = f"{size} B" if str(one["contentSize"]).endswith("B") else str(size)
        listed.append(one)
    told["distribution"] = listed
    _write(path, json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n")


def _history(folder: Path) -> list[dict[str, Any]]:
    path = folder / PRUNED
    return list(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else []


def _replace(path: Path, table: pa.Table) -> None:
    beside = path.with_name(f".{path.name}.partial")
    pq.write_table(table, beside, compression="zstd")
    os.replace(beside, path)


def _write(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.partial")
    beside.write_bytes(content)
    os.replace(beside, path)

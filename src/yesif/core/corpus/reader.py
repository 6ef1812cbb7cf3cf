"""Read a release on the licensee's side: every sample, any sample, and proof that the bytes are the ones released.

A sealed release is read through keys that were leased: in memory, member by member, skipping what they do not open.
Needs pyarrow and nothing else of ours; reads through the index in `manifest.parquet`, so one sample costs one seek.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, Protocol, Self

import pyarrow as pa
import pyarrow.parquet as pq

from yesif.base.errors import Damaged, NotFound, Refused
from yesif.core.corpus import manifest
from yesif.core.corpus.layout import inside


class Keys(Protocol):
    """What opens the samples of a sealed release (`yesif.cli.licensee` leases them)."""

    def opens(self, sample: str) -> bool:
        """May this sample be read now?"""
        ...

    def open(self, sample: str, suffix: str, read: Callable[[memoryview, int], int], sealed: int) -> bytes:
        """A member of `sealed` bytes, in the clear; `read(buffer, offset)` gives them. Raises Refused, Damaged."""
        ...


@dataclass(frozen=True, slots=True)
class _Place:
    member: str
    shard: str
    offset: int
    size: int
    sha256: str


class Reader:
    """The samples of a release, in the order of its shards, shaped like WebDataset's.

        for sample in Reader("release", config="dyad-av", split="train"):
            sample["__key__"], sample["json"], sample["wav"]      # members are bytes

    Each member is checked against its SHA-256 unless `verify` is false; sealed ones are authenticated by their key.
    `shards`: only those (see `shards()`), for a reader in each of several workers. Raises Damaged for what does not
    match, NotFound for a config or split that this release does not have, Refused for a sealed release without keys.
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        config: str | None = None,
        split: str | None = None,
        shards: Collection[str] | None = None,
        verify: bool = True,
        keys: Keys | None = None,
    ) -> None:
        self.folder = Path(folder)
        self.verify = verify
        self.sealed = (self.folder / manifest.KEYS).is_file()
        self._keys = keys if self.sealed else None
        if not (self.folder / manifest.MANIFEST).is_file():
            raise Damaged(f"this folder is no release: it has no {manifest.MANIFEST}")
        rows = pq.read_table(self.folder / manifest.MANIFEST).to_pylist()
        self.configs = sorted({row["config"] for row in rows})
        self.splits = sorted({row["split"] for row in rows})
        if (config is not None and config not in self.configs) or (split is not None and split not in self.splits):
            raise NotFound(
                f"this release has the configs {', '.join(self.configs)} and splits {', '.join(self.splits)}"
            )
        self._places: dict[str, list[_Place]] = {}
        for row in rows:
            wanted = shards is None or row["shard"] in shards
            if wanted and config in (None, row["config"]) and split in (None, row["split"]):
                place = _Place(row["member"], row["shard"], row["offset"], row["size"], row["sha256"])
                self._places.setdefault(row["key"], []).append(place)

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """In reading order, what may not be read left out."""
        with _Shards(self.folder) as shards:
            for key in self._places:
                if self.opens(key):
                    yield self._sample(key, shards)

    def opens(self, key: str) -> bool:
        """May this sample be read now? Of a plain release each may; of a sealed one those the keys open."""
        if not self.sealed:
            return True
        if self._keys is None:
            raise Refused("this release is encrypted: open a run and give its keys to the Reader")
        return self._keys.opens(key)

    def __getitem__(self, key: str) -> dict[str, Any]:
        """One sample by its name. Raises NotFound."""
        if key not in self._places:
            raise NotFound("this release has no sample of that name")
        self.opens(key)
        with _Shards(self.folder) as shards:
            return self._sample(key, shards)

    def keys(self) -> list[str]:
        """The samples' names, in reading order."""
        return list(self._places)

    def shards(self) -> list[str]:
        """The tars that hold them, in reading order."""
        return list(dict.fromkeys(place.shard for places in self._places.values() for place in places))

    def value(self, key: str) -> dict[str, Any]:
        """The JSON of one sample, read."""
        kept: dict[str, Any] = json.loads(self[key]["json"])
        return kept

    def table(self, name: str) -> pa.Table:
        """One of the tables in `metadata/`. Raises NotFound."""
        path = inside(self.folder, f"metadata/{name}.parquet")
        if not path.is_file():
            raise NotFound(f"this release has no table {name}")
        return pq.read_table(path)

    @property
    def digest(self) -> str:
        """The digest that names this release: compare it with the one in your licence."""
        return manifest.release_digest(self.folder)

    def check(self, *, digest: str = "") -> int:
        """Check every file of the release and return how many there are. Raises Damaged."""
        return sum(1 for _ in manifest.check(self.folder, digest=digest))

    def _sample(self, key: str, shards: "_Shards") -> dict[str, Any]:
        places = self._places[key]
        members = {place.member: self._member(key, place, shards.file(place.shard)) for place in places}
        return {"__key__": key, "__url__": places[0].shard} | members

    def _member(self, key: str, place: _Place, shard: BufferedReader) -> bytes:
        if self._keys is not None:
            return self._keys.open(key, place.member, _within(shard, place), place.size)
        shard.seek(place.offset)
        content = shard.read(place.size)
        if len(content) != place.size:
            raise Damaged(f"a member of {place.size} bytes ends after {len(content)} in {place.shard}")
        if self.verify and (found := hashlib.sha256(content).hexdigest()) != place.sha256:
            raise Damaged(f"a member of {place.shard} should read as {place.sha256[:12]}… and reads as {found[:12]}…")
        return content


def _within(shard: BufferedReader, place: _Place) -> Callable[[memoryview, int], int]:
    """What reads a member's bytes piece by piece, and none of its neighbour's."""

    def read(buffer: memoryview, offset: int) -> int:
        shard.seek(place.offset + offset)
        return shard.readinto(buffer[: max(place.size - offset, 0)])

    return read


class _Shards:
    """The shard that was asked for last, held open: as members come in its order, the system reads ahead by itself."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = ""
        self._file: BufferedReader | None = None

    def file(self, name: str) -> BufferedReader:
        """A shard to read from. Raises Damaged where it is missing."""
        if self._file is None or name != self._name:
            self.close()
            try:
                self._file = inside(self._folder, name).open("rb")
            except FileNotFoundError as error:
                raise Damaged(f"the shard {name} is missing") from error
            self._name = name
        return self._file

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

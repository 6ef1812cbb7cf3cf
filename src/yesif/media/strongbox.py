"""Blobs sealed under the key of what they belong to: a performance's own in its box, what holds both in the take's.

A blob is C2SP chunked-encryption (`core/vault/chunks.py`) of its bytes, so any range of it can be read. In the store it
stands under a name made of its box and its digest: one person's bytes are never another's, even where both are equal,
and doing the same again puts the same name. Without the box's key nothing of it can be read, wherever copies of it lie.
"""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from yesif.core.vault.chunks import Opened, plain_size, seal, sealed_size
from yesif.media.store import Blob, Store, open_store

_BLOCK = 1 << 20
_AHEAD = 2 << 20


@dataclass(frozen=True, slots=True)
class Box:
    """A key, and what it is the key of: a performance (its own blobs) or a take (what holds everyone in it)."""

    id: str
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sealed:
    """One blob in its box, by the digest of what it says; a plain value that may go to a worker's child."""

    url: str
    box: Box
    sha256: str

    @property
    def size(self) -> int:
        """Bytes of what it says. Raises NotFound."""
        return plain_size(open_store(self.url).size(name_of(self.box.id, self.sha256)))

    def open(self) -> BinaryIO:
        """It as a file that can be sought. Raises NotFound, Damaged."""
        return io.BufferedReader(_Reading(self.opened()), _BLOCK // 4)

    def read(self, start: int, length: int) -> bytes:
        """Up to `length` bytes from `start`. Raises NotFound, Damaged."""
        return self.opened().read(start, length)

    def copy(self, folder: Path) -> Path:
        """A working copy in `folder`, for whoever needs a path; the folder is thrown away with the work."""
        target = folder / self.sha256
        return target if target.exists() else self.copy_as(target)

    def copy_as(self, target: Path) -> Path:
        """A working copy at `target`, in the place of an older one."""
        with target.open("wb") as file:
            file.writelines(self.opened())
        return target

    def opened(self) -> Opened:
        """It, readable from anywhere. Raises NotFound, Damaged."""
        ahead = _Ahead(open_store(self.url), name_of(self.box.id, self.sha256))
        return Opened(self.box.key, ahead.read, ahead.size, context=_context(self.box.id))


Source = Path | Sealed
"""Bytes that are here as a file, or sealed in the store."""


def readable(source: Source) -> str | BinaryIO:
    """What a reader of media or tables opens: a path, or a file that can be sought."""
    return str(source) if isinstance(source, Path) else source.open()


def put_file(store: Store, box: Box, path: Path) -> Blob:
    """Seal a file into its box; its digest and size are those of what it says."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = path.stat().st_size
    _put(store, box, digest, size, _blocks(path))
    return Blob(digest, size)


def put_bytes(store: Store, box: Box, content: bytes) -> Blob:
    """Seal bytes already in memory."""
    digest = hashlib.sha256(content).hexdigest()
    _put(store, box, digest, len(content), iter([content]))
    return Blob(digest, len(content))


def name_of(box_id: str, sha256: str) -> str:
    """The name in the store of a blob in a box: no key is needed to find it, so that it can be deleted without one."""
    return hashlib.sha256(f"yesif/box/1\0{box_id}\0{sha256}".encode()).hexdigest()


def _put(store: Store, box: Box, digest: str, size: int, portions: Iterator[bytes]) -> None:
    name = name_of(box.id, digest)
    if store.exists(name) and store.size(name) == sealed_size(size):
        return
    store.put_named(name, seal(box.key, portions, context=_context(box.id)))


def _context(box_id: str) -> bytes:
    return b"yesif/box/1\x00" + box_id.encode()


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


class _Ahead:
    """A blob read some megabytes at a time: chunk by chunk, a bucket would be asked sixty times for each of them."""

    def __init__(self, store: Store, name: str) -> None:
        self.size = store.size(name)
        self._store, self._name = store, name
        self._start, self._held = 0, b""

    def read(self, offset: int, length: int) -> bytes:
        at = offset - self._start
        if at < 0 or at + length > len(self._held):
            self._held = self._store.read_range(self._name, offset, max(length, _AHEAD))
            self._start, at = offset, 0
        return self._held[at : at + length]


class _Reading(io.RawIOBase):
    """An opened message as a file."""

    def __init__(self, opened: Opened) -> None:
        self._opened, self._at = opened, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._opened.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]
        content = self._opened.read(self._at, len(buffer))
        buffer[: len(content)] = content
        self._at += len(content)
        return len(content)

"""Bytes kept under their own SHA-256: put once, read anywhere, deleted for good.

Layout: `<root>/sha256/ab/cd/<64 hex digits>`. A blob appears whole or not at all: written beside, fsynced, renamed.
"""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

from yesif.base.errors import BadInput, Damaged, NotFound

_HEX = re.compile(r"\A[0-9a-f]{64}\Z")
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Blob:
    """What was stored: digest (64 hexadecimal digits) and size in bytes."""

    sha256: str
    size: int


class Store(Protocol):
    """Where blobs live: local files, or anything that speaks S3."""

    def put_file(self, path: Path) -> Blob: ...
    def put_bytes(self, content: bytes) -> Blob: ...
    def put_named(self, name: str, portions: Iterable[bytes]) -> None: ...
    def local_path(self, sha256: str) -> Path: ...
    def read_range(self, sha256: str, start: int, length: int) -> bytes: ...
    def exists(self, sha256: str) -> bool: ...
    def size(self, sha256: str) -> int: ...
    def delete(self, sha256: str) -> None: ...


@dataclass(frozen=True, slots=True)
class LocalStore:
    """Blobs as files below `root`."""

    root: Path

    def put_file(self, path: Path) -> Blob:
        """Copy a file in. Raises Damaged where what was written is not what was read."""
        self.root.mkdir(parents=True, exist_ok=True)
        hasher = hashlib.sha256()
        size = 0
        with path.open("rb") as source, tempfile.NamedTemporaryFile(dir=self.root, delete=False) as beside:
            while block := source.read(_BLOCK):
                hasher.update(block)
                beside.write(block)
                size += len(block)
            beside.flush()
            os.fsync(beside.fileno())
        return self._settle(Path(beside.name), Blob(hasher.hexdigest(), size))

    def put_bytes(self, content: bytes) -> Blob:
        """Store bytes already in memory."""
        self.root.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.root, delete=False) as beside:
            beside.write(content)
            beside.flush()
            os.fsync(beside.fileno())
        return self._settle(Path(beside.name), Blob(hashlib.sha256(content).hexdigest(), len(content)))

    def put_named(self, name: str, portions: Iterable[bytes]) -> None:
        """Store bytes that are not named by their own digest (sealed ones: `strongbox`), in the place of older ones."""
        self.root.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.root, delete=False) as beside:
            try:
                beside.writelines(portions)
                beside.flush()
                os.fsync(beside.fileno())
                _settle(Path(beside.name), self._path(name))
            finally:
                Path(beside.name).unlink(missing_ok=True)

    def local_path(self, sha256: str) -> Path:
        """The file that holds the blob. Raises NotFound."""
        path = self._path(sha256)
        if not path.is_file():
            raise NotFound
        return path

    def read_range(self, sha256: str, start: int, length: int) -> bytes:
        """Up to `length` bytes from `start`. Raises NotFound."""
        with self.local_path(sha256).open("rb") as file:
            file.seek(start)
            return file.read(length)

    def exists(self, sha256: str) -> bool:
        return self._path(sha256).is_file()

    def size(self, sha256: str) -> int:
        return self.local_path(sha256).stat().st_size

    def delete(self, sha256: str) -> None:
        """Forget the blob; deleting what is not there is no error, so that a deletion may be repeated."""
        self._path(sha256).unlink(missing_ok=True)

    def _path(self, sha256: str) -> Path:
        if not is_digest(sha256):
            raise NotFound  # never a path made of what a stranger typed
        return self.root / "sha256" / sha256[:2] / sha256[2:4] / sha256

    def _settle(self, beside: Path, blob: Blob) -> Blob:
        target = self._path(blob.sha256)
        if target.is_file() and target.stat().st_size == blob.size:
            beside.unlink()
            return blob
        _settle(beside, target)
        return blob


def _settle(beside: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(beside, target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # after this the blob survives a power cut: rename alone may not
    finally:
        os.close(folder)


def open_store(address: str) -> Store:
    """The store at `address` (the setting `STORAGE`): `file:///folder`, or a bucket (`store_s3`). Raises BadInput."""
    kind, _, rest = address.partition("://")
    if kind == "s3":
        try:
            bucket: Store = import_module("yesif.media.store_s3").open_s3(address)
        except ImportError as absent:
            raise BadInput("YESIF_STORAGE names a bucket, and the extra `s3` is not installed.") from absent
        return bucket
    if kind != "file" or not rest:
        raise BadInput(f"YESIF_STORAGE starts with file:// or s3://, not {kind}://")
    return LocalStore(Path(rest))


def is_digest(text: str) -> bool:
    """Is this the name of a blob: 64 lower-case hexadecimal digits?"""
    return bool(_HEX.match(text))


def free_bytes(root: Path) -> int:
    """Free bytes on the disk that holds `root`."""
    root.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(root).free


def check(store: Store, blob: Blob) -> None:
    """Raises Damaged where the stored bytes no longer have the digest they are named by."""
    hasher = hashlib.sha256(store.local_path(blob.sha256).read_bytes())
    if hasher.hexdigest() != blob.sha256:
        raise Damaged(f"a blob of {blob.size} bytes named {blob.sha256[:12]}… now reads as {hasher.hexdigest()[:12]}…")

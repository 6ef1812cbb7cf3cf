"""A take log on its way in: one growing file that several server processes may write, one at a time.

The file itself is the truth of how far an upload is. A writer takes the file's lock (`flock`, so it holds across
processes and dies with its holder), checks the offset, writes, fsyncs, and only then is anything answered. What a
killed writer leaves is a shorter valid prefix: checksums are compared before the first byte is written.
"""

import fcntl
import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from yesif.base.errors import Conflict, LimitReached, NotFound

PIECE_BYTES = 262_144
"""Pieces of the hash chain."""

_LOCK_SECONDS = 5.0


class WrongOffset(Conflict):
    """The bytes do not continue the file; `offset` is where it ends."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"This upload continues at byte {offset}.")
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Sent:
    """What arrived, in one pass: SHA-256 of the whole (hex), and of each 256 KiB piece (32 bytes each)."""

    size: int
    sha256: str
    pieces: tuple[bytes, ...]


def begin(path: Path) -> None:
    """Make the empty file, durably; one that is already there stays as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def offset(path: Path) -> int:
    """Bytes that arrived. Raises NotFound."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        raise NotFound from None


def append(path: Path, at: int, content: bytes) -> int:
    """Write `content` at byte `at`, fsync, and return the new offset.

    Raises WrongOffset where the file ends elsewhere, NotFound where it is gone, LimitReached where another writer
    holds it for more than five seconds. When this returns, the bytes survive a power cut.
    """
    with locked(path) as file:
        end = os.fstat(file).st_size
        if end != at:
            raise WrongOffset(end)
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(file, rest) :]
        os.fsync(file)
        return at + len(content)


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """The file, open for appending and held alone. Raises NotFound, also where it was removed while we waited."""
    try:
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
    except FileNotFoundError:
        raise NotFound from None
    try:
        _hold(file)
        if os.fstat(file).st_nlink == 0:
            raise NotFound
        yield file
    finally:
        os.close(file)  # closing lets the lock go


def cut(file: int, length: int) -> None:
    """Keep the first `length` bytes of a held file, durably."""
    os.ftruncate(file, length)
    os.fsync(file)


def read_back(path: Path, length: int) -> Sent:
    """Hash the first `length` bytes in one pass; pieces are of 262,144 bytes, the last one shorter."""
    whole, pieces, seen = hashlib.sha256(), [], 0
    with path.open("rb") as file:
        while piece := file.read(min(PIECE_BYTES, length - seen)):
            whole.update(piece)
            pieces.append(hashlib.sha256(piece).digest())
            seen += len(piece)
    return Sent(seen, whole.hexdigest(), tuple(pieces))


def chain_of(pieces: Iterable[bytes]) -> str:
    """The chain's head (hex) over the pieces' SHA-256: h_0 = 32 zero bytes, h_i = SHA-256(h_{i-1} ‖ SHA-256(piece))."""
    head = bytes(32)
    for piece in pieces:
        head = hashlib.sha256(head + piece).digest()
    return head.hex()


def _hold(file: int) -> None:
    until = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise LimitReached("Another request is writing to this upload; try again in a moment.") from None
            time.sleep(0.01)
        else:
            return

"""One tar of a release, with the same bytes every time, and where each member lies in it.

Format: POSIX.1-1988 USTAR (`struct posix_header`): 512-byte headers, content padded to 512 bytes, two empty blocks at
the end. Owner, group and time are 0, so that nothing but the content decides the bytes.
"""

import hashlib
import os
import queue
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from yesif.base.errors import BadInput, Damaged, LimitReached

BLOCK = 512
LONGEST_NAME = 100  # USTAR: name[100]
LARGEST_MEMBER = 8**11 - 1  # USTAR: eleven octal digits of size
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Member:
    """One file to put into a shard: bytes in memory, or a file on this machine."""

    name: str
    content: bytes | Path


@dataclass(frozen=True, slots=True)
class Written:
    """Where a member lies: `offset` of its first content byte in the shard, `size` in bytes, SHA-256 of its content."""

    name: str
    offset: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Shard:
    """A finished tar."""

    size: int
    sha256: str
    members: tuple[Written, ...]


def header(name: str, size: int) -> bytes:
    """The 512 bytes before a member. Raises BadInput for a name and LimitReached for a size USTAR cannot hold."""
    letters = name.encode("ascii", errors="replace")
    if not name or not name.isascii() or "/" in name or len(letters) > LONGEST_NAME:
        raise BadInput(f"a member's name is 1 to {LONGEST_NAME} ASCII characters without a slash")
    if not 0 <= size <= LARGEST_MEMBER:
        raise LimitReached(f"a member of a tar holds at most {LARGEST_MEMBER} bytes, not {size}")
    fields = (
        letters.ljust(100, b"\0")
        + b"0000644\0"  # mode
        + b"0000000\0" * 2  # uid, gid
        + b"%011o\0" % size
        + b"%011o\0" % 0  # mtime
        + b" " * 8  # checksum counts as spaces while it is computed
        + b"0"
        + b"\0" * 100  # link
        + b"ustar\00000"
        + b"\0" * 247
    )
    return fields[:148] + b"%06o\0 " % sum(fields) + fields[156:]


def write_shard(target: Path, members: Iterable[Member]) -> Shard:
    """Write `target` whole or not at all: beside it, fsynced, renamed. Digests are taken from the bytes on disk.

    Raises Damaged where a file changes size under our hands.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.partial")
    placed: list[tuple[str, int, int]] = []
    try:
        with beside.open("w+b", buffering=0) as out, _digests(out.fileno()) as digests:
            end = 0
            for member in members:
                size = member.content.stat().st_size if isinstance(member.content, Path) else len(member.content)
                _write(out.fileno(), header(member.name, size))
                _pour(out.fileno(), member.content, size)
                _write(out.fileno(), b"\0" * (-size % BLOCK))
                placed.append((member.name, end + BLOCK, size))
                end += BLOCK + size + -size % BLOCK
                digests.reached(end, member=(placed[-1][1], size))
            _write(out.fileno(), b"\0" * (2 * BLOCK))
            digests.reached(end + 2 * BLOCK)
            os.fsync(out.fileno())
        if not digests.whole:
            raise Damaged(f"{end} bytes of a shard could not be read back")
        os.replace(beside, target)  # from here on the shard is there, whole
    finally:
        beside.unlink(missing_ok=True)
    written = (Written(*where, digest) for where, digest in zip(placed, digests.members, strict=True))
    return Shard(end + 2 * BLOCK, digests.whole, tuple(written))


class _Digests:
    """SHA-256 of the shard and of each member, taken by two threads that read behind the writer (hashlib lets go of
    the interpreter's lock, so a second core does it)."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._ends: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._spans: queue.SimpleQueue[tuple[int, int] | None] = queue.SimpleQueue()
        self.whole = ""
        self.members: list[str] = []
        self._threads = [threading.Thread(target=self._follow), threading.Thread(target=self._each)]
        for thread in self._threads:
            thread.start()

    def reached(self, end: int, *, member: tuple[int, int] | None = None) -> None:
        """The shard is written up to byte `end`; the last thing in it was the content at `member` (offset, size)."""
        self._ends.put(end)
        if member is not None:
            self._spans.put(member)

    def finish(self) -> None:
        self._ends.put(None)
        self._spans.put(None)
        for thread in self._threads:
            thread.join()

    def _follow(self) -> None:
        hasher, at, held = hashlib.sha256(), 0, bytearray(_PIECE)
        while (end := self._ends.get()) is not None:
            for piece in self._pieces(held, at, end - at):
                hasher.update(piece)
            at = end
        self.whole = hasher.hexdigest()

    def _each(self) -> None:
        held = bytearray(_PIECE)
        while (span := self._spans.get()) is not None:
            hasher = hashlib.sha256()
            for piece in self._pieces(held, *span):
                hasher.update(piece)
            self.members.append(hasher.hexdigest())

    def _pieces(self, held: bytearray, start: int, length: int) -> Iterator[memoryview]:
        """The bytes of a stretch, piece by piece in one buffer: a fresh one for each costs half as much as its SHA."""
        view = memoryview(held)
        while length > 0:
            count = os.preadv(self._descriptor, [view[:length]], start)
            if not count:
                return
            yield view[:count]
            start += count
            length -= count


@contextmanager
def _digests(descriptor: int) -> Iterator[_Digests]:
    digests = _Digests(descriptor)
    try:
        yield digests
    finally:
        digests.finish()


def _write(out: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(out, view) :]


def _pour(out: int, content: bytes | Path, size: int) -> None:
    if isinstance(content, bytes):
        _write(out, content)
        return
    with content.open("rb", buffering=0) as source:
        left = size
        while left and (moved := _move(source.fileno(), out, min(left, 1 << 30))):
            left -= moved
    if left:
        raise Damaged(f"a file of {size} bytes ended {left} bytes early while its shard was written")


def _move(source: int, out: int, length: int) -> int:
    """Move up to `length` bytes, inside the kernel where it can (it cannot across some file systems)."""
    try:
        return os.copy_file_range(source, out, length)
    except (AttributeError, OSError):
        piece = os.read(source, min(length, _PIECE))
        _write(out, piece)
        return len(piece)

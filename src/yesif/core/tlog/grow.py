"""The files that a tree's growth brings: which tiles and bundles change from `old` to `new` leaves, and their bytes."""

from collections.abc import Callable, Iterator, Sequence

from yesif.core.tlog.tile import HEIGHT, WIDTH, Tile, entries_path, print_entries, tile_root
from yesif.core.tlog.tree import leaf_hash

ReadTile = Callable[[Tile], Sequence[bytes]]
"""The hashes of a tile written before."""


def grow(old: int, entries: Sequence[bytes], first: int, read: ReadTile) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of every file of the tree of `first + len(entries)` leaves that the tree of `old` had not.

    `entries` are the leaves from index `first` = `old` rounded down to a whole tile on; `read` gives what was written
    for `old`, at levels above the first.
    """
    new = first + len(entries)
    fresh: dict[int, bytes] = {}  # hash of each full tile of the level below, by its number
    for number in range(first // WIDTH, -(-new // WIDTH)):
        part = entries[number * WIDTH - first : (number + 1) * WIDTH - first]
        hashes = [leaf_hash(entry) for entry in part]
        yield entries_path(number, len(part)), print_entries(part)
        yield Tile(0, number, len(part)).path, b"".join(hashes)
        if len(part) == WIDTH:
            fresh[number] = tile_root(hashes)
    level = 1
    while fresh:
        yield from (above := _Above(level, old >> (HEIGHT * level), new >> (HEIGHT * level), fresh, read)).files()
        fresh, level = above.full, level + 1


class _Above:
    """One level above the leaves: hashes `old`…`new`, of which `fresh` came with this growth."""

    def __init__(self, level: int, old: int, new: int, fresh: dict[int, bytes], read: ReadTile) -> None:
        self.level, self.old, self.new, self.fresh, self.read = level, old, new, fresh, read
        self.full: dict[int, bytes] = {}

    def files(self) -> Iterator[tuple[str, bytes]]:
        for number in range(self.old // WIDTH, -(-self.new // WIDTH)):
            start, end = number * WIDTH, min((number + 1) * WIDTH, self.new)
            kept = list(self.read(Tile(self.level, number, self.old - start))) if self.old > start else []
            hashes = kept + [self.fresh[index] for index in range(start + len(kept), end)]
            yield Tile(self.level, number, len(hashes)).path, b"".join(hashes)
            if len(hashes) == WIDTH:
                self.full[number] = tile_root(hashes)

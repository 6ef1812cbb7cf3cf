"""Tiles: 256 hashes a file, as C2SP tlog-tiles lays them out (https://c2sp.org/tlog-tiles).

    tile/<L>/<N>[.p/<W>]      W hashes of 32 bytes: level 8·L of the tree, from index 256·N
    tile/entries/<N>[.p/<W>]  the entries themselves, each behind its length (uint16, big endian)

N is written in groups of three digits, all but the last behind an x: 1234067 → x001/x234/067.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from yesif.base.errors import Damaged
from yesif.core.tlog.tree import HASH_BYTES, node_hash

WIDTH = 256
HEIGHT = 8
MAX_ENTRY = 65_535


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """Which tile: level (in tiles), number, and how many hashes wide (1–256; below 256 it is partial)."""

    level: int
    number: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        if not (0 <= self.level < 8 and self.number >= 0 and 1 <= self.width <= WIDTH):
            raise Damaged(f"there is no tile {self.level}/{self.number} of width {self.width}")

    @property
    def path(self) -> str:
        """Where it is served."""
        return f"tile/{self.level}/{_number(self.number)}{_partial(self.width)}"


def entries_path(number: int, width: int = WIDTH) -> str:
    """Where a bundle of entries is served."""
    return f"tile/entries/{_number(number)}{_partial(width)}"


def tiles_of(size: int) -> list[Tile]:
    """Every tile of a tree of `size` leaves, full and partial."""
    found = []
    level, count = 0, size
    while count:
        full, rest = divmod(count, WIDTH)
        found += [Tile(level, number) for number in range(full)]
        if rest:
            found.append(Tile(level, full, rest))
        level, count = level + 1, full
    return found


def parse_tile(content: bytes, width: int) -> list[bytes]:
    """The hashes of a tile. Raises Damaged where it has another length."""
    if len(content) != width * HASH_BYTES:
        raise Damaged(f"a tile of {width} hashes has {width * HASH_BYTES} bytes, not {len(content)}")
    return [content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES)]


def tile_root(hashes: Sequence[bytes]) -> bytes:
    """The hash above a full tile (or any power of two of hashes)."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def print_entries(entries: Iterable[bytes]) -> bytes:
    """A bundle of entries."""
    parts = []
    for entry in entries:
        if len(entry) > MAX_ENTRY:
            raise Damaged(f"an entry has at most {MAX_ENTRY} bytes, not {len(entry)}")
        parts += [struct.pack(">H", len(entry)), entry]
    return b"".join(parts)


def parse_entries(content: bytes) -> list[bytes]:
    """The entries of a bundle. Raises Damaged where it is cut."""
    entries, at = [], 0
    while at < len(content):
        if at + 2 > len(content):
            raise Damaged("a bundle of entries ends inside a length")
        (length,) = struct.unpack_from(">H", content, at)
        at += 2
        if at + length > len(content):
            raise Damaged("a bundle of entries ends inside an entry")
        entries.append(content[at : at + length])
        at += length
    return entries


class TileReader:
    """Reads the hash of any complete subtree out of tiles; `fetch(tile)` returns a tile's bytes."""

    def __init__(self, size: int, fetch: Callable[[Tile], bytes]) -> None:
        self.size = size
        self._fetch = fetch
        self._kept: dict[Tile, list[bytes]] = {}

    def __call__(self, level: int, index: int) -> bytes:
        tile_level, inside = divmod(level, HEIGHT)
        first = index << inside  # the subtree covers 2^inside hashes of this tile level
        number, offset = divmod(first, WIDTH)
        hashes = self._tile(tile_level, number)
        part = hashes[offset : offset + (1 << inside)]
        if len(part) != 1 << inside:
            raise Damaged(f"a tree of {self.size} leaves has no complete subtree {level}/{index}")
        return tile_root(part)

    def _tile(self, level: int, number: int) -> list[bytes]:
        count = self.size >> (HEIGHT * level)  # hashes at this tile level
        width = min(WIDTH, count - number * WIDTH)
        tile = Tile(level, number, width)
        if tile not in self._kept:
            if len(self._kept) > 512:
                self._kept.clear()  # proofs touch a handful; a bounded cache is enough
            self._kept[tile] = parse_tile(self._fetch(tile), width)
        return self._kept[tile]


def _number(number: int) -> str:
    groups = [f"{number % 1000:03d}"]
    while number >= 1000:
        number //= 1000
        groups.append(f"x{number % 1000:03d}")
    return "/".join(reversed(groups))


def _partial(width: int) -> str:
    return "" if width == WIDTH else f".p/{width}"

"""Is this the one record? Signatures, tiles, entries, and every checkpoint that somebody else kept."""

from collections.abc import Iterator

from yesif.base.errors import Damaged, YesIfError
from yesif.core.tlog import tree
from yesif.core.tlog.audit.bundle import Bundle
from yesif.core.tlog.audit.finding import Finding
from yesif.core.tlog.checkpoint import Checkpoint
from yesif.core.tlog.note import Note
from yesif.core.tlog.tile import WIDTH, Tile, TileReader, parse_entries, parse_tile, tile_root
from yesif.core.tlog.trust import Trust


def signed_checkpoint(bundle: Bundle, trusted: Trust) -> Checkpoint:
    """The checkpoint, once its signatures hold. Raises Damaged."""
    return trusted.check(Note.parse(bundle.text("tlog/checkpoint")))


def tree_findings(bundle: Bundle, checkpoint: Checkpoint) -> Iterator[Finding]:
    """Every tile is the one below it hashed, and the topmost lead to the signed root."""
    try:
        if tree.root(checkpoint.size, TileReader(checkpoint.size, bundle.tile)) != checkpoint.root:
            yield Finding(-1, "tree", "the tiles do not lead to the root that the checkpoint states")
    except Damaged as wrong:
        yield Finding(-1, "tree", f"the tiles are not whole: {wrong}")
        return
    level, count = 1, checkpoint.size // WIDTH
    while count:
        yield from _level(bundle, checkpoint.size, level, count)
        level, count = level + 1, count // WIDTH


def _level(bundle: Bundle, size: int, level: int, count: int) -> Iterator[Finding]:
    for number in range(-(-count // WIDTH)):
        width = min(WIDTH, count - number * WIDTH)
        try:
            above = parse_tile(bundle.tile(Tile(level, number, width)), width)
            for at, stated in enumerate(above):
                below = Tile(level - 1, number * WIDTH + at)
                if tile_root(parse_tile(bundle.tile(below), WIDTH)) != stated:
                    first = (number * WIDTH + at) << (8 * level)
                    yield Finding(first, "tree", f"{below.path} was altered: it does not hash to the tile above it")
        except Damaged as wrong:
            yield Finding(-1, "tree", f"a tile of level {level} is not whole: {wrong}")
            return


def entries(bundle: Bundle, size: int) -> Iterator[tuple[int, bytes, Finding | None]]:
    """Every entry in order: index, bytes, and a finding where it is not the one its tile holds."""
    for number in range(-(-size // WIDTH)):
        first, width = number * WIDTH, min(WIDTH, size - number * WIDTH)
        try:
            found = parse_entries(bundle.entries(number, width))[:width]
            hashes = parse_tile(bundle.tile(Tile(0, number, width)), width)
        except Damaged as wrong:
            yield first, b"", Finding(first, "tree", f"entries {first} to {first + width - 1} cannot be read: {wrong}")
            continue
        if len(found) != width:
            yield first, b"", Finding(first, "tree", f"a bundle holds {len(found)} entries and should hold {width}")
        for at, entry in enumerate(found):
            same = tree.leaf_hash(entry) == hashes[at]
            wrong_one = None if same else Finding(first + at, "tree", f"entry {first + at} is not the leaf of its tile")
            yield first + at, entry, wrong_one


def fork_findings(bundle: Bundle, checkpoint: Checkpoint, trusted: Trust) -> Iterator[Finding]:
    """Each checkpoint that others kept is a prefix of this record, or somebody was shown another one."""
    reader = TileReader(checkpoint.size, bundle.tile)
    for name in bundle.names("checkpoints/"):
        try:
            note = Note.parse(bundle.text(name))
            kept = Trust(logs=trusted.logs).check(note)
        except YesIfError as wrong:
            yield Finding(-1, "signature", f"{name} was not signed by this log: {wrong}")
            continue
        if kept.size > checkpoint.size:
            text = f"{name} shows {kept.size} leaves, this record only {checkpoint.size}: leaves were taken away"
            yield Finding(checkpoint.size, "fork", text)
        elif _root(kept.size, reader) != kept.root:
            text = f"{name} shows another record: at {kept.size} leaves its root is not this one's (a split view)"
            yield Finding(-1, "fork", text)


def _root(size: int, reader: TileReader) -> bytes:
    try:
        return tree.root(size, reader)
    except Damaged:
        return b""  # the tiles are damaged: told already

"""The tree as the database has it: its size, its leaves, and where database and published record differ."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from yesif.apps.record.models import LeafRow, Line, RowOf
from yesif.apps.record.shelf import Shelf
from yesif.base.errors import Damaged
from yesif.core.tlog import tree
from yesif.core.tlog.leaf import Leaf, commitment, milliseconds
from yesif.core.tlog.rows import Row
from yesif.core.tlog.tile import WIDTH, Tile, TileReader


@dataclass(frozen=True, slots=True)
class Difference:
    """Where database and record differ: the number of the line (None where the database has none), and one sentence."""

    line: int | None
    sentence: str


def size() -> int:
    """How many leaves have their place."""
    last = LeafRow.objects.order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None else last + 1


def waiting() -> int:
    """How many lines wait for their place."""
    return Line.objects.filter(sequenced=False).count()


def leaf_bytes(first: int, end: int) -> list[bytes]:
    """The leaves from index `first` to before `end`. Raises Damaged where one is missing."""
    found = LeafRow.objects.filter(index__gte=first, index__lt=end).order_by("index")
    leaves = [bytes(content) for content in found.values_list("content", flat=True).iterator(2000)]
    if len(leaves) != end - first:
        raise Damaged(f"the database holds {len(leaves)} of the leaves {first} to {end - 1}, not {end - first}")
    return leaves


def differences() -> Iterator[Difference]:
    """Everything that is not as the record says, in order: lines against their leaves, leaves against the tiles, tiles
    against the signed checkpoint. Nothing where all is well."""
    yield from _lines()
    yield from _rows()
    yield from _published()


def _lines() -> Iterator[Difference]:
    fields = ("seq", "kind", "at", "commitment", "salt", "body", "sequenced", "leaves__content")
    for seq, kind, at, stated, salt, body, sequenced, content in Line.objects.values_list(*fields).iterator(2000):
        if (salt is None) != (body is None):
            yield Difference(seq, f"Line {seq} has only one of body and salt.")
        elif salt is not None and commitment(bytes(salt), body) != stated:
            yield Difference(seq, f"Line {seq} ({kind}) was changed: its body is not the one it commits to.")
        if content is None:
            if sequenced:
                yield Difference(seq, f"Line {seq} ({kind}) lost its leaf.")
            continue
        try:
            leaf = Leaf.parse(bytes(content))
        except Damaged as wrong:
            yield Difference(seq, f"The leaf of line {seq} is damaged: {wrong}.")
            continue
        if (leaf.kind, leaf.at_ms, leaf.commitment) != (kind, milliseconds(at), stated):
            yield Difference(seq, f"Line {seq} ({kind}) is not what its leaf says: kind, time or commitment differ.")


def _rows() -> Iterator[Difference]:
    rows = RowOf.objects.filter(salt__isnull=False).values_list("line_id", "place", "about", "salt", "body", "digest")
    for line, place, about, salt, body, digest in rows.iterator(2000):
        if Row(about, body or {}, bytes(salt or b"")).content.hex() != digest:
            yield Difference(line, f"Row {place} of line {line} was changed.")


def _published() -> Iterator[Difference]:
    shelf = Shelf()
    try:
        published = shelf.published()
    except Damaged as wrong:
        yield Difference(None, f"The published checkpoint cannot be trusted: {wrong}.")
        return
    if published is None:
        return
    checkpoint, here = published[1], size()
    if checkpoint.size > here:
        yield Difference(
            None, f"The record has {checkpoint.size} leaves and the database {here}: leaf {here} is missing."
        )
    yield from _tiles(shelf, min(checkpoint.size, here))
    try:
        found = tree.root(checkpoint.size, TileReader(checkpoint.size, shelf.content))
    except Damaged as wrong:
        yield Difference(None, f"The tiles are damaged: {wrong}.")
        return
    if found != checkpoint.root:
        yield Difference(None, "The tiles do not lead to the root that the checkpoint states.")


def _tiles(shelf: Shelf, until: int) -> Iterator[Difference]:
    """Each leaf of the database against the bundle and the tile that were served."""
    numbers = LeafRow.objects.filter(index__lt=until).order_by("index").values_list("index", "line_id", "content")
    bundle: Sequence[bytes] = []
    hashes: Sequence[bytes] = []
    open_at = -1  # the number of the bundle in hand
    for expected, (index, line, content) in enumerate(numbers.iterator(2000)):
        if index != expected:
            yield Difference(None, f"Leaf {expected} is on the record and not in the database.")
            return
        if index // WIDTH != open_at:
            open_at, width = index // WIDTH, min(WIDTH, until - index // WIDTH * WIDTH)
            try:
                bundle, hashes = shelf.entries(open_at, width), shelf.hashes(Tile(0, open_at, width))
            except Damaged as wrong:
                yield Difference(line, f"Line {line} cannot be compared with leaf {index}: {wrong}.")
                return
        at, content = index % WIDTH, bytes(content)
        if at >= len(bundle) or bundle[at] != content or hashes[at] != tree.leaf_hash(content):
            yield Difference(line, f"Line {line} differs from the record: leaf {index} there holds something else.")
            return

"""A line's proof, and its receipt: body, salt and proof in one `.zip`, for whoever the line concerns."""

from yesif.apps.record.models import LeafRow, Line, RowOf
from yesif.apps.record.shelf import Shelf
from yesif.base.errors import Conflict, NotFound
from yesif.core.tlog import receipt as receipts
from yesif.core.tlog import rows as row_rules
from yesif.core.tlog import tree
from yesif.core.tlog.leaf import Leaf
from yesif.core.tlog.proof import Proof
from yesif.core.tlog.receipt import ProvenRow, Receipt
from yesif.core.tlog.rows import Row
from yesif.core.tlog.tile import TileReader


def log_key() -> str:
    """The log's public key, as people compare it: name+id+key."""
    return str(Shelf().verifier())


def leaf_proof(index: int, *, shelf: Shelf | None = None) -> Proof:
    """The offline proof of one leaf under the newest checkpoint. Raises Conflict where none covers it yet, Damaged."""
    shelf = shelf or Shelf()
    published = shelf.published()
    if published is None or published[1].size <= index:
        raise Conflict("This line has no proof yet: it gets one within a minute.")
    signed, checkpoint = published
    path = tree.inclusion_proof(index, checkpoint.size, TileReader(checkpoint.size, shelf.content))
    return Proof(index, tuple(path), signed)


def receipt_zip(line: int, viewer: str, *, document: bytes = b"") -> bytes:
    """The receipt of a line that concerns `viewer` (a person's, project's or licence's id), with their rows only.

    `document`: a receipt.jsonld to put beside it. Raises NotFound for anyone else and where the body was destroyed,
    Conflict where the line has no proof yet.
    """
    found = Line.objects.filter(seq=line, concerns__about=viewer).first()
    if found is None or found.salt is None or found.body is None:
        raise NotFound
    leaf = _leaf_of(line, viewer)
    if leaf is None:
        raise Conflict("This line has no proof yet: it gets one within a minute.")
    shelf = Shelf()
    made = Receipt(
        leaf=Leaf.parse(bytes(leaf.content)),
        body=found.body,
        salt=bytes(found.salt),
        proof=leaf_proof(leaf.index, shelf=shelf),
        trust=shelf.trust_text(),
        rows=_proven_rows(line, viewer),
        document=document,
    )
    return receipts.write(made, name=f"line-{line}.zip")


def _leaf_of(line: int, viewer: str) -> LeafRow | None:
    """The viewer's own leaf where the line has several; else its first."""
    leaves = LeafRow.objects.filter(line_id=line).order_by("index")
    return leaves.filter(steps__chain_id=viewer).first() or leaves.first()


def _proven_rows(line: int, viewer: str) -> tuple[ProvenRow, ...]:
    mine = list(RowOf.objects.filter(line_id=line, about=viewer, salt__isnull=False).order_by("place"))
    if not mine:
        return ()
    digests = [bytes.fromhex(one) for one in _digests(line)]
    return tuple(
        ProvenRow(
            row.place,
            Row(viewer, row.body or {}, bytes(row.salt or b"")),
            tuple(row_rules.path_of_digests(digests, row.place)),
        )
        for row in mine
    )


def _digests(line: int) -> list[str]:
    return list(RowOf.objects.filter(line_id=line).order_by("place").values_list("digest", flat=True))

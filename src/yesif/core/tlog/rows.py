"""Rows: what a line says of many people, each part for one of them alone.

The body holds `{"count": n, "root": …}`: the Merkle root over SHA-256("yesif/row/1" ‖ salt ‖ canonical(row)), in order.
Whoever is given one row, its salt and its path can check that it stands in the line, and learns nothing of the others.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yesif.base.canonical import canonical
from yesif.base.errors import Damaged
from yesif.core.tlog import tree


@dataclass(frozen=True, slots=True)
class Row:
    """One row: whom it is about (a person's id), what it says, and its salt (32 bytes)."""

    about: str
    body: Mapping[str, object]
    salt: bytes = b""

    @property
    def content(self) -> bytes:
        """What is hashed as a leaf."""
        return hashlib.sha256(b"yesif/row/1" + self.salt + canonical(self.body)).digest()


def summary(rows: Sequence[Row]) -> dict[str, object]:
    """What a body says of its rows."""
    return {"count": len(rows), "root": tree.root(len(rows), _reader([row.content for row in rows])).hex()}


def path(rows: Sequence[Row], index: int) -> list[bytes]:
    """The proof that row `index` stands under the root."""
    return path_of_digests([row.content for row in rows], index)


def path_of_digests(contents: Sequence[bytes], index: int) -> list[bytes]:
    """The same where only the rows' digests are left: bodies and salts of others may have been destroyed."""
    return tree.inclusion_proof(index, len(contents), _reader(contents))


def verify(row: Row, index: int, proof: Sequence[bytes], stated: object) -> None:
    """Raises Damaged unless `row` is number `index` of the rows that a body states."""
    if not isinstance(stated, dict) or type(stated.get("count")) is not int or not isinstance(stated.get("root"), str):
        raise Damaged("this line's body states no rows")
    try:
        root = bytes.fromhex(stated["root"])
    except ValueError:
        raise Damaged("the root of a line's rows is hexadecimal") from None
    tree.verify_inclusion(tree.leaf_hash(row.content), index, stated["count"], proof, root)


def check_all(contents: Sequence[bytes], stated: object) -> None:
    """Raises Damaged unless these are the contents (hashes) of all the rows that a body states, in order."""
    if {"count": len(contents), "root": tree.root(len(contents), _reader(contents)).hex()} != stated:
        raise Damaged("the rows of this line are not those its body states")


def _reader(contents: Sequence[bytes]) -> tree.HashReader:
    kept: dict[tuple[int, int], bytes] = {}

    def read(level: int, index: int) -> bytes:
        if (level, index) not in kept:
            if level == 0:
                kept[level, index] = tree.leaf_hash(contents[index])
            else:
                kept[level, index] = tree.node_hash(read(level - 1, 2 * index), read(level - 1, 2 * index + 1))
        return kept[level, index]

    return read

"""A proof someone can check without us (https://c2sp.org/tlog-proof): one entry, its path, the signed checkpoint.

c2sp.org/tlog-proof@v1
extra <base64>            (optional)
index 73894
<hash in base64>          (none for a tree of one leaf)
…

<signed checkpoint>
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass

from yesif.base.errors import Damaged
from yesif.core.tlog.checkpoint import Checkpoint
from yesif.core.tlog.note import Note, Verifier
from yesif.core.tlog.tree import HASH_BYTES, leaf_hash, verify_inclusion

HEAD = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"^index (0|[1-9][0-9]{0,18})$")


@dataclass(frozen=True, slots=True)
class Proof:
    """Index of the entry, the path of hashes (32 bytes each), the signed checkpoint, and bytes of the application's."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: Note
    extra: bytes | None = None

    def __str__(self) -> str:
        lines = [HEAD]
        if self.extra is not None:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(part).decode() for part in self.path]
        return "\n".join(lines) + "\n\n" + str(self.checkpoint)

    @classmethod
    def parse(cls, text: str) -> "Proof":
        """Read a `.tlog-proof`, refusing whatever we would not print. Raises Damaged."""
        head, gap, rest = text.partition("\n\n")
        lines = head.split("\n")
        if not gap or lines[0] != HEAD:
            raise Damaged("this is not a tlog proof, version 1")
        extra = None
        if len(lines) > 1 and lines[1].startswith("extra "):
            extra = _decode(lines.pop(1).removeprefix("extra "))
        if len(lines) < 2 or not (number := _INDEX.match(lines[1])):
            raise Damaged("a proof names the index of its entry")
        proof = cls(int(number[1]), tuple(_hash(line) for line in lines[2:]), Note.parse(rest), extra)
        if str(proof) != text:
            raise Damaged("this proof is not written the one way")
        return proof

    def verify(self, entry: bytes, log: Verifier, witnesses: Iterable[Verifier] = (), *, quorum: int = 0) -> Checkpoint:
        """The checkpoint under which `entry` is proven. Raises Damaged where the log did not sign it, where fewer than
        `quorum` of `witnesses` did, or where the path does not lead to its root."""
        if not self.checkpoint.verified_by([log]):
            raise Damaged(f"{log.name} has not signed this checkpoint")
        seen = {verifier.name for verifier, _ in self.checkpoint.verified_by(witnesses)}
        if len(seen) < quorum:
            raise Damaged(f"{len(seen)} of the witnesses signed this checkpoint, {quorum} must")
        checkpoint = Checkpoint.parse(self.checkpoint.text)
        if checkpoint.origin != log.name:
            raise Damaged("the checkpoint is another log's")
        verify_inclusion(leaf_hash(entry), self.index, checkpoint.size, self.path, checkpoint.root)
        return checkpoint


def _hash(line: str) -> bytes:
    content = _decode(line)
    if len(content) != HASH_BYTES:
        raise Damaged(f"a hash has {HASH_BYTES} bytes, not {len(content)}")
    return content


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Damaged("this is not base64") from None

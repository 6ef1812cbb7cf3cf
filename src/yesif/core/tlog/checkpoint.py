"""A checkpoint: what the log says its tree is (https://c2sp.org/tlog-checkpoint).

    studio.example/record
    109482
    sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=

Origin, size in leaves (decimal, no leading zero), root hash in base64; then, optionally, extension lines. Signed as a
note; the log's key has the origin as its name.
"""

import base64
import binascii
import re
from dataclasses import dataclass

from yesif.base.errors import Damaged
from yesif.core.tlog.tree import HASH_BYTES

_SIZE = re.compile(r"^(0|[1-9][0-9]{0,18})$")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Origin, size and root (32 bytes) of a tree; extension lines are kept as they are."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions]
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read a checkpoint's text, refusing whatever we would not print. Raises Damaged."""
        if not text.endswith("\n"):
            raise Damaged("a checkpoint ends in a newline")
        lines = text[:-1].split("\n")
        if len(lines) < 3 or not all(lines):
            raise Damaged("a checkpoint has an origin, a size and a root, and no empty line")
        if not _SIZE.match(lines[1]):
            raise Damaged("a checkpoint's size is a whole number without leading zeros")
        try:
            root = base64.b64decode(lines[2], validate=True)
        except (binascii.Error, ValueError):
            raise Damaged("a checkpoint's root is base64") from None
        if len(root) != HASH_BYTES:
            raise Damaged(f"a checkpoint's root has {HASH_BYTES} bytes, not {len(root)}")
        checkpoint = cls(lines[0], int(lines[1]), root, tuple(lines[3:]))
        if str(checkpoint) != text:
            raise Damaged("this checkpoint is not written the one way")
        return checkpoint

"""What a witness answers to add-checkpoint (https://c2sp.org/tlog-witness): cosign only what continues what it saw.

    old 20852014
    <consistency proof, one hash in base64 a line>

    <signed checkpoint>

Values in, values out: who keeps the state must put `seen` in place of the former one before the answer leaves, and no
second request of the same log may come between.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass

from yesif.base.errors import Damaged
from yesif.core.tlog.checkpoint import Checkpoint
from yesif.core.tlog.note import Note, Verifier
from yesif.core.tlog.tree import EMPTY_ROOT, HASH_BYTES, verify_consistency

MOST_HASHES = 63
MAX_REQUEST = 64 << 10
SIZE_TYPE = "text/x.tlog.size"
_OLD = re.compile(r"^old (0|[1-9][0-9]{0,18})$")


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest checkpoint of a log that was cosigned."""

    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class Request:
    """An add-checkpoint request, parsed."""

    old: int
    proof: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint

    def __str__(self) -> str:
        hashes = "".join(base64.b64encode(one).decode() + "\n" for one in self.proof)
        return f"old {self.old}\n{hashes}\n{self.note}"

    @classmethod
    def parse(cls, text: str) -> "Request":
        """Read a request. Raises Damaged."""
        head, gap, rest = text.partition("\n\n")
        lines = head.split("\n")
        if not gap or not (old := _OLD.match(lines[0])):
            raise Damaged("a request names the old size, then the proof, an empty line and a checkpoint")
        if len(lines) > MOST_HASHES + 1:
            raise Damaged(f"a proof has at most {MOST_HASHES} hashes, not {len(lines) - 1}")
        note = Note.parse(rest)
        return cls(int(old[1]), tuple(_hash(line) for line in lines[1:]), note, Checkpoint.parse(note.text))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to answer: an HTTP status and its text; `seen` where the checkpoint is to be cosigned (status 200)."""

    status: int
    text: str = ""
    seen: Seen | None = None
    checkpoint: Checkpoint | None = None


def origin_of(text: str) -> str:
    """Whose checkpoint a request carries; empty where it cannot be read."""
    return text.partition("\n\n")[2].partition("\n")[0]


def judge(text: str, logs: Mapping[str, Verifier], seen: Seen) -> Verdict:
    """The answer to a request, given the keys of the logs by origin and what was seen of this log before."""
    try:
        request = Request.parse(text)
    except Damaged as wrong:
        return Verdict(400, f"{wrong}\n")
    log = logs.get(request.checkpoint.origin)
    if log is None:
        return Verdict(404, "this witness does not watch that log\n")
    try:
        signed = bool(request.note.verified_by([log]))
    except Damaged:
        signed = False
    if not signed:
        return Verdict(403, "the log has not signed this checkpoint\n")
    return _continues(request, seen)


def _continues(request: Request, seen: Seen) -> Verdict:
    checkpoint = request.checkpoint
    if request.old > checkpoint.size:
        return Verdict(400, f"{request.old} leaves do not come before {checkpoint.size}\n")
    if request.old != seen.size:
        return Verdict(409, f"{seen.size}\n")
    if request.old == checkpoint.size and checkpoint.root != seen.root:
        return Verdict(409, f"{seen.size}\n")
    if request.old == 0 and request.proof:
        return Verdict(422, "a proof from nothing is empty\n")
    try:
        if request.old:
            verify_consistency(request.old, checkpoint.size, seen.root, checkpoint.root, request.proof)
    except Damaged as wrong:
        return Verdict(422, f"{wrong}\n")
    return Verdict(200, seen=Seen(checkpoint.size, checkpoint.root), checkpoint=checkpoint)


def _hash(line: str) -> bytes:
    try:
        content = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        raise Damaged("a proof's hashes are base64") from None
    if len(content) != HASH_BYTES or base64.b64encode(content).decode() != line:
        raise Damaged(f"a proof's hashes have {HASH_BYTES} bytes")
    return content

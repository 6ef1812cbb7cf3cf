"""A receipt: everything needed to check one line without us, in one `.zip` whose parts are stored, not packed.

leaf.json          the leaf, byte for byte
body.json          what the line says, canonical; with it the leaf's commitment can be made again
salt.txt           64 hexadecimal digits
line.tlog-proof    index, path and signed checkpoint (c2sp.org/tlog-proof)
trust-policy       whose signatures count (c2sp.org/tlog-policy); yours, if you have one, goes before this
rows.json          what the line says of you alone, each with its place, salt and path (only where it has rows)
receipt.jsonld     the same for other systems (only for answers; not needed to check)
README.txt         how to check
"""

import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

from yesif.base.canonical import canonical
from yesif.base.errors import BadInput, Damaged
from yesif.core.tlog import rows as row_rules
from yesif.core.tlog import trust as trust_rules
from yesif.core.tlog.checkpoint import Checkpoint
from yesif.core.tlog.leaf import SALT_BYTES, Leaf, commitment
from yesif.core.tlog.proof import Proof
from yesif.core.tlog.rows import Row
from yesif.core.tlog.tree import verify_inclusion
from yesif.core.tlog.trust import Trust

MAX_BYTES = 4 << 20
_MEMBERS = ("leaf.json", "body.json", "salt.txt", "line.tlog-proof", "trust-policy")
_OPTIONAL = ("rows.json", "receipt.jsonld", "README.txt")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_README = """\
This is one line of a studio's record, with the proof that it stands there.

Check it with `yesif verify {name}`, or open check.html (from the studio's page
“Check it yourself”, or any copy of it) in a browser and choose this file. Neither
needs the network. To be sure that it is this studio's record, compare the log key
in trust-policy with one you got another way: from the studio's site, from your
union, from a friend's receipt.

body.json is what the line says. It holds no name. Whoever you give this file to can
read it.
"""


@dataclass(frozen=True, slots=True)
class ProvenRow:
    """One row with its place among the rows and the path to their root."""

    place: int
    row: Row
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """The parts of a receipt, parsed."""

    leaf: Leaf
    body: Mapping[str, object]
    salt: bytes
    proof: Proof
    trust: str
    rows: tuple[ProvenRow, ...] = ()
    document: bytes = b""

    def verify(self, trusted: Trust | None = None) -> Checkpoint:
        """The checkpoint under which the line is proven: body → commitment → leaf → root → signatures, and each row.
        Raises Damaged at the first that does not hold. `trusted`: the checker's own policy, else the receipt's."""
        if commitment(self.salt, self.body) != self.leaf.commitment:
            raise Damaged("the body and salt in this receipt are not what the leaf commits to")
        try:
            policy = trusted or trust_rules.parse(self.trust)
        except BadInput as wrong:
            raise Damaged(str(wrong)) from None
        checkpoint = policy.check(self.proof.checkpoint)
        verify_inclusion(self.leaf.hash, self.proof.index, checkpoint.size, self.proof.path, checkpoint.root)
        for one in self.rows:
            row_rules.verify(one.row, one.place, one.path, self.body.get("rows"))
        return checkpoint


def write(receipt: Receipt, *, name: str = "receipt.zip") -> bytes:
    """The `.zip`; the same receipt gives the same bytes."""
    members = {
        "README.txt": _README.format(name=name).encode(),
        "leaf.json": bytes(receipt.leaf),
        "body.json": canonical(receipt.body),
        "salt.txt": receipt.salt.hex().encode() + b"\n",
        "line.tlog-proof": str(receipt.proof).encode(),
        "trust-policy": receipt.trust.encode(),
    }
    if receipt.rows:
        members["rows.json"] = canonical([_print_row(one) for one in receipt.rows])
    if receipt.document:
        members["receipt.jsonld"] = receipt.document
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        for member, content in members.items():
            archive.writestr(zipfile.ZipInfo(member, _EPOCH), content)
    return held.getvalue()


def read(content: bytes) -> Receipt:
    """Read a receipt, refusing whatever is not one. Raises Damaged; nothing is unpacked to disk."""
    members = _members(content)
    salt = members["salt.txt"].decode("ascii", "replace")
    if not re.fullmatch(rf"[0-9a-f]{{{2 * SALT_BYTES}}}\n", salt):
        raise Damaged("salt.txt holds 64 hexadecimal digits and a newline")
    body = _json(members["body.json"], "body.json")
    if not isinstance(body, dict) or _canonical(body) != members["body.json"]:
        raise Damaged("body.json is not written the one way")
    return Receipt(
        Leaf.parse(members["leaf.json"]),
        body,
        bytes.fromhex(salt.strip()),
        Proof.parse(_text(members, "line.tlog-proof")),
        _text(members, "trust-policy"),
        _rows(members.get("rows.json")),
        members.get("receipt.jsonld", b""),
    )


def _members(content: bytes) -> dict[str, bytes]:
    if len(content) > MAX_BYTES:
        raise Damaged(f"a receipt has at most {MAX_BYTES >> 20} MiB, not {len(content)} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            listed = archive.infolist()
            names = [one.filename for one in listed]
            if len(names) != len(set(names)) or set(names) - {*_MEMBERS, *_OPTIONAL}:
                raise Damaged("this .zip is not a receipt: it holds other files, or one twice")
            if missing := [one for one in _MEMBERS if one not in names]:
                raise Damaged(f"this .zip is not a receipt: {missing[0]} is missing")
            if any(one.compress_type != zipfile.ZIP_STORED for one in listed):
                raise Damaged("the parts of a receipt are stored, not packed")
            return {one: archive.read(one) for one in names}
    except (zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError, OSError, ValueError):
        raise Damaged("this is not a .zip, or it was cut or changed") from None


def _rows(content: bytes | None) -> tuple[ProvenRow, ...]:
    if content is None:
        return ()
    read_rows = _json(content, "rows.json")
    if not isinstance(read_rows, list):
        raise Damaged("rows.json is a list")
    try:
        return tuple(
            ProvenRow(
                int(one["place"]),
                Row("", dict(one["row"]), bytes.fromhex(one["salt"])),
                tuple(bytes.fromhex(part) for part in one["path"]),
            )
            for one in read_rows
        )
    except (KeyError, TypeError, ValueError):
        raise Damaged("rows.json lists rows with place, row, salt and path") from None


def _print_row(one: ProvenRow) -> dict[str, object]:
    path = [part.hex() for part in one.path]
    return {"place": one.place, "row": dict(one.row.body), "salt": one.row.salt.hex(), "path": path}


def _json(content: bytes, name: str) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise Damaged(f"{name} is not JSON") from None


def _canonical(body: dict[str, object]) -> bytes:
    try:
        return canonical(body)
    except (TypeError, ValueError):
        raise Damaged("body.json holds what no line may say") from None


def _text(members: Mapping[str, bytes], name: str) -> str:
    try:
        return members[name].decode()
    except UnicodeDecodeError:
        raise Damaged(f"{name} is not text") from None

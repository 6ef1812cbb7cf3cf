"""A leaf: what the whole world may see of a line. Never a name, never an id of a person.

    {"by":"5f0c1a2b","c":"9a…","kind":"grant","links":["07…"],"part":"","refs":[],"t":1763982000123,"tags":["c4…"],"v":1}

`c` commits to the body, which only those concerned are given: SHA-256("yesif/1" ‖ salt ‖ canonical(body)). `t` is Unix
milliseconds, `by` the id of the log's key, `refs` the indexes of earlier leaves. Every person the line concerns has one
tag in it, HMAC-SHA256(their key, "tag" ‖ n)[:16] for the n-th of their lines (from 1), so only they and the studio can
find their lines, and one link, HMAC-SHA256(their key, "link" ‖ n ‖ hash of their leaf before)[:16], so none can be left
out, put in or moved without their noticing. A line that concerns many has several leaves, `part` 1/3, 2/3, 3/3.
"""

import hashlib
import hmac
import json
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from yesif.base.canonical import canonical
from yesif.base.errors import Damaged
from yesif.core.tlog.lines import LINES
from yesif.core.tlog.tree import leaf_hash

VERSION = 1
MAX_BYTES = 8192
TAGS_A_LEAF = 96
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
SALT_BYTES = 32
_HEX = {length: re.compile(rf"^[0-9a-f]{{{length}}}$") for length in (8, 32, 64)}
_PART = re.compile(r"^([1-9][0-9]{0,4}/[1-9][0-9]{0,4})?$")
_FIELDS = frozenset({"v", "kind", "t", "by", "c", "refs", "tags", "links", "part"})


@dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf. Hashes, tags and links are lower-case hexadecimal."""

    kind: str
    at_ms: int
    by: str
    commitment: str
    refs: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    part: str = ""

    def __bytes__(self) -> bytes:
        """Canonical JSON, written out: none of these values holds a character to escape, and a log has millions."""
        refs = ",".join(map(str, self.refs))
        return (
            f'{{"by":"{self.by}","c":"{self.commitment}","kind":"{self.kind}","links":{_quoted(self.links)}'
            f',"part":"{self.part}","refs":[{refs}],"t":{self.at_ms},"tags":{_quoted(self.tags)},"v":{VERSION}}}'
        ).encode()

    @property
    def hash(self) -> bytes:
        """Its hash in the tree."""
        return leaf_hash(bytes(self))

    @classmethod
    def parse(cls, content: bytes) -> "Leaf":
        """Read a leaf, refusing whatever we would not write. Raises Damaged."""
        if len(content) > MAX_BYTES:
            raise Damaged(f"a leaf has at most {MAX_BYTES} bytes, not {len(content)}")
        try:
            read = json.loads(content)
        except ValueError:
            raise Damaged("a leaf is JSON") from None
        if not isinstance(read, dict) or set(read) != _FIELDS or read["v"] != VERSION:
            raise Damaged("this is not a leaf of version 1")
        _check(read)
        leaf = cls(
            read["kind"], read["t"], read["by"], read["c"],
            tuple(read["refs"]), tuple(read["tags"]), tuple(read["links"]), read["part"],
        )  # fmt: skip
        if bytes(leaf) != content:
            raise Damaged("this leaf is not written the one way")
        return leaf


def _quoted(words: tuple[str, ...]) -> str:
    return '["' + '","'.join(words) + '"]' if words else "[]"


def _check(read: dict[str, object]) -> None:
    kind, refs, tags, links = read["kind"], read["refs"], read["tags"], read["links"]
    if kind not in LINES:
        raise Damaged(f"the record has no leaves of kind {str(kind)[:40]!r}")
    if type(read["t"]) is not int or not _hex(read["by"], 8) or not _hex(read["c"], 64):
        raise Damaged("a leaf has a time, the key that issued it and a commitment")
    if not (isinstance(refs, list) and all(type(one) is int and one >= 0 for one in refs)):
        raise Damaged("a leaf refers to others by their index")
    if not (isinstance(tags, list) and isinstance(links, list) and len(tags) == len(links)):
        raise Damaged("a leaf has as many links as tags")
    if not all(_hex(one, 32) for one in (*tags, *links)):
        raise Damaged("tags and links have 16 bytes")
    if not (isinstance(read["part"], str) and _PART.match(read["part"])):
        raise Damaged("a leaf's part reads 1/3")


def _hex(value: object, length: int) -> bool:
    return isinstance(value, str) and bool(_HEX[length].match(value))


def milliseconds(at: datetime) -> int:
    """A moment as leaves write it: whole Unix milliseconds, without a float in between."""
    return (at - _UNIX) // timedelta(milliseconds=1)


def commitment(salt: bytes, body: Mapping[str, object]) -> str:
    """What stands on the record for a body: 64 hexadecimal digits."""
    return hashlib.sha256(b"yesif/1" + salt + canonical(body)).hexdigest()


def tag(key: bytes, n: int) -> str:
    """The tag of a person's n-th line, n from 1."""
    return hmac.new(key, b"tag" + struct.pack(">Q", n), hashlib.sha256).hexdigest()[:32]


def link(key: bytes, n: int, before: bytes) -> str:
    """The link of a person's n-th line to their leaf before (its hash; empty for the first)."""
    return hmac.new(key, b"link" + struct.pack(">Q", n) + before, hashlib.sha256).hexdigest()[:32]

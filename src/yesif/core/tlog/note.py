"""Signed notes, as C2SP signed-note says (https://c2sp.org/signed-note): text, an empty line, signature lines.

    <text, ending in a newline>

    — <key name> base64(<4 bytes of key id> ‖ <signature>)

Key id = first four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key). Type 0x01 is Ed25519 over the text; type 0x04 is
an Ed25519 cosignature over `cosignature/v1\\ntime <seconds>\\n` ‖ text, its eight bytes of time before the signature
(https://c2sp.org/tlog-cosignature).
"""

import base64
import binascii
import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from yesif.base.errors import BadInput, Damaged

ED25519 = 0x01
COSIGNATURE = 0x04
_KINDS = (ED25519, COSIGNATURE)
_DASH = "\N{EM DASH} "


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with its name; `kind` is ED25519 or COSIGNATURE."""

    name: str
    public_key: bytes
    kind: int = ED25519

    def __post_init__(self) -> None:
        if not self.name or "+" in self.name or any(c.isspace() for c in self.name):
            raise BadInput("a key's name is not empty and holds no space and no plus sign")
        if len(self.public_key) != 32 or self.kind not in _KINDS:
            raise BadInput("a verifier is an Ed25519 key (32 bytes) for notes or for cosignatures")

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public_key).digest()[:4]

    def __str__(self) -> str:
        key = base64.b64encode(bytes([self.kind]) + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"

    @classmethod
    def parse(cls, text: str) -> "Verifier":
        """Read `name+id+key`. Raises BadInput."""
        parts = text.split("+", 2)
        if len(parts) != 3:
            raise BadInput("a verifier key reads name+id+key")
        key = _decode(parts[2])
        if len(key) != 33:
            raise BadInput("a verifier key holds one byte of type and 32 bytes of key")
        found = cls(parts[0], key[1:], key[0])
        if found.key_id.hex() != parts[1]:
            raise BadInput("a verifier key's id does not match its name and key")
        return found


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who, the key's id (4 bytes), and the signature's bytes."""

    name: str
    key_id: bytes
    content: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.content).decode()}"


@dataclass(frozen=True, slots=True)
class Note:
    """A text (ending in a newline) and its signatures."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(f"{signature}\n" for signature in self.signatures)

    @classmethod
    def parse(cls, content: str) -> "Note":
        """Read a note, refusing whatever we would not print. Raises Damaged."""
        text, gap, rest = content.rpartition("\n\n")
        if not gap or not rest.endswith("\n") or any(ord(c) < 0x20 and c != "\n" for c in content):
            raise Damaged("a signed note is a text, an empty line and signature lines")
        note = cls(text + "\n", tuple(_signature(line) for line in rest[:-1].split("\n")))
        if str(note) != content:
            raise Damaged("this signed note is not written the one way notes are")
        return note

    def verified_by(self, verifiers: Iterable[Verifier]) -> list[tuple[Verifier, int | None]]:
        """Whose signatures hold, each with its time in Unix seconds (cosignatures only). A line under a known key that
        does not hold raises Damaged; lines under unknown keys are passed over."""
        return [
            (verifier, _verify(verifier, self.text, one.content))
            for verifier in verifiers
            for one in self.signatures
            if (one.name, one.key_id) == (verifier.name, verifier.key_id)
        ]


def sign(text: str, name: str, key: Ed25519PrivateKey) -> Signature:
    """A log's own signature over `text`."""
    verifier = Verifier(name, key.public_key().public_bytes_raw())
    return Signature(name, verifier.key_id, key.sign(text.encode()))


def cosign(text: str, name: str, key: Ed25519PrivateKey, *, at_seconds: int) -> Signature:
    """A witness's cosignature over a checkpoint's text, with the time it was seen (Unix seconds)."""
    verifier = Verifier(name, key.public_key().public_bytes_raw(), COSIGNATURE)
    content = struct.pack(">Q", at_seconds) + key.sign(_cosigned(text, at_seconds))
    return Signature(name, verifier.key_id, content)


def _cosigned(text: str, at_seconds: int) -> bytes:
    return f"cosignature/v1\ntime {at_seconds}\n{text}".encode()


def _verify(verifier: Verifier, text: str, content: bytes) -> int | None:
    at_seconds, signature, message = None, content, text.encode()
    if verifier.kind == COSIGNATURE:
        if len(content) != 72:
            raise Damaged(f"a cosignature has 72 bytes, not {len(content)}")
        (at_seconds,) = struct.unpack(">Q", content[:8])
        signature, message = content[8:], _cosigned(text, at_seconds)
    try:
        Ed25519PublicKey.from_public_bytes(verifier.public_key).verify(signature, message)
    except InvalidSignature:
        raise Damaged(f"the signature of {verifier.name} does not hold") from None
    return at_seconds


def _signature(line: str) -> Signature:
    if not line.startswith(_DASH):
        raise Damaged("a signature line starts with an em dash and a space")
    name, gap, encoded = line.removeprefix(_DASH).partition(" ")
    if not name or not gap or "+" in name:
        raise Damaged("a signature line names its key")
    content = _decode(encoded)
    if len(content) < 5:
        raise Damaged("a signature is longer than its key's id")
    return Signature(name, content[:4], content[4:])


def _decode(text: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Damaged("this is not base64") from None
    if base64.b64encode(content).decode() != text:
        raise Damaged("this base64 is not written the one way")
    return content

"""Signed notes, as C2SP signed-note says (https://c2sp.org/signed-note): text, an empty line, signature lines.

    <text, ending in a newline>

    — <key name> base64(<4 bytes of key id> ‖ <signature>)

Key id = first four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key). Type 0x01 is Ed25519 over the text; type 0x04 is
an Ed25519 cosignature over `cosignature/v1\\ntime <seconds>\\n` ‖ text, its eight bytes of time before the signature;
type 0x06 is an ML-DSA-44 cosignature over the checkpoint's own numbers (https://c2sp.org/tlog-cosignature).
"""

import base64
import binascii
import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from yesif.base.errors import BadInput, Damaged

ED25519 = 0x01
COSIGNATURE = 0x04
ML_DSA_44 = 0x06
_KEY_BYTES = {ED25519: 32, COSIGNATURE: 32, ML_DSA_44: 1312}
_TIMED_BYTES = {COSIGNATURE: 8 + 64, ML_DSA_44: 8 + 2420}
_MOST_SIGNATURES = 64
_DASH = "\N{EM DASH} "


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with its name; `kind` is ED25519, COSIGNATURE or ML_DSA_44."""

    name: str
    public_key: bytes
    kind: int = ED25519

    def __post_init__(self) -> None:
        if not self.name or "+" in self.name or any(c.isspace() for c in self.name):
            raise BadInput("a key's name is not empty and holds no space and no plus sign")
        if _KEY_BYTES.get(self.kind) != len(self.public_key):
            raise BadInput("a verifier is an Ed25519 key (32 bytes) or an ML-DSA-44 key (1312 bytes), of a known type")

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
        if not key:
            raise BadInput("a verifier key holds one byte of type and the key")
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
        lines = rest[:-1].split("\n")
        if len(lines) > _MOST_SIGNATURES:
            raise Damaged(f"a signed note carries at most {_MOST_SIGNATURES} signatures, not {len(lines)}")
        note = cls(text + "\n", tuple(_signature(line) for line in lines))
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


def cosign_ml_dsa(text: str, name: str, key: MLDSA44PrivateKey, *, at_seconds: int) -> Signature:
    """The same with ML-DSA-44; a log may sign its own checkpoint so (C2SP's advice for new logs)."""
    verifier = Verifier(name, key.public_key().public_bytes_raw(), ML_DSA_44)
    content = struct.pack(">Q", at_seconds) + key.sign(_cosigned_numbers(name, text, at_seconds))
    return Signature(name, verifier.key_id, content)


def _cosigned(text: str, at_seconds: int) -> bytes:
    return f"cosignature/v1\ntime {at_seconds}\n{text}".encode()


def _cosigned_numbers(name: str, text: str, at_seconds: int) -> bytes:
    """label ‖ cosigner ‖ time ‖ origin ‖ start 0 ‖ end = size ‖ root: the names behind one byte of length each."""
    lines = text.split("\n")
    if len(lines) < 4 or not (lines[1].isascii() and lines[1].isdigit()) or int(lines[1]) >= 1 << 63:
        raise Damaged("an ML-DSA-44 cosignature signs a checkpoint, and this is none")
    cosigner, origin, root = name.encode(), lines[0].encode(), _decode(lines[2])
    if not (0 < len(cosigner) < 256 and 0 < len(origin) < 256 and len(root) == 32):
        raise Damaged("an ML-DSA-44 cosignature names its cosigner and the log in 1 to 255 bytes each")
    named = bytes([len(cosigner)]) + cosigner + struct.pack(">Q", at_seconds) + bytes([len(origin)]) + origin
    return b"subtree/v1\n\x00" + named + struct.pack(">QQ", 0, int(lines[1])) + root


def _verify(verifier: Verifier, text: str, content: bytes) -> int | None:
    try:
        if verifier.kind == ED25519:
            Ed25519PublicKey.from_public_bytes(verifier.public_key).verify(content, text.encode())
            return None
        return _verify_timed(verifier, text, content)
    except InvalidSignature:
        raise Damaged(f"the signature of {verifier.name} does not hold") from None


def _verify_timed(verifier: Verifier, text: str, content: bytes) -> int:
    if len(content) != _TIMED_BYTES[verifier.kind]:
        raise Damaged(f"a cosignature has {_TIMED_BYTES[verifier.kind]} bytes, not {len(content)}")
    (at_seconds,) = struct.unpack(">Q", content[:8])
    if at_seconds >= 1 << 63:
        raise Damaged("a cosignature's time is beyond what one may say")
    if verifier.kind == COSIGNATURE:
        key = Ed25519PublicKey.from_public_bytes(verifier.public_key)
        key.verify(content[8:], _cosigned(text, at_seconds))
    else:
        pq = MLDSA44PublicKey.from_public_bytes(verifier.public_key)
        pq.verify(content[8:], _cosigned_numbers(verifier.name, text, at_seconds))
    return int(at_seconds)


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

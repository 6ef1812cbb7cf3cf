"""A message sealed in chunks that can be read from anywhere: C2SP chunked-encryption (https://c2sp.org/chunked-encryption).

    salt (24 bytes) ‖ commitment (32 bytes) ‖ chunk 0 ‖ chunk 1 ‖ …

With SHA-256 and AES-128-GCM, both recommended there. A chunk holds 16 KiB of plaintext and a tag of 16 bytes; the last
one is always shorter, so a cut at a chunk's border is seen. Plaintext byte i stands in chunk i // 16384.
"""

import io
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.constant_time import bytes_eq
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from yesif.base.errors import BadInput, Damaged

KEY_BYTES = 16
CHUNK = 16_384
TAG = 16
HEAD = 56
_SALT = 24
_NONCE = 12
_MOST_CHUNKS = 1 << 38
_LABEL = b"c2sp.org/chunked-encryption@v1+AEAD_AES_128_GCM\x00"

_STEP = CHUNK + TAG
_RUN = 16
"""Chunks read and opened at a time: few enough to stay in a core's cache from the read to the copy."""

ReadAt = Callable[[int, int], bytes]
"""`read(offset, length)` → bytes of the sealed message, fewer only at its end."""

ReadInto = Callable[[memoryview, int], int]
"""`read(buffer, offset)` puts bytes of the sealed message into `buffer` → how many, fewer than fit only at its end."""


def seal(key: bytes, message: Iterable[bytes], *, context: bytes = b"", salt: bytes | None = None) -> Iterator[bytes]:
    """The sealed form of `message` (its bytes in any portions), as it is made. `key` has 16 random bytes; the salt must
    never repeat for a key, and is drawn unless a test gives one."""
    salt = os.urandom(_SALT) if salt is None else salt
    derived = _derive(key, salt, context)
    yield salt + derived.commitment
    number, rest = 0, bytearray()
    for portion in message:
        rest += portion
        whole = len(rest) - len(rest) % CHUNK
        if whole:
            yield derived.seal_chunks(number, memoryview(bytes(rest[:whole])))
            number += whole // CHUNK
            del rest[:whole]
    yield derived.seal(number, bytes(rest))


def seal_whole(key: bytes, message: bytes | bytearray | memoryview, *, context: bytes = b"") -> bytearray:
    """The sealed form of a message that is in memory: the bytes `seal` gives, without a copy of each chunk."""
    salt = os.urandom(_SALT)
    derived = _derive(key, salt, context)
    view, size = memoryview(message), len(message)
    out = bytearray(sealed_size(size))
    out[:HEAD] = salt + derived.commitment
    into, encrypt, base = memoryview(out), derived.cipher.encrypt_into, derived.base_nonce
    at = HEAD
    for number in range(size // CHUNK + 1):
        piece = view[number * CHUNK : (number + 1) * CHUNK]
        end = at + len(piece) + TAG
        encrypt((base ^ number).to_bytes(_NONCE, "big"), piece, None, into[at:end])
        at = end
    return out


def open_from(key: bytes, read: ReadInto, sealed: int, *, context: bytes = b"") -> bytes:
    """The message of a sealed form of `sealed` bytes, in one pass. Raises Damaged: wrong key or context, cut, changed.

    Nothing of its size is held but the message itself: memory asked for afresh costs more than the cipher.
    """
    size = plain_size(sealed)
    head = bytearray(HEAD)
    if read(memoryview(head), 0) != HEAD:
        raise Damaged("a sealed message begins with 56 bytes")
    derived = _opening(key, bytes(head), context)
    held = memoryview(bytearray(min(sealed - HEAD, _RUN * _STEP)))
    out = io.BytesIO(bytes(size))  # its buffer becomes the answer without a copy, which a bytearray's would not
    with out.getbuffer() as plain:
        for number in range(0, size // CHUNK + 1, _RUN):
            at = HEAD + number * _STEP
            run = held[: sealed - at]
            if read(run, at) != len(run):
                raise Damaged(f"a sealed message ends after chunk {number}")
            derived.open_run(number, run, plain[number * CHUNK :])
    return out.getvalue()


def open_whole(key: bytes, sealed: bytes | bytearray | memoryview, *, context: bytes = b"") -> bytes:
    """The message in a sealed form that is in memory. Raises Damaged: wrong key or context, cut, or changed."""
    return open_from(key, from_memory(sealed), len(sealed), context=context)


def from_memory(sealed: bytes | bytearray | memoryview) -> ReadInto:
    """What reads a sealed form that is in memory."""

    def read(buffer: memoryview, offset: int) -> int:
        piece = memoryview(sealed)[offset : offset + len(buffer)]
        buffer[: len(piece)] = piece
        return len(piece)

    return read


def sealed_size(size: int) -> int:
    """Bytes of the sealed form of a message of `size` bytes."""
    return HEAD + size + (size // CHUNK + 1) * TAG


def plain_size(sealed: int) -> int:
    """Bytes of the message in a sealed form of `sealed` bytes. Raises Damaged where no message has that length."""
    body = sealed - HEAD
    full, last = divmod(body, CHUNK + TAG)
    if body < 0 or last < TAG:
        raise Damaged(f"a sealed message of {sealed} bytes is cut short")
    return full * CHUNK + last - TAG


class Opened:
    """A sealed message, read from anywhere. Its length is authenticated when it is opened."""

    def __init__(self, key: bytes, read_at: ReadAt, sealed: int, *, context: bytes = b"") -> None:
        """`sealed` is the sealed form's length in bytes. Raises Damaged: wrong key or context, cut, or changed."""
        self.size = plain_size(sealed)
        self._read_at = read_at
        self._sealed = sealed
        head = read_at(0, HEAD)
        if len(head) != HEAD:
            raise Damaged("a sealed message begins with 56 bytes")
        self._derived = _opening(key, head, context)
        self._chunk(self.size // CHUNK)

    def read(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes of the message from `offset`, fewer at its end. Raises Damaged."""
        if offset < 0 or length < 0:
            raise BadInput("a message is read from a place in it")
        end = min(offset + length, self.size)
        if offset >= end:
            return b""
        first, last = offset // CHUNK, (end - 1) // CHUNK
        plain = b"".join(self._chunk(number) for number in range(first, last + 1))
        return plain[offset - first * CHUNK : end - first * CHUNK]

    def __iter__(self) -> Iterator[bytes]:
        """The whole message, some chunks at a time."""
        portion = 64 * CHUNK
        for offset in range(0, self.size, portion):
            yield self.read(offset, portion)

    def _chunk(self, number: int) -> bytes:
        start = HEAD + number * (CHUNK + TAG)
        length = min(CHUNK + TAG, self._sealed - start)
        sealed = self._read_at(start, length)
        if len(sealed) != length:
            raise Damaged(f"a sealed message ends inside chunk {number}")
        return self._derived.open(number, sealed)


@dataclass(frozen=True, slots=True)
class _Derived:
    """What one message is sealed with."""

    cipher: AESGCM
    base_nonce: int
    commitment: bytes

    def seal(self, number: int, plain: bytes | memoryview) -> bytes:
        return self.cipher.encrypt(self._nonce(number), plain, None)

    def seal_chunks(self, number: int, plain: memoryview) -> bytes:
        """Whole chunks from the one of this number on."""
        step, count = CHUNK + TAG, len(plain) // CHUNK
        self._nonce(number + count)
        out = bytearray(count * step)
        into, encrypt = memoryview(out), self.cipher.encrypt_into
        for i in range(count):
            nonce = (self.base_nonce ^ (number + i)).to_bytes(_NONCE, "big")
            encrypt(nonce, plain[i * CHUNK : (i + 1) * CHUNK], None, into[i * step : (i + 1) * step])
        return bytes(out)

    def open_run(self, first: int, sealed: memoryview, into: memoryview) -> None:
        """Chunks that follow each other from the one of number `first` on, opened at the front of `into`."""
        decrypt, base, number, end = self.cipher.decrypt_into, self.base_nonce, first, 0
        try:
            for number, at in enumerate(range(0, len(sealed), _STEP), first):
                chunk = sealed[at : at + _STEP]
                start, end = end, end + len(chunk) - TAG
                decrypt((base ^ number).to_bytes(_NONCE, "big"), chunk, None, into[start:end])
        except InvalidTag:
            raise Damaged(f"chunk {number} of a sealed message was changed") from None

    def open(self, number: int, sealed: bytes) -> bytes:
        try:
            return self.cipher.decrypt(self._nonce(number), sealed, None)
        except InvalidTag:
            raise Damaged(f"chunk {number} of a sealed message was changed") from None

    def _nonce(self, number: int) -> bytes:
        if number >= _MOST_CHUNKS:
            raise BadInput("a sealed message has at most 4 PiB")
        return (self.base_nonce ^ number).to_bytes(_NONCE, "big")


def _opening(key: bytes, head: bytes, context: bytes) -> _Derived:
    """What a message that begins with `head` is opened with. Raises Damaged for another key or context."""
    derived = _derive(key, head[:_SALT], context)
    if not bytes_eq(derived.commitment, head[_SALT:]):
        raise Damaged("this key does not open this message")
    return derived


def _derive(key: bytes, salt: bytes, context: bytes) -> _Derived:
    if len(key) != KEY_BYTES or len(salt) != _SALT:
        raise BadInput(f"a key has {KEY_BYTES} bytes and a salt {_SALT}")
    material = HKDFExpand(SHA256(), KEY_BYTES + _NONCE + 32, _LABEL + salt + context).derive(key)
    nonce = int.from_bytes(material[KEY_BYTES : KEY_BYTES + _NONCE], "big")
    return _Derived(AESGCM(material[:KEY_BYTES]), nonce, material[KEY_BYTES + _NONCE :])

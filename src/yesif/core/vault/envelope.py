"""Keys wrapped in keys: root → performer (the unit of erasure) → track (RULES §6).

A wrapped key is AES key wrap (RFC 3394) of 16 random bytes under a key derived for exactly this place (HKDF-Expand, the
place's name in the info): a wrapped key moved to another place does not open. Destroying a performer's key makes every
track below it unreadable, wherever its ciphertext lies.
"""

import os
from collections.abc import Mapping

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from yesif.base.errors import BadInput, Damaged
from yesif.core.vault.chunks import KEY_BYTES

WRAPPED_BYTES = KEY_BYTES + 8


def new_key() -> bytes:
    """16 random bytes."""
    return os.urandom(KEY_BYTES)


def wrap(key: bytes, *, under: bytes, place: str) -> bytes:
    """`key` wrapped under another key, for one place only (`performer:per_…`, `track:trk_…`)."""
    if len(key) != KEY_BYTES:
        raise BadInput(f"a key has {KEY_BYTES} bytes, not {len(key)}")
    return aes_key_wrap(_place_key(under, place), key)


def unwrap(wrapped: bytes, *, under: bytes, place: str) -> bytes:
    """The key in `wrapped`. Raises Damaged for another key, another place, or changed bytes."""
    if len(wrapped) != WRAPPED_BYTES:
        raise Damaged(f"a wrapped key has {WRAPPED_BYTES} bytes, not {len(wrapped)}")
    try:
        return aes_key_unwrap(_place_key(under, place), wrapped)
    except InvalidUnwrap:
        raise Damaged("this wrapped key does not open here") from None


def nest(key: bytes, *, under: Mapping[str, bytes], place: str) -> bytes:
    """`key` wrapped under every key of `under` (name → key), one inside the other in the order of the names: all of
    them are needed to open it, so destroying any one destroys it."""
    if len(key) != KEY_BYTES or not under:
        raise BadInput(f"a nested key has {KEY_BYTES} bytes and at least one key around it")
    for name in sorted(under):
        key = aes_key_wrap(_place_key(under[name], f"{place} in {name}"), key)
    return key


def unnest(nested: bytes, *, under: Mapping[str, bytes], place: str) -> bytes:
    """The key in `nested`. Raises Damaged for another key, another place, one too few, or changed bytes."""
    if not under or len(nested) != KEY_BYTES + 8 * len(under):
        raise Damaged(f"a key nested under {len(under)} keys has {KEY_BYTES + 8 * len(under)} bytes, not {len(nested)}")
    try:
        for name in sorted(under, reverse=True):
            nested = aes_key_unwrap(_place_key(under[name], f"{place} in {name}"), nested)
    except InvalidUnwrap:
        raise Damaged("this nested key does not open here") from None
    return nested


def derive(key: bytes, *, place: str) -> bytes:
    """A key for one place only, of another key: it is gone when that one is."""
    return _place_key(key, place)


def _place_key(under: bytes, place: str) -> bytes:
    if len(under) != KEY_BYTES:
        raise BadInput(f"a key has {KEY_BYTES} bytes, not {len(under)}")
    return HKDFExpand(SHA256(), KEY_BYTES, b"yesif/wrap/1\x00" + place.encode()).derive(under)

"""A sheet as it is kept: encrypted below its performer's own key, as their media is. A copied table tells nothing, and
when that key is destroyed every copy of the sheet, wherever it lies, is gone with it."""

import json
import os
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from yesif.base.errors import Damaged

_NONCE = 12


def sealed(performer_id: str, content: Mapping[str, Any], key: bytes) -> bytes:
    """The encrypted bytes of a sheet; `key` is its performer's."""
    nonce = os.urandom(_NONCE)
    text = json.dumps(content, sort_keys=True).encode()
    return nonce + AESGCM(_below(key)).encrypt(nonce, text, performer_id.encode())


def opened(performer_id: str, kept: bytes, key: bytes) -> dict[str, Any]:
    """The sheet again. Raises Damaged."""
    try:
        text = AESGCM(_below(key)).decrypt(kept[:_NONCE], kept[_NONCE:], performer_id.encode())
    except InvalidTag as wrong:
        raise Damaged("This sheet cannot be opened with its performer's key.") from wrong
    found: dict[str, Any] = json.loads(text)
    return found


def studio_key(what: str) -> bytes:
    """32 bytes for one purpose of casting, from the studio's secret."""
    return HKDF(SHA256(), 32, None, b"yesif.casting." + what.encode()).derive(settings.SECRET_KEY.encode())


def _below(key: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, b"yesif.casting.sheet").derive(key)

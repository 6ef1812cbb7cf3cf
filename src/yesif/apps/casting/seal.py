"""A sheet as it is kept: encrypted under a key of this studio and one performer, so a copied table tells nothing."""

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


def sealed(performer_id: str, content: Mapping[str, Any]) -> bytes:
    """The encrypted bytes of a sheet."""
    nonce = os.urandom(_NONCE)
    text = json.dumps(content, sort_keys=True).encode()
    return nonce + AESGCM(_key(performer_id)).encrypt(nonce, text, performer_id.encode())


def opened(performer_id: str, kept: bytes) -> dict[str, Any]:
    """The sheet again. Raises Damaged."""
    try:
        text = AESGCM(_key(performer_id)).decrypt(kept[:_NONCE], kept[_NONCE:], performer_id.encode())
    except InvalidTag as wrong:
        raise Damaged("This sheet cannot be opened with the studio's key.") from wrong
    found: dict[str, Any] = json.loads(text)
    return found


def studio_key(what: str) -> bytes:
    """32 bytes for one purpose of casting, from the studio's secret."""
    return HKDF(SHA256(), 32, None, b"yesif.casting." + what.encode()).derive(settings.SECRET_KEY.encode())


def _key(performer_id: str) -> bytes:
    return studio_key(f"sheet.{performer_id}")

"""Bank accounts and tax numbers, sealed: AES-GCM under the payout key, bound to their owner. Nothing else opens them.

The key stands apart from the database (`YESIF_PAYOUT_KEY`, or a file of the studio's folder made at first use), so a
copy of the database alone holds nobody's account.
"""

import json
import os
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from yesif.base.errors import Damaged
from yesif.core.ledger.payout.bank import Account

_NONCE = 12


def seal(account: Account, owner: str, extra: dict[str, str] | None = None) -> bytes:
    """An account (and what a bank's format wants beside it), readable only with the payout key and for this owner."""
    content = {"kind": account.kind, "name": account.name, "number": account.number, "bank": account.bank}
    nonce = os.urandom(_NONCE)
    text = json.dumps({**content, "extra": extra or {}}).encode()
    return nonce + AESGCM(_key()).encrypt(nonce, text, owner.encode())


def unseal(sealed: bytes, owner: str) -> tuple[Account, dict[str, str]]:
    """Raises Damaged for another owner, another key, or changed bytes."""
    try:
        text = AESGCM(_key()).decrypt(sealed[:_NONCE], sealed[_NONCE:], owner.encode())
    except InvalidTag:
        raise Damaged("this bank account does not open with the studio's payout key") from None
    content = json.loads(text)
    extra = content.pop("extra")
    return Account(**content), extra


def seal_text(text: str, owner: str) -> bytes:
    """A tax number, readable only with the payout key and for this owner."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(_key()).encrypt(nonce, text.encode(), f"tax:{owner}".encode())


def unseal_text(sealed: bytes, owner: str) -> str:
    """Raises Damaged for another owner, another key, or changed bytes."""
    try:
        return AESGCM(_key()).decrypt(sealed[:_NONCE], sealed[_NONCE:], f"tax:{owner}".encode()).decode()
    except InvalidTag:
        raise Damaged("this tax number does not open with the studio's payout key") from None


def _key() -> bytes:
    given = settings.PAYOUT_KEY
    if given:
        return b64decode(given)
    path = settings.DATA / "payout-key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(b64encode(os.urandom(32)))
        except FileExistsError:
            pass
    return b64decode(path.read_bytes())

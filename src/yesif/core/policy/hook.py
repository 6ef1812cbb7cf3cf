"""The signature on a notice's POST, and how its receiver checks it: HMAC-SHA256 over the time and the body."""

import hashlib
import hmac

from yesif.base.errors import Damaged

HEADER = "Yesif-Signature"
FRESH_S = 300


def signature(body: bytes, secret: str, *, at: int) -> str:
    """The header's value. `at`: Unix seconds."""
    return f"t={at},v1={_mac(body, secret, at)}"


def check(body: bytes, header: str, secret: str, *, at: int) -> None:
    """Raises Damaged unless this body was signed with this secret within the last five minutes."""
    told = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    if not told.get("t", "").isascii() or not told.get("t", "").isdigit() or len(told["t"]) > 12 or "v1" not in told:
        raise Damaged("the signature of this call cannot be read")
    sent = int(told["t"])
    if not hmac.compare_digest(told["v1"].encode(), _mac(body, secret, sent).encode()):
        raise Damaged("the signature of this call does not hold")
    if abs(at - sent) > FRESH_S:
        raise Damaged(f"this call is {abs(at - sent)} s old; the limit is {FRESH_S} s")


def _mac(body: bytes, secret: str, at: int) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()

"""Who signed a line: the performer's key on a grant, the licensee's on a run or a purge. The studio invents neither.

    body["signed"] = {"scheme": "ed25519", "key": <base64>, "signature": <base64>}
    body["signed"] = {"scheme": "passkey", "key": <SPKI, base64>, "signature": …, "authenticator": …, "client": …}

The message is "yesif/line/1" ‖ 0x00 ‖ kind ‖ 0x00 ‖ canonical(body without `rows` and `signed`). A passkey signs it as
the challenge of an assertion (WebAuthn §7.2): SHA-256(message), inside the client's JSON.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from yesif.base.canonical import canonical
from yesif.base.errors import Damaged
from yesif.core.tlog.lines import RESERVED


def message(kind: str, body: Mapping[str, object]) -> bytes:
    """The bytes a signer signs."""
    said = {field: value for field, value in body.items() if field not in RESERVED}
    return b"yesif/line/1\x00" + kind.encode() + b"\x00" + canonical(said)


def challenge(kind: str, body: Mapping[str, object]) -> bytes:
    """What a passkey is asked to sign."""
    return hashlib.sha256(message(kind, body)).digest()


def sign(kind: str, body: Mapping[str, object], key: Ed25519PrivateKey) -> dict[str, str]:
    """A signature with a key of one's own (a device key, a licensee's reader)."""
    public = key.public_key().public_bytes_raw()
    return {"scheme": "ed25519", "key": _text(public), "signature": _text(key.sign(message(kind, body)))}


def verify(kind: str, body: Mapping[str, object]) -> str:
    """The public key (base64) whose signature on this body holds. Raises Damaged where there is none that does."""
    signed = body.get("signed")
    if not isinstance(signed, dict) or not all(isinstance(value, str) for value in signed.values()):
        raise Damaged("this line is not signed by anyone")
    try:
        if signed.get("scheme") == "ed25519":
            key = Ed25519PublicKey.from_public_bytes(_bytes(signed, "key"))
            key.verify(_bytes(signed, "signature"), message(kind, body))
        elif signed.get("scheme") == "passkey":
            _verify_passkey(kind, body, signed)
        else:
            raise Damaged("a line is signed with ed25519 or with a passkey")
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        raise Damaged(f"the signature on this {kind} line does not hold") from None
    return str(signed["key"])


def _verify_passkey(kind: str, body: Mapping[str, object], signed: Mapping[str, str]) -> None:
    client = _bytes(signed, "client")
    said = json.loads(client)
    wanted = base64.urlsafe_b64encode(challenge(kind, body)).rstrip(b"=").decode()
    if not isinstance(said, dict) or said.get("type") != "webauthn.get" or said.get("challenge") != wanted:
        raise Damaged("this passkey signed something else")
    key = serialization.load_der_public_key(_bytes(signed, "key"))
    content = _bytes(signed, "authenticator") + hashlib.sha256(client).digest()
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(_bytes(signed, "signature"), content, ec.ECDSA(hashes.SHA256()))
    elif isinstance(key, Ed25519PublicKey):
        key.verify(_bytes(signed, "signature"), content)
    else:
        raise Damaged("a passkey signs with P-256 or Ed25519")


def _bytes(signed: Mapping[str, str], field: str) -> bytes:
    try:
        return base64.b64decode(signed.get(field, ""), validate=True)
    except binascii.Error:
        raise Damaged("a signature and its key are base64") from None


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()

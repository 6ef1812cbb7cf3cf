"""The performer's browser signs what it recorded: the capture receipt, and whether its signature is good."""

import base64
import json
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from yesif.base.canonical import canonical
from yesif.base.errors import BadInput


@dataclass(frozen=True, slots=True)
class Claim:
    """What the browser says it sent.

    `size`: bytes of the log; `chain`: head of the piece chain, 64 hex digits; `signature`: raw r ‖ s, 64 bytes, ECDSA
    P-256 with SHA-256 over the canonical JSON of `signed`; `pieces`: SHA-256 of each 256 KiB piece, in order.
    """

    size: int
    chain: str
    signature: bytes
    pieces: tuple[bytes, ...]


def signed(upload: str, claim: Claim) -> bytes:
    """The bytes under the signature: canonical JSON of bytes, chain, upload and version."""
    return canonical({"bytes": claim.size, "chain": claim.chain, "upload": upload, "v": "yesif-capture/1"})


def receipt(upload: str, claim: Claim, public_key: str) -> dict[str, object]:
    """What is kept, and what anyone needs to check it again: strings and integers only."""
    return {
        "v": "yesif-capture/1",
        "upload": upload,
        "bytes": claim.size,
        "chain": claim.chain,
        "signature": base64.b64encode(claim.signature).decode(),
        "public_key": public_key,
    }


def public_key(jwk: str) -> ec.EllipticCurvePublicKey:
    """The key of a JSON Web Key (RFC 7517; EC, P-256). Raises BadInput for anything else."""
    try:
        fields = json.loads(jwk)
        if fields["kty"] != "EC" or fields["crv"] != "P-256":
            raise BadInput("The take's key is not an ECDSA P-256 key.")
        x, y = (int.from_bytes(_b64url(fields[name])) for name in ("x", "y"))
        return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput("The take's key cannot be read as a JSON Web Key.") from error


def plain_jwk(jwk: str) -> str:
    """The same key with its four public members only, in canonical form. Raises BadInput."""
    numbers = public_key(jwk).public_numbers()
    x, y = (base64.urlsafe_b64encode(n.to_bytes(32)).rstrip(b"=").decode() for n in (numbers.x, numbers.y))
    return canonical({"kty": "EC", "crv": "P-256", "x": x, "y": y}).decode()


def is_signed_by(jwk: str, upload: str, claim: Claim) -> bool:
    """Did the key sign this claim about this upload? (WebCrypto's form: r ‖ s, 32 bytes each.)"""
    if len(claim.signature) != 64:
        return False
    r, s = int.from_bytes(claim.signature[:32]), int.from_bytes(claim.signature[32:])
    try:
        public_key(jwk).verify(encode_dss_signature(r, s), signed(upload, claim), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _b64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

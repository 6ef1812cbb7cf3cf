"""A browser's signing key and a signed claim, as WebCrypto would make them."""

import base64
import hashlib
import json
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from yesif.media import capture_receipt, incoming
from yesif.media.capture_receipt import Claim


@dataclass(frozen=True)
class BrowserKey:
    """An ECDSA P-256 key pair."""

    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def jwk(self) -> str:
        numbers = self.private.public_key().public_numbers()
        x, y = (base64.urlsafe_b64encode(n.to_bytes(32)).rstrip(b"=").decode() for n in (numbers.x, numbers.y))
        return json.dumps({"key_ops": ["verify"], "ext": True, "kty": "EC", "x": x, "y": y, "crv": "P-256"})

    def claim(self, upload: str, log: bytes) -> Claim:
        """What this browser would sign about having sent `log`."""
        size = incoming.PIECE_BYTES
        pieces = tuple(hashlib.sha256(log[i : i + size]).digest() for i in range(0, len(log), size))
        unsigned = Claim(len(log), incoming.chain_of(pieces), b"", pieces)
        r, s = decode_dss_signature(
            self.private.sign(capture_receipt.signed(upload, unsigned), ec.ECDSA(hashes.SHA256()))
        )
        return Claim(unsigned.size, unsigned.chain, r.to_bytes(32) + s.to_bytes(32), pieces)


def as_json(claim: Claim) -> dict[str, object]:
    """The claim as the browser posts it."""
    return {
        "bytes": claim.size,
        "chain": claim.chain,
        "signature": base64.b64encode(claim.signature).decode(),
        "pieces": base64.b64encode(b"".join(claim.pieces)).decode(),
    }

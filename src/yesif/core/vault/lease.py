"""A key lease: the right to hold keys for hours, for one declared run, sealed to one reader (RULES §6).

The terms (licence, run, what × where, expiry, release) are bound into the sealing (HPKE, RFC 9180: DHKEM(X25519),
HKDF-SHA256, AES-128-GCM) as its `info`: a lease whose terms are changed by one letter does not open. All keys are
sealed as one message, so a lease for 1,000 performers stays small and either opens whole or not at all.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from yesif.base.canonical import canonical, digest
from yesif.base.errors import BadInput, Damaged, Refused
from yesif.core.vault.chunks import KEY_BYTES

LONGEST_SECONDS = 72 * 3600
USUAL_SECONDS = 24 * 3600
_NAME_BYTES = 30
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a lease is for. Times are Unix seconds; it may be opened from `starts` until before `expires`."""

    licence: str
    run: str
    what: str
    where: str
    starts: int
    expires: int
    release: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.expires - self.starts <= LONGEST_SECONDS:
            raise BadInput(f"a lease lasts between 1 second and {LONGEST_SECONDS // 3600} hours")

    @property
    def binding(self) -> bytes:
        """The bytes the sealing is bound to."""
        return b"yesif/lease/1\x00" + canonical(asdict(self))

    @property
    def digest(self) -> str:
        """What the record's lease line names."""
        return digest(asdict(self))


def grant(keys: Mapping[str, bytes], terms: Terms, reader: X25519PublicKey) -> bytes:
    """The keys (16 bytes each, under names of at most 30 ASCII characters), sealed to `reader` under `terms`."""
    parts = []
    for name, key in sorted(keys.items()):
        encoded = name.encode("ascii", "replace")
        if len(encoded) > _NAME_BYTES or b"?" in encoded or len(key) != KEY_BYTES:
            raise BadInput("a leased key has 16 bytes and a name of at most 30 plain characters")
        parts.append(encoded.ljust(_NAME_BYTES, b"\x00") + key)
    return _SUITE.encrypt(b"".join(parts), reader, terms.binding)


def open_lease(sealed: bytes, terms: Terms, reader: X25519PrivateKey, *, now: datetime) -> dict[str, bytes]:
    """The keys of a lease, for memory only. Raises Refused outside its hours, Damaged for other terms or reader."""
    seconds = now.astimezone(UTC).timestamp()
    if not terms.starts <= seconds < terms.expires:
        raise Refused("this lease is over, or has not begun: ask for a new one")
    try:
        plain = _SUITE.decrypt(sealed, reader, terms.binding)
    except (InvalidTag, ValueError):
        raise Damaged("this lease was made for other terms or another reader, or was changed") from None
    row = _NAME_BYTES + KEY_BYTES
    if len(plain) % row:
        raise Damaged(f"a lease holds rows of {row} bytes; {len(plain)} bytes are not")
    rows = (plain[at : at + row] for at in range(0, len(plain), row))
    return {part[:_NAME_BYTES].rstrip(b"\x00").decode("ascii"): part[_NAME_BYTES:] for part in rows}

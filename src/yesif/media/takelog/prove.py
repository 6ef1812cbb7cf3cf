"""Proves that a log is the one its recorder signed: the chain over its pieces and the digest of the whole."""

from dataclasses import dataclass
from pathlib import Path

from yesif.base.errors import Damaged
from yesif.media.incoming import chain_of, read_back


@dataclass(frozen=True, slots=True)
class Chain:
    """Bytes, head of the piece chain, and SHA-256 of the whole file; digests as 64 hexadecimal digits."""

    size: int
    chain: str
    sha256: str


def chain(path: Path) -> Chain:
    """Hash a log once: h_0 = 32 zero bytes, h_i = SHA-256(h_{i-1} ‖ SHA-256(piece_i)), pieces of 262,144 bytes."""
    sent = read_back(path, path.stat().st_size)
    return Chain(sent.size, chain_of(sent.pieces), sent.sha256)


def verify(path: Path, *, size: int, chain_hex: str) -> Chain:
    """The hashes of a log that is what its recorder said. Raises Damaged, with both numbers, where it is not."""
    found = chain(path)
    if found.size != size:
        raise Damaged(f"The log has {found.size} bytes; its recorder signed {size}.")
    if found.chain != chain_hex:
        raise Damaged(f"The log's chain is {found.chain[:16]}…; its recorder signed {chain_hex[:16]}….")
    return found

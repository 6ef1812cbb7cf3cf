"""A seeded sample: whoever knows the published seed draws the same things, and nobody chose them."""

import hashlib
from collections.abc import Iterable


def draw(items: Iterable[str], count: int, *, seed: str) -> list[str]:
    """`count` of the items, those whose SHA-256(seed ‖ 0x00 ‖ item) is least: their order does not matter."""
    keyed = ((hashlib.sha256(seed.encode() + b"\x00" + item.encode()).digest(), item) for item in set(items))
    return [item for _, item in sorted(keyed)[:count]]

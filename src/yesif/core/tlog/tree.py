"""The Merkle tree of RFC 6962 §2.1 (SHA-256): leaf and node hashes, roots, inclusion and consistency proofs.

    leaf = SHA-256(0x00 ‖ entry)      node = SHA-256(0x01 ‖ left ‖ right)      root of nothing = SHA-256("")

Verification follows RFC 9162 §2.1.3.2 and §2.1.4.2. A tree is read through `HashReader`: whoever stores the complete
subtrees (tiles, a list in memory) can prove.
"""

import hashlib
from collections.abc import Callable, Sequence

from yesif.base.errors import Damaged

EMPTY_ROOT = hashlib.sha256(b"").digest()
HASH_BYTES = 32
_MAX_SIZE = 1 << 63

HashReader = Callable[[int, int], bytes]
"""`reader(level, index)` → the hash (32 bytes) of the complete subtree of 2^level leaves from leaf index·2^level on."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(size: int, reader: HashReader) -> bytes:
    """The root of the first `size` leaves."""
    return _subtree(0, size, reader) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, reader: HashReader) -> list[bytes]:
    """The audit path of leaf `index` in the tree of `size` leaves (RFC 6962 §2.1.1). Raises Damaged outside it."""
    if not 0 <= index < size:
        raise Damaged(f"leaf {index} is not in a tree of {size}")
    return _path(index, 0, size, reader)


def consistency_proof(old: int, new: int, reader: HashReader) -> list[bytes]:
    """The proof that the tree of `old` leaves is a prefix of that of `new` (RFC 6962 §2.1.2)."""
    if not 0 <= old <= new:
        raise Damaged(f"a tree of {new} leaves has no prefix of {old}")
    if old in (0, new):
        return []
    return _subproof(old, 0, new, reader, whole=True)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected_root: bytes) -> None:
    """Raises Damaged unless `proof` shows `leaf` (a leaf hash) at `index` under the root of `size` leaves."""
    _check_hashes([leaf, expected_root, *proof])
    if not 0 <= index < size or size > _MAX_SIZE:
        raise Damaged(f"leaf {index} is not in a tree of {size}")
    number, last, found = index, size - 1, leaf
    for part in proof:
        if last == 0:
            raise Damaged("the inclusion proof is longer than the tree is high")
        if number & 1 or number == last:
            found = node_hash(part, found)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            found = node_hash(found, part)
        number, last = number >> 1, last >> 1
    if last:
        raise Damaged("the inclusion proof ends below the root")
    if found != expected_root:
        raise Damaged(f"the inclusion proof leads to {found.hex()[:12]}…, the root is {expected_root.hex()[:12]}…")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raises Damaged unless `proof` shows that the tree of `new` leaves continues the tree of `old` (1 ≤ old ≤ new:
    everything continues an empty tree, so a proof of that proves nothing and is refused)."""
    if not 1 <= old <= new or new > _MAX_SIZE:
        raise Damaged(f"a tree of {new} leaves cannot be shown to continue one of {old}")
    if old == new:
        if proof or old_root != new_root:
            raise Damaged("two trees of one size have one root and an empty proof")
        return
    if not proof:
        raise Damaged("the consistency proof is empty")
    _check_hashes([old_root, new_root, *proof])
    old_found, new_found = _replay(old, new, old_root, proof)
    if old_found != old_root or new_found != new_root:
        raise Damaged(f"the tree of {new} leaves is not a continuation of the tree of {old}")


def _replay(old: int, new: int, old_root: bytes, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Both roots that a consistency proof leads to (RFC 9162 §2.1.4.2)."""
    parts = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    number, last = old - 1, new - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    old_found = new_found = parts[0]
    for part in parts[1:]:
        if last == 0:
            raise Damaged("the consistency proof is longer than the tree is high")
        if number & 1 or number == last:
            old_found, new_found = node_hash(part, old_found), node_hash(part, new_found)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            new_found = node_hash(new_found, part)
        number, last = number >> 1, last >> 1
    if last:
        raise Damaged("the consistency proof ends below the root")
    return old_found, new_found


def complete_subtrees(start: int, end: int) -> list[tuple[int, int]]:
    """The largest complete subtrees (level, index), left to right, that make up leaves start…end−1 of a subtree."""
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        found.append((level, start >> level))
        start += 1 << level
    return found


def _subtree(start: int, end: int, reader: HashReader) -> bytes:
    hashes = [reader(level, index) for level, index in complete_subtrees(start, end)]
    found = hashes.pop()
    while hashes:
        found = node_hash(hashes.pop(), found)
    return found


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _path(index: int, start: int, end: int, reader: HashReader) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(index, start, middle, reader), _subtree(middle, end, reader)]
    return [*_path(index, middle, end, reader), _subtree(start, middle, reader)]


def _subproof(old: int, start: int, end: int, reader: HashReader, *, whole: bool) -> list[bytes]:
    if old == end:
        return [] if whole else [_subtree(start, end, reader)]
    middle = start + _split(end - start)
    if old <= middle:
        return [*_subproof(old, start, middle, reader, whole=whole), _subtree(middle, end, reader)]
    return [*_subproof(old, middle, end, reader, whole=False), _subtree(start, middle, reader)]


def _check_hashes(hashes: Sequence[bytes]) -> None:
    for one in hashes:
        if len(one) != HASH_BYTES:
            raise Damaged(f"a hash has {HASH_BYTES} bytes, not {len(one)}")

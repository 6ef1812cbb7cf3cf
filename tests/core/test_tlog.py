"""The Merkle machinery: foreign vectors, round trips, and every changed bit found."""

import base64
import json
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shared import ROOT, shared
from yesif.base.errors import Damaged, YesIfError
from yesif.core.tlog import tile, tree
from yesif.core.tlog.checkpoint import Checkpoint
from yesif.core.tlog.note import COSIGNATURE, Note, Verifier, cosign, sign
from yesif.core.tlog.proof import Proof

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
LOG = Verifier("studio.test/record", KEY.public_key().public_bytes_raw())
SEEN = Verifier("union.test/witness", WITNESS.public_key().public_bytes_raw(), COSIGNATURE)


def entry(number: int) -> bytes:
    return f'{{"n":{number}}}'.encode()


@cache
def complete(level: int, index: int) -> bytes:
    """The hash of a complete subtree of the test log."""
    if level == 0:
        return tree.leaf_hash(entry(index))
    return tree.node_hash(complete(level - 1, 2 * index), complete(level - 1, 2 * index + 1))


def vectors(kind: str) -> list[Path]:
    folder = ROOT.parent / "shared" / "vectors" / "merkle" / kind
    return sorted(folder.rglob("*.json"))


def hashes(values: list[str] | None) -> list[bytes]:
    return [base64.b64decode(value) for value in values or []]


@pytest.mark.parametrize("kind", ["inclusion", "consistency"])
def test_every_foreign_vector_gets_its_stated_verdict(kind: str) -> None:
    shared(f"vectors/merkle/{kind}")
    for path in vectors(kind):
        case = json.loads(path.read_text())
        try:
            if kind == "inclusion":
                leaf, root = hashes([case["leafHash"], case["root"]])
                tree.verify_inclusion(leaf, case["leafIdx"], case["treeSize"], hashes(case["proof"]), root)
            else:
                one, two = hashes([case["root1"], case["root2"]])
                tree.verify_consistency(case["size1"], case["size2"], one, two, hashes(case["proof"]))
            refused = False
        except Damaged:
            refused = True
        assert refused == case["wantErr"], f"{path.name}: {case['desc']}"


@given(st.integers(1, 300).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
def test_every_leaf_proves_itself(size_index: tuple[int, int]) -> None:
    size, index = size_index
    proof = tree.inclusion_proof(index, size, complete)
    tree.verify_inclusion(tree.leaf_hash(entry(index)), index, size, proof, tree.root(size, complete))


@given(st.integers(1, 300).flatmap(lambda new: st.tuples(st.integers(1, new), st.just(new))))
def test_every_longer_tree_proves_that_it_continues_the_shorter(sizes: tuple[int, int]) -> None:
    old, new = sizes
    proof = tree.consistency_proof(old, new, complete)
    tree.verify_consistency(old, new, tree.root(old, complete), tree.root(new, complete), proof)


@given(st.integers(1, 70_000), st.data())
@settings(max_examples=25, deadline=None)
def test_tiles_give_the_same_tree(size: int, draw: st.DataObject) -> None:
    size = size % 1200 + 1
    kept: dict[str, bytes] = {}
    for one in tile.tiles_of(size):
        first = one.number * tile.WIDTH
        kept[one.path] = b"".join(complete(8 * one.level, first + n) for n in range(one.width))
    reader = tile.TileReader(size, lambda one: kept[one.path])
    assert tree.root(size, reader) == tree.root(size, complete)
    index = draw.draw(st.integers(0, size - 1))
    assert tree.inclusion_proof(index, size, reader) == tree.inclusion_proof(index, size, complete)


@pytest.mark.parametrize(
    ("number", "width", "path"),
    [(0, 256, "tile/0/000"), (1234067, 256, "tile/0/x001/x234/067"), (5, 17, "tile/0/005.p/17")],
)
def test_a_tile_is_served_where_the_specification_says(number: int, width: int, path: str) -> None:
    assert tile.Tile(0, number, width).path == path


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_of_entries_reads_back(entries: list[bytes]) -> None:
    assert tile.parse_entries(tile.print_entries(entries)) == entries


def proof_of(index: int, size: int) -> Proof:
    text = str(Checkpoint(LOG.name, size, tree.root(size, complete)))
    note = Note(text, (sign(text, LOG.name, KEY), cosign(text, SEEN.name, WITNESS, at_seconds=1_800_000_000)))
    return Proof(index, tuple(tree.inclusion_proof(index, size, complete)), note)


@given(st.integers(0, 99))
def test_a_proof_reads_back_and_holds_offline(index: int) -> None:
    proof = Proof.parse(str(proof_of(index, 100)))
    assert proof == proof_of(index, 100)
    assert proof.verify(entry(index), LOG, [SEEN], quorum=1).size == 100


@given(st.integers(0, 99), st.data())
@settings(max_examples=100)
def test_any_changed_bit_of_a_proof_or_its_entry_is_found(index: int, draw: st.DataObject) -> None:
    text = str(proof_of(index, 100)).encode()
    at = draw.draw(st.integers(0, len(text) * 8 - 1))
    changed = bytearray(text)
    changed[at // 8] ^= 1 << (at % 8)
    with pytest.raises((YesIfError, UnicodeDecodeError)):
        Proof.parse(changed.decode()).verify(entry(index), LOG, [SEEN], quorum=1)
    with pytest.raises(Damaged):
        proof_of(index, 100).verify(entry(index) + b" ", LOG)


def test_a_verifier_key_reads_back() -> None:
    assert Verifier.parse(str(LOG)) == LOG
    assert Verifier.parse(str(SEEN)) == SEEN


def test_too_few_witnesses_are_refused() -> None:
    with pytest.raises(Damaged, match="1 of the witnesses signed"):
        proof_of(3, 100).verify(entry(3), LOG, [SEEN], quorum=2)

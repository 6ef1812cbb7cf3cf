"""Leaves, rows and signatures of lines: round trips, and every change refused."""

import base64
import hashlib
import json
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from yesif.base.canonical import canonical
from yesif.base.errors import Damaged
from yesif.core.tlog import leaf, rows, signed
from yesif.core.tlog.leaf import Leaf
from yesif.core.tlog.lines import LINES, check
from yesif.core.tlog.rows import Row

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
BODY: dict[str, object] = {"run": "run_1", "licence": "lic_1", "what": "understand-speech", "where": "research"}


def a_leaf(tags: int = 2) -> Leaf:
    return Leaf(
        "lease", 1_763_982_000_123, "0a1b2c3d", "c" * 64, (3,),
        tuple(leaf.tag(bytes(32), n) for n in range(tags)), tuple(leaf.link(bytes(32), n, b"") for n in range(tags)),
    )  # fmt: skip


def test_a_leaf_reads_back() -> None:
    assert Leaf.parse(bytes(a_leaf())) == a_leaf()


@pytest.mark.parametrize("tags", [0, 1, 3])
def test_a_leaf_is_canonical_json(tags: int) -> None:
    assert canonical(json.loads(bytes(a_leaf(tags)))) == bytes(a_leaf(tags))


def test_a_full_leaf_fits_its_limit() -> None:
    assert len(bytes(a_leaf(leaf.TAGS_A_LEAF))) <= leaf.MAX_BYTES


@given(st.data())
def test_a_leaf_with_any_bit_changed_is_another_or_refused(data: st.DataObject) -> None:
    content = bytearray(bytes(a_leaf()))
    at = data.draw(st.integers(0, len(content) * 8 - 1))
    content[at // 8] ^= 1 << (at % 8)
    with suppress(Damaged):
        assert Leaf.parse(bytes(content)).hash != a_leaf().hash


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"nonsense", b'{"v":1}', b" " + bytes(a_leaf()), b"x" * 8193,
        bytes(a_leaf()).replace(b'"lease"', b'"leash"'), bytes(a_leaf()).replace(b'"part":""', b'"part":"0/1"'),
        bytes(a_leaf()).replace(b'"refs":[3]', b'"refs":[true]'), bytes(a_leaf()).replace(b'"t":1', b'"t":"1'),
    ],
)  # fmt: skip
def test_what_is_no_leaf_is_refused(content: bytes) -> None:
    with pytest.raises(Damaged):
        Leaf.parse(content)


@given(st.integers(1, 40), st.data())
def test_a_row_proves_itself_and_no_other(count: int, data: st.DataObject) -> None:
    all_rows = [Row(f"per_{n}", {"performer": f"per_{n}", "micro": str(n)}, bytes([n]) * 32) for n in range(count)]
    stated = rows.summary(all_rows)
    rows.check_all([row.content for row in all_rows], stated)
    index = data.draw(st.integers(0, count - 1))
    proof = rows.path(all_rows, index)
    rows.verify(all_rows[index], index, proof, stated)
    with pytest.raises(Damaged):
        rows.verify(Row("per_x", {"performer": "per_x", "micro": "999"}, bytes(32)), index, proof, stated)
    with pytest.raises(Damaged):
        rows.check_all([row.content for row in all_rows[:-1]], stated)


@pytest.mark.parametrize("stated", [None, {}, {"count": "1", "root": "00"}, {"count": 1, "root": "zz"}])
def test_a_body_without_rows_proves_none(stated: object) -> None:
    with pytest.raises(Damaged):
        rows.verify(Row("per_1", {}, bytes(32)), 0, [], stated)


def test_a_signature_holds_for_what_was_signed_only() -> None:
    body = {**BODY, "signed": signed.sign("run-open", BODY, KEY)}
    assert signed.verify("run-open", body) == base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
    for other in ({**body, "where": "selling"}, {**body, "signed": {**body["signed"], "signature": "AAAA"}}, BODY):
        with pytest.raises(Damaged):
            signed.verify("run-open", other)
    with pytest.raises(Damaged):
        signed.verify("run-close", body)


def test_a_passkey_signs_a_line_as_its_challenge() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    spki = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    wanted = base64.urlsafe_b64encode(signed.challenge("grant", BODY)).rstrip(b"=").decode()
    client = json.dumps({"type": "webauthn.get", "challenge": wanted, "origin": "https://studio.test"}).encode()
    content = b"authenticator" + hashlib.sha256(client).digest()
    parts = {
        "key": spki,
        "signature": key.sign(content, ec.ECDSA(hashes.SHA256())),
        "authenticator": b"authenticator",
        "client": client,
    }
    said: dict[str, object] = {"scheme": "passkey"}
    said.update({name: base64.b64encode(part).decode() for name, part in parts.items()})
    assert signed.verify("grant", {**BODY, "signed": said}) == said["key"]
    with pytest.raises(Damaged, match="something else"):
        signed.verify("grant", {**BODY, "where": "selling", "signed": said})


@pytest.mark.parametrize("kind", sorted(LINES))
def test_a_line_that_says_too_little_is_refused(kind: str) -> None:
    fields = LINES[kind]
    body: dict[str, object] = dict.fromkeys(fields.body, "x")
    row: dict[str, object] = dict.fromkeys(fields.row, "x")
    check(kind, body, [row])
    with pytest.raises(Damaged, match=f"a {kind} line says its {fields.body[0]}"):
        check(kind, dict.fromkeys(fields.body[1:], "x"))

"""A receipt is checked without the studio; malformed, cut, changed and foreign ones are refused in one sentence."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import example, given, settings
from hypothesis import strategies as st

from yesif.base.errors import YesIfError
from yesif.cli.verify import verify
from yesif.core.tlog import leaf as leaves
from yesif.core.tlog import receipt, rows, tree, trust
from yesif.core.tlog.checkpoint import Checkpoint
from yesif.core.tlog.leaf import Leaf
from yesif.core.tlog.note import Note, Verifier, sign
from yesif.core.tlog.proof import Proof
from yesif.core.tlog.receipt import ProvenRow, Receipt
from yesif.core.tlog.rows import Row

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
LOG = Verifier("studio.test/tlog", KEY.public_key().public_bytes_raw())
ROWS = [Row(f"per_{n}", {"performer": f"per_{n}", "weight": n}, bytes([n]) * 32) for n in range(5)]
BODY: dict[str, object] = {"event": "e", "rows": rows.summary(ROWS)}


def a_receipt(*, key: Ed25519PrivateKey = KEY, body: dict[str, object] = BODY) -> Receipt:
    salt = bytes(range(32))
    mine = Leaf("royalty", 1_763_982_000_123, LOG.key_id.hex(), leaves.commitment(salt, body))
    entries = [bytes(mine) if n == 3 else f"entry {n}".encode() for n in range(9)]

    def reader(level: int, index: int) -> bytes:
        if level == 0:
            return tree.leaf_hash(entries[index])
        return tree.node_hash(reader(level - 1, 2 * index), reader(level - 1, 2 * index + 1))

    text = str(Checkpoint(LOG.name, 9, tree.root(9, reader)))
    proof = Proof(3, tuple(tree.inclusion_proof(3, 9, reader)), Note(text, (sign(text, LOG.name, key),)))
    proven = ProvenRow(2, ROWS[2], tuple(rows.path(ROWS, 2)))
    return Receipt(mine, body, salt, proof, f"log {LOG}\nquorum none\n", (proven,), b'{"@context":"x"}')


CONTENT = receipt.write(a_receipt())


def test_a_receipt_reads_back_and_holds() -> None:
    found = receipt.read(CONTENT)
    assert found.verify().size == 9
    assert receipt.write(found) == CONTENT


@given(st.integers(0, len(CONTENT) * 8 - 1))
@example(at=20059)  # an offset of the archive's directory that lies before its beginning
@settings(max_examples=100)
def test_a_changed_bit_never_proves_something_else(at: int) -> None:
    changed = bytearray(CONTENT)
    changed[at // 8] ^= 1 << (at % 8)
    try:
        found = receipt.read(bytes(changed))
        found.verify()
    except YesIfError:
        return
    assert (found.leaf, found.body, found.salt, found.proof, found.rows[0].row.body) == (
        a_receipt().leaf,
        BODY,
        a_receipt().salt,
        a_receipt().proof,
        ROWS[2].body,
    )  # fmt: skip  a bit of the archive's own fields, or of README.txt


@given(st.binary(max_size=2000))
def test_what_is_no_receipt_is_refused(content: bytes) -> None:
    with pytest.raises(YesIfError):
        receipt.read(content)
    with pytest.raises(YesIfError):
        receipt.read(CONTENT[: len(content)])


def packed(members: dict[str, bytes], kind: int = zipfile.ZIP_STORED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", kind) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


def members() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(CONTENT)) as archive:
        return {one: archive.read(one) for one in archive.namelist()}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (packed({**members(), "../evil": b""}), "holds other files"),
        (packed({n: c for n, c in members().items() if n != "salt.txt"}), "salt.txt is missing"),
        (packed(members(), zipfile.ZIP_DEFLATED), "stored, not packed"),
        (packed({**members(), "salt.txt": b"00\n"}), "64 hexadecimal digits"),
        (packed({**members(), "body.json": b'{"event": "e"}'}), "not written the one way"),
        (packed({**members(), "body.json": b"[" * 100_000}), "not JSON"),
        (packed({**members(), "rows.json": b"{}"}), "is a list"),
        (packed({**members(), "rows.json": b"[1]"}), "place, row, salt and path"),
        (packed({**members(), "trust-policy": b"\xff\xfe"}), "not text"),
        (b"x" * (receipt.MAX_BYTES + 1), "at most 4 MiB"),
    ],
)
def test_every_way_of_being_damaged_has_its_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(YesIfError, match=sentence):
        receipt.read(content)


def test_a_receipt_of_another_log_or_signed_by_another_key_is_refused() -> None:
    other = trust.Trust(logs=(trust.Peer(Verifier("other.test/tlog", OTHER.public_key().public_bytes_raw())),))
    with pytest.raises(YesIfError, match="none of the logs you trust"):
        receipt.read(CONTENT).verify(other)
    with pytest.raises(YesIfError):
        receipt.read(receipt.write(a_receipt(key=OTHER))).verify()


def test_the_command_says_proven_or_not(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    good.write_bytes(CONTENT)
    bad.write_bytes(CONTENT.replace(b'"event":"e"', b'"event":"f"'))
    said = CliRunner().invoke(verify, [str(good), "--key", str(LOG), "--body"])
    assert said.exit_code == 0
    assert "good.zip: proven. A royalty line of 2025-11-24" in said.output
    said = CliRunner().invoke(verify, [str(good), str(bad)])
    assert "bad.zip: NOT PROVEN." in said.output
    assert isinstance(said.exception, YesIfError)
    assert isinstance(CliRunner().invoke(verify, [str(good), "--key", "nonsense"]).exception, YesIfError)


def test_the_command_never_meets_django_or_the_network(tmp_path: Path) -> None:
    (tmp_path / "good.zip").write_bytes(CONTENT)
    script = (
        "import sys, socket; sys.argv = ['yesif', 'verify', 'good.zip']\n"
        "def refuse(*_): raise SystemExit('network')\n"
        "socket.socket.connect = refuse\n"
        "from yesif.cli.main import main\n"
        "main()\n"
        "assert 'django' not in sys.modules and 'yesif.apps' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "proven" in done.stdout

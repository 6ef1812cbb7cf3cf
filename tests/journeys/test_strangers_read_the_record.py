"""The record as somebody else's program reads it: golang.org/x/mod (sumdb/tlog and sumdb/note), on the served files.

Needs Go and Debian's golang-golang-x-mod-dev; without them these tests say so and are skipped. Nothing is downloaded.
"""

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import transaction

from yesif.apps.record import actions
from yesif.apps.record.shelf import Shelf
from yesif.flows import sequence_record

pytestmark = pytest.mark.django_db(transaction=True)

SOURCE = Path(__file__).parents[1] / "strangers" / "tlog.go"
GOPATH = Path(os.environ.get("YESIF_GOPATH", "/usr/share/gocode"))
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stranger's program, built once."""
    go = shutil.which("go")
    if go is None or not (GOPATH / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        pytest.skip("no Go with golang.org/x/mod here: apt-get install golang-go golang-golang-x-mod-dev")
    made = tmp_path_factory.mktemp("strangers") / "tlog"
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": str(GOPATH), "GOCACHE": str(made.parent / "cache")}
    built = subprocess.run(
        [go, "build", "-o", str(made), str(SOURCE)], env=environment, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    return made


def lines(count: int) -> None:
    with transaction.atomic():
        for number in range(count):
            actions.append(kind="review", body={"n": number}, about=["per_ANA00000000000000000000000"], now=NOW)
    sequence_record.now(at=NOW)


def read(reader: Path, *more: Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    shelf = Shelf()
    named = next(line.split()[1] for line in shelf.trust_text().splitlines() if line.startswith("log "))
    asked = [str(reader), str(folder or shelf.public), named, *map(str, more)]
    return subprocess.run(asked, capture_output=True, text=True, check=False, timeout=60)


def test_go_finds_signature_tree_entries_proofs_and_growth_right(reader: Path, tmp_path: Path) -> None:
    lines(300)  # more than one tile, and a partial one
    old = shutil.copy(Shelf().public / "checkpoint", tmp_path / "old-checkpoint")
    lines(470)
    found = read(reader, Path(old))
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout == (
        "771 entries are under the signed root, each with its proof\nit continues the tree of 301\n"
    ), "the genesis is the first"


def test_go_refuses_what_was_changed_by_one_bit(reader: Path, tmp_path: Path) -> None:
    lines(300)
    names = [path.relative_to(Shelf().public) for path in sorted(Shelf().public.rglob("*")) if path.is_file()]
    for number, name in enumerate(names):
        folder = tmp_path / str(number)
        shutil.copytree(Shelf().public, folder)
        content = bytearray((folder / name).read_bytes())
        content[len(content) // 2] ^= 1
        (folder / name).write_bytes(content)
        assert read(reader, folder=folder).returncode == 1, name
    assert len(names) >= 6, "the checkpoint, hashes of two levels, bundles of entries"

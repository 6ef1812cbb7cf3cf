"""The witness cosigns only what continues what it saw; the studio collects cosignatures and goes on without them."""

import base64
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from django.db import transaction

from yesif.apps.record import actions
from yesif.apps.record.shelf import Shelf
from yesif.base.errors import Damaged
from yesif.cli.witness import Witness, server
from yesif.core.tlog import trust
from yesif.core.tlog.checkpoint import Checkpoint
from yesif.core.tlog.note import Note, Verifier
from yesif.flows import sequence_record

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


def sequenced(n: int = 1) -> Note:
    with transaction.atomic():
        for number in range(n):
            actions.append(kind="review", body={"n": number}, about=["per_ANA"], now=NOW)
    sequence_record.now(at=NOW)
    found = Shelf().published()
    assert found is not None
    return found[0]


@pytest.fixture
def union(tmp_path: Path) -> Iterator[tuple[Witness, str]]:
    """A witness that watches this studio, and where it answers."""
    one = Witness(tmp_path / "witness", "union.test/w", {Shelf().verifier().name: Shelf().verifier()})
    with server(one, "127.0.0.1", 0) as door:
        thread = threading.Thread(target=door.serve_forever, daemon=True)
        thread.start()
        yield one, f"http://127.0.0.1:{door.server_address[1]}"
        door.shutdown()


def post(url: str, text: str) -> httpx.Response:
    return httpx.post(f"{url}/add-checkpoint", content=text.encode())


def trusting(verifier: Verifier, url: str) -> None:
    text = f"log {Shelf().verifier()}\nwitness union {verifier} {url}\nquorum union\n"
    (Shelf().folder / "trust-policy").write_text(text)


def test_a_checkpoint_gains_its_cosignature_and_meets_the_quorum(union: tuple[Witness, str]) -> None:
    one, url = union
    trusting(one.verifier, url)
    for size in (2, 5, 300):
        note = sequenced(size)
        assert len(note.signatures) == 2
        Shelf().trust().check(note)


def test_the_studio_goes_on_without_a_witness_that_does_not_answer(union: tuple[Witness, str]) -> None:
    one, _ = union
    trusting(one.verifier, "http://127.0.0.1:9")
    assert len(sequenced().signatures) == 1
    with pytest.raises(Damaged, match="quorum"):
        Shelf().trust().check(sequenced())


def test_a_witness_asked_again_catches_up(union: tuple[Witness, str]) -> None:
    one, url = union
    trusting(one.verifier, url)
    sequenced(3)
    for path in (Shelf().folder / "witnesses").iterdir():
        path.unlink()  # the studio forgot where the witness stands: a 409 tells it
    assert len(sequenced(4).signatures) == 2


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda text: text.replace("old 0", "old 1"), 409),
        (lambda text: text.replace("old 0", "old 9"), 400),
        (lambda text: text.replace("old 0", "old 00"), 400),
        (lambda text: text.replace("old 0\n", "old 0\n" + base64.b64encode(bytes(32)).decode() + "\n"), 422),
        (lambda text: text.replace("old 0\n", "old 0\nnonsense\n"), 400),
        (lambda text: text.replace("\n2\n", "\n3\n"), 403),
        (lambda text: text.replace("localhost:8700/tlog\n2", "other.test/tlog\n2"), 404),
        (lambda text: "", 400),
    ],
)
def test_a_request_that_is_wrong_has_the_answer_the_text_asks_for(union: tuple[Witness, str], change, status) -> None:  # type: ignore[no-untyped-def]
    _, url = union
    note = sequenced()
    answer = post(url, change(f"old 0\n\n{note}"))
    assert answer.status_code == status
    if status == 409:
        assert (answer.text, answer.headers["content-type"]) == ("0\n", "text/x.tlog.size")
    assert post(url, f"old 0\n\n{note}").status_code == 200  # nothing was changed by it


def test_a_fork_is_never_cosigned(union: tuple[Witness, str]) -> None:
    """The same key signs two records of one size: the witness knows one of them."""
    _, url = union
    note = sequenced()
    assert post(url, f"old 0\n\n{note}").status_code == 200
    forked = Shelf().sign(str(Checkpoint(Shelf().verifier().name, 2, bytes(32))), at_seconds=0)
    assert post(url, f"old 2\n\n{forked}").status_code == 409
    longer = Shelf().sign(str(Checkpoint(Shelf().verifier().name, 3, bytes(32))), at_seconds=0)
    assert post(url, f"old 2\n{base64.b64encode(bytes(32)).decode()}\n\n{longer}").status_code == 422
    assert post(url, f"old 2\n\n{note}").status_code == 200


def test_a_policy_reads_groups_and_counts_them() -> None:
    keys = [str(Verifier(f"w{n}.test", bytes([n]) * 32, 4)) for n in range(3)]
    text = "".join(f"witness W{n} {key}\n" for n, key in enumerate(keys))
    found = trust.parse(f"# ours\n{text}\tgroup two 2 W0 W1 W2\nquorum two\n")
    assert found.groups["two"].least == 2
    assert not found._met("two", {"W0"})
    assert found._met("two", {"W0", "W2"})

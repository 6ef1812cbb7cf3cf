"""Sequencing: every line gets its place, every checkpoint continues the last, in doubt nothing is signed."""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import transaction
from django.test import Client

from tests.flows import killed_record
from yesif.apps.record import actions, queries
from yesif.apps.record.models import Head, LeafRow, Line, RowOf, Step
from yesif.apps.record.shelf import Shelf
from yesif.base.clock import FixedClock
from yesif.base.errors import BadInput, Conflict, Damaged, NotFound
from yesif.core.tlog import leaf as leaves
from yesif.core.tlog import receipt, tree, trust
from yesif.core.tlog.checkpoint import Checkpoint
from yesif.core.tlog.leaf import Leaf
from yesif.core.tlog.tile import TileReader
from yesif.core.tlog.tree import verify_consistency
from yesif.flows import sequence_record

NOW = datetime(2026, 11, 25, 12, 0, 0, 123_000, tzinfo=UTC)
ANA, BO = "per_ANA00000000000000000000000", "per_B0000000000000000000000000"

pytestmark = pytest.mark.django_db(transaction=True)


def append(n: int = 1, *, about: tuple[str, ...] = (ANA,), kind: str = "review") -> list[int]:
    with transaction.atomic():
        return [actions.append(kind=kind, body={"n": number}, about=about, now=NOW) for number in range(n)]


def published() -> Checkpoint:
    found = Shelf().published()
    assert found is not None
    return found[1]


@pytest.mark.parametrize(("began", "closed"), [(NOW - timedelta(days=1), ["2026-11-24"]), (NOW, [])])
def test_a_day_at_whose_end_nothing_ran_is_closed_when_something_does(began: datetime, closed: list[str]) -> None:
    append()
    sequence_record.now(at=began)
    for _ in range(2):  # stopped before midnight, started after it, and started again
        with sequence_record.running(FixedClock(NOW)):
            pass
    days = [line.body["day"] for line in Line.objects.filter(kind="day-close") if line.body]
    assert days == closed


def test_every_line_gets_its_place_behind_the_genesis() -> None:
    (seq,) = append()
    assert queries.waiting() == 1
    assert sequence_record.now(at=NOW) == 2
    first, second = (Leaf.parse(content) for content in queries.leaf_bytes(0, 2))
    assert (first.kind, second.kind) == ("genesis", "review")
    assert second.at_ms == 1_795_608_000_123
    assert queries.line(seq, viewer=ANA).index == 1
    assert sequence_record.now(at=NOW) == 2
    assert queries.waiting() == 0


@pytest.mark.parametrize("steps", [[1, 1, 1], [255, 1, 256], [300, 700, 5], [660]])
def test_every_checkpoint_continues_the_one_before(steps: list[int]) -> None:
    seen: list[Checkpoint] = []
    for step in steps:
        append(step)
        sequence_record.now(at=NOW)
        seen.append(published())
    last = seen[-1]
    reader = TileReader(last.size, Shelf().content)
    for one in seen:
        proof = tree.consistency_proof(one.size, last.size, reader)
        verify_consistency(one.size, last.size, one.root, last.root, proof)
    assert not list(queries.differences())


def test_only_a_person_with_the_key_finds_their_lines_and_none_is_missing() -> None:
    append(3)
    append(2, about=(ANA, BO))
    sequence_record.now(at=NOW)
    chain = queries.chain_of(ANA)
    assert chain is not None
    assert chain.n == len(chain.indexes) == 5
    before = b""
    for n, index in enumerate(chain.indexes, 1):
        leaf = Leaf.parse(queries.leaf_bytes(index, index + 1)[0])
        place = leaf.tags.index(leaves.tag(chain.key, n))
        assert leaf.links[place] == leaves.link(chain.key, n, before)
        before = leaf.hash
    assert ANA not in b"".join(queries.leaf_bytes(0, queries.size())).decode()


def test_a_line_about_many_has_several_leaves() -> None:
    people = [f"per_{n:026d}" for n in range(200)]
    with transaction.atomic():
        rows = [actions.Row(one, {"performer": one, "performance": "prf", "grants": []}) for one in people]
        seq = actions.append(kind="lease", body={"lease": "x"}, about=["lic_1"], rows=rows, now=NOW)
    sequence_record.now(at=NOW)
    parts = [Leaf.parse(content) for content in queries.leaf_bytes(1, queries.size())]
    assert [one.part for one in parts] == ["1/3", "2/3", "3/3"]
    assert len({one.commitment for one in parts}) == 1
    found = receipt.read(queries.receipt_zip(seq, people[150]))
    found.verify()
    assert [one.row.body["performer"] for one in found.rows] == [people[150]]
    assert receipt.read(queries.receipt_zip(seq, "lic_1")).rows == ()


def test_a_receipt_proves_its_line_without_us() -> None:
    (seq,) = append()
    with pytest.raises(Conflict, match="within a minute"):
        queries.receipt_zip(seq, ANA)
    sequence_record.now(at=NOW)
    found = receipt.read(queries.receipt_zip(seq, ANA))
    assert found.verify().size == 2
    assert found.verify(Shelf().trust()).size == 2
    with pytest.raises(NotFound):
        queries.receipt_zip(seq, BO)


def test_after_a_person_is_forgotten_their_lines_say_nothing() -> None:
    (mine,), (ours,) = append(), append(about=(ANA, BO))
    sequence_record.now(at=NOW)
    assert actions.forget(about=ANA) == 1
    for seq, who in ((mine, ANA),):
        with pytest.raises(NotFound):
            queries.receipt_zip(seq, who)
    receipt.read(queries.receipt_zip(ours, BO)).verify()
    assert queries.chain_of(ANA) is None
    append()
    sequence_record.now(at=NOW)
    assert not list(queries.differences())


def test_a_day_is_closed_once_and_counts_every_chain() -> None:
    assert actions.close_day(day="2026-11-25", now=NOW) is None
    append(3)
    append(1, about=(BO,))
    sequence_record.now(at=NOW)
    seq = actions.close_day(day="2026-11-25", now=NOW)
    assert actions.close_day(day="2026-11-25", now=NOW) is None
    sequence_record.now(at=NOW)
    body = Line.objects.get(seq=seq).body
    assert body is not None
    assert (body["chains"], body["tags"]) == (2, 4)
    assert sorted(row.body["n"] for row in RowOf.objects.filter(line_id=seq) if row.body) == [1, 3]
    chain = queries.chain_of(ANA)
    assert chain is not None
    assert chain.n == 3


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda: Line.objects.filter(kind="review").update(body={"n": 7}), "its body is not the one"),
        (lambda: Line.objects.filter(kind="review").update(kind="grant"), "kind, time or commitment differ"),
        (lambda: LeafRow.objects.filter(index=0).delete(), "lost its leaf"),
        (lambda: RowOf.objects.update(body={"performer": "per_x"}), "Row 0 of line"),
        (lambda: (Shelf().public / "tile/0/000.p/3").write_bytes(b"\x00" * 96), "differs from the record"),
        (lambda: (Shelf().public / "tile/entries/000.p/3").unlink(), "is missing"),
        (lambda: (Shelf().public / "checkpoint").write_text("x\n\ny\n"), "checkpoint cannot be trusted"),
    ],
)
def test_a_database_that_does_not_match_its_record_does_not_start_and_says_which_line(change, sentence) -> None:  # type: ignore[no-untyped-def]
    append()
    with transaction.atomic():
        rows = [actions.Row(ANA, {"performer": ANA, "micro": "1", "weight": 1})]
        actions.append(kind="royalty", body={"event": "e"}, about=[], rows=rows, now=NOW)
    sequence_record.now(at=NOW)
    call_command("check", "--database", "default", "--tag", "database")
    change()
    with pytest.raises(SystemCheckError, match=sentence):
        call_command("check", "--database", "default", "--tag", "database")


def test_an_older_database_signs_nothing_over_a_newer_record() -> None:
    append(5)
    sequence_record.now(at=NOW)
    before = published()
    Step.objects.filter(leaf_id__gte=3).delete()
    LeafRow.objects.filter(index__gte=3).delete()
    Head.objects.update(size=3)
    with pytest.raises(Damaged, match="leaf 3 is missing"):
        sequence_record.now(at=NOW)
    assert published() == before


def test_another_studios_shelf_is_refused(settings, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    append()
    sequence_record.now(at=NOW)
    settings.RECORD = tmp_path / "other"
    append()
    with pytest.raises(Damaged, match="the key on this shelf is another"):
        sequence_record.now(at=NOW)


def test_tiles_are_served_where_c2sp_says(client: Client) -> None:
    append(300)
    sequence_record.now(at=NOW)
    found = client.get("/tlog/checkpoint")
    assert found["Content-Type"] == "text/plain; charset=utf-8"
    assert "max-age=2" in found["Cache-Control"]
    for path in ("tile/0/000", "tile/0/001.p/45", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/45"):
        answer = client.get(f"/tlog/{path}")
        assert answer.status_code == 200, path
        assert "immutable" in answer["Cache-Control"]
        assert answer.content == (Shelf().public / path).read_bytes()
    packed = client.get("/tlog/tile/entries/000", headers={"accept-encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    for path in ("tile/0/002", "tile/64/000", "tile/0/1", "tile/0/000.p/256", "tile/../../log-key", "tile/00/000"):
        assert client.get(f"/tlog/{path}").status_code == 404, path
    assert trust.parse(client.get("/tlog/policy").content.decode()).logs[0].verifier == Shelf().verifier()


def test_a_checkpoint_may_carry_an_ml_dsa_signature_too() -> None:
    append()
    sequence_record.now(at=NOW)
    seed = MLDSA44PrivateKey.generate().private_bytes_raw()
    (Shelf().folder / "log-key-ml-dsa").write_text(base64.b64encode(seed).decode())
    append()
    sequence_record.now(at=NOW)
    policy = Shelf().trust()
    found = Shelf().published()
    assert found is not None
    assert len(found[0].signatures) == 2
    only = trust.Trust(logs=policy.logs[1:])
    assert only.check(found[0]).size == 3


def test_killed_at_any_moment_there_is_no_fork_and_no_acknowledged_line_is_lost(tmp_path: Path) -> None:
    story = killed_record.kill_often(tmp_path, 3)
    assert story.acked
    assert killed_record.check(tmp_path, story) > len(story.acked)


@pytest.mark.parametrize(
    "text",
    [
        "", "quorum none\nquorum none\n", "quorum other\n", "log x\nquorum none\n", "witness a b\nquorum a\n",
        "group g any none\nquorum g\n", "group g 2 a\nquorum g\n", "nonsense\nquorum none\n", "quorum none\x01\n",
    ],
)  # fmt: skip
def test_a_policy_that_cannot_be_understood_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        trust.parse(text)

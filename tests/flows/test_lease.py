"""Keys are leased for a declared run: on the record first, and never for what somebody has ended."""

import json
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.flows import licensed, released
from tests.people import person
from yesif.apps.consent import actions as consent
from yesif.apps.footage.actions import review
from yesif.apps.keys import actions as performer_keys
from yesif.apps.market import queries
from yesif.apps.market.keys import release_keys
from yesif.apps.market.queries import runs
from yesif.apps.record import queries as record
from yesif.apps.record.models import Line
from yesif.base.errors import Damaged, NotConsented, Refused
from yesif.cli.licensee.run import read_root
from yesif.core.corpus import Reader
from yesif.core.corpus.manifest import KEYS
from yesif.core.vault.chunks import from_memory
from yesif.flows import erase

pytestmark = pytest.mark.django_db


def answers() -> dict[str, str]:
    """Ana and Bo say yes as of yesterday, by this machine's clock; their grants by name."""
    return {name: released.answer(name, now=datetime.now(UTC)) for name in ("ana", "bo", "cy")}


def test_a_licence_is_read_through_a_lease_and_shorn_of_who_ended_their_yes() -> None:
    grants = answers()
    released.play("ana", "bo", takes=2)
    released.play("cy")
    lab = licensed.program()
    licence = licensed.licence()
    release = licensed.build(licence)
    assert (release.state, release.samples, release.sealed) == ("published", 5, True)
    with licensed.run(lab, licence, release.id) as run:
        reader = Reader(release.folder, keys=run.keys(release.folder))
        read = {sample["__key__"]: json.loads(sample["json"]) for sample in reader}
        assert len(read) == 5
        assert all(value["id"] == key for key, value in read.items())
        assert all(sample["wav"][:4] == b"RIFF" for sample in reader)
        consent.revoke(grant_id=grants["ana"], performer_id=person("ana").id, now=datetime.now(UTC))
        again = Reader(release.folder, keys=run.keys(release.folder))
        left = [sample["__key__"] for sample in again]
        assert len(left) == 1
        assert {len(json.loads(again[one]["json"])["partner_file_id"]) for one in left} == {0}
        with pytest.raises(Refused, match="not everyone"):
            again[next(iter(set(read) - set(left)))]
        both = run.read
    kinds = [line.kind for line in reversed(record.lines_about(licence))]
    assert kinds == ["licence", "release", "run-open", "lease", "lease", "run-close"]
    seen = runs.run(run.id, organisation_id=queries.licence_terms(licence).organisation_id)
    assert (seen.root, seen.clips_read, seen.leases) == (read_root(both), 5, 2)
    rows = queries.leased(since=datetime.now(UTC) - timedelta(hours=1), until=datetime.now(UTC), licence_id=licence)
    assert len(rows) == 5
    assert {row.performer for row in rows} == {person(name).id for name in ("ana", "bo", "cy")}
    assert {row.seconds for row in rows} == {2}


def test_a_sealed_release_gives_away_nothing_without_a_lease() -> None:
    answers()
    released.play("ana", "bo")
    licensed.program()
    release = licensed.build(licensed.licence())
    folder = Path(release.folder)
    reader = Reader(folder)
    assert reader.check(digest=release.digest) > 20
    with pytest.raises(Refused, match="encrypted"):
        next(iter(reader))
    whole = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for secret in (b"word-of ana", b"secret of ana", b"RIFF", person("ana").id.encode()):
        assert secret not in whole
    for name in ("words", "turns", "roles", "qa_findings"):
        assert reader.table(name).num_rows == 0
    with tarfile.open(folder / reader.shards()[0]) as tar:
        assert {member.name.partition(".")[2] for member in tar} == {"json", "npz", "wav", "mp4"}


def test_a_withdrawn_take_takes_its_own_keys_away_and_no_others() -> None:
    answers()
    first, _, third, _ = released.play("ana", "bo", takes=2)
    lab = licensed.program()
    licence = licensed.licence()
    release = licensed.build(licence)
    run = licensed.run(lab, licence, release.id)
    review.withdraw(performance_id=first.id, performer_id=person("ana").id, now=datetime.now(UTC))
    keys = run.keys(release.folder)
    names = {row["key"] for row in pq.read_table(Path(release.folder) / KEYS).to_pylist()}
    assert sum(keys.opens(name) for name in names) == 2
    assert set(keys._held._keys) == {name for name in names if keys.opens(name)}, "whole keys would open the take, too"
    assert len(list(Reader(release.folder, keys=keys))) == 2
    assert third.id in {row.performance for row in queries.leased(since=released.NOW, until=datetime.now(UTC))}


def test_a_stretch_sealed_after_the_build_keeps_the_clip_from_the_next_lease() -> None:
    answers()
    first, _ = released.play("ana", "bo")
    lab = licensed.program()
    licence = licensed.licence()
    release = licensed.build(licence)
    run = licensed.run(lab, licence, release.id)
    assert sum(1 for _ in Reader(release.folder, keys=run.keys(release.folder))) == 2
    review.seal(
        performance_id=first.id,
        performer_id=person("ana").id,
        start_ns=0,
        end_ns=released.SECOND,
        why="was-me",
        now=datetime.now(UTC),
    )
    with pytest.raises(NotConsented):
        run.keys(release.folder)
    assert (
        sum(clip.may for clip in runs.clips_now(release.id, queries.licence_terms(licence), now=datetime.now(UTC))) == 0
    )


def test_a_lease_is_renewed_at_half_life_and_dies_where_it_may_not_be() -> None:
    grants = answers()
    released.play("ana", "bo")
    lab = licensed.program()
    licence = licensed.licence()
    release = licensed.build(licence)
    at = [datetime.now(UTC)]
    run = licensed.run(lab, licence, release.id)
    run.now = lambda: at[0]
    keys = run.keys(release.folder)
    leases = lambda: sum(path == "leases" for path, _ in lab.sent)  # noqa: E731
    name = Reader(release.folder, keys=keys).keys()[0]
    at[0] += timedelta(hours=11)
    assert keys.opens(name)
    assert leases() == 1
    consent.revoke(grant_id=grants["bo"], performer_id=person("bo").id, now=datetime.now(UTC))
    at[0] += timedelta(hours=2)
    with pytest.raises(NotConsented):
        keys.opens(name)
    assert leases() == 2
    at[0] += timedelta(days=3)
    with pytest.raises(Refused):
        keys.open(name, "json", lambda buffer, offset: 0, 0)


def test_any_changed_bit_of_a_member_is_refused() -> None:
    answers()
    released.play("ana", "bo")
    lab = licensed.program()
    licence = licensed.licence()
    release = licensed.build(licence)
    keys = licensed.run(lab, licence, release.id).keys(release.folder)
    row = pq.read_table(Path(release.folder) / "manifest.parquet").to_pylist()[0]
    content = bytearray((Path(release.folder) / row["shard"]).read_bytes()[row["offset"] :][: row["size"]])

    def opened(member: str, sealed: bytes) -> bytes:
        return keys.open(row["key"], member, from_memory(sealed), len(sealed))

    assert opened(row["member"], content) == Reader(release.folder, keys=keys)[row["key"]][row["member"]]
    for place in range(0, len(content), max(1, len(content) // 40)):
        content[place] ^= 1
        with pytest.raises(Damaged):
            opened(row["member"], content)
        content[place] ^= 1
    for cut in (0, 10, 56, len(content) - 1, len(content) - 16):
        with pytest.raises(Damaged):
            opened(row["member"], content[:cut])
    with pytest.raises(Damaged):
        opened("wav" if row["member"] == "json" else "json", content)


def test_a_sealed_shard_that_lost_its_end_is_refused_by_the_reader() -> None:
    answers()
    released.play("ana", "bo")
    lab = licensed.program()
    licence = licensed.licence()
    release = licensed.build(licence)
    reader = Reader(release.folder, keys=licensed.run(lab, licence, release.id).keys(release.folder))
    row = max(pq.read_table(Path(release.folder) / "manifest.parquet").to_pylist(), key=lambda row: row["offset"])
    shard = Path(release.folder) / row["shard"]
    whole = shard.read_bytes()
    for end in (row["offset"] - 1, row["offset"] + 1, row["offset"] + row["size"] - 1):
        shard.chmod(0o600)
        shard.write_bytes(whole[:end])
        with pytest.raises(Damaged):
            reader[row["key"]]
    shard.unlink()
    with pytest.raises(Damaged, match="is missing"):
        reader[row["key"]]


def test_a_performer_whose_key_is_destroyed_is_in_no_lease_and_nobody_can_open_the_clip_again() -> None:
    answers()
    released.play("ana", "bo")
    released.play("cy")
    lab = licensed.program()
    licence = licensed.licence()
    release = licensed.build(licence)
    run = licensed.run(lab, licence, release.id)
    assert sum(1 for _ in Reader(release.folder, keys=run.keys(release.folder))) == 3
    performer_keys.destroy(performer_id=person("ana").id, now=datetime.now(UTC))
    assert sum(1 for _ in Reader(release.folder, keys=run.keys(release.folder))) == 1
    everyone = [person(name).id for name in ("ana", "bo", "cy")]
    found = release_keys(licence_id=licence, release_id=release.id, performers=everyone)
    assert set(found) == {person("bo").id, person("cy").id}


def test_an_erased_performer_takes_only_what_was_theirs_from_the_next_lease() -> None:
    answers()
    released.play("ana", "bo")
    released.play("cy")
    lab = licensed.program()
    licence = licensed.licence()
    release = licensed.build(licence)
    run = licensed.run(lab, licence, release.id)
    erase.erase(person_id=person("ana").id, now=datetime.now(UTC))
    assert sum(1 for _ in Reader(release.folder, keys=run.keys(release.folder))) == 1


def test_a_plain_release_holds_only_what_was_licensed_with_an_offer() -> None:
    answers()
    released.play("ana", "bo")
    licensed.program()
    release = licensed.build(licensed.licence(plain=True))
    assert (release.state, release.counts) == ("empty", {"few-people": 2})


def test_a_lease_ends_with_the_first_yes_in_it_and_each_reads_only_their_own_grants() -> None:
    grants, soon = answers(), datetime.now(UTC) + timedelta(hours=3)
    grants["bo"] = released.answer("bo", now=datetime.now(UTC), until=soon)
    released.play("ana", "bo")
    lab = licensed.program()
    licence = licensed.licence()
    release = licensed.build(licence)
    run = licensed.run(lab, licence, release.id)
    assert sum(1 for _ in Reader(release.folder, keys=run.keys(release.folder))) == 2
    ends = runs.run(run.id, organisation_id=queries.licence_terms(licence).organisation_id).last_expires_at
    assert ends is not None
    assert soon - timedelta(seconds=1) <= ends <= soon, "24 hours would outlive her yes by 21"
    (line,) = [one for one in record.lines_about(licence) if one.kind == "lease"]
    told = {row.about: row.body["grants"] for row in Line.objects.get(seq=line.seq).rows.all()}
    assert told == {person(name).id: [grants[name]] for name in ("ana", "bo")}

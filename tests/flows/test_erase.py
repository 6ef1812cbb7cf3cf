"""Someone who is erased is nowhere: not in the database's free pages, not in its write-ahead file, not in the store."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import models

from tests import postgres
from tests.apps import room_cast
from tests.flows import released
from tests.people import person
from yesif.apps.consent import queries as consent
from yesif.apps.footage.actions import review
from yesif.apps.footage.models import FeatureTable, Performance, SealedSpan
from yesif.apps.keys import queries as keys
from yesif.apps.market.models import Inclusion, Release
from yesif.apps.money.models import Fee, Payee, TaxPaper
from yesif.apps.people import queries as people
from yesif.apps.people.models import Person, Role
from yesif.apps.record.models import Line
from yesif.apps.stage.actions import presence
from yesif.apps.stage.models import CareCase, RoomCheck
from yesif.base.clock import FixedClock
from yesif.base.errors import Conflict, NotFound
from yesif.flows import engine, revoke
from yesif.flows import erase as flow
from yesif.flows.runner import InlineRunner
from yesif.media.store import open_store
from yesif.media.strongbox import name_of

ROOT = Path(__file__).resolve().parents[2]
LATER = released.NOW + timedelta(days=30)


def studio(folder: Path, what: str, url: str = "") -> Any:
    environment = {**os.environ, "YESIF_DATA": str(folder), "YESIF_DATABASE_URL": url}
    environment |= {"DJANGO_SETTINGS_MODULE": "yesif.site.settings"}
    command = [sys.executable, "-m", "tests.flows.erased_studio", what]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout.splitlines()[-1])


def holding(folder: Path, needles: list[str]) -> set[str]:
    """Which of these byte strings (hex) stand in any file below the folder."""
    wanted = {needle: bytes.fromhex(needle) for needle in needles}
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return {needle for needle, raw in wanted.items() if any(raw in content for content in files)}


def test_no_file_holds_a_copy_of_an_erased_performers_keys(tmp_path: Path) -> None:
    told = studio(tmp_path, "play")
    assert holding(tmp_path, told["wrapped"]) == set(told["wrapped"]), "the scan must be able to find them"
    assert holding(tmp_path, told["keys"]) == set(), "an open key is never written"
    readable = studio(tmp_path, "erase")
    assert holding(tmp_path, told["wrapped"] + told["keys"]) == set()
    assert readable["ana"] == []
    assert readable["bo"] == sorted(
        ["voice", "camera", "face", "f0", "speech", "words", "blinks", "rhythm", "prominence"] * 2
    )
    assert not (tmp_path / "yesif.sqlite3-wal").exists() or (tmp_path / "yesif.sqlite3-wal").stat().st_size == 0


@pytest.fixture
def address() -> Iterator[str]:
    with ExitStack() as stack:
        try:
            server = stack.enter_context(postgres.server())
        except postgres.NoServer as why:
            pytest.skip(str(why))
        yield stack.enter_context(postgres.database(server))


def test_the_tables_of_postgresql_hold_no_copy_either(tmp_path: Path, address: str) -> None:
    told = studio(tmp_path, "play", address)
    with psycopg.connect(address) as asking:
        found = asking.execute("show data_directory").fetchone()
    tables = Path(str(found and found[0])) / "base"
    if not os.access(tables, os.R_OK):
        pytest.skip("the server's files are not here to look into")
    readable = studio(tmp_path, "erase", address)
    assert holding(tables, told["wrapped"] + told["keys"]) == set(), "its write-ahead log and backups may: SECURITY.md"
    assert readable["ana"] == []
    assert "voice" in readable["bo"]


@pytest.fixture
def played(db: None) -> list[Performance]:
    released.answer("ana")
    released.answer("bo", partner=True)
    return released.play("ana", "bo", leak_db=-55.0)


def erase(name: str) -> None:
    flow.erase(person_id=person(name).id, now=LATER)
    engine.run_until_idle(runner=InlineRunner(), clock=FixedClock(LATER))


def names_of(performance: Performance) -> list[str]:
    digests = [*performance.tracks.values_list("sha256", flat=True)]
    digests += performance.features.filter(joint=False).values_list("sha256", flat=True)
    return [name_of(performance.id, one) for one in digests]


def test_what_was_hers_is_deleted_and_what_was_his_stays(played: list[Performance]) -> None:
    of_ana, of_bo = played
    ana, hers, his = person("ana").id, names_of(of_ana), names_of(of_bo)
    heard_together = of_ana.features.filter(joint=True).values_list("sha256", flat=True)
    joint = [name_of(of_ana.take_id, one) for one in heard_together]
    assert joint
    store = open_store(settings.STORAGE)
    assert all(map(store.exists, [*hers, *his, *joint]))
    erase("ana")
    assert not any(map(store.exists, [*hers, *joint]))
    assert all(map(store.exists, his))
    assert keys.is_destroyed(ana)
    of_ana.refresh_from_db()
    assert (of_ana.state, of_ana.summary, of_ana.features.count()) == ("withdrawn", {}, 0)
    assert {track.state for track in of_ana.tracks.all()} == {"gone"}
    assert keys.box(of_bo.id)
    assert FeatureTable.objects.filter(joint=True).count() == 0


def test_nothing_names_her_any_more(played: list[Performance]) -> None:
    ana = person("ana")
    erase("ana")
    ana.refresh_from_db()
    assert (ana.stage_name, ana.is_active, ana.email) == ("", False, f"{ana.id.lower()}@erased.invalid")
    with pytest.raises(NotFound):
        people.person(ana.id)
    with pytest.raises(NotFound):
        people.sign_in_link(ana.id)
    (line,) = Line.objects.filter(kind="erasure")
    assert line.body == {"person": ana.id}


def test_what_goes_with_a_person_goes_in_every_app(played: list[Performance]) -> None:
    ana = person("ana")
    RoomCheck.objects.create(performer=ana, found={"loudest_db": -9}, checked_at=released.NOW)
    theirs = [one for one in Person._meta.related_objects if one.on_delete is models.CASCADE]
    held = {one.related_model.__name__ for one in theirs}
    assert {"Role", "SealedSheet", "RoomCheck"} <= held
    erase("ana")
    left = [one.related_model.__name__ for one in theirs if one.related_model.objects.filter(**{one.field.name: ana})]
    assert left == []


def test_no_word_and_no_account_of_theirs_is_left(played: list[Performance]) -> None:
    ana = person("ana")
    Person.objects.filter(pk=ana.id).update(telephone="+49 30 1234567", time_zone="Europe/Berlin")
    session = played[0].take.scene.session
    case = CareCase.objects.create(
        session=session, kind="report", by=ana, words="He shouted", made_at=released.NOW, due_at=LATER
    )
    TaxPaper.objects.create(performer=ana.id, kind="TIN", place="DE", given_at=released.NOW)
    Payee.objects.create(owner=ana.id, kind="iban", sealed=b"x", ends="3000", place="DE", at=released.NOW)
    erase("ana")
    ana.refresh_from_db()
    case.refresh_from_db()
    assert (ana.telephone, ana.time_zone, case.words) == ("", "", "")
    assert not TaxPaper.objects.exists()
    assert not Payee.objects.exists()


def test_minutes_that_were_worked_are_owed_before_the_account_would_go(db: None) -> None:
    session = room_cast.booked()
    room_cast.come_in(session, "ana", "bo")
    for step in range(0, 601, 20):
        presence.here(
            session_id=session.session, performer_id=session.ana, studio_ns=room_cast.OPENED + step * room_cast.S
        )
    Payee.objects.create(owner=session.ana, kind="iban", sealed=b"x", ends="3000", place="DE", at=room_cast.NOW)
    assert not Fee.objects.exists()
    erase("ana")
    assert sum(one.ms for one in Fee.objects.filter(performer=session.ana)) == 10 * 60_000
    assert Payee.objects.filter(owner=session.ana).exists()


def test_a_release_that_lies_here_in_the_clear_is_recalled(played: list[Performance]) -> None:
    release = Release.objects.get(pk=released.build())
    assert Path(release.folder).is_dir()
    erase("ana")
    assert not Path(release.folder).exists()
    release.refresh_from_db()
    assert (release.state, release.folder) == ("recalled", "")
    again = Release.objects.get(pk=released.build(now=released.NOW + timedelta(days=31)))
    assert (again.state, again.samples, again.counts) == ("published", 1, {"few-people": 1})


@pytest.mark.parametrize("days", [1, 8])
def test_a_scene_taken_back_within_a_week_takes_the_release_in_the_clear_with_it(
    played: list[Performance], days: int
) -> None:
    mine, when = played[0], played[0].take.scene.session.starts_at + timedelta(days=days)
    release = Release.objects.get(pk=released.build())
    folder, nest = Path(release.folder), Inclusion.objects.get(release=release, performance=mine.id).nest
    revoke.withdraw(performance_id=mine.id, performer_id=mine.performer_id, now=when)
    engine.run_until_idle(runner=InlineRunner(), clock=FixedClock(when))
    release.refresh_from_db()
    assert (release.state, folder.exists()) == (("recalled", False) if days < 7 else ("published", True))
    assert Inclusion.objects.get(release=release, performance=mine.id).nest == nest, "a lease still knows whom it bars"


def test_her_seals_go_on_hiding_what_his_microphone_heard(played: list[Performance]) -> None:
    of_ana, of_bo = played
    half = released.SECOND // 2
    who = {"performance_id": of_ana.id, "performer_id": of_ana.performer_id}
    review.seal(**who, start_ns=0, end_ns=half, why="was-me", now=released.NOW)
    erase("ana")
    assert SealedSpan.objects.filter(performance=of_ana, lifted_at=None).exists()
    decided = consent.decisions(performance_ids=[of_bo.id], use=released.the_use(), now=LATER)
    assert (0, half) in decided[of_bo.id].sealed


def test_erasing_twice_is_once(played: list[Performance]) -> None:
    ana = person("ana").id
    for _ in range(2):
        flow.erase(person_id=ana, now=LATER)
    assert Line.objects.filter(kind="erasure").count() == 1


def test_who_is_more_than_a_performer_hands_that_over_first(played: list[Performance]) -> None:
    Role.objects.create(person=person("ana"), role="producer")
    with pytest.raises(Conflict):
        erase("ana")
    assert not keys.is_destroyed(person("ana").id)
    assert keys.box(played[0].id)


@pytest.mark.parametrize("days", [1, 8])
def test_a_withdrawal_within_a_week_deletes(
    played: list[Performance], days: int, django_capture_on_commit_callbacks: Any
) -> None:
    of_ana, of_bo = played
    names, when = names_of(of_ana), of_ana.take.scene.session.starts_at + timedelta(days=days)
    with django_capture_on_commit_callbacks(execute=True):
        review.withdraw(performance_id=of_ana.id, performer_id=of_ana.performer_id, now=when)
    deleted = days < 7
    assert [open_store(settings.STORAGE).exists(name) for name in names] == [not deleted] * len(names)
    assert set(keys.living([of_ana.id, of_ana.take_id, of_bo.id])) == (
        {of_bo.id} if deleted else {of_ana.id, of_ana.take_id, of_bo.id}
    )
    assert keys.performer_key(of_ana.performer_id), "one take goes, its performer stays"

"""A take becomes sealed tracks, tables, findings and films, once; what is damaged or missing stops nobody else."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import av
import pytest
from django.conf import settings

from tests.apps.signing import BrowserKey
from tests.apps.takes_cast import take_of
from tests.flows import sent
from tests.people import person
from yesif.apps.footage.actions import review, uploads
from yesif.apps.footage.models import Finding, Performance, Take, Track
from yesif.apps.jobs.models import Job
from yesif.apps.keys import queries as keys
from yesif.apps.record import queries as record
from yesif.base.clock import FixedClock
from yesif.base.errors import Conflict, Damaged, LimitReached, NotFound, YesIfError
from yesif.flows import engine, ingest
from yesif.flows.runner import Crashed, InlineRunner
from yesif.media import stations
from yesif.media.store import open_store
from yesif.media.strongbox import Box, Sealed, name_of

pytestmark = pytest.mark.django_db(transaction=True)
S = 1_000_000_000


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(sent.NOW)


def work(clock: FixedClock) -> None:
    engine.run_until_idle(runner=InlineRunner(), clock=clock)


def seen(take: Take) -> Take:
    take.refresh_from_db()
    return take


def part(take: Take, name: str) -> Performance:
    return Performance.objects.get(take=take, performer=person(name))


def failures(take: Take, name: str) -> set[str]:
    return set(
        Finding.objects.filter(performance=part(take, name), verdict="fail").values_list("check_name", flat=True)
    )


def test_a_whole_take_is_sealed_with_everything_in_it(clock: FixedClock) -> None:
    take = sent.played()
    sent.send_all(take)
    assert seen(take).state == "ingesting"
    work(clock)
    assert (seen(take).state, take.sealed_at, ingest.progress(take.id).state) == ("sealed", clock.now(), "done")  # type: ignore[union-attr]
    for name in sent.PEOPLE:
        mine = part(take, name)
        assert mine.state == "in-review"
        tracks = {track.kind: track for track in mine.tracks.all()}
        assert {(kind, track.state, track.media_type) for kind, track in tracks.items()} == {
            ("voice", "sealed", "audio/flac"),
            ("camera", "sealed", "video/mp4"),
        }
        assert abs(tracks["voice"].manifest["time"]["first_ns"]) < 100_000_000
        assert tracks["voice"].manifest["error_ns"] < 20_000_000
        stages = dict(mine.features.values_list("stage", "part"))
        assert {"speech", "f0", "energy", "turns"} <= {stage for stage, p in stages.items() if p == "voice"}
        assert stages["face"] == "face"
        assert mine.summary["turns"]
        assert mine.preview_sha256
        with av.open(Sealed(settings.STORAGE, keys.box(mine.id), mine.preview_sha256).open(), "r") as film:
            assert film.duration == pytest.approx(sent.LENGTH_S * 1e6, abs=100_000)
    assert record.count("track-sealed") == 4
    assert not list((Path(settings.DATA) / "work").glob("job_*"))


def test_no_ingest_is_asked_for_before_the_last_log_is_safe(clock: FixedClock) -> None:
    take = sent.played()
    sent.send(take, "ana", "voice")
    sent.send(take, "ana", "camera")
    sent.send(take, "bo", "voice")
    assert (seen(take).state, ingest.progress(take.id)) == ("uploading", None)


def test_asking_twice_is_one_ingest(clock: FixedClock) -> None:
    take = sent.played()
    sent.send_all(take)
    ingest.start_ingest(take_id=take.id, now=clock.now())
    assert Job.objects.filter(workflow="ingest").count() == 1


def test_a_side_that_never_came_is_a_finding_and_the_other_is_sealed(clock: FixedClock) -> None:
    take = sent.played()
    sent.send(take, "ana", "voice")
    sent.send(take, "ana", "camera")
    ingest.go_on_without(take.id, now=clock.now())
    clock.at += timedelta(minutes=1)
    work(clock)
    assert seen(take).state == "sealed"
    assert (part(take, "ana").state, part(take, "bo").state) == ("in-review", "expected")
    assert failures(take, "bo") == {"one-sided"}
    assert part(take, "ana").leak_db is None


def test_a_camera_that_never_came_is_a_finding_of_its_own(clock: FixedClock) -> None:
    take = sent.played()
    for name, kind in (("ana", "voice"), ("bo", "voice"), ("bo", "camera")):
        sent.send(take, name, kind)
    ingest.go_on_without(take.id, now=clock.now())
    work(clock)
    assert seen(take).state == "sealed"
    assert "camera-missing" in failures(take, "ana")
    assert part(take, "ana").features.filter(stage="turns").exists()


def test_a_late_side_is_waited_for_until_its_grace_is_over(clock: FixedClock) -> None:
    take = sent.played()
    sent.send(take, "ana", "voice")
    sent.send(take, "ana", "camera")
    clock.at += timedelta(hours=settings.TAKE_GRACE_HOURS - 1)
    work(clock)
    assert seen(take).state == "uploading"
    clock.at += timedelta(hours=2)
    work(clock)
    assert seen(take).state == "sealed"


def test_a_side_that_comes_after_the_seal_is_kept_safe_and_changes_nothing(clock: FixedClock) -> None:
    take = sent.played()
    for name, kind in (("ana", "voice"), ("ana", "camera"), ("bo", "voice")):
        sent.send(take, name, kind)
    key = BrowserKey()
    opened = uploads.open_upload(
        take_id=take.id, kind="camera", performer_id=person("bo").id, key=key.jwk, now=sent.NOW
    )
    ingest.go_on_without(take.id, now=clock.now())
    work(clock)
    sealed = part(take, "bo").summary
    content = sent.log("bo", "camera")
    sent.finish(opened.upload_id, person("bo").id, key, content)
    work(clock)
    assert part(take, "bo").summary == sealed
    late = Track.objects.get(performance=part(take, "bo"), kind="camera")
    assert (late.state, late.log_bytes) == ("complete", len(content))


@pytest.mark.parametrize(
    ("content", "check"),
    [
        (b"not a log at all, but as long as one", "voice-log-damaged"),
        (b"YIFLOG1\n", "voice-empty"),
        (b"", "voice-empty"),
    ],
)
def test_a_log_that_is_none_is_a_finding_and_the_others_go_on(clock: FixedClock, content: bytes, check: str) -> None:
    take = sent.played()
    sent.send(take, "ana", "voice", content)
    for name, kind in (("ana", "camera"), ("bo", "voice"), ("bo", "camera")):
        sent.send(take, name, kind)
    work(clock)
    assert seen(take).state == "sealed"
    assert check in failures(take, "ana")
    states = dict(part(take, "ana").tracks.values_list("kind", "state"))
    assert states == {"voice": "failed", "camera": "sealed"}
    assert part(take, "bo").tracks.filter(state="sealed").count() == 2


@pytest.mark.parametrize("cut_at", [0.31, 0.77])
def test_a_log_cut_at_any_byte_gives_what_came_before(clock: FixedClock, cut_at: float) -> None:
    take = sent.played()
    whole = sent.log("ana", "voice")
    sent.send(take, "ana", "voice", whole[: round(len(whole) * cut_at)])
    for name, kind in (("ana", "camera"), ("bo", "voice"), ("bo", "camera")):
        sent.send(take, name, kind)
    work(clock)
    assert seen(take).state == "sealed"
    voice = part(take, "ana").tracks.get(kind="voice")
    assert voice.state == "sealed"
    assert part(take, "ana").findings.filter(check_name__contains="log-").exists()


def test_a_log_that_rotted_in_the_store_is_told(clock: FixedClock) -> None:
    take = sent.played()
    sent.send_all(take)
    voice = part(take, "bo").tracks.get(kind="voice")
    path = open_store(settings.STORAGE).local_path(name_of(voice.performance_id, voice.log_sha256))
    rotten = bytearray(path.read_bytes())
    rotten[len(rotten) // 2] ^= 0xFF
    path.write_bytes(rotten)
    work(clock)
    assert seen(take).state == "sealed"
    assert "voice-log-damaged" in failures(take, "bo") | {f"voice-{c}" for c in failures(take, "bo")}
    path.unlink()


def test_a_take_without_length_is_sealed_with_its_findings(clock: FixedClock) -> None:
    take = sent.played(length_s=0)
    sent.send_all(take)
    work(clock)
    assert seen(take).state == "sealed"
    assert failures(take, "ana")


def test_a_step_that_crashes_every_time_costs_its_own_track_only(
    clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = stations.put_together

    def crashes(store: str, box: Box, facts: stations.LogFacts) -> Any:
        if facts.kind == "camera" and facts.log.sha256 == hash_of("ana"):
            raise MemoryError
        return real(store, box, facts)

    take = sent.played()
    sent.send_all(take)

    def hash_of(name: str) -> str:
        return part(take, name).tracks.get(kind="camera").log_sha256

    monkeypatch.setattr(stations, "put_together", crashes)
    for _ in range(6):
        work(clock)
        clock.at += timedelta(minutes=5)
    assert seen(take).state == "sealed"
    assert "camera-log-damaged" in failures(take, "ana")
    assert part(take, "bo").tracks.filter(state="sealed").count() == 2


@pytest.mark.parametrize(
    ("death", "words"),
    [
        (Crashed("The child was ended by SIGKILL."), "SIGKILL"),
        (LimitReached("It needed 3,100 MiB of memory; 3,072 MiB is the limit."), "3,072 MiB"),
        (Damaged("The track cannot be read."), "cannot be read"),
    ],
    ids=["crash", "out of memory", "corrupt"],
)
def test_a_track_whose_measuring_dies_becomes_a_finding_and_the_other_is_measured(
    clock: FixedClock, monkeypatch: pytest.MonkeyPatch, death: YesIfError, words: str
) -> None:
    real, tried = stations.measure, []

    def dies(store: str, box: Box, *facts: Any) -> Any:
        if box.id == part(take, "ana").id:
            tried.append(clock.now())
            raise death
        return real(store, box, *facts)

    take = sent.played()
    sent.send_all(take)
    monkeypatch.setattr(stations, "measure", dies)
    for _ in range(6):
        work(clock)
        clock.at += timedelta(minutes=5)
    assert seen(take).state == "sealed"
    mine = part(take, "ana")
    assert len(tried) == (1 if isinstance(death, Damaged) else 3), "retried by policy, and not for ever"
    sentence = mine.findings.get(check_name="not-measured").sentence
    assert words in sentence
    assert not mine.features.exclude(skipped__gt="").filter(joint=False).exists()
    bo = part(take, "bo")
    assert "not-measured" not in failures(take, "bo")
    assert {"f0", "energy", "face"} <= set(bo.features.exclude(sha256="").values_list("stage", flat=True))


def test_events_and_tracks_are_held_against_the_take(clock: FixedClock) -> None:
    take = sent.played()
    sent.send_all(take)
    work(clock)
    found = {one.check_name: one for one in part(take, "ana").findings.all()}
    assert found["prompt-events"].verdict == "fail", "nobody wrote the events of this take"
    assert found["voice-take-covered"].verdict == "pass"
    assert found["camera-take-covered"].value < 0.2


def test_a_film_that_cannot_be_made_is_a_finding(clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Any:
        raise Damaged("The picture cannot be read.")

    monkeypatch.setattr(stations, "film", broken)
    take = sent.played()
    sent.send_all(take)
    work(clock)
    assert seen(take).state == "sealed"
    assert "no-preview" in failures(take, "ana")
    monkeypatch.undo()
    ingest.rebuild_preview(part(take, "ana").id, now=clock.now())
    work(clock)
    assert part(take, "ana").preview_sha256
    assert failures(take, "ana") & {"no-preview"} == set()


def test_of_a_performance_withdrawn_meanwhile_nothing_is_made(clock: FixedClock) -> None:
    take = sent.played()
    sent.send_all(take)
    review.withdraw(performance_id=part(take, "ana").id, performer_id=person("ana").id, now=clock.now())
    work(clock)
    mine = part(take, "ana")
    assert (seen(take).state, mine.state, mine.preview_sha256, mine.features.count()) == ("sealed", "withdrawn", "", 0)
    assert part(take, "bo").state == "in-review"
    assert record.count("track-sealed") == 2


def test_a_seal_rebuilds_the_film_without_the_sealed_stretch(clock: FixedClock) -> None:
    take = sent.played()
    sent.send_all(take)
    work(clock)
    mine = part(take, "ana")
    before = mine.preview_sha256
    review.seal(
        performance_id=mine.id, performer_id=mine.performer_id, start_ns=S, end_ns=2 * S, why="was-me", now=clock.now()
    )
    ingest.rebuild_preview(mine.id, now=clock.now())
    work(clock)
    mine.refresh_from_db()
    assert mine.preview_leaves_out == [[S, 2 * S]]
    assert mine.preview_sha256 not in ("", before)
    assert not open_store(settings.STORAGE).exists(name_of(mine.id, before))


def test_an_ingest_that_was_set_aside_is_taken_up_again(clock: FixedClock) -> None:
    take = sent.played()
    sent.send_all(take)
    job = Job.objects.get(workflow="ingest")
    Job.objects.filter(pk=job.pk).update(state="failed", error="broken")
    Take.objects.filter(pk=take.pk).update(state="failed", reason="broken")
    ingest.start_ingest(take_id=take.id, now=clock.now())
    work(clock)
    assert (seen(take).state, take.reason) == ("sealed", "")


def test_a_take_that_rolls_or_is_sealed_is_not_ingested(clock: FixedClock) -> None:
    take = take_of("ana", "bo")
    with pytest.raises(Conflict):
        ingest.go_on_without(take.id, now=clock.now())
    with pytest.raises(NotFound):
        ingest.go_on_without("tak_unknown", now=clock.now())

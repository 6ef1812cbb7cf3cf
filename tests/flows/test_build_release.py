"""From scenes that were played to a release: who is in it, what is in it, and why the others are not."""

import io
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings

from tests.flows import released
from tests.people import person
from yesif.apps.consent import actions as consent
from yesif.apps.consent.queries import clearing
from yesif.apps.footage.actions import review
from yesif.apps.footage.models import Finding
from yesif.apps.market import queries as market
from yesif.apps.market.models import Inclusion
from yesif.apps.market.queries import ReleaseSeen
from yesif.apps.record import queries as record
from yesif.apps.record.models import Line
from yesif.base.clock import FixedClock
from yesif.base.errors import NotFound
from yesif.core.corpus import Reader
from yesif.core.policy.uses import Form, Part
from yesif.flows import build_release as flow
from yesif.flows import engine
from yesif.flows.build_release import EMPTY, progress, start_build
from yesif.flows.runner import InlineRunner

pytestmark = pytest.mark.django_db


def seen(release_id: str) -> ReleaseSeen:
    return market.release(release_id, viewer_id=person("pia").id)


def opened(release_id: str) -> Reader:
    found = seen(release_id)
    assert found.state == "published", progress(release_id)
    reader = Reader(found.folder)
    assert reader.check(digest=found.digest) > 20
    return reader


def values(reader: Reader) -> list[dict[str, Any]]:
    return [json.loads(sample["json"]) for sample in reader]


def contents_of(folder: str) -> dict[str, bytes]:
    whole = Path(folder)
    return {path.relative_to(whole).as_posix(): path.read_bytes() for path in whole.rglob("*") if path.is_file()}


def test_a_scene_both_allow_becomes_two_samples_side_by_side() -> None:
    released.answer("ana")
    released.answer("bo")
    released.play("ana", "bo", takes=2)
    reader = opened(released.build())
    assert reader.configs == ["dyad-av"]
    first, second, *_ = values(reader)
    assert first["partner_file_id"] == second["id"]
    assert first["prompt"]["role"] == "A"
    assert first["prompt"]["personality_note"]["text"] == "secret of ana"
    assert first["prompt"]["personality_note"]["ipc"] == "APCM"
    assert first["metadata:transcript"][0]["transcript"] == "word-of ana"
    assert first["metadata:turns"] == [{"start": 0.0, "end": 0.5, "kind": "turn", "overlap": True}]
    assert first["consent"]["purposes"] == ["understand-feeling/research"]
    assert first["sync"]["offset_uncertainty_s"] == pytest.approx(0.00021)
    sample = reader[first["id"]]
    assert sample["wav"][:4] == b"RIFF"
    with np.load(io.BytesIO(sample["npz"])) as arrays:
        assert arrays["face:blendshapes"].dtype == np.float16
        assert arrays["face:mesh"].dtype == np.float32
        assert np.array_equal(arrays["time:pts_s"], arrays["face:pts_s"])
        assert arrays["f0:is_valid"].all()


def test_two_builds_of_the_same_are_byte_identical_and_tell_no_hour() -> None:
    released.answer("ana")
    released.answer("bo")
    released.play("ana", "bo")
    first, second = released.build(), released.build()
    assert first != second
    assert seen(first).digest == seen(second).digest
    assert contents_of(seen(first).folder) == contents_of(seen(second).folder)


def test_with_one_no_nothing_of_hers_is_anywhere() -> None:
    released.answer("ana", "no")
    released.answer("bo")
    released.answer("cy")
    of_ana, of_bo = released.play("ana", "bo")
    released.play("bo", "cy")
    found = seen(released.build())
    assert found.counts == {"few-people": 2}, "of two people, a reason's number would be one's answer"
    reader = opened(found.id)
    assert reader.table("exclusions").to_pylist() == [
        {"reason": "few-people", "performances": 2},
    ]
    everything = contents_of(found.folder)
    hers = [of_ana.id, of_ana.performer_id, "secret of ana", *[t.sha256 for t in of_ana.tracks.all()]]
    for path, content in everything.items():
        assert not [trace for trace in hers if trace.encode() in content], path
    for name in ("words", "recordings", "participants", "turns"):
        assert "ana" not in str(reader.table(name).to_pylist())
    assert reader.table("participants").num_rows == 2
    assert "2 performances by 2 performers" in everything["README.md"].decode()
    assert of_bo.id not in market.releases_with({of_bo.id})


def test_a_track_that_may_live_alone_carries_nothing_of_the_partner() -> None:
    released.answer("ana", "no")
    released.answer("bo", partner=True)
    released.play("ana", "bo", leak_db=-55.0)
    reader = opened(released.build())
    assert reader.configs == ["solo-av"]
    (value,) = values(reader)
    assert value["partner_file_id"] == ""
    assert value["scene"]["t_start_s"] is None
    assert value["metadata:turns"] == [{"start": 0.5, "end": 1.0, "kind": "stretch", "overlap": None}]
    assert value["quality"]["voice_isolation_db"] is None
    assert reader.table("turns").to_pylist()[0]["overlap"] is None
    assert "secret of ana" not in json.dumps(value)


def test_what_is_held_back_is_another_config() -> None:
    released.answer("ana", held_back=frozenset({Part.FACE}))
    released.answer("bo")
    released.play("ana", "bo")
    reader = opened(released.build())
    assert reader.configs == ["dyad-a-with-movement"]
    for sample in reader:
        assert "mp4" not in sample
        with np.load(io.BytesIO(sample["npz"])) as arrays:
            assert not [name for name in arrays if name.startswith("face")]
        assert json.loads(sample["json"])["parts"]["face"] == "held-back"


def test_measurements_only_carry_no_recording() -> None:
    released.answer("ana", form=Form.MEASUREMENTS)
    released.answer("bo")
    released.play("ana", "bo")
    reader = opened(released.build())
    assert reader.configs == ["dyad-features"]
    assert set(reader[reader.keys()[0]]) == {"__key__", "__url__", "json", "npz"}


def test_a_sealed_span_is_in_neither_partners_sample() -> None:
    released.answer("ana")
    released.answer("bo")
    of_ana, _ = released.play("ana", "bo")
    review.seal(
        performance_id=of_ana.id,
        performer_id=of_ana.performer_id,
        start_ns=0,
        end_ns=released.SECOND // 2,
        why="was-me",
        now=released.NOW,
    )
    for name, start, end in (("sealed-hum", 0, released.SECOND // 4), ("open-hum", released.SECOND, None)):
        Finding.objects.create(
            performance=of_ana, check_name=name, verdict="warn", start_ns=start, end_ns=end, sentence="Hum."
        )
    reader = opened(released.build())
    assert "open-hum" in json.dumps(values(reader))
    assert "sealed-hum" not in json.dumps(values(reader))
    for value in values(reader):
        sample = reader[value["id"]]
        sound = np.frombuffer(sample["wav"][44:], "<i2")
        assert not sound[:24_000].any()
        assert sound[24_000:].any()
        assert value["sealed_s"] == 0.5
        assert all(word["start"] >= 0.5 for part in value["metadata:transcript"] for word in part["words"])
        assert all(turn["start"] >= 0.5 for turn in value["metadata:turns"] + value["metadata:vad"])
        with np.load(io.BytesIO(sample["npz"])) as arrays:
            before = arrays["face:pts_s"] < 0.5
            assert np.isnan(arrays["face:mesh"][before]).all()
            assert not arrays["face:is_valid"][before].any()
            assert arrays["face:is_valid"][arrays["face:pts_s"] > 1.0].all()


def test_partners_of_different_splits_are_left_out_under_their_own_reason() -> None:
    released.answer("ana")
    released.answer("bo")
    released.play("ana", "bo")
    someone = person("bo")
    someone.split_group = "test"
    someone.save()
    found = seen(released.build())
    assert (found.state, found.counts) == ("empty", {"partners-in-different-splits": 2})


def test_what_is_not_handed_over_counts_as_such_for_both() -> None:
    released.answer("ana")
    released.answer("bo")
    of_ana, _ = released.play("ana", "bo")
    of_ana.state = "in-review"
    of_ana.save()
    found = seen(released.build())
    assert (found.state, found.counts) == ("empty", {"few-people": 1, "not-reviewed": 1})
    assert found.reason == EMPTY
    assert not (Path(settings.RELEASES) / found.id).exists()


def test_a_performance_without_a_camera_is_in_a_config_of_its_own() -> None:
    for name in ("ana", "bo", "cy"):
        released.answer(name)
    released.play("ana", "bo")
    released.play("bo", "cy", without=("camera", "face", "words"))
    reader = opened(released.build())
    assert reader.configs == ["dyad-a", "dyad-av"]
    assert {value["parts"]["words"] for value in values(reader)} == {"released", "not-measured"}


def test_a_stage_that_was_skipped_once_leaves_arrays_without_rows() -> None:
    released.answer("ana")
    released.answer("bo")
    released.play("ana", "bo")
    released.play("bo", "ana", without=("f0",))
    reader = opened(released.build())
    assert reader.configs == ["dyad-av"]
    lengths = []
    for sample in reader:
        with np.load(io.BytesIO(sample["npz"])) as arrays:
            lengths.append(len(arrays["f0:f0_hz"]))
    assert sorted(lengths) == [0, 0, 50, 50]


def test_an_answer_that_changes_while_the_shards_are_written_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    grant = released.answer("ana")
    released.answer("bo")
    released.answer("cy")
    released.play("ana", "bo")
    released.play("bo", "cy")
    real = flow._write_shards

    def revoking(*arguments: Any) -> Any:
        written = real(*arguments)
        consent.revoke(grant_id=grant, performer_id=person("ana").id, now=released.NOW)
        return written

    monkeypatch.setattr(flow, "_write_shards", revoking)
    found = seen(released.build())
    assert found.state == "published", progress(found.id)
    assert found.counts == {"few-people": 2}
    assert opened(found.id).table("participants").num_rows == 2


def test_publishing_is_one_line_that_names_nobody() -> None:
    released.answer("ana")
    released.answer("bo")
    performances = released.play("ana", "bo")
    found = seen(released.build())
    (line,) = [line for line in record.lines_about(found.id) if line.kind == "release"]
    assert line.body is not None
    assert line.body["digest"] == found.digest
    assert "Lab" not in str(line.body)
    assert record.lines_about(performances[0].performer_id)[0].seq == line.seq
    assert market.releases_with({one.id for one in performances}) == {one.id: [found.id] for one in performances}


def test_only_the_projects_producer_may_ask_and_see() -> None:
    released.answer("ana")
    released.answer("bo")
    released.play("ana", "bo")
    with pytest.raises(NotFound):
        start_build(
            project_id=released.project().id, use=released.the_use(), requested_by=person("ana").id, now=released.NOW
        )
    made = released.build()
    for stranger in ("ana", "lab", "una"):
        with pytest.raises(NotFound):
            market.release(made, viewer_id=person(stranger).id)
        assert market.releases_of_project(released.project().id, viewer_id=person(stranger).id) == []


def test_no_path_comes_from_what_anyone_typed() -> None:
    released.answer("ana")
    released.answer("bo")
    released.play("ana", "bo")
    found = seen(released.build(released.the_use(licensee="../../../tmp/x\0 مختبر")))
    assert Path(found.folder) == Path(settings.RELEASES) / found.id
    for path in contents_of(found.folder):
        assert path.isascii()
        assert ".." not in path


def test_what_was_measured_outside_the_take_does_not_leave() -> None:
    released.answer("ana")
    released.answer("bo")
    of_ana, _ = released.play("ana", "bo")
    of_ana.take.cut_ns -= released.SECOND
    of_ana.take.save()
    for sample in opened(released.build()):
        with np.load(io.BytesIO(sample["npz"])) as arrays:
            assert len(arrays["face:mesh"]) == len(arrays["f0:f0_hz"]) == 25
        assert len(sample["wav"]) == 44 + 48_000 * 2
        assert all(piece["end"] <= 1.0 for piece in json.loads(sample["json"])["metadata:vad"])


@pytest.mark.parametrize("takes", [False, True], ids=["before-it-took", "after-it-took"])
def test_a_fault_at_the_last_step_ends_in_the_same_release(monkeypatch: pytest.MonkeyPatch, takes: bool) -> None:
    released.answer("ana")
    released.answer("bo")
    released.play("ana", "bo")
    wanted = seen(released.build()).digest
    real, calls = os.replace, []

    def failing(source: Path, target: Path) -> None:
        if target.parent == Path(settings.RELEASES):
            calls.append(target)
            if len(calls) == 1 and not takes:
                raise OSError(5, "Input/output error")
        real(source, target)
        if target.parent == Path(settings.RELEASES) and len(calls) == 1:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(flow.os, "replace", failing)
    release_id = released.build()
    assert seen(release_id).state == "building"
    later = FixedClock(released.NOW + timedelta(minutes=10))
    engine.run_until_idle(runner=InlineRunner(), clock=later)
    assert seen(release_id).digest == wanted
    opened(release_id)
    assert not (Path(settings.RELEASES) / ".building" / release_id).exists()


def test_an_answer_between_the_decision_and_the_line_is_asked_about_again(monkeypatch: pytest.MonkeyPatch) -> None:
    released.answer("ana")
    released.answer("bo")
    released.play("ana", "bo")
    counted = iter([1, 2])
    monkeypatch.setattr(flow, "epoch", lambda: next(counted, 3))
    found = seen(released.build())
    assert found.state == "published", progress(found.id)
    assert next(counted, None) is None
    assert record.count("release") == 1


def test_a_build_rests_on_the_twin_and_the_rule_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may be in is said by the statement over whole tables, why by the rule; a build asks both."""
    released.answer("ana")
    released.answer("bo", "no")
    released.answer("cy", partner=True)
    of_ana, of_cy = released.play("ana", "cy")
    released.play("bo", "cy", leak_db=-55.0)
    asked: list[dict[str, Any]] = []
    real = clearing.eligible

    def watched(**named: Any) -> Any:
        found = real(**named)
        asked.append(found)
        return found

    monkeypatch.setattr(clearing, "eligible", watched)
    found = seen(released.build())
    inside = performances_in(found.id)
    assert found.state == "published", progress(found.id)
    assert asked
    assert {frozenset(one) for one in asked} == {frozenset(inside)}
    assert {of_ana.id, of_cy.id} < inside, "and the track that stands alone"
    assert len(inside) == 3


def test_where_twin_and_rule_differ_nothing_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    released.answer("ana")
    released.answer("bo")
    released.play("ana", "bo")
    monkeypatch.setattr(clearing, "eligible", lambda **_: {})
    found = seen(released.build())
    assert found.state == "failed"
    assert found.reason.startswith("two ways of deciding differ about 2 of 2 performances")


def test_an_answer_between_twin_and_rule_is_asked_about_again(monkeypatch: pytest.MonkeyPatch) -> None:
    released.answer("ana")
    released.answer("bo")
    released.play("ana", "bo")
    real, first = clearing.eligible, [True]
    monkeypatch.setattr(clearing, "eligible", lambda **named: {} if first and first.pop() else real(**named))
    assert seen(released.build()).state == "published"


def test_the_line_tells_each_performer_their_own_grants_and_no_partners() -> None:
    grants = {name: released.answer(name) for name in ("ana", "bo")}
    released.play("ana", "bo")
    found = released.build()
    (line,) = [line for line in record.lines_about(found) if line.kind == "release"]
    rows = Line.objects.get(seq=line.seq).rows.all()
    assert {row.about: row.body["grants"] for row in rows} == {
        person(name).id: [grant] for name, grant in grants.items()
    }


def test_a_release_is_published_while_everyone_who_was_decided_about_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """On PostgreSQL a revocation could otherwise commit between the last look and the release's line."""
    for name in ("ana", "bo"):
        released.answer(name)
    released.answer("cy", "no")
    released.play("ana", "bo")
    released.play("cy")
    happened: list[object] = []
    real_hold, real_publish, real_epoch = flow.consent.hold, flow.market.publish, flow.epoch
    monkeypatch.setattr(
        flow.consent, "hold", lambda who, *, now: (happened.append(set(who)), real_hold(who, now=now))[1]
    )
    monkeypatch.setattr(flow, "epoch", lambda: (happened.append("looked"), real_epoch())[1])
    monkeypatch.setattr(
        flow.market, "publish", lambda **named: (happened.append("published"), real_publish(**named))[1]
    )
    assert seen(released.build()).state == "published"
    cast = {person(name).id for name in ("ana", "bo", "cy")}
    assert happened == ["looked", cast, "looked", "published"]


def performances_in(release_id: str) -> set[str]:
    return set(Inclusion.objects.filter(release_id=release_id).values_list("performance", flat=True))

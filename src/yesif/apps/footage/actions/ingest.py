"""Write down what ingest found: tracks, tables, findings, and at the end the seal. Each may be repeated."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from yesif.apps.footage.models import FeatureTable, Finding, Performance, Take, Track
from yesif.apps.footage.queries.review import pair_seals
from yesif.apps.record import actions as record
from yesif.apps.stage.models import Scene, Session
from yesif.base.errors import Conflict, NotFound

Plain = Mapping[str, Any]


@transaction.atomic
def begin(*, take_id: str) -> None:
    """The take's logs are here, or it goes on without some: nothing more is taken in. Raises NotFound, Conflict."""
    take = _locked(take_id)
    if take.state not in ("uploading", "ingesting", "failed"):
        raise Conflict(f"This take is {take.state}; it cannot be ingested.")
    take.state, take.reason = "ingesting", ""
    take.save(update_fields=["state", "reason"])


@transaction.atomic
def keep_track(*, track_id: str, made: Plain) -> None:
    """A log became a track, or nothing (its findings say why)."""
    track = Track.objects.select_for_update().get(pk=track_id)
    track.sha256, track.bytes, track.media_type = made["sha256"], made["bytes"], made["media_type"]
    track.manifest = made["manifest"]
    track.state = "assembled" if made["sha256"] else "failed"
    track.save(update_fields=["sha256", "bytes", "media_type", "manifest", "state"])
    keep_findings(performance_id=track.performance_id, found=made["findings"], where=track.kind)


@transaction.atomic
def keep_tables(*, performance_id: str, tables: Iterable[Plain]) -> None:
    """Measurements of one performance; a stage's newer table takes the place of its older one."""
    for table in tables:
        FeatureTable.objects.update_or_create(
            performance_id=performance_id,
            stage=table["stage"],
            defaults={
                "version": str(table["version"])[:20],
                "address": table["address"],
                "part": table["part"],
                "sha256": table["sha256"],
                "joint": table["track"] == "pair",
                "rows": table["rows"],
                "skipped": table["skipped"][:300],
            },
        )


@transaction.atomic
def keep_findings(*, performance_id: str, found: Iterable[Plain], where: str = "") -> None:
    """What was noticed. Findings of the same check and place are replaced, so a repeated step doubles nothing."""
    rows = []
    for one in found:
        name = f"{where}-{one['check']}" if where and not one["check"].startswith(where) else one["check"]
        rows.append(
            Finding(
                performance_id=performance_id,
                check_name=name[:40],
                verdict=one["verdict"],
                value=one["value"],
                unit=one["unit"],
                threshold=one["threshold"],
                start_ns=one["start_ns"],
                end_ns=one["end_ns"],
                sentence=one["sentence"][:400],
            )
        )
    Finding.objects.filter(performance_id=performance_id, check_name__in={row.check_name for row in rows}).delete()
    Finding.objects.bulk_create(rows)


@transaction.atomic
def keep_summary(*, performance_id: str, summary: Plain, leak_db: float | None = None) -> None:
    """Figures of one performance, added to those it has."""
    performance = Performance.objects.select_for_update().get(pk=performance_id)
    performance.summary = {**performance.summary, **summary}
    if leak_db is not None:
        performance.leak_db = leak_db
    performance.save(update_fields=["summary", "leak_db"])


@transaction.atomic
def keep_preview(*, performance_id: str, preview: Plain) -> bool:
    """The film to review. False, and nothing kept, where it does not leave out every living seal or the performance
    was withdrawn meanwhile: the caller throws it away and makes another."""
    performance = Performance.objects.select_for_update().get(pk=performance_id)
    if performance.state == "withdrawn" or preview["sealed"] != sealed_spans(performance_id):
        return False
    performance.preview_sha256 = preview["film"]
    performance.poster_sha256 = preview["poster"]
    performance.peaks_sha256 = preview["peaks"]
    performance.preview_leaves_out = preview["left_out"]
    performance.save(update_fields=["preview_sha256", "poster_sha256", "peaks_sha256", "preview_leaves_out"])
    if preview["film"]:
        performance.findings.filter(check_name="no-preview").delete()  # of an earlier attempt
    return True


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording made elsewhere, sealed in the box of the performance it is to become. `kinds`: which tracks it holds;
    it begins `offset_ns` into the take."""

    performance_id: str
    sha256: str
    bytes: int
    kinds: tuple[str, ...]
    offset_ns: int = 0


@transaction.atomic
def take_in(
    *, scene_id: str, recordings: Mapping[str, Recording], length_ns: int, studio_ns: int, now: datetime
) -> str:
    """Make a take of recordings made elsewhere, one for each position; returns its id. Raises NotFound, Conflict.

    A session that nobody ever entered opens at `studio_ns`: its clock must begin somewhere, and the record says so.
    """
    scene = Scene.objects.filter(pk=scene_id).first()
    if scene is None:
        raise NotFound
    session = Session.objects.select_for_update().get(pk=scene.session_id)
    if session.phase in ("countdown", "playing"):
        raise Conflict("A scene is being played in this session right now.")
    places = dict(session.places.values_list("position", "performer_id"))
    if set(places) != set(recordings):
        raise Conflict(f"This session has {len(places)} performers, and {len(recordings)} recordings were given.")
    if session.opened_ns is None:
        session.opened_ns = studio_ns
        session.save(update_fields=["opened_ns"])
        body: dict[str, object] = {"session": session.id, "project": session.project_id, "source": "import"}
        record.append(kind="session", body=body, about=[*places.values(), session.project_id], now=now)
    last = Take.objects.filter(scene=scene).aggregate(last=Max("number"))["last"] or 0
    at_ns = max(studio_ns - session.opened_ns, 0)
    take = Take.objects.create(
        scene=scene, number=last + 1, source="import", action_ns=at_ns, cut_ns=at_ns + length_ns, state="uploading"
    )
    for position, one in recordings.items():
        _take_in(take, position, places[position], one)
    return take.id


def _take_in(take: Take, position: str, performer_id: str, one: Recording) -> None:
    performance = Performance.objects.create(
        pk=one.performance_id, take=take, performer_id=performer_id, position=position, state="received"
    )
    Track.objects.bulk_create(
        Track(
            performance=performance,
            kind=kind,
            state="complete",
            log_sha256=one.sha256,
            log_bytes=one.bytes,
            manifest={"import": {"offset_ns": one.offset_ns}},
        )
        for kind in one.kinds
    )


def sealed_spans(performance_id: str) -> list[list[int]]:
    """Every living seal that the film leaves out, [start, end] in take time."""
    return [[start, end] for start, end in sorted(pair_seals(performance_id))]


@transaction.atomic
def seal_take(*, take_id: str, now: datetime) -> None:
    """Everything is measured: tracks are sealed, a line each on the record, and the performers may review."""
    take = _locked(take_id)
    if take.state == "sealed":
        return
    take.state, take.sealed_at = "sealed", now
    take.save(update_fields=["state", "sealed_at"])
    for performance in Performance.objects.select_for_update().filter(take=take):
        for track in performance.tracks.filter(state="assembled"):
            track.state = "sealed"
            track.save(update_fields=["state"])
            body: dict[str, object] = {
                "performance": performance.id,
                "performer": performance.performer_id,
                "track": track.id,
                "kind": track.kind,
                "sha256": track.sha256,
                "log": track.log_sha256,
            }
            record.append(kind="track-sealed", body=body, about=[performance.performer_id], now=now)
        if performance.state in ("expected", "received") and performance.tracks.filter(state="sealed").exists():
            performance.state = "in-review"
            performance.save(update_fields=["state"])


@transaction.atomic
def give_up(*, take_id: str, reason: str) -> None:
    """Ingest could not go on; the producer reads why and may try again."""
    take = _locked(take_id)
    if take.state != "sealed":
        take.state, take.reason = "failed", reason[:300]
        take.save(update_fields=["state", "reason"])


def _locked(take_id: str) -> Take:
    take = Take.objects.select_for_update().filter(pk=take_id).first()
    if take is None:
        raise NotFound
    return take

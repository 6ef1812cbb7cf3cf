"""Ingest one take: put its logs together, measure, judge, preview, seal. Kill it anywhere; it finishes once.

assemble    each log against what its performer's browser signed, then into a track in take time, nothing encoded again
measure     each performance; then what the two do together: turns, and one voice in the other's microphone
preview     the film each performer reviews
seal        one transaction: the take is sealed, its tracks are on the record, the performers may review

A damaged or missing track is a finding; the others go on. Bytes are named by their digest, so a repeated step writes
the same blobs; facts are written with the step that found them, once.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction

from yesif.apps.footage.actions import ingest as actions
from yesif.apps.footage.actions import review, uploads
from yesif.apps.footage.boxes import TakeBoxes, boxes_of
from yesif.apps.footage.queries import tracks as queries
from yesif.apps.footage.queries.tracks import PerformanceHere, TakeHere, TrackHere
from yesif.apps.keys import actions as key_actions
from yesif.apps.keys import queries as keys
from yesif.base.errors import Conflict, NotFound
from yesif.flows.engine import Heavy, JobSeen, Limits, Run, retry, status, workflow
from yesif.media import stations
from yesif.media.features.pairing import NEEDED
from yesif.media.quality.finding import Finding
from yesif.media.quality.take import cover_findings, event_findings
from yesif.media.stations import LogFacts, TrackFacts
from yesif.media.strongbox import Box, Sealed

Plain = dict[str, Any]

NO_LEAK_DB = -50.0
"""What "no leak was found" is written as: the detector finds what is louder than −40 dB, and nothing below −50."""
_LIGHT = Limits(seconds=900)
_LONG = Limits(seconds=7200)


@transaction.atomic
def upload_ended(*, agreed: uploads.Agreed, now: datetime) -> None:
    """A log is safe. When it was the take's last, ingest is asked for, in the same transaction."""
    finished = uploads.finish(agreed=agreed, now=now)
    # A side that comes after the take was sealed without it is kept safe; the take stays as its partner released it.
    if finished.take_complete and queries.take(finished.take_id).state != "sealed":
        start_ingest(take_id=finished.take_id, now=now)


@transaction.atomic
def start_ingest(*, take_id: str, now: datetime) -> None:
    """Ask for a take's ingest; asking twice is once. One that failed is taken up where it stopped."""
    actions.begin(take_id=take_id)
    seen = status(_key(take_id))
    if seen is not None and seen.state in ("failed", "cancelled"):
        retry(_key(take_id), now=now)
    else:
        ingest.enqueue(key=_key(take_id), args={"take": take_id}, now=now)


def go_on_without(take_id: str, *, now: datetime) -> None:
    """Ingest a take with the side that is here; the other side's logs are not waited for. Raises NotFound, Conflict."""
    start_ingest(take_id=take_id, now=now)


def progress(take_id: str) -> JobSeen | None:
    """How far a take's ingest is."""
    return status(_key(take_id))


def rebuild_preview(performance_id: str, *, now: datetime) -> None:
    """Make the film anew, in the caller's transaction: what is sealed changed."""
    key = f"preview:{performance_id}:{now.timestamp():.6f}"
    preview.enqueue(key=key, args={"performance": performance_id}, now=now, priority=5)


def _failed(args: Mapping[str, Any], reason: str, now: datetime) -> None:
    actions.give_up(take_id=args["take"], reason=reason)


@workflow("ingest", when_failed=_failed)
def ingest(job: Run) -> Plain:
    """One take."""
    take = _living(str(job.args["take"]))
    job.progress(2, "Putting tracks together")
    _assemble(job, take)
    take = _living(take.id)
    job.progress(20, "Measuring")
    measured = _measure(job, take)
    job.progress(75, "Measuring the two together")
    _measure_pair(job, take, measured)
    _judge_take(job, take)
    job.progress(85, "Making the films to review")
    for part in take.performances:
        _preview(job, part.id)
    # Before this step nothing is sealed, after it everything is: a crash on either side is clean.
    job.step("seal", _nothing, commit=lambda _: actions.seal_take(take_id=take.id, now=job.now()))
    return {"take": take.id}


@workflow("preview")
def preview(job: Run) -> Plain:
    """The film of one performance, anew."""
    _preview(job, str(job.args["performance"]))
    return {}


@workflow("grace", every=timedelta(minutes=10))
def grace(job: Run) -> Plain:
    """Takes whose partner never sent anything go on alone when their grace has run out; bytes nobody asks for go."""
    overdue = job.step("look", lambda: queries.overdue(hours=settings.TAKE_GRACE_HOURS, now=job.now()))
    for take_id in overdue:
        with suppress(Conflict):  # it went on meanwhile
            start_ingest(take_id=take_id, now=job.now())
    since = job.now() - timedelta(hours=1)
    job.step("forget", lambda: not keys.destroyed_since(since) or key_actions.forget_bytes())
    gone = job.step("leftovers", lambda: uploads.clear_leftovers(older_than=job.now() - timedelta(days=1)))
    return {"started": len(overdue), "leftovers": gone}


def _living(take_id: str) -> TakeHere:
    """The take without the performances that were withdrawn: nothing is made of those any more."""
    take = queries.take(take_id)
    return replace(take, performances=tuple(part for part in take.performances if part.state != "withdrawn"))


def _assemble(job: Run, take: TakeHere) -> None:
    steps: list[Heavy] = []
    boxes = boxes_of(take_id=take.id, now=job.now())
    for part in take.performances:
        if take.source == "import":
            steps += _from_recording(boxes, part)
        else:
            steps += _from_logs(boxes, take, part)
        missing = {"voice", "camera"} - {track.kind for track in part.tracks if track.log or track.sha256}
        if missing:
            job.step(f"missing-{part.position}", _missing, sorted(missing), commit=_list_of(part.id))
    job.heavy_all(steps)


def _from_logs(boxes: TakeBoxes, take: TakeHere, part: PerformanceHere) -> list[Heavy]:
    return [
        Heavy(
            f"assemble-{part.position}-{track.kind}",
            stations.put_together,
            (settings.STORAGE, box, _log_facts(boxes, take, part, track)),
            _LIGHT,
            commit=_track_of(track.id),
            give_up=partial(stations.unusable, track.kind),
        )
        for track in part.tracks
        # What everyone is heard in goes where one of them took their part back: its box is destroyed.
        if track.log and (box := boxes.of_track(part.id, track.kind))
    ]


def _from_recording(boxes: TakeBoxes, part: PerformanceHere) -> list[Heavy]:
    """One recording holds both tracks of a part, so one child takes it apart."""
    box = boxes.own.get(part.id)
    if not part.tracks or box is None:
        return []
    ids = {track.kind: track.id for track in part.tracks}
    source = part.tracks[0]
    offset_ns = int(source.manifest.get("import", {}).get("offset_ns", 0))

    def commit(made: list[Plain]) -> None:
        found = {track["kind"]: track for track in made}
        for kind, track_id in ids.items():
            track = found.get(kind) or stations.unusable(kind, "The recording holds nothing of it.")
            actions.keep_track(track_id=track_id, made=track)

    return [
        Heavy(
            f"assemble-{part.position}",
            stations.take_apart,
            (settings.STORAGE, box, _sealed(box, source.log), offset_ns),
            _LIGHT,
            commit=commit,
            give_up=lambda why: [stations.unusable(kind, why) for kind in ids],
        )
    ]


def _log_facts(boxes: TakeBoxes, take: TakeHere, part: PerformanceHere, track: TrackHere) -> LogFacts:
    def log(whose: PerformanceHere, what: TrackHere | None) -> Sealed | None:
        box = boxes.of_track(whose.id, what.kind) if what else None
        return _sealed(box, what.log) if box and what and what.log else None

    own = part.track("voice")
    mine = log(part, track)
    if mine is None:
        raise NotFound
    partner = next((found for p in take.performances if p.id != part.id and (found := log(p, p.track("voice")))), None)
    return LogFacts(
        kind=track.kind,
        log=mine,
        receipt=track.receipt,
        opened_ns=take.opened_ns,
        action_ns=take.action_ns,
        cut_ns=take.cut_ns,
        clock_log=log(part, own) if own and own.id != track.id else None,
        partner_log=partner,
    )


def _measure(job: Run, take: TakeHere) -> dict[str, Plain]:
    steps = []
    boxes = boxes_of(take_id=take.id, now=job.now())
    for part in take.performances:
        here = _facts(boxes, part, "voice", "camera")
        if here:
            arguments = (settings.STORAGE, boxes.own[part.id], here, str(settings.MODELS), take.span_ns)
            commit = _measured_of(part.id)
            steps.append(
                Heavy(f"measure-{part.position}", stations.measure, arguments, _LONG, commit, stations.unmeasured)
            )
    outputs = job.heavy_all(steps)
    return {step.name.removeprefix("measure-"): output for step, output in zip(steps, outputs, strict=True)}


def _measure_pair(job: Run, take: TakeHere, measured: Mapping[str, Plain]) -> None:
    if len(take.performances) != 2:
        return
    first, second = take.performances
    boxes = boxes_of(take_id=take.id, now=job.now())
    voices = [_facts(boxes, part, "voice").get("voice") for part in (first, second)]
    if voices[0] is None or voices[1] is None or boxes.joint is None:
        return
    sides = tuple(_tables(boxes.own[part.id], measured.get(part.position)) for part in (first, second))
    arguments = (settings.STORAGE, boxes.joint, sides, (voices[0], voices[1]), take.span_ns)

    def commit(found: Plain) -> None:
        for number, part in enumerate((first, second)):
            actions.keep_tables(performance_id=part.id, tables=found["tables"])
            mine = [one for one in found["findings"] if one["track"] in ("", "pair", f"voice-{number}")]
            actions.keep_findings(performance_id=part.id, found=mine)
            leak = (found["summary"].get("leaks") or [None, None])[number]
            level = None if leak is None else leak.get("level_db", NO_LEAK_DB)
            apart = leak is not None and not leak["found"]
            together = {name: value for name, value in found["summary"].items() if name != "leaks"}
            summary = {"pair": together, "leak": leak, "words_apart": apart}
            actions.keep_summary(performance_id=part.id, summary=summary, leak_db=level)

    job.heavy_all([Heavy("measure-pair", stations.measure_two, arguments, _LONG, commit, stations.unmeasured)])


def _judge_take(job: Run, take: TakeHere) -> None:
    """Do the room's events and the tracks make one take? Imported recordings have no room."""
    found = [] if take.source == "import" else event_findings(_events(job, take), take.span_ns)
    for part in take.performances:
        times = {track.kind: track.manifest.get("time") for track in part.tracks if track.sha256}
        spans = {
            kind: (int(time["first_ns"]), int(time["end_ns"]))
            for kind, time in times.items()
            if kind in ("voice", "camera") and time and "first_ns" in time and "end_ns" in time
        }

        if not spans:
            continue  # nothing of this side is here, and that is said already
        commit = partial(_keep_judged, part.id, found, cover_findings(spans, take.span_ns))
        job.step(f"judge-{part.position}", _nothing, commit=commit)


def _keep_judged(performance_id: str, events: Sequence[Finding], covered: Sequence[Finding], _: Plain) -> None:
    actions.keep_findings(performance_id=performance_id, found=[one.as_json() for one in events])
    for one in covered:
        actions.keep_findings(performance_id=performance_id, found=[one.as_json()], where=one.track)


def _events(job: Run, take: TakeHere) -> list[tuple[str, int]]:
    told = job.step("events", queries.events, take.id)
    return [(str(kind), int(at_ns)) for kind, at_ns in told]


def _preview(job: Run, performance_id: str) -> None:
    """Make films until one leaves out all that is sealed by the time it is kept."""
    for number in range(1, 20):
        take, part = queries.performance(performance_id)
        boxes = boxes_of(take_id=take.id, now=job.now())
        here = _facts(boxes, part, "voice", "camera")
        if not here or part.state == "withdrawn":
            return
        sealed = actions.sealed_spans(performance_id)
        kept: list[bool] = []

        def commit(made: Plain, answers: list[bool] = kept) -> None:
            answers.append(actions.keep_preview(performance_id=performance_id, preview=made))
            actions.keep_findings(performance_id=performance_id, found=made["findings"])

        arguments = (settings.STORAGE, boxes.own[performance_id], here, sealed)
        give_up = partial(stations.unfilmed, sealed)
        name = f"preview-{performance_id}-{number}"
        (made,) = job.heavy_all([Heavy(name, stations.film, arguments, _LONG, commit, give_up)])
        if kept == [True] or (not kept and made["sealed"] == sealed):
            return
        review.delete_unshown(performance_id, {made["film"], made["poster"], made["peaks"]} - {""})


def _facts(boxes: TakeBoxes, part: PerformanceHere, *kinds: str) -> dict[str, TrackFacts]:
    found = {}
    for kind in kinds:
        track, box = part.track(kind), boxes.of_track(part.id, kind)
        if box is not None and track is not None and track.sha256:
            found[kind] = TrackFacts(_sealed(box, track.sha256), dict(track.manifest))
    return found


def _tables(box: Box, measured: Plain | None) -> dict[str, Sealed]:
    """The tables a pair is measured from, by stage; those that there are."""
    tables = measured["tables"] if measured else []
    return {one["stage"]: _sealed(box, one["sha256"]) for one in tables if one["stage"] in NEEDED and one["sha256"]}


def _sealed(box: Box, sha256: str) -> Sealed:
    return Sealed(settings.STORAGE, box, sha256)


def _track_of(track_id: str) -> Any:
    return lambda made: actions.keep_track(track_id=track_id, made=made)


def _list_of(performance_id: str) -> Any:
    return lambda found: actions.keep_findings(performance_id=performance_id, found=found)


def _measured_of(performance_id: str) -> Any:
    def commit(made: Plain) -> None:
        actions.keep_tables(performance_id=performance_id, tables=made["tables"])
        actions.keep_findings(performance_id=performance_id, found=made["findings"])
        actions.keep_summary(performance_id=performance_id, summary={**made["summary"], "turns": made["turns"]})

    return commit


def _missing(kinds: Sequence[str]) -> list[Plain]:
    if len(kinds) == 2:
        nothing = "Nothing of this side arrived; the take goes on with the other one."
        return [asdict(stations.Noticed("one-sided", "fail", nothing))]
    (kind,) = kinds
    return [asdict(stations.Noticed(f"{kind}-missing", "fail", f"The {kind} of this side never arrived whole."))]


def _nothing() -> Plain:
    return {}


def _key(take_id: str) -> str:
    return f"ingest:{take_id}"

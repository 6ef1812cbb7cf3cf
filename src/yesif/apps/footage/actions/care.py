"""A report seals what it is about: from its commit on the takes are in no release and on no desk but the care desk.

The seal and its line belong to whoever reported, alone: what one person sealed is in nothing of anybody's (D5), so it
holds for the whole take, and the partner's pages and lines stay as they were."""

from datetime import datetime

from django.db import transaction

from yesif.apps.footage.models import Performance, SealedSpan
from yesif.apps.record import actions as record
from yesif.apps.stage.actions import care
from yesif.apps.stage.models import CareCase, Event


@transaction.atomic
def report(*, session_id: str, performer_id: str, words: str, now: datetime) -> str:
    """Report what happened in a session: every take of it is sealed whole until the care desk closes the case.
    Returns the case's id. Raises NotFound, BadInput."""
    care.hold(performer_id)
    parts = _parts(session_id)
    case = care.report(
        session_id=session_id, performer_id=performer_id, words=words, evidence=_evidence(session_id, parts), now=now
    )
    for part in (one for one in parts if one.performer_id == performer_id):
        length = (part.take.cut_ns or 0) - part.take.action_ns
        if length > 0 and not part.sealed_spans.filter(why="report", lifted_at=None).exists():
            SealedSpan.objects.create(performance=part, start_ns=0, end_ns=length, why="report", sealed_at=now)
            _line(part, "sealed", length, now)
    return case


@transaction.atomic
def close(*, case_id: str, by: str, keep_sealed: bool, now: datetime) -> tuple[str, ...]:
    """Close a case. Unless the takes stay sealed, or the same person's other report of the session is open, its seals
    are lifted; returns the ids of performances that are open again. Raises NotFound, Conflict."""
    case = care.of_desk(case_id, by)
    care.hold(case.by_id)  # a report of this moment keeps its seals: it comes before this, or makes them anew
    care.close(case_id=case_id, by=by, now=now)
    others = CareCase.objects.filter(
        session_id=case.session_id, kind="report", by_id=case.by_id, closed_at=None
    ).exclude(pk=case_id)
    if keep_sealed or case.kind != "report" or others.exists():
        return ()
    spans = SealedSpan.objects.filter(
        performance__take__scene__session_id=case.session_id,
        performance__performer_id=case.by_id,
        why="report",
        lifted_at=None,
    ).select_related("performance")
    for span in spans:
        span.lifted_at = now
        span.save(update_fields=["lifted_at"])
        _line(span.performance, "lifted", span.end_ns, now)
    return tuple(span.performance_id for span in spans)


def _parts(session_id: str) -> list[Performance]:
    found = Performance.objects.filter(take__scene__session_id=session_id, take__cut_ns__isnull=False)
    return list(found.exclude(take__state="called-off").select_related("take").order_by("take_id", "position"))


def _evidence(session_id: str, parts: list[Performance]) -> dict[str, object]:
    """The room's timeline and the digests of what was recorded: neither can be changed unseen from here on."""
    events = Event.objects.filter(session_id=session_id).order_by("seq")
    return {
        "events": [
            {"seq": one.seq, "at_ns": str(one.at_ns), "kind": one.kind, "who": one.who_id or ""} for one in events
        ],
        "tracks": [
            {"performance": part.id, "kind": track.kind, "log": track.log_sha256, "track": track.sha256}
            for part in parts
            for track in part.tracks.order_by("kind")
        ],
    }


def _line(part: Performance, what: str, end_ns: int, now: datetime) -> None:
    body = {"performance": part.id, "what": what, "why": "report", "start_ns": 0, "end_ns": end_ns}
    record.append(kind="review", body=body, about=[part.performer_id], now=now)

"""What a producer sees of takes coming in: who has sent what, what the checks noticed, what is missing. No picture."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from yesif.apps.footage.models import Performance, Take
from yesif.apps.footage.queries.review import Quality, findings, played_at, sealed_by_either
from yesif.base.errors import NotFound

SHOWN = 200


@dataclass(frozen=True, slots=True)
class TrackSeen:
    """One track of a performance on its way: `bytes` once the log is whole."""

    kind: str
    state: str
    bytes: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """One performer's part in a take. Never what they answered, only whether they have decided."""

    performance_id: str
    stage_name: str
    position: str
    state: str
    tracks: tuple[TrackSeen, ...]
    findings: tuple[Quality, ...]

    @property
    def missing(self) -> bool:
        """Has nothing of this part arrived whole?"""
        return self.state == "expected"


@dataclass(frozen=True, slots=True)
class TakeSeen:
    """One take of one of the producer's projects."""

    id: str
    title: str
    number: int
    project_id: str
    project: str
    session_id: str
    session_number: int
    state: str
    reason: str
    length_ns: int | None
    played_at: datetime
    parts: tuple[Part, ...]

    @property
    def waits_for_partner(self) -> bool:
        """One side is here and the other is not: the producer may go on without it."""
        missing = [part.missing for part in self.parts]
        return self.state == "uploading" and any(missing) and not all(missing)


def takes(producer_id: str, *, session_id: str = "") -> list[TakeSeen]:
    """Takes of the producer's own projects, newest first; of one session where `session_id` is given."""
    found = _takes(producer_id)
    if session_id:
        found = found.filter(scene__session_id=session_id)
    return [_seen(one, with_findings=False) for one in found.order_by("-id")[:SHOWN]]


def take(take_id: str, *, viewer_id: str) -> TakeSeen:
    """One take, with what the checks said of each part. Raises NotFound: not there, or not the viewer's project."""
    found = _takes(viewer_id).filter(pk=take_id).first()
    if found is None:
        raise NotFound
    return _seen(found, with_findings=True)


def _takes(producer_id: str) -> QuerySet[Take]:
    return (
        Take.objects.filter(scene__session__project__producer_id=producer_id)
        .exclude(state="called-off")  # a countdown that nobody played
        .select_related("scene__card", "scene__session__project")
        .prefetch_related("performances__performer", "performances__tracks")
    )


def _seen(one: Take, *, with_findings: bool) -> TakeSeen:
    session = one.scene.session
    sealed = sealed_by_either(one.id) if with_findings else ()
    return TakeSeen(
        id=one.id,
        title=one.scene.card.title,
        number=one.number,
        project_id=session.project_id,
        project=session.project.title,
        session_id=session.id,
        session_number=session.number,
        state=one.state,
        reason=one.reason,
        length_ns=None if one.cut_ns is None else one.cut_ns - one.action_ns,
        played_at=played_at(one),
        parts=tuple(
            _part(part, findings(part.id, sealed=sealed) if with_findings else ())
            for part in sorted(one.performances.all(), key=lambda part: part.position)
        ),
    )


def _part(one: Performance, found: tuple[Quality, ...]) -> Part:
    return Part(
        performance_id=one.id,
        stage_name=one.performer.stage_name,
        position=one.position,
        state=one.state,
        tracks=tuple(TrackSeen(t.kind, t.state, t.log_bytes) for t in sorted(one.tracks.all(), key=lambda t: t.kind)),
        findings=found,
    )


def accepted_ms(project_id: str, producer_id: str) -> int:
    """How long the performances of a producer's own project are together that their performers released."""
    found = Performance.objects.filter(
        take__scene__session__project_id=project_id,
        take__scene__session__project__producer_id=producer_id,
        state="released",
    ).values_list("take__action_ns", "take__cut_ns")
    return sum(cut - action for action, cut in found if cut is not None) // 1_000_000

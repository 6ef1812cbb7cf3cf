"""Rulings: to the desk that makes them, and to the performer they are about, with every name that stands behind."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from yesif.apps.footage.models import Ruling
from yesif.apps.people.models import Role
from yesif.base.errors import NotFound


@dataclass(frozen=True, slots=True)
class RulingSeen:
    """One ruling. `state`: proposed, in-force, dropped, appealed, upheld, overturned."""

    id: str
    kind: str
    state: str
    about: str
    performance_id: str
    take_id: str
    title: str
    project: str
    reason: str
    start_ns: int
    end_ns: int
    words: str
    proposed_by_id: str
    proposed_by: str
    proposed_at: datetime
    seconded_by_id: str
    seconded_by: str
    seconded_at: datetime | None
    appeal: str
    appealed_at: datetime | None
    appeal_due_at: datetime | None
    decided_by: str
    decided_at: datetime | None
    answer: str


def desk(viewer_id: str) -> list[RulingSeen]:
    """Rulings of the viewer's own projects (of every project, to an operator): what waits for somebody first."""
    found = [_seen(one) for one in _all().filter(_mine(viewer_id)).order_by("-proposed_at")]
    return sorted(found, key=lambda one: one.state not in ("proposed", "appealed"))


def of_take(take_id: str, viewer_id: str) -> list[RulingSeen]:
    """Rulings about parts of one take, to the desk."""
    found = _all().filter(_mine(viewer_id), performance__take_id=take_id)
    return [_seen(one) for one in found.order_by("-proposed_at")]


def one(ruling_id: str, viewer_id: str) -> RulingSeen:
    """One ruling, to the desk. Raises NotFound."""
    found = _all().filter(_mine(viewer_id), pk=ruling_id).first()
    if found is None:
        raise NotFound
    return _seen(found)


def about(performer_id: str) -> list[RulingSeen]:
    """Rulings in force about a performer, to that performer. What was only proposed, or dropped, never was one."""
    return [
        _seen(one) for one in _all().filter(about_id=performer_id, seconded_at__isnull=False).order_by("-seconded_at")
    ]


def own(ruling_id: str, performer_id: str) -> RulingSeen:
    """One of them. Raises NotFound."""
    found = _all().filter(about_id=performer_id, seconded_at__isnull=False, pk=ruling_id).first()
    if found is None:
        raise NotFound
    return _seen(found)


def _mine(viewer_id: str) -> Q:
    if Role.objects.filter(person_id=viewer_id, role="operator").exists():
        return Q()
    return Q(performance__take__scene__session__project__producer_id=viewer_id)


def _all() -> QuerySet[Ruling]:
    return Ruling.objects.select_related(
        "about", "proposed_by", "seconded_by", "decided_by", "performance__take__scene__card",
        "performance__take__scene__session__project",
    )  # fmt: skip


def _state(one: Ruling) -> str:
    if one.dropped_at:
        return "dropped"
    if one.outcome:
        return one.outcome
    if one.appealed_at:
        return "appealed"
    return "in-force" if one.seconded_at else "proposed"


def _seen(one: Ruling) -> RulingSeen:
    take = one.performance.take
    return RulingSeen(
        id=one.id,
        kind=one.kind,
        state=_state(one),
        about=one.about.stage_name,
        performance_id=one.performance_id,
        take_id=take.id,
        title=take.scene.card.title,
        project=take.scene.session.project.title,
        reason=one.reason,
        start_ns=one.start_ns,
        end_ns=one.end_ns,
        words=one.words,
        proposed_by_id=one.proposed_by_id,
        proposed_by=one.proposed_by.stage_name,
        proposed_at=one.proposed_at,
        seconded_by_id=one.seconded_by_id or "",
        seconded_by=one.seconded_by.stage_name if one.seconded_by else "",
        seconded_at=one.seconded_at,
        appeal=one.appeal,
        appealed_at=one.appealed_at,
        appeal_due_at=one.appeal_due_at,
        decided_by=one.decided_by.stage_name if one.decided_by else "",
        decided_at=one.decided_at,
        answer=one.answer,
    )

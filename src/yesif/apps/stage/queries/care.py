"""The care desk's cases, by their clock; and to whoever asked, what came of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from yesif.apps.people.models import Person, Role
from yesif.apps.stage.models import CareCase
from yesif.base.errors import NotFound

LOOKS_FOR = timedelta(minutes=30)
"""How long the films of a reported session are shown to whoever wrote down that they look at them."""


@dataclass(frozen=True, slots=True)
class CaseSeen:
    """One case. `late`: nobody answered in time. `looks`: who of the care desk looked at the films, and when.
    `evidence` only on the care desk's own page."""

    id: str
    kind: str
    session_id: str
    session_number: int
    project: str
    by: str
    partners: tuple[str, ...]
    words: str
    made_at: datetime
    due_at: datetime
    answered_at: datetime | None
    answered_by: str
    answer: str
    closed_at: datetime | None
    late: bool
    looks: tuple[tuple[str, datetime], ...]
    evidence: dict[str, object]


def desk(viewer_id: str, *, now: datetime) -> list[CaseSeen]:
    """Cases of the viewer's own projects (of every project, to an operator): what is due first, first."""
    found = CareCase.objects.filter(_mine(viewer_id)).distinct().order_by("closed_at", "answered_at", "due_at", "id")
    return sorted((_seen(one, now) for one in found), key=lambda one: (one.closed_at is not None, one.due_at))


def case(case_id: str, viewer_id: str, *, now: datetime) -> CaseSeen:
    """One case, to the care desk. Raises NotFound."""
    found = CareCase.objects.filter(_mine(viewer_id), pk=case_id).first()
    if found is None:
        raise NotFound
    return _seen(found, now)


def own(performer_id: str, *, now: datetime, session_id: str = "") -> list[CaseSeen]:
    """What a performer asked for or reported, newest first, with the answers; without the evidence."""
    found = CareCase.objects.filter(by_id=performer_id)
    if session_id:
        found = found.filter(session_id=session_id)
    return [_seen(one, now, evidence=False) for one in found.order_by("-made_at")]


def looks_into(session_id: str, viewer_id: str, *, now: datetime) -> bool:
    """Has the viewer, of the care desk, written down in the last half hour that they look at a reported session?"""
    reports = CareCase.objects.filter(_mine(viewer_id), session_id=session_id, kind="report", closed_at=None)
    looks = [one for case in reports for one in case.looks if one["by"] == viewer_id]
    return any(now - LOOKS_FOR < datetime.fromisoformat(one["at"]) <= now for one in looks)


def _mine(viewer_id: str) -> Q:
    if Role.objects.filter(person_id=viewer_id, role="operator").exists():
        return Q()
    return Q(session__project__producer_id=viewer_id)


def _seen(one: CareCase, now: datetime, *, evidence: bool = True) -> CaseSeen:
    session = one.session
    others = session.places.exclude(performer_id=one.by_id).order_by("position")
    answered = one.answered_at or now
    return CaseSeen(
        id=one.id,
        kind=one.kind,
        session_id=session.id,
        session_number=session.number,
        project=session.project.title,
        by=one.by.stage_name,
        partners=tuple(others.values_list("performer__stage_name", flat=True)),
        words=one.words,
        made_at=one.made_at,
        due_at=one.due_at,
        answered_at=one.answered_at,
        answered_by=one.answered_by.stage_name if one.answered_by else "",
        answer=one.answer,
        closed_at=one.closed_at,
        late=answered > one.due_at,
        looks=_looks(one),
        evidence=_timed(one.evidence) if evidence else {},
    )


def _looks(one: CareCase) -> tuple[tuple[str, datetime], ...]:
    names = dict(Person.objects.filter(pk__in=[look["by"] for look in one.looks]).values_list("pk", "stage_name"))
    return tuple((names.get(look["by"], ""), datetime.fromisoformat(look["at"])) for look in one.looks)


def _timed(evidence: dict[str, object]) -> dict[str, object]:
    """The frozen evidence, its events also in seconds of the session clock, for reading."""
    events = evidence.get("events")
    if not isinstance(events, list):
        return dict(evidence)
    return {**evidence, "events": [{**one, "seconds": f"{int(one['at_ns']) / 1e9:.1f}"} for one in events]}

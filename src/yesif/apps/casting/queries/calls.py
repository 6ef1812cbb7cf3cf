"""Calls as the public reads them, applications as their two sides see them, and the funnel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from yesif.apps.casting.models import Application, Call, Coming, Offer, Project
from yesif.apps.casting.queries.projects import ProjectSeen, project, project_seen
from yesif.apps.casting.questions import ASKED, NOT_NOW
from yesif.apps.people.models import AgeCheck, Person
from yesif.base.errors import NotFound


@dataclass(frozen=True, slots=True)
class Answered:
    """A question the unions tell members to ask, and what the producer answers."""

    id: str
    question: str
    asked_by: str
    answer: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What the project is made of beyond its core use."""

    budget_minor: int
    hours: int
    core_price_minor: int
    targets: Mapping[str, int]
    language: str
    themes_out: tuple[str, ...]
    most: int
    gear: str


@dataclass(frozen=True, slots=True)
class CallSeen:
    """A call: the project's terms, its frame, and the answers."""

    project: ProjectSeen
    frame: Frame
    recorded_by: str
    answered: tuple[Answered, ...]
    shape: str
    closes_on: date | None
    published_at: datetime | None

    @property
    def unanswered(self) -> int:
        return sum(not one.answer for one in self.answered) + (not self.recorded_by)


@dataclass(frozen=True, slots=True)
class ApplicationSeen:
    """An application. `access_needs` is for booking: the first look at a funnel does not show it."""

    project_id: str
    project_title: str
    performer_id: str
    stage_name: str
    pronouns: str
    languages: tuple[str, ...]
    applied_at: datetime
    playing_range: str
    availability: tuple[str, ...]
    access_needs: str
    about: str
    cells: tuple[str, ...]
    not_now: str
    age_checked: bool
    offer: str  # "", offered, accepted or declined


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the funnel: how many came so far, how long the step took, who has waited longest for the next."""

    name: str
    count: int
    median_hours: float | None
    oldest_waiting: datetime | None


def open_calls(now: datetime) -> list[CallSeen]:
    """Every published call, the newest first."""
    found = Call.objects.filter(published_at__isnull=False).select_related("project").order_by("-published_at")
    return [_call(one) for one in found if one.closes_on is None or one.closes_on >= now.date()]


def listing(project_id: str) -> CallSeen:
    """A published call, for anyone. Raises NotFound."""
    found = Call.objects.filter(pk=project_id, published_at__isnull=False).select_related("project").first()
    if found is None:
        raise NotFound
    return _call(found)


def call(project_id: str, producer_id: str) -> CallSeen:
    """A producer's own call, published or not. Raises NotFound."""
    project(project_id, producer_id)
    found = Call.objects.filter(pk=project_id).select_related("project").first()
    return _call(found or Call(project=Project.objects.get(pk=project_id)))


def application(project_id: str, performer_id: str) -> ApplicationSeen | None:
    """What this performer told this project; None where nothing yet."""
    return next(iter(_applications(project_id, performer_id)), None)


def applications_of(performer_id: str) -> list[ApplicationSeen]:
    """Every application of a performer, newest first."""
    return [
        one
        for each in Application.objects.filter(performer_id=performer_id).order_by("-applied_at")
        if (one := application(each.project_id, performer_id)) is not None
    ]


def applications(project_id: str, producer_id: str) -> list[ApplicationSeen]:
    """Who applied to a producer's own project, the longest waiting first. Raises NotFound."""
    project(project_id, producer_id)
    return _applications(project_id)


def funnel(project_id: str, producer_id: str, *, now: datetime) -> list[Stage]:
    """Applied → checked → offered → accepted → said yes to a block → came. Raises NotFound."""
    project(project_id, producer_id)
    applied = dict(Application.objects.filter(project_id=project_id).values_list("performer_id", "applied_at"))
    checked: dict[str, datetime] = {}
    for who, at in (
        AgeCheck.objects.filter(person_id__in=applied, verdict=True, expires_at__gt=now)
        .order_by("-checked_at")
        .values_list("person_id", "checked_at")
    ):
        checked[who] = max(at, applied[who])  # checked for an earlier call: no wait here
    offers = Offer.objects.filter(project_id=project_id, declined_at=None, ended_at=None)
    offered = dict(offers.values_list("performer_id", "offered_at"))
    accepted = dict(offers.filter(accepted_at__isnull=False).values_list("performer_id", "accepted_at"))
    coming = Coming.objects.filter(block__project_id=project_id).order_by("-said_at")
    can = dict(coming.values_list("performer_id", "said_at"))
    here = dict(coming.filter(here_at__isnull=False).values_list("performer_id", "here_at"))
    asides = set(
        Application.objects.filter(project_id=project_id, not_now_at__isnull=False).values_list(
            "performer_id", flat=True
        )
    )
    steps: list[tuple[str, Mapping[str, datetime | None]]] = [
        ("applied", applied),
        ("checked 18 or older", checked),
        ("offered", offered),
        ("accepted", accepted),
        ("said yes to a block", can),
        ("came", here),
    ]
    return [
        _stage(name, those, steps[n - 1][1] if n else {}, steps[n + 1][1] if n + 1 < len(steps) else None, asides)
        for n, (name, those) in enumerate(steps)
    ]


def _stage(
    name: str,
    those: Mapping[str, datetime | None],
    before: Mapping[str, datetime | None],
    after: Mapping[str, datetime | None] | None,
    asides: set[str],
) -> Stage:
    hours = [
        max(timedelta(0), at - earlier) / timedelta(hours=1)
        for who, at in those.items()
        if at is not None and (earlier := before.get(who)) is not None
    ]
    waiting = [at for who, at in those.items() if at is not None and after is not None and who not in {*after, *asides}]
    return Stage(name, len(those), round(median(hours), 1) if hours else None, min(waiting, default=None))


def _applications(project_id: str, performer_id: str = "") -> list[ApplicationSeen]:
    found = Application.objects.filter(project_id=project_id).select_related("performer", "project")
    if performer_id:
        found = found.filter(performer_id=performer_id)
    rows = list(found.order_by("applied_at"))
    who = [one.performer_id for one in rows]
    offers = {
        one.performer_id: _offer_state(one)
        for one in Offer.objects.filter(project_id=project_id, performer_id__in=who, ended_at=None).order_by(
            "offered_at"
        )
    }
    checked = set(AgeCheck.objects.filter(person_id__in=who, verdict=True).values_list("person_id", flat=True))
    return [_application(one, one.performer, offers.get(one.performer_id, ""), checked) for one in rows]


def _offer_state(one: Offer) -> str:
    return "accepted" if one.accepted_at else "declined" if one.declined_at else "offered"


def _application(one: Application, who: Person, offer: str, checked: set[str]) -> ApplicationSeen:
    return ApplicationSeen(
        project_id=one.project_id,
        project_title=one.project.title,
        performer_id=who.id,
        stage_name=who.stage_name,
        pronouns=who.pronouns,
        languages=tuple(who.languages),
        applied_at=one.applied_at,
        playing_range=one.playing_range,
        availability=tuple(one.availability),
        access_needs=one.access_needs,
        about=one.about,
        cells=tuple(one.cells),
        not_now=dict(NOT_NOW).get(one.not_now_why, ""),
        age_checked=who.id in checked,
        offer=offer,
    )


def _call(one: Call) -> CallSeen:
    frame = one.project
    answers: Mapping[str, str] = one.answers
    answered: Sequence[Answered] = [Answered(name, text, who, answers.get(name, "")) for name, text, who in ASKED]
    return CallSeen(
        project=project_seen(frame),
        frame=Frame(
            frame.budget_minor,
            frame.hours,
            frame.core_price_minor,
            frame.targets,
            frame.language,
            tuple(frame.themes_out),
            frame.most,
            frame.gear,
        ),
        recorded_by=one.recorded_by,
        answered=tuple(answered),
        shape=one.shape,
        closes_on=one.closes_on,
        published_at=one.published_at,
    )

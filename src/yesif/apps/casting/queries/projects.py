"""Read projects and bookings: each only to those they belong to."""

from dataclasses import dataclass
from datetime import date, datetime

from yesif.apps.casting.models import Booking, Project
from yesif.base.errors import NotFound

UNKNOWN_LICENSEE = "not known yet"


@dataclass(frozen=True, slots=True)
class ProjectSeen:
    """A project as its producer sees it. `fee_minor` is per hour, in minor units."""

    id: str
    title: str
    about: str
    core_what: str
    core_where: str
    licensee: str
    core_ends: date
    fee_minor: int
    currency: str
    made_at: datetime

    @property
    def licensee_name(self) -> str:
        return self.licensee or UNKNOWN_LICENSEE


@dataclass(frozen=True, slots=True)
class BookingSeen:
    """Terms put to one performer: `state` is offered, accepted or declined."""

    id: str
    project_id: str
    project_title: str
    performer_id: str
    starts_at: datetime
    minutes: int
    core_what: str
    core_where: str
    licensee_name: str
    core_ends: date
    fee_minor: int
    currency: str
    state: str
    block_id: str | None = None


def projects_of(producer_id: str) -> list[ProjectSeen]:
    """A producer's projects, newest first."""
    return [project_seen(one) for one in Project.objects.filter(producer_id=producer_id).order_by("-made_at")]


def project(project_id: str, producer_id: str) -> ProjectSeen:
    """One of a producer's own projects. Raises NotFound."""
    found = Project.objects.filter(pk=project_id, producer_id=producer_id).first()
    if found is None:
        raise NotFound
    return project_seen(found)


def project_title(project_id: str) -> str:
    """A project's title, for whoever was given a seat in it. Raises NotFound."""
    title = Project.objects.filter(pk=project_id).values_list("title", flat=True).first()
    if title is None:
        raise NotFound
    return title


def deck_ids_of(project_id: str) -> list[str]:
    """The decks a project plays from."""
    return list(Project.decks.through.objects.filter(project_id=project_id).values_list("deck_id", flat=True))


def bookings_of_project(project_id: str, producer_id: str) -> list[BookingSeen]:
    """Every offer of a producer's own project. Raises NotFound."""
    project(project_id, producer_id)
    return [_booking(one) for one in Booking.objects.filter(project_id=project_id).select_related("project")]


def bookings_of(performer_id: str) -> list[BookingSeen]:
    """Every offer put to a performer, soonest first."""
    return [_booking(one) for one in Booking.objects.filter(performer_id=performer_id).select_related("project")]


def booking(booking_id: str, performer_id: str) -> BookingSeen:
    """One offer put to this performer. Raises NotFound."""
    found = Booking.objects.filter(pk=booking_id, performer_id=performer_id).select_related("project").first()
    if found is None:
        raise NotFound
    return _booking(found)


def project_seen(one: Project) -> ProjectSeen:
    """A project as its producer sees it."""
    return ProjectSeen(
        one.id,
        one.title,
        one.about,
        one.core_what,
        one.core_where,
        one.licensee,
        one.core_ends,
        one.fee_minor,
        one.currency,
        one.made_at,
    )


def _booking(one: Booking) -> BookingSeen:
    state = "accepted" if one.accepted_at else "declined" if one.declined_at else "offered"
    return BookingSeen(
        one.id,
        one.project_id,
        one.project.title,
        one.performer_id,
        one.starts_at,
        one.minutes,
        one.core_what,
        one.core_where,
        one.licensee or UNKNOWN_LICENSEE,
        one.core_ends,
        one.fee_minor,
        one.currency,
        state,
        one.block_id,
    )

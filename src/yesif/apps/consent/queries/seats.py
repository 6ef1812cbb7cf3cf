"""Seats: which there are, whom a performer appointed, and what a holder has paused."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from yesif.apps.consent.models import Appointment, Seat, Suspension
from yesif.base.errors import NotFound


@dataclass(frozen=True, slots=True)
class SeatSeen:
    """A seat. `members`: how many appointed it, never who. `paused_since`: when its pause began, None without one."""

    id: str
    name: str
    members: int
    paused: int
    paused_since: datetime | None


@dataclass(frozen=True, slots=True)
class SeatOffered:
    """A seat as a performer sees it: have I appointed it, and are my new licences paused by it, since when?"""

    id: str
    name: str
    appointed_at: datetime | None
    paused_since: datetime | None


def held_by(holder_id: str) -> list[SeatSeen]:
    """The seats this person holds."""
    now_members = Count("appointments", filter=Q(appointments__ended_at=None), distinct=True)
    return [
        SeatSeen(one.id, one.name, one.member_count, *_paused(one.id))
        for one in Seat.objects.filter(holder_id=holder_id).annotate(member_count=now_members).order_by("made_at")
    ]


def seat(seat_id: str, holder_id: str) -> SeatSeen:
    """One seat of this holder's. Raises NotFound."""
    for one in held_by(holder_id):
        if one.id == seat_id:
            return one
    raise NotFound


def offered_to(performer_id: str) -> list[SeatOffered]:
    """Every seat, with what this performer made of it; their own first."""
    mine = dict(Appointment.objects.filter(performer_id=performer_id, ended_at=None).values_list("seat_id", "at"))
    paused = dict(Suspension.objects.filter(performer_id=performer_id, lifted_at=None).values_list("seat_id", "since"))
    found = [SeatOffered(one.id, one.name, mine.get(one.id), paused.get(one.id)) for one in Seat.objects.all()]
    return sorted(found, key=lambda one: (one.appointed_at is None, one.name))


def paused_since(performer_id: str) -> datetime | None:
    """Since when no new licence reaches this performer; None while one may."""
    standing = Suspension.objects.filter(performer_id=performer_id, lifted_at=None)
    found: datetime | None = standing.aggregate(since=Min("since"))["since"]
    return found


def _paused(seat_id: str) -> tuple[int, datetime | None]:
    standing = Suspension.objects.filter(seat_id=seat_id, lifted_at=None)
    found = standing.aggregate(since=Min("since"), many=Count("id"))
    return found["many"], found["since"]

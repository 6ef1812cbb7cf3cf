"""Make projects, put offers, decline them. Accepting licenses the core use: that is `consent.actions.accept_core`."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from yesif.apps.casting.models import Booking, Project
from yesif.apps.decks.models import Deck
from yesif.apps.people.models import Role
from yesif.base.errors import BadInput, Conflict, NotFound
from yesif.base.money import Money
from yesif.core.policy.uses import CURRENT

LONGEST_YEARS = 5


@transaction.atomic
def make_project(
    *,
    producer_id: str,
    title: str,
    about: str,
    core_what: str,
    core_where: str,
    licensee: str,
    core_ends: date,
    fee: Money,
    deck_ids: Sequence[str],
    now: datetime,
) -> str:
    """Make a project and return its id. The core use is one of the closed lists and ends within 5 years; copies of a
    voice or face are never a core use. Raises BadInput, NotFound."""
    if not title.strip() or len(title) > 200:
        raise BadInput("A project has a title of at most 200 characters.")
    if CURRENT.what(core_what).copies:
        raise BadInput("A copy of a voice or face is never a core use: it is asked for by itself.")
    CURRENT.where(core_where)
    if not now.date() < core_ends <= _years_on(now.date(), LONGEST_YEARS):
        raise BadInput(f"The core use ends after today and within {LONGEST_YEARS} years.")
    if fee.minor < 0:
        raise BadInput("A fee is not below zero.")
    decks = list(Deck.objects.filter(pk__in=deck_ids))
    if len(decks) != len(set(deck_ids)):
        raise NotFound
    project = Project.objects.create(
        producer_id=producer_id,
        title=title.strip(),
        about=about.strip(),
        core_what=core_what,
        core_where=core_where,
        licensee=licensee.strip()[:120],
        core_ends=core_ends,
        fee_minor=fee.minor,
        currency=fee.currency,
    )
    project.decks.set(decks)
    return project.id


@transaction.atomic
def offer(
    *, project_id: str, producer_id: str, performer_id: str, starts_at: datetime, minutes: int, now: datetime
) -> str:
    """Put the project's terms, as they are now, to one performer; the booking's id. Raises NotFound, BadInput."""
    project = Project.objects.select_for_update().filter(pk=project_id, producer_id=producer_id).first()
    if project is None or not Role.objects.filter(person_id=performer_id, role="performer").exists():
        raise NotFound
    if not 5 <= minutes <= 480:
        raise BadInput("A session lasts between 5 and 480 minutes.")
    return Booking.objects.create(
        project=project,
        performer_id=performer_id,
        starts_at=starts_at,
        minutes=minutes,
        core_what=project.core_what,
        core_where=project.core_where,
        licensee=project.licensee,
        core_ends=project.core_ends,
        fee_minor=project.fee_minor,
        currency=project.currency,
        offered_at=now,
    ).id


@transaction.atomic
def decline(*, booking_id: str, performer_id: str, now: datetime) -> None:
    """Decline an offer that was not accepted; twice is once. No reason is asked. Raises NotFound, Conflict."""
    booking = _own(booking_id, performer_id)
    if booking.accepted_at:
        raise Conflict("You accepted this offer already.")
    if booking.declined_at is None:
        booking.declined_at = now
        booking.save(update_fields=["declined_at"])


def _own(booking_id: str, performer_id: str) -> Booking:
    booking = Booking.objects.select_for_update().filter(pk=booking_id, performer_id=performer_id).first()
    if booking is None:
        raise NotFound
    return booking


def _years_on(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)

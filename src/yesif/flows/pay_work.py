"""Training and labelling that no page of ours saw: one of the two writes it down, the other looks at it, it is paid.

entered by the producer  → the performer says that it is right, or 72 hours pass → a fee
missed by everyone       → the performer writes it down; the producer gives so much, with a reason, or 72 hours pass

A fee of it has its line on the record, as every other: approved by itself, disputed where it was more.
"""

from datetime import date, datetime

from django.db import transaction

from yesif.apps.casting import queries as casting
from yesif.apps.money.actions import entered
from yesif.apps.money.actions.entered import ToPay
from yesif.apps.money.actions.fees import Work
from yesif.apps.money.queries import entered as queries
from yesif.apps.stage.actions import presence
from yesif.base.errors import NotFound
from yesif.core.ledger.fee import Rate


@transaction.atomic
def enter(
    *,
    project_id: str,
    producer_id: str,
    booking_id: str,
    kind: str,
    ms: int,
    day: date,
    said: str,
    key: str,
    now: datetime,
) -> int:
    """Write work down under a booking of the producer's own project; the same key twice is once. Raises NotFound,
    BadInput, Refused, Conflict."""
    mine = casting.bookings_of_project(project_id, producer_id)
    booking = next((one for one in mine if one.id == booking_id and one.state == "accepted"), None)
    if booking is None:
        raise NotFound
    work = Work(booking.performer_id, project_id, booking.id, Rate(booking.fee_minor, booking.currency))
    return entered.enter(work=work, kind=kind, ms=ms, day=day, said=said, by=producer_id, key=key, now=now)


@transaction.atomic
def miss(
    *, performer_id: str, booking_id: str, kind: str, ms: int, day: date, said: str, key: str, now: datetime
) -> int:
    """A performer writes down work under a booking of theirs that nobody counted; the same key twice is once. Raises
    NotFound, BadInput, Conflict."""
    booking = casting.booking(booking_id, performer_id)
    if booking.state != "accepted":
        raise NotFound
    work = Work(performer_id, booking.project_id, booking.id, Rate(booking.fee_minor, booking.currency))
    return entered.enter(work=work, kind=kind, ms=ms, day=day, said=said, by=performer_id, key=key, now=now)


@transaction.atomic
def take_back(*, project_id: str, producer_id: str, entered_id: int) -> None:
    """The producer takes back what they wrote down and nobody has settled. Raises NotFound, Conflict."""
    casting.project(project_id, producer_id)
    if not any(one.id == entered_id for one in queries.of_project(project_id)):
        raise NotFound
    entered.take_back(entered_id=entered_id, by=producer_id)


@transaction.atomic
def answer(*, project_id: str, producer_id: str, entered_id: int, given_ms: int, said: str, now: datetime) -> None:
    """The producer answers what a performer wrote down. Raises NotFound, BadInput, Conflict."""
    casting.project(project_id, producer_id)
    _post(entered.answer(entered_id=entered_id, project=project_id, given_ms=given_ms, said=said, now=now), now)


@transaction.atomic
def confirm(*, entered_id: int, performer_id: str, now: datetime) -> str:
    """The performer says that it is right: it is a fee now; its key, "" where nothing is paid for an
    hour. Raises NotFound, Conflict."""
    found = entered.confirm(entered_id=entered_id, performer=performer_id, now=now)
    _post(found, now)
    return queries.entered(entered_id, performer_id).fee


@transaction.atomic
def settle_overdue(*, now: datetime) -> int:
    """What nobody answered in 72 hours becomes a fee as it was entered; how many."""
    late = entered.settle_overdue(now=now)
    for one in late:
        _post(one, now)
    return len(late)


def _post(one: ToPay, now: datetime) -> None:
    if one.ms == 0:
        return
    presence.entered(
        booking_id=one.booking, entered_id=one.id, kind=one.kind, ms=one.ms, entered_by=one.entered_by, now=now
    )

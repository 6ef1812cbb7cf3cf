"""Book performers into a session: who plays, which cards, which note is dealt to whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max

from yesif.apps.casting.models import Booking
from yesif.apps.decks.models import Card, PersonaNote
from yesif.apps.money.actions import fees
from yesif.apps.people.models import Role
from yesif.apps.stage.actions import aside
from yesif.apps.stage.models import Dealing, Place, Scene, Session
from yesif.apps.stage.queries.sessions import BARRED
from yesif.base.errors import BadInput, Conflict, NotFound, Refused
from yesif.core.ledger.fee import Rate, fee_micro

POSITIONS = "abcdef"
_NUMBERING_TRIES = 8


@dataclass(frozen=True, slots=True)
class ScenePlan:
    """One scene to play: the card, and the persona note for each position."""

    card_id: str
    notes: Mapping[str, str]


@transaction.atomic
def book_session(
    *,
    project_id: str,
    producer_id: str,
    booking_ids: Sequence[str],
    scenes: Sequence[ScenePlan],
    starts_at: datetime,
    now: datetime,
) -> str:
    """Book performers into a session with its cards and notes; returns its id.

    The bookings are of this producer's project and not declined; the performers are of one split group, since no
    release could hold a scene across two. Raises NotFound, BadInput, Refused.
    """
    bookings = list(
        Booking.objects.filter(
            pk__in=booking_ids, project_id=project_id, project__producer_id=producer_id, declined_at=None
        ).select_related("performer")
    )
    bookings.sort(key=lambda one: list(booking_ids).index(one.id))
    if len(bookings) != len(booking_ids):
        raise NotFound
    performers = {one.performer_id for one in bookings}
    if len(performers) < 2 or len(performers) != len(bookings) or len(bookings) > len(POSITIONS):
        raise BadInput("A session has two to six different performers.")
    if len({one.performer.split_group for one in bookings}) > 1:
        raise Refused("These performers are in different groups of the dataset; no release could hold their scene.")
    if Role.objects.filter(person_id__in=performers, role=BARRED).exists():
        raise Refused("One of these performers cannot be booked.")
    if not scenes:
        raise BadInput("A session plays at least one card.")
    for one in bookings:
        _cover(one, now)
    session = _numbered(project_id, starts_at)
    places = {
        position: Place.objects.create(session=session, performer_id=one.performer_id, booking=one, position=position)
        for position, one in zip(POSITIONS, bookings, strict=False)
    }
    for order, plan in enumerate(scenes, 1):
        _deal(session, order, plan, places)
    return session.id


def _cover(booking: Booking, now: datetime) -> None:
    """Lock the rate, and set the fee of the whole booked time aside: what escrow does not cover is not booked
    (Refused)."""
    work = fees.Work(booking.performer_id, booking.project_id, booking.pk, Rate(booking.fee_minor, booking.currency))
    rate = fees.lock(work=work, day=booking.starts_at.date(), now=now)
    micro = fee_micro(booking.minutes * 60_000, rate)
    aside.reserve(
        project_id=booking.project_id,
        holding=booking.pk,
        micro=micro,
        currency=booking.currency,
        now=now,
    )


def _numbered(project_id: str, starts_at: datetime) -> Session:
    """The next session of the studio. Where two are booked at once, one of them takes the number after."""
    for _ in range(_NUMBERING_TRIES):
        number = (Session.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        try:
            with transaction.atomic():
                return Session.objects.create(project_id=project_id, number=number, starts_at=starts_at)
        except IntegrityError:
            continue
    raise Conflict("Many sessions are being booked at once; book this one again.")


def _deal(session: Session, order: int, plan: ScenePlan, places: Mapping[str, Place]) -> None:
    card = Card.objects.filter(pk=plan.card_id, deck__projects=session.project_id).first()
    if card is None:
        raise NotFound("That card is in none of the project's decks.")
    if set(plan.notes) != set(places):
        raise BadInput("Each performer is dealt one persona note for each card.")
    if len(set(plan.notes.values())) != len(plan.notes):
        raise BadInput("Two performers of one scene are dealt different persona notes.")
    scene = Scene.objects.create(session=session, card=card, order=order)
    for position, note_id in plan.notes.items():
        note = PersonaNote.objects.filter(pk=note_id, deck__projects=session.project_id).first()
        if note is None:
            raise NotFound("That persona note is in none of the project's decks.")
        Dealing.objects.create(scene=scene, place=places[position], note=note)

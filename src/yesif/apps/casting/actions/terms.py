"""The contract: offered to one performer, thought over, accepted or declined; and a booking under it, per block."""

from datetime import datetime

from django.db import transaction

from yesif.apps.casting.actions.calls import copied
from yesif.apps.casting.actions.owned import owned_project
from yesif.apps.casting.models import Application, Block, Booking, Offer
from yesif.apps.casting.queries.terms import THINKING
from yesif.apps.people.queries import age_checked
from yesif.base.errors import Conflict, NotFound, Refused


@transaction.atomic
def put_offer(*, project_id: str, producer_id: str, performer_id: str, now: datetime) -> str:
    """Put the project's terms to someone who applied; its id. A living offer is not put twice.

    Raises NotFound, Refused (no valid 18+ check)."""
    project = owned_project(project_id, producer_id)
    if not Application.objects.filter(project=project, performer_id=performer_id).exists():
        raise NotFound
    living = Offer.objects.filter(project=project, performer_id=performer_id, declined_at=None, ended_at=None).first()
    if living is not None:
        return living.id
    if not age_checked(performer_id, now=now):
        raise Refused("There is no valid check that this performer is 18 or older yet.")
    Application.objects.filter(project=project, performer_id=performer_id).update(not_now_at=None, not_now_why="")
    made = copied(project, performer_id, now)
    made.save()
    return made.id


@transaction.atomic
def accept(*, offer_id: str, performer_id: str, waive: bool, now: datetime) -> None:
    """Accept the contract. Before 48 hours are over only with `waive`. It licenses nothing yet: each block does.

    Accepting twice is once. Raises NotFound, Conflict, Refused."""
    offer = _own(offer_id, performer_id)
    if offer.declined_at is not None:
        raise Conflict("You declined this offer.")
    if offer.accepted_at is not None:
        return
    if now < offer.offered_at + THINKING and not waive:
        raise Refused("You have 48 hours to think. Tick that you do not need them, or come back later.")
    offer.accepted_at = now
    offer.save(update_fields=["accepted_at"])


@transaction.atomic
def turn_down(*, offer_id: str, performer_id: str, now: datetime) -> None:
    """Decline the contract; no reason is asked; twice is once. Raises NotFound, Conflict."""
    offer = _own(offer_id, performer_id)
    if offer.accepted_at is not None:
        raise Conflict("You accepted this offer. You can still say no to any block.")
    if offer.declined_at is None:
        offer.declined_at = now
        offer.save(update_fields=["declined_at"])


@transaction.atomic
def book(*, block_id: str, performer_id: str, now: datetime) -> str:
    """The booking of one performer for one block, under the contract's terms as accepted; made once. Its id.

    It licenses nothing: `consent.actions.accept_core` does, when the performer comes in. Raises NotFound.
    """
    made = Booking.objects.filter(block_id=block_id, performer_id=performer_id, declined_at=None).first()
    if made is not None:
        return made.id
    block = Block.objects.filter(pk=block_id).first()
    offer = Offer.objects.filter(
        project_id=block.project_id if block else "",
        performer_id=performer_id,
        accepted_at__isnull=False,
        ended_at=None,
    ).first()
    if block is None or offer is None:
        raise NotFound
    return Booking.objects.create(
        project_id=block.project_id,
        performer_id=performer_id,
        starts_at=block.starts_at,
        minutes=block.minutes,
        core_what=offer.core_what,
        core_where=offer.core_where,
        licensee=offer.licensee,
        core_ends=offer.core_ends,
        fee_minor=offer.fee_minor,
        currency=offer.currency,
        offered_at=now,
        offer=offer,
        block=block,
    ).id


def _own(offer_id: str, performer_id: str) -> Offer:
    found = Offer.objects.select_for_update().filter(pk=offer_id, performer_id=performer_id, ended_at=None).first()
    if found is None:
        raise NotFound
    return found

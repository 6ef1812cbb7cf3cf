"""What a block costs before it is booked, and its understudies after it: set aside, handed to bookings, given back.

settled: the fee of every pair and understudy is set aside, or the block is not settled
booked:  each booking takes its part of that
over:    understudies who were not paired are paid; what is left returns to the project's escrow
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from yesif.apps.casting.actions import blocks as casting
from yesif.apps.casting.actions import terms
from yesif.apps.casting.queries import blocks
from yesif.apps.casting.queries.blocks import BlockSeen
from yesif.apps.money.actions import fees
from yesif.apps.stage.actions import aside, presence
from yesif.base.errors import NotFound, YesIfError
from yesif.core.ledger.fee import Rate, fee_micro
from yesif.flows.engine import Run, workflow

logger = logging.getLogger(__name__)
AFTER = timedelta(minutes=10)


@workflow("pay-blocks", every=timedelta(minutes=10))
def pay_blocks(job: Run) -> None:
    """One round."""
    pay_up(now=job.now())


def pay_up(*, now: datetime) -> None:
    """Pay the understudies of every block that is over and not paid up, however long the studio was down meanwhile.
    Each is one transaction; one that cannot be paid waits for the next round and stops nobody else's pay."""
    for block in blocks.to_pay(until=now - AFTER):
        try:
            settle(block, now=now)
        except YesIfError:
            logger.exception("a block could not be paid up", extra={"block": block.id})


@transaction.atomic
def cover(block: BlockSeen, *, now: datetime) -> None:
    """Set the block's fees aside. Raises Refused where escrow does not cover them: then it is not settled."""
    standing_by = [one.performer_id for one in block.coming if one.stands_by]
    aside.reserve(
        project_id=block.project_id,
        holding=block.id,
        micro=sum(_fee(block, who) for pair in block.pairs for who in (pair.a, pair.b))
        + sum(_fee(block, who) for who in standing_by),
        currency=_rate(block).currency,
        now=now,
    )


@transaction.atomic
def pass_on(block: BlockSeen, booked: Mapping[str, str], *, now: datetime) -> None:
    """Hand each of a block's bookings, by its performer, its part of what was set aside."""
    for performer, booking in booked.items():
        aside.pass_on(
            project_id=block.project_id,
            source=block.id,
            holding=booking,
            micro=_fee(block, performer),
            currency=_rate(block).currency,
            now=now,
        )


@transaction.atomic
def settle(block: BlockSeen, *, now: datetime) -> int:
    """Pay every understudy who was not paired: half the rate for standing by, all of it for who was called and came.
    Then give back what is left of the block's holding, and mark the block paid up. Returns micro-units paid."""
    paid = 0
    for one in block.coming:
        if not one.stands_by or one.paired:
            continue
        try:
            booking = terms.book(block_id=block.id, performer_id=one.performer_id, now=now)
        except NotFound:
            continue  # their contract ended meanwhile
        pass_on(block, {one.performer_id: booking}, now=now)
        paid += presence.stood_by(booking_id=booking, called=one.called and one.here, now=now)
    aside.release(project_id=block.project_id, holding=block.id, currency=_rate(block).currency, now=now)
    casting.paid_up(block_id=block.id, now=now)
    return paid


def _fee(block: BlockSeen, performer: str) -> int:
    """What the whole block costs for one performer, at the rate that their booking locks: never below their floor."""
    rate = fees.to_lock(performer=performer, rate=_rate(block), day=block.starts_at.date())
    return fee_micro(block.minutes * 60_000, rate)


def _rate(block: BlockSeen) -> Rate:
    return Rate(*blocks.rate(block.id))

"""What a block costs before it is booked, and its understudies after it: set aside, handed to bookings, given back.

settled: the fee of every pair and understudy is set aside, or the block is not settled
booked:  each booking takes its part of that
over:    understudies who were not paired are paid; what is left returns to the project's escrow
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from yesif.apps.casting.actions import terms
from yesif.apps.casting.queries import blocks
from yesif.apps.casting.queries.blocks import BlockSeen
from yesif.apps.money.actions import escrow
from yesif.apps.stage.actions import presence
from yesif.base.errors import NotFound
from yesif.core.ledger.fee import Rate, fee_micro
from yesif.flows.engine import Run, workflow

AFTER = timedelta(minutes=10)
LOOK_BACK = timedelta(days=3)


@workflow("pay-blocks", every=timedelta(minutes=10))
def pay_blocks(job: Run) -> None:
    """Pay the understudies of blocks that are over; each is idempotent by itself."""
    now = job.now()
    for block in blocks.over(since=now - LOOK_BACK, until=now - AFTER):
        settle(block, now=now)


@transaction.atomic
def cover(block: BlockSeen, *, now: datetime) -> None:
    """Set the block's fees aside. Raises Refused where escrow does not cover them: then it is not settled."""
    people_in = 2 * len(block.pairs) + sum(one.stands_by for one in block.coming)
    rate = _rate(block)
    escrow.reserve(
        project_id=block.project_id,
        holding=block.id,
        micro=people_in * fee_micro(block.minutes * 60_000, rate),
        currency=rate.currency,
        now=now,
    )


@transaction.atomic
def pass_on(block: BlockSeen, booking_ids: Sequence[str], *, now: datetime) -> None:
    """Hand each of a block's bookings its part of what was set aside."""
    rate = _rate(block)
    for booking in booking_ids:
        escrow.pass_on(
            project_id=block.project_id,
            source=block.id,
            holding=booking,
            micro=fee_micro(block.minutes * 60_000, rate),
            currency=rate.currency,
            now=now,
        )


@transaction.atomic
def settle(block: BlockSeen, *, now: datetime) -> int:
    """Pay every understudy who was not paired: half the rate for standing by, all of it for who was called and came.
    Then give back what is left of the block's holding. Returns micro-units paid."""
    paid = 0
    for one in block.coming:
        if not one.stands_by or one.paired:
            continue
        try:
            booking = terms.book(block_id=block.id, performer_id=one.performer_id, now=now)
        except NotFound:
            continue  # their contract ended meanwhile
        pass_on(block, [booking], now=now)
        paid += presence.stood_by(booking_id=booking, called=one.called and one.here, now=now)
    escrow.release(project_id=block.project_id, holding=block.id, currency=_rate(block).currency, now=now)
    return paid


def _rate(block: BlockSeen) -> Rate:
    return Rate(*blocks.rate(block.id))

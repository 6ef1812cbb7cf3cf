"""Fees without anybody's doing: whoever went is paid up, what is 72 hours old approves itself, periods are closed.

settle     time that nothing was added to for longer than the grace becomes fees
approve    fees nobody approved in 72 hours; work written down that nobody answered is paid as it was entered; claims
           nobody answered are given as claimed
give back  once a day: what was set aside for a booking that is a week over and paid up returns to escrow
let go     once a day: accounts of people who were erased, two weeks after all that is due to them was paid
close      once a day: every balance, hashed onto the record
"""

from datetime import datetime, timedelta

from django.db import transaction

from yesif.apps.casting import queries as casting
from yesif.apps.money.actions import books, fees, payees
from yesif.apps.money.queries import books as book_queries
from yesif.apps.record import actions as record
from yesif.apps.stage.actions import aside, presence
from yesif.apps.stage.queries import presence as seen
from yesif.base.errors import Refused
from yesif.core.ledger.presence import GRACE_NS
from yesif.flows import pay_work
from yesif.flows.engine import Run, workflow

BATCH = 500
GIVEN_BACK_AFTER = timedelta(days=7)
"""By then its review and its claims are over. What is earned later comes out of the project's escrow all the same."""


@workflow("pay-fees", every=timedelta(minutes=1))
def pay_fees(job: Run) -> None:
    """One round. Each part is idempotent by itself: a crash in between costs nothing."""
    now = job.now()
    settle_idle(now=now)
    while fees.approve_due(now=now, at_most=BATCH) == BATCH:
        pass
    pay_work.settle_overdue(now=now)
    give_overdue_claims(now=now)


@workflow("close-books", every=timedelta(days=1))
def close_books(job: Run) -> None:
    """Give back what was set aside for bookings that are over, let go of who was erased and paid; close the day."""
    give_back_over(now=job.now())
    payees.let_go(now=job.now())
    close(now=job.now())


def settle_idle(*, now: datetime) -> int:
    """Turn time into fees for everyone who has been gone for longer than the grace; how many bookings."""
    idle = seen.to_settle(before_ns=int(now.timestamp() * 1e9) - GRACE_NS)
    for booking in idle:
        presence.settle(booking_id=booking, now=now)
    return len(idle)


@transaction.atomic
def give_overdue_claims(*, now: datetime) -> int:
    """Claims that nobody answered in time are given, and paid, as claimed; how many."""
    late = fees.answer_overdue(now=now)
    for one in late:
        presence.give_claim(claim_id=one.claim_id, work=one.work, given_ms=one.given_ms, now=now)
    return len(late)


@transaction.atomic
def answer_claim(*, claim_id: int, project_id: str, producer_id: str, given_ms: int, said: str, now: datetime) -> None:
    """The producer answers a disputed line: so much is given, for this reason. Raises NotFound, BadInput, Conflict."""
    casting.project(project_id, producer_id)
    found = fees.answer(claim_id=claim_id, project=project_id, given_ms=given_ms, said=said, now=now)
    presence.give_claim(claim_id=claim_id, work=found.work, given_ms=given_ms, now=now)


@transaction.atomic
def give_back(*, project_id: str, holding: str, currency: str, now: datetime) -> int:
    """Return what is left of a holding (a booking's or a block's) to its project; micro-units."""
    return aside.release(project_id=project_id, holding=holding, currency=currency, now=now)


def give_back_over(*, now: datetime) -> int:
    """Return what is left of every booking that began more than a week ago and is paid up; micro-units."""
    held = book_queries.holdings()
    over = seen.over([holding for _, holding, _ in held], before=now - GIVEN_BACK_AFTER)
    return sum(
        give_back(project_id=project, holding=holding, currency=currency, now=now)
        for project, holding, currency in held
        if holding in over
    )


@transaction.atomic
def close(*, now: datetime) -> int | None:
    """Close the period and put its digests on the record; the close's number, None where nothing was posted."""
    try:
        number = books.close(now=now)
    except Refused:
        return None
    made = book_queries.close(number)
    body: dict[str, object] = {
        "close": made.seq,
        "last": made.last_seq,
        "balances": made.balances,
        "entries": made.entries,
    }
    record.append(kind="ledger-close", body=body, about=[], now=now)
    return number

"""Paid work that no page could see (training, labelling elsewhere): written down by one, looked at by the other."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from yesif.apps.money.actions.books import guard
from yesif.apps.money.actions.fees import Work, locked_rate
from yesif.apps.money.models import Entered
from yesif.apps.money.queries.books import balance
from yesif.base.errors import BadInput, Conflict, NotFound, Refused
from yesif.base.money import MICRO, Money
from yesif.core.ledger import accounts, fee

KINDS = ("training", "labelling")
LONGEST_MS = 8 * fee.HOUR_MS


@dataclass(frozen=True, slots=True)
class ToPay:
    """Entered work that became a fee: the caller posts it."""

    id: int
    performer: str
    booking: str
    kind: str
    ms: int
    entered_by: str


@transaction.atomic
def enter(*, work: Work, kind: str, ms: int, day: date, said: str, by: str, now: datetime) -> int:
    """Write work down for its performer to look at; its id. Raises BadInput naming the field, Refused where escrow does
    not cover it."""
    if kind not in KINDS:
        raise BadInput(f"kind: {' or '.join(KINDS)} is written down; all else is counted by the studio.")
    if not 0 < ms <= LONGEST_MS:
        raise BadInput("minutes: between 1 and 480.")
    if day > now.date():
        raise BadInput("day: it was worked today or before.")
    if not said.strip():
        raise BadInput("what: say in a sentence what was done.")
    guard()
    rate = locked_rate(work, now)
    micro = fee.fee_micro(ms, rate)
    there = sum(
        max(0, balance(account, rate.currency))
        for account in (accounts.held(work.project, work.booking), accounts.escrow(work.project))
    )
    if there < micro:
        need, have = Money(-(-micro // MICRO), rate.currency), Money(there // MICRO, rate.currency)
        raise Refused(f"escrow: this work costs {need}, and {have} is there. Pay in first.")
    return Entered.objects.create(
        project=work.project,
        performer=work.performer,
        booking=work.booking,
        kind=kind,
        ms=ms,
        day=day,
        said=said.strip()[:300],
        entered_by=by,
        entered_at=now,
        settle_by=now + fee.APPROVED_AFTER,
    ).pk


@transaction.atomic
def confirm(*, entered_id: int, performer: str, now: datetime) -> ToPay:
    """The performer looked at it and says that it is right. Raises NotFound, Conflict where it is a fee already."""
    found = Entered.objects.select_for_update().filter(pk=entered_id, performer=performer).first()
    if found is None:
        raise NotFound
    if found.settled_at is not None:
        raise Conflict("This is a fee already; dispute its line if it is too little.")
    return _settled(found, now, seen=True)


@transaction.atomic
def settle_overdue(*, now: datetime) -> list[ToPay]:
    """What nobody answered in 72 hours is a fee as it was entered; its line can be disputed as every other."""
    late = Entered.objects.select_for_update().filter(settled_at=None, settle_by__lte=now)
    return [_settled(one, now, seen=False) for one in late]


def _settled(found: Entered, now: datetime, *, seen: bool) -> ToPay:
    found.settled_at, found.seen = now, seen
    found.save(update_fields=["settled_at", "seen"])
    return ToPay(found.pk, found.performer, found.booking, found.kind, found.ms, found.entered_by)

"""Paid work that no page could see (training, labelling elsewhere): written down by one, looked at by the other.

A producer writes down what they owe; a performer, what nobody has counted. Either way the other has 72 hours.
"""

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
MISSED = (*KINDS, "claim")
"""What a performer may write down: these, and anything else that was not counted."""
LONGEST_MS = 8 * fee.HOUR_MS


@dataclass(frozen=True, slots=True)
class ToPay:
    """Entered work that is settled: the caller posts it, where there is any."""

    id: int
    performer: str
    booking: str
    kind: str
    ms: int
    entered_by: str


@transaction.atomic
def enter(*, key: str, work: Work, kind: str, ms: int, day: date, said: str, by: str, now: datetime) -> int:
    """Write work down for the other to look at; its id. The same key twice is once. Raises BadInput naming the field;
    Refused where escrow does not cover what a producer writes down; Conflict where what a performer wrote down of this
    booking waits already, or the key stands for other work."""
    if kind not in (MISSED if by == work.performer else KINDS):
        raise BadInput(f"kind: {' or '.join(KINDS)} is written down; all else is counted by the studio.")
    if not 0 < ms <= LONGEST_MS:
        raise BadInput("minutes: between 1 and 480.")
    if day > now.date():
        raise BadInput("day: it was worked today or before.")
    if not said.strip():
        raise BadInput("what: say in a sentence what was done.")
    guard()
    kept = Entered.objects.filter(key=f"{by}:{key}").first()
    if kept is not None:
        return _same(kept, (work.booking, kind, ms, day))
    if by == work.performer:
        _once(work, ms)
    else:
        _covered(work, ms, now)
    return Entered.objects.create(
        key=f"{by}:{key}",
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


def _same(kept: Entered, now_said: tuple[str, str, int, date]) -> int:
    if (kept.booking, kept.kind, kept.ms, kept.day) != now_said:
        raise Conflict("key: other work was written down under this key.")
    return kept.pk


def _covered(work: Work, ms: int, now: datetime) -> None:
    rate = locked_rate(work, now)
    micro = fee.fee_micro(ms, rate)
    there = sum(
        max(0, balance(account, rate.currency))
        for account in (accounts.held(work.project, work.booking), accounts.escrow(work.project))
    )
    if there < micro:
        need, have = Money(-(-micro // MICRO), rate.currency), Money(there // MICRO, rate.currency)
        raise Refused(f"escrow: this work costs {need}, and {have} is there. Pay in first.")


def _once(work: Work, ms: int) -> None:
    """Silence pays: so what a performer writes down is one at a time, and eight hours of a booking in all."""
    theirs = Entered.objects.filter(booking=work.booking, entered_by=work.performer)
    if theirs.filter(settled_at=None).exists():
        raise Conflict("minutes: what you wrote down for this booking waits for its answer; add the rest after it.")
    given = sum(one.ms if one.given_ms is None else one.given_ms for one in theirs)
    if given + ms > LONGEST_MS:
        raise BadInput("minutes: 480 can be written down for one booking in all; talk to the producer about more.")


@transaction.atomic
def take_back(*, entered_id: int, by: str) -> None:
    """Whoever wrote it down takes it back, as long as nobody has settled it: nothing of it is kept. Raises NotFound,
    Conflict."""
    guard()
    found = Entered.objects.select_for_update().filter(pk=entered_id, entered_by=by).first()
    if found is None:
        raise NotFound
    if found.settled_at is not None:
        raise Conflict("This was settled already and cannot be taken back.")
    found.delete()


@transaction.atomic
def confirm(*, entered_id: int, performer: str, now: datetime) -> ToPay:
    """The performer looked at it and says that it is right. Raises NotFound, Conflict where it is a fee already."""
    guard()
    found = Entered.objects.select_for_update().filter(pk=entered_id, performer=performer).first()
    if found is None or found.entered_by == performer:
        raise NotFound
    if found.settled_at is not None:
        raise Conflict("This is a fee already; dispute its line if it is too little.")
    return _settled(found, now, seen=True)


@transaction.atomic
def answer(*, entered_id: int, project: str, given_ms: int, said: str, now: datetime) -> ToPay:
    """The producer of a project looked at what a performer wrote down: so much of it is given, for this reason. Raises
    NotFound, BadInput, Conflict where it was answered already."""
    guard()
    found = Entered.objects.select_for_update().filter(pk=entered_id, project=project).first()
    if found is None or found.entered_by != found.performer:
        raise NotFound
    if found.settled_at is not None:
        raise Conflict("This was answered already.")
    if not 0 <= given_ms <= found.ms:
        raise BadInput("minutes: give between none and what was written down.")
    if not said.strip():
        raise BadInput("reason: the performer reads why.")
    found.given_ms, found.answer = given_ms, said.strip()[:300]
    found.save(update_fields=["given_ms", "answer"])
    return _settled(found, now, seen=True)


@transaction.atomic
def settle_overdue(*, now: datetime) -> list[ToPay]:
    """What nobody answered in 72 hours is a fee as it was entered; its line can be disputed as every other."""
    guard()
    late = Entered.objects.select_for_update().filter(settled_at=None, settle_by__lte=now)
    return [_settled(one, now, seen=False) for one in late]


def _settled(found: Entered, now: datetime, *, seen: bool) -> ToPay:
    found.settled_at, found.seen = now, seen
    found.save(update_fields=["settled_at", "seen"])
    ms = found.ms if found.given_ms is None else found.given_ms
    return ToPay(found.pk, found.performer, found.booking, found.kind, ms, found.entered_by)

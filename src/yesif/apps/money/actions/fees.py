"""Fees: earned by the minute, approved at the latest after 72 hours, claimed where too few minutes were counted.

Nothing here, nor below it, knows what quality review thinks of a take: no argument carries it, no import reaches it.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from yesif.apps.money.actions.books import guard, post
from yesif.apps.money.models import Claim, Fee, RateLock
from yesif.apps.money.queries.books import balance
from yesif.apps.money.queries.payees import place_of
from yesif.base.errors import BadInput, Conflict, NotFound
from yesif.core.ledger import accounts, fee, floors
from yesif.core.ledger.fee import Rate
from yesif.core.ledger.floors import Floor

LONGEST_CLAIM_MS = 8 * fee.HOUR_MS


@dataclass(frozen=True, slots=True)
class Work:
    """Whose time it was, on whose project, under which booking, at the rate that the booking locked."""

    performer: str
    project: str
    booking: str
    rate: Rate


@transaction.atomic
def lock(*, work: Work, day: date, now: datetime) -> Rate:
    """Lock a booking's rate as it is booked, once: what was offered, or the floor in force on the day of the work at
    the place where the performer works, whichever is more. Neither another place nor another row of the table changes
    it later."""
    place = place_of(work.performer)
    found = _floor(place, day, work.rate.currency)
    rate = to_lock(performer=work.performer, rate=work.rate, day=day)
    RateLock.objects.get_or_create(
        booking=work.booking,
        defaults={
            "minor": rate.minor,
            "currency": rate.currency,
            "place": place,
            "floor_minor": found.minor if found else 0,
            "source": found.source[:200] if found else "",
            "at": now,
        },
    )
    return locked_rate(work, now)


def to_lock(*, performer: str, rate: Rate, day: date) -> Rate:
    """The rate that a booking of this performer for this day would lock now."""
    return floors.at_least(rate, _floor(place_of(performer), day, rate.currency))


def locked_rate(work: Work, now: datetime) -> Rate:
    """The rate that the booking locked; the law's floor on the day of the work where that is more, at the place that
    was locked with it. Where nothing was locked, or nobody had said the place yet, the place of today counts."""
    kept = RateLock.objects.filter(booking=work.booking, currency=work.rate.currency).first()
    rate = Rate(kept.minor, kept.currency) if kept else work.rate
    place = kept.place if kept and kept.place else place_of(work.performer)
    return floors.at_least(rate, _floor(place, now.date(), rate.currency))


def _floor(place: str, day: date, currency: str) -> Floor | None:
    return floors.floor_for(floors.standard(), place=place, day=day, currency=currency)


@transaction.atomic
def earn(*, key: str, work: Work, kind: str, ms: int, line: int, now: datetime, percent: int = 100) -> int:
    """Post one fee and return it in micro-units: out of what was set aside for the booking, then out of the project's
    escrow; what neither covers the project owes, and the performer has earned all the same. The same key twice is one
    fee. Raises BadInput, Conflict."""
    if kind not in fee.KINDS:
        raise BadInput(f"kind: nobody is paid for {kind[:20]!r}.")
    guard()
    kept = Fee.objects.filter(key=key).first()
    if kept is not None:
        if (kept.performer, kept.kind, kept.ms, kept.percent) != (work.performer, kind, ms, percent):
            raise Conflict("key: this key already stands for another fee")
        return kept.micro
    rate = locked_rate(work, now)
    micro = fee.fee_micro(ms, rate, percent=percent)
    if micro == 0:
        return 0
    sources = _sources(work, micro, rate.currency)
    made = fee.fee_entry(
        key=key, performer=work.performer, currency=rate.currency, micro=micro, sources=sources, line=line
    )
    post(entries=[made], now=now)
    Fee.objects.create(
        key=key,
        performer=work.performer,
        project=work.project,
        booking=work.booking,
        kind=kind,
        ms=ms,
        rate_minor=rate.minor,
        percent=percent,
        currency=rate.currency,
        micro=micro,
        line=line,
        earned_at=now,
        approve_at=fee.approve_at(now),
    )
    return micro


def _sources(work: Work, micro: int, currency: str) -> dict[str, int]:
    found: dict[str, int] = {}
    left = micro
    for account in (accounts.held(work.project, work.booking), accounts.escrow(work.project)):
        part = min(left, max(0, balance(account, currency)))
        found[account], left = part, left - part
    found[accounts.owed(work.project)] = left
    return found


@transaction.atomic
def approve(*, keys: list[str], project: str, now: datetime) -> int:
    """The producer of a project approves fees before they approve themselves; how many."""
    guard()
    return _approve(list(Fee.objects.filter(key__in=keys, project=project, approved_at=None)), now)


@transaction.atomic
def approve_until(*, project: str, until: datetime, now: datetime, at_most: int = 500) -> tuple[int, int]:
    """The producer of a project approves what was earned up to then, oldest first: how many are approved, and how many
    of them are left for the next time."""
    guard()
    found = Fee.objects.filter(project=project, approved_at=None, earned_at__lte=until)
    done = _approve(list(found[:at_most]), now)
    return done, found.count()


@transaction.atomic
def approve_due(*, now: datetime, at_most: int = 500) -> int:
    """Approve every fee whose 72 hours are over; how many. Run again and again by a flow."""
    guard()
    return _approve(list(Fee.objects.filter(approved_at=None, approve_at__lte=now)[:at_most]), now)


def _approve(found: list[Fee], now: datetime) -> int:
    entries = [
        fee.approval(fee_key=one.key, performer=one.performer, currency=one.currency, micro=one.micro, line=one.line)
        for one in found
    ]
    if entries:
        post(entries=entries, now=now)
        Fee.objects.filter(pk__in=[one.pk for one in found]).update(approved_at=now)
    return len(found)


@transaction.atomic
def claim(*, fee_key: str, performer: str, claimed_ms: int, said: str, now: datetime) -> int:
    """A performer says that more time was worked; the claim's number. What was counted is paid as it would have been.
    Raises NotFound, BadInput, Conflict where one is open already."""
    guard()
    found = Fee.objects.filter(key=fee_key, performer=performer).first()
    if found is None:
        raise NotFound
    if not 0 < claimed_ms <= LONGEST_CLAIM_MS:
        raise BadInput("minutes: say how many more minutes you worked, up to 480.")
    if not said.strip():
        raise BadInput("why: say in a sentence what was not counted.")
    if found.claims.exists():
        raise Conflict("You disputed this line already; the answer stands on it.")
    made = Claim.objects.create(
        fee=found,
        said=said.strip()[:500],
        claimed_ms=claimed_ms,
        opened_at=now,
        answer_by=now + fee.APPROVED_AFTER,
    )
    return made.pk


@dataclass(frozen=True, slots=True)
class Answered:
    """What a claim came to: whose work it was, and how much of it was given."""

    claim_id: int
    work: Work
    given_ms: int


@transaction.atomic
def answer(*, claim_id: int, project: str, given_ms: int, said: str, now: datetime) -> Answered:
    """The producer answers a claim, with a reason. The caller posts what was given. Raises NotFound, BadInput,
    Conflict."""
    guard()
    found = Claim.objects.select_for_update(of=("self",)).filter(pk=claim_id, fee__project=project).first()
    if found is None:
        raise NotFound
    if found.answered_at is not None:
        raise Conflict("This was answered already.")
    if not 0 <= given_ms <= found.claimed_ms:
        raise BadInput("minutes: give between none and what was claimed.")
    if not said.strip():
        raise BadInput("reason: the performer reads why.")
    return _answered(found, given_ms, said, now)


@transaction.atomic
def answer_overdue(*, now: datetime) -> list[Answered]:
    """Claims that nobody answered in 72 hours are given as claimed."""
    guard()
    late = Claim.objects.select_for_update().filter(answered_at=None, answer_by__lte=now)
    return [_answered(one, one.claimed_ms, "Nobody answered in 72 hours.", now) for one in late]


def _answered(found: Claim, given_ms: int, said: str, now: datetime) -> Answered:
    found.answered_at, found.given_ms, found.answer = now, given_ms, said.strip()[:500]
    found.save(update_fields=["answered_at", "given_ms", "answer"])
    one = Fee.objects.get(pk=found.fee_id)
    work = Work(one.performer, one.project, one.booking, Rate(one.rate_minor, one.currency))
    return Answered(found.pk, work, given_ms)

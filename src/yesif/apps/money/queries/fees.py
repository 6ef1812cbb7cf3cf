"""Read fees and claims: what was posted for a booking, what waits for a producer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import F, Sum

from yesif.apps.money.models import Claim, Entered, Fee, PayItem, RateLock
from yesif.apps.money.queries.books import balance, balances_of
from yesif.core.ledger import accounts

LATE = timedelta(days=14)
"""A fee that has not left the studio two weeks after it was approved is late, and stands in red."""


@dataclass(frozen=True, slots=True)
class FeeSeen:
    """One fee. `state`: earned, approved, sent, paid or returned is worked out with the pay runs, not here."""

    key: str
    performer: str
    project: str
    booking: str
    kind: str
    ms: int
    rate_minor: int
    percent: int
    currency: str
    micro: int
    line: int | None
    earned_at: datetime
    approve_at: datetime
    approved_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClaimSeen:
    """A disputed line and where its answer stands."""

    id: int
    fee: FeeSeen
    said: str
    claimed_ms: int
    opened_at: datetime
    answer_by: datetime
    answered_at: datetime | None
    answer: str
    given_ms: int


@dataclass(frozen=True, slots=True)
class ProjectMoney:
    """One project's money in one currency, in micro-units: what is there, what is set aside, what is owed."""

    project: str
    currency: str
    escrow: int
    held: int
    owed: int
    due: int
    late: int
    paid_ms: int
    fees: int


@dataclass(frozen=True, slots=True)
class LockSeen:
    """The rate of a booking as it was locked; `floor_minor` 0: no minimum was known for the place."""

    minor: int
    currency: str
    place: str
    floor_minor: int
    source: str
    at: datetime


def lock_of(booking: str) -> LockSeen | None:
    """The rate that was locked when this was booked. The caller has checked whose booking it is."""
    found = RateLock.objects.filter(booking=booking).first()
    if found is None:
        return None
    return LockSeen(found.minor, found.currency, found.place, found.floor_minor, found.source, found.at)


def posted_ms(booking: str) -> dict[str, int]:
    """What was posted for a booking, by kind; what was entered by hand is apart from what is counted, and not in it."""
    counted = Fee.objects.filter(booking=booking).exclude(key__contains=":entered-")
    rows = counted.values_list("kind").annotate(ms=Sum("ms"))
    return {kind: int(ms) for kind, ms in rows}


def of_project(project: str, *, open_only: bool = False) -> list[FeeSeen]:
    """A project's fees, newest first. The caller has checked whose project it is."""
    found = Fee.objects.filter(project=project)
    return [seen(one) for one in (found.filter(approved_at=None) if open_only else found).order_by("-earned_at", "-pk")]


def claims_of_project(project: str) -> list[ClaimSeen]:
    """A project's claims, open ones first. The caller has checked whose project it is."""
    found = Claim.objects.filter(fee__project=project).select_related("fee").order_by("answered_at", "-opened_at")
    return [claim_seen(one) for one in found]


def claim_on(fee_key: str) -> ClaimSeen | None:
    """The claim on one fee, if there is one."""
    found = Claim.objects.filter(fee__key=fee_key).select_related("fee").first()
    return claim_seen(found) if found else None


def project_money(project: str, currency: str, *, now: datetime) -> ProjectMoney:
    """How one project stands. The caller has checked whose it is."""
    fees = Fee.objects.filter(project=project, currency=currency)
    held = sum(micro for (_, code), micro in balances_of(accounts.held(project, "")).items() if code == currency)
    open_, late = _unpaid(project, currency, now)
    whole = fees.aggregate(ms=Sum("ms"), micro=Sum("micro"))
    return ProjectMoney(
        project,
        currency,
        balance(accounts.escrow(project), currency),
        held,
        -balance(accounts.owed(project), currency),
        open_,
        late,
        int(whole["ms"] or 0),
        int(whole["micro"] or 0),
    )


def _unpaid(project: str, currency: str, now: datetime) -> tuple[int, int]:
    """Fees not sent yet, and those of them that are late: a fee counts as sent with the first run that took its
    performer's approved money after it was approved."""
    open_ = late = 0
    for one in Fee.objects.filter(project=project, currency=currency, taken_back_at=None):
        if one.approved_at is not None and sent_at(one.performer, currency, one.approved_at) is not None:
            continue
        open_ += one.micro
        if one.approved_at is not None and one.approved_at + LATE < now:
            late += one.micro
    return open_, late


def sent_at(performer: str, currency: str, approved_at: datetime) -> datetime | None:
    """When money approved then went to the bank: with the first run after it that did not come back."""
    found = PayItem.objects.filter(
        performer=performer, run__currency=currency, run__made_at__gte=approved_at, state__in=["in-flight", "paid"]
    )
    return found.order_by("run__second_at").values_list("run__second_at", flat=True).first()


def days_to_paid(project: str) -> float | None:
    """Median days from the hour worked to the bank, over what was sent; None where nothing was yet. For a listing."""
    days = [
        (sent - one.earned_at).total_seconds() / 86_400
        for one in Fee.objects.filter(project=project).exclude(approved_at=None)
        if (sent := sent_at(one.performer, one.currency, one.approved_at or one.earned_at)) is not None
    ]
    return median(days) if days else None


def unpaid_share(project: str) -> tuple[int, int]:
    """(Time that was counted or claimed and then not paid, all counted or claimed time), in ms: worked out from the
    ledger. A fee is never taken back for what quality review found, so the first is what was reversed by hand, for
    whatever reason, and what a producer refused of what performers disputed or wrote down."""
    whole = Fee.objects.filter(project=project)
    back = whole.exclude(taken_back_at=None).aggregate(ms=Sum("ms"))["ms"] or 0
    refused = _refused(project)
    return int(back) + refused, int(whole.aggregate(ms=Sum("ms"))["ms"] or 0) + refused


def _refused(project: str) -> int:
    claims = Claim.objects.filter(fee__project=project).exclude(answered_at=None)
    written = Entered.objects.filter(project=project).exclude(given_ms=None)
    of_claims = claims.aggregate(ms=Sum(F("claimed_ms") - F("given_ms")))["ms"] or 0
    of_written = written.aggregate(ms=Sum(F("ms") - F("given_ms")))["ms"] or 0
    return int(of_claims) + int(of_written)


def seen(one: Fee) -> FeeSeen:
    """A fee as a value."""
    return FeeSeen(
        one.key,
        one.performer,
        one.project,
        one.booking,
        one.kind,
        one.ms,
        one.rate_minor,
        one.percent,
        one.currency,
        one.micro,
        one.line,
        one.earned_at,
        one.approve_at,
        one.approved_at,
    )


def claim_seen(one: Claim) -> ClaimSeen:
    """A claim as a value."""
    return ClaimSeen(
        one.pk,
        seen(one.fee),
        one.said,
        one.claimed_ms,
        one.opened_at,
        one.answer_by,
        one.answered_at,
        one.answer,
        one.given_ms,
    )

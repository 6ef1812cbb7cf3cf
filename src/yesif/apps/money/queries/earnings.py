"""What one performer earned: lines that open to what they came from, where each stands, and the year's statement.

Only ever asked for the performer themselves: the first argument is whose page it is, and no line of anyone else is
read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max

from yesif.apps.money.models import Claim, Fee, PayItem, RoyaltyShare
from yesif.apps.money.queries import fees as fee_queries
from yesif.apps.money.queries.books import balances_in
from yesif.apps.money.queries.fees import ClaimSeen, FeeSeen
from yesif.apps.money.queries.royalties import weights
from yesif.base.errors import NotFound
from yesif.core.ledger import statement
from yesif.core.ledger.entry import Stage, performer_account


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one performer's money is, in one currency, in micro-units."""

    currency: str
    earned: int
    approved: int
    on_its_way: int
    paid: int
    withheld: int


@dataclass(frozen=True, slots=True)
class RoyaltySeen:
    """One royalty, with all that it was worked out from."""

    event: str
    licence: str
    kind: str
    paid_minor: int
    paid_currency: str
    rate: dict[str, Any] | None
    payment_micro: int
    pool_micro: int
    weight: int
    whole_weight: int
    people: int
    clips: tuple[dict[str, Any], ...]
    terms_version: str
    since: datetime
    until: datetime


_A_MINUTE = 60_000  # milliseconds


@dataclass(frozen=True, slots=True)
class LineSeen:
    """One line of a statement. `state`: earned, approved, sent, paid, returned, taken-back."""

    key: str
    kind: str
    what: str
    at: datetime
    currency: str
    micro: int
    state: str
    state_at: datetime | None
    line: int | None
    fee: FeeSeen | None = None
    royalty: RoyaltySeen | None = None
    claim: ClaimSeen | None = None


def standing(performer: str) -> list[Standing]:
    """Where the money is, by currency."""
    names = {stage: performer_account(performer, stage) for stage in Stage}
    held = balances_in(names.values())
    found = []
    for currency in sorted({code for _, code in held}):
        micro = {stage: held.get((names[stage], currency), 0) for stage in Stage}
        approved = micro[Stage.PAYABLE] + micro[Stage.RESIDUE]
        found.append(
            Standing(
                currency,
                micro[Stage.ACCRUED],
                approved,
                micro[Stage.IN_FLIGHT],
                micro[Stage.PAID],
                micro[Stage.WITHHELD],
            )
        )
    return found


def approved_by(performer: str) -> dict[str, datetime]:
    """By when everything that is earned today will have approved itself, by currency."""
    waiting = Fee.objects.filter(performer=performer, approved_at=None).values_list("currency")
    return dict(waiting.annotate(last=Max("approve_at")).values_list("currency", "last"))


def lines(performer: str, *, year: int | None = None) -> list[LineSeen]:
    """Every line, newest first. A fee of no time and no money is none: someone looked in and left at once."""
    sent = _Sent(performer)
    claims = {one.fee_id: fee_queries.claim_seen(one) for one in _claims(performer)}
    fees = Fee.objects.filter(performer=performer)
    shares = RoyaltyShare.objects.filter(performer=performer).exclude(micro=0).select_related("revenue")
    if year is not None:
        fees, shares = fees.filter(earned_at__year=year), shares.filter(revenue__shared_at__year=year)
    found = [
        _fee(one, sent, claims.get(one.pk)) for one in fees if one.micro or one.ms >= _A_MINUTE or one.pk in claims
    ]
    found += [_royalty(one, sent) for one in shares]
    return sorted(found, key=lambda one: (one.at, one.key), reverse=True)


def line(performer: str, key: str) -> LineSeen:
    """One line of this performer's, opened. Raises NotFound."""
    sent = _Sent(performer)
    fee = Fee.objects.filter(performer=performer, key=key).first()
    if fee is not None:
        return _fee(fee, sent, fee_queries.claim_on(key))
    share = (
        RoyaltyShare.objects.filter(performer=performer, revenue__key=key)
        .select_related("revenue", "revenue__terms")
        .first()
    )
    if share is None:
        raise NotFound
    return _royalty(share, sent, whole=True)


def years(performer: str) -> list[int]:
    """Years in which something was earned, newest first."""
    earned = Fee.objects.filter(performer=performer).values_list("earned_at__year", flat=True)
    shared = RoyaltyShare.objects.filter(performer=performer).values_list("revenue__shared_at__year", flat=True)
    return sorted({*earned, *(one for one in shared if one)}, reverse=True)


def statement_of(performer: str, year: int) -> dict[str, Any]:
    """The year's statement: every line with what it was computed from, so that anyone can compute it again."""
    return statement.make(performer=performer, year=year, lines=list(_statement_lines(performer, year)))


def _statement_lines(performer: str, year: int) -> Iterator[statement.Line]:
    for one in Fee.objects.filter(performer=performer, earned_at__year=year, taken_back_at=None):
        yield {
            "kind": "fee",
            "key": one.key,
            "what": one.kind,
            "booking": one.booking,
            "ms": one.ms,
            "rate_minor": one.rate_minor,
            "percent": one.percent,
            "currency": one.currency,
            "micro": str(one.micro),
            "at": one.earned_at.isoformat(),
            "line": one.line,
        }
    shares = RoyaltyShare.objects.filter(performer=performer, revenue__shared_at__year=year)
    for share in shares.select_related("revenue", "revenue__terms").order_by("revenue_id"):
        revenue = share.revenue
        yield {
            "kind": "royalty",
            "key": revenue.key,
            "licence": revenue.licence,
            "currency": revenue.currency,
            "payment_micro": str(revenue.micro),
            "terms": revenue.terms.content if revenue.terms else {},
            "weight": share.weight,
            "others": statement.others(revenue.key, weights(revenue.pk), performer),
            "micro": str(share.micro),
            "at": revenue.shared_at.isoformat() if revenue.shared_at else "",
            "line": revenue.line,
        }


class _Sent:
    """When this performer's approved money went out: their payments, oldest first."""

    def __init__(self, performer: str) -> None:
        items = PayItem.objects.filter(performer=performer).exclude(state="drafted").select_related("run")
        self.items = sorted(items, key=lambda item: item.run.made_at)

    def state(self, currency: str, approved_at: datetime) -> tuple[str, datetime | None]:
        """The state of money approved then: with the first run drafted after it that did not come back."""
        came_back: datetime | None = None
        for item in self.items:
            if item.run.currency == currency and item.run.made_at >= approved_at:
                if item.state != "returned":
                    return ("paid" if item.state == "paid" else "sent"), item.moved_at
                came_back = item.moved_at
        return ("returned", came_back) if came_back else ("approved", approved_at)


def _claims(performer: str) -> list[Claim]:
    return list(Claim.objects.filter(fee__performer=performer).select_related("fee"))


def _fee(one: Fee, sent: _Sent, claim: ClaimSeen | None) -> LineSeen:
    state: str = "earned"
    at: datetime | None = one.earned_at
    if one.taken_back_at is not None:
        state, at = "taken-back", one.taken_back_at
    elif one.approved_at is not None:
        state, at = sent.state(one.currency, one.approved_at)
    return LineSeen(
        one.key,
        "fee",
        one.kind,
        one.earned_at,
        one.currency,
        one.micro,
        state,
        at,
        one.line,
        fee=fee_queries.seen(one),
        claim=claim,
    )


def _royalty(share: RoyaltyShare, sent: _Sent, *, whole: bool = False) -> LineSeen:
    revenue = share.revenue
    at = revenue.shared_at or revenue.received_at
    state, moved = sent.state(revenue.currency, at)
    opened = _opened(share) if whole else None
    return LineSeen(
        revenue.key,
        "royalty",
        revenue.kind,
        at,
        revenue.currency,
        share.micro,
        state,
        moved,
        revenue.line,
        royalty=opened,
    )


def _opened(share: RoyaltyShare) -> RoyaltySeen:
    revenue = share.revenue
    everyone = [weight for _, weight in weights(revenue.pk)]
    return RoyaltySeen(
        revenue.key,
        revenue.licence,
        revenue.kind,
        revenue.paid_minor,
        revenue.paid_currency,
        revenue.rate,
        revenue.micro,
        revenue.pool_micro,
        share.weight,
        sum(everyone),
        sum(1 for weight in everyone if weight),
        tuple(share.clips),
        revenue.terms.version if revenue.terms else "",
        revenue.since,
        revenue.until,
    )

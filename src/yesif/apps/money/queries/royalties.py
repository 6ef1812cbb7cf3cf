"""Read royalties: terms as published, payments that wait to be shared, shares."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import resources

from yesif.apps.money.models import PublishedTerms, Revenue, RoyaltyShare
from yesif.base.errors import NotFound
from yesif.core.ledger import royalty
from yesif.core.ledger.royalty import Payment, Terms


@dataclass(frozen=True, slots=True)
class TermsSeen:
    """Terms as published."""

    terms: Terms
    digest: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A payment that is not shared yet, and the time it is for."""

    payment: Payment
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class RevenueSeen:
    """A payment as the producer sees it."""

    key: str
    licence: str
    kind: str
    paid_minor: int
    paid_currency: str
    micro: int
    currency: str
    received_at: datetime
    shared_at: datetime | None
    pool_micro: int
    line: int | None


def standard_content() -> dict[str, object]:
    """The terms that come with the house, as JSON."""
    content: dict[str, object] = json.loads(resources.files(royalty.__package__).joinpath("terms.json").read_text())
    return content


def terms_in_force() -> Terms:
    """The newest terms; those of the house where none were published yet."""
    found = PublishedTerms.objects.order_by("-pk").first()
    return royalty.terms_from(found.content) if found else royalty.standard_terms()


def all_terms() -> list[TermsSeen]:
    """Every version published, newest first; before the first payment, the version that will be."""
    found = [
        TermsSeen(royalty.terms_from(one.content), one.digest, one.published_at)
        for one in PublishedTerms.objects.order_by("-pk")
    ]
    standard = royalty.standard_terms()
    return found or [TermsSeen(standard, standard.digest, None)]


def waiting(*, ended_by: datetime | None = None) -> list[Waiting]:
    """Payments not shared yet, oldest first; with `ended_by` those whose time is over by then."""
    found = Revenue.objects.filter(shared_at=None)
    if ended_by is not None:
        found = found.filter(until__lte=ended_by)
    return [
        Waiting(Payment(one.key, one.licence, one.kind, one.micro, one.currency), one.since, one.until) for one in found
    ]


def waiting_for(key: str) -> Waiting:
    """One payment that is not shared yet. Raises NotFound."""
    found = next((one for one in waiting() if one.payment.event == key), None)
    if found is None:
        raise NotFound
    return found


def revenue() -> list[RevenueSeen]:
    """Every payment, newest first."""
    return [_seen(one) for one in Revenue.objects.order_by("-received_at", "-pk")]


def weights(revenue_id: int) -> Iterator[tuple[str, int]]:
    """Every performer's weight in one payment: for a statement that can be worked out again."""
    yield from RoyaltyShare.objects.filter(revenue_id=revenue_id).values_list("performer", "weight").iterator(2000)


def _seen(one: Revenue) -> RevenueSeen:
    return RevenueSeen(
        one.key,
        one.licence,
        one.kind,
        one.paid_minor,
        one.paid_currency,
        one.micro,
        one.currency,
        one.received_at,
        one.shared_at,
        one.pool_micro,
        one.line,
    )

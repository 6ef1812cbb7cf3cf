"""Royalties: publish the terms, take a licensee's payment down, write its one split."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from django.db import transaction

from yesif.apps.money.actions.books import guard, post
from yesif.apps.money.models import PublishedTerms, Revenue, RoyaltyShare
from yesif.apps.money.queries import royalties as queries
from yesif.base.errors import BadInput, Conflict, NotFound
from yesif.base.money import MICRO, Money
from yesif.core.ledger import accounts, exchange, royalty
from yesif.core.ledger.entry import Entry, Posting
from yesif.core.ledger.exchange import ExchangeRate
from yesif.core.ledger.royalty import Leased, Payment, Shared, Terms


@transaction.atomic
def publish(*, content: Mapping[str, object], now: datetime) -> str:
    """Publish terms; their version. A version says one thing for ever. Raises BadInput, Conflict."""
    terms = royalty.terms_from(content)
    kept = PublishedTerms.objects.filter(version=terms.version).first()
    if kept is not None and kept.digest != terms.digest:
        raise Conflict(f"version: terms {terms.version} are published already and say something else.")
    if kept is None:
        PublishedTerms.objects.create(
            version=terms.version, content=dict(content), digest=terms.digest, published_at=now
        )
    return terms.version


@transaction.atomic
def receive(
    *,
    key: str,
    licence: str,
    kind: str,
    paid: Money,
    since: datetime,
    until: datetime,
    line: Callable[[], int],
    now: datetime,
    rate: ExchangeRate | None = None,
) -> str:
    """A licensee paid: written down and on the books, in the currency it came in and, by `rate`, in the one it is
    shared in. Returns the key; twice is once. `line` writes the record's line of it, and is asked only the first time.
    Raises BadInput, Conflict."""
    currency = rate.target if rate else paid.currency
    micro = rate.micro(paid) if rate else paid.minor * MICRO
    Payment(key, licence, kind, micro, currency)  # refuses what is not a payment
    if since >= until:
        raise BadInput("since: a payment is for a time that begins before it ends.")
    guard()
    kept = Revenue.objects.filter(key=key).first()
    if kept is not None:
        _same(kept, licence=licence, kind=kind, paid=paid, since=since, until=until, rate=_rate(rate))
        return key
    account, cash, number = accounts.received(licence), paid.minor * MICRO, line()
    postings = (Posting(accounts.BANK, -cash, number), Posting(account, cash, number))
    entries = [Entry(f"receive:{key}", paid.currency, "received", postings)]
    if rate is not None:
        entries += exchange.entries(f"exchange:{key}", licence, paid, rate, number)
    post(entries=entries, now=now)
    Revenue.objects.create(
        key=key,
        licence=licence,
        kind=kind,
        paid_minor=paid.minor,
        paid_currency=paid.currency,
        micro=micro,
        currency=currency,
        rate=_rate(rate),
        since=since,
        until=until,
        received_at=now,
    )
    return key


def _same(kept: Revenue, *, paid: Money, **said: object) -> None:
    """Raises Conflict naming the first field in which what is said now is not what was taken down."""
    now_said = {"amount": paid.minor, "currency": paid.currency, **said}
    then_said = {
        "amount": kept.paid_minor,
        "currency": kept.paid_currency,
        "licence": kept.licence,
        "kind": kept.kind,
        "since": kept.since,
        "until": kept.until,
        "rate": kept.rate,
    }
    for field, value in now_said.items():
        if then_said[field] != value:
            raise Conflict(f"key: a payment with another {field} was taken down under this key.")


def _rate(rate: ExchangeRate | None) -> dict[str, object] | None:
    if rate is None:
        return None
    return {
        "numerator": rate.numerator,
        "denominator": rate.denominator,
        "day": rate.day.isoformat(),
        "said_by": rate.said_by,
    }


@transaction.atomic
def pay(*, shared: Shared, leased: Iterable[Leased], line: int, now: datetime) -> None:
    """Write one payment's split: entry, shares, and the clips each came from. Twice is refused (Conflict): a payment is
    split once. Raises NotFound."""
    guard()
    found = Revenue.objects.select_for_update().filter(key=shared.payment.event).first()
    if found is None:
        raise NotFound
    if found.shared_at is not None:
        raise Conflict("This payment was shared already.")
    terms = PublishedTerms.objects.get(version=shared.terms.version)
    post(entries=[royalty.entry(shared, line=line)], now=now)
    clips: dict[str, list[dict[str, object]]] = {}
    for one in leased:
        clip: dict[str, object] = {"performance": one.performance, "run": one.run, "ms": one.ms, "form": one.form}
        clips.setdefault(one.performer, []).append({**clip, "line": one.line})
    RoyaltyShare.objects.bulk_create(
        (
            RoyaltyShare(
                revenue=found, performer=who, weight=weight, micro=shared.shares[who], clips=clips.get(who, [])
            )
            for who, weight in sorted(shared.weights.items())
        ),
        batch_size=500,
    )
    found.shared_at, found.terms, found.line, found.pool_micro = now, terms, line, shared.parts["pool"]
    found.save(update_fields=["shared_at", "terms", "line", "pool_micro"])


def terms_in_force(now: datetime) -> Terms:
    """The newest published terms; at first, those that come with the house are published."""
    if not PublishedTerms.objects.exists():
        publish(content=queries.standard_content(), now=now)
    return queries.terms_in_force()


def rate_from(*, source: str, target: str, text: str, day: date, said_by: str) -> ExchangeRate:
    """A rate as someone typed it. Raises BadInput naming the field."""
    numerator, denominator = exchange.read_rate(text)
    return ExchangeRate(source, target, numerator, denominator, day, said_by)

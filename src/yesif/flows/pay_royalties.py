"""A licensee pays; once, it is shared among those whose clips were leased, by terms that were published.

receive   the payment is written down, in its own currency and at its stored rate; it is for a time of at most 92 days
share     once that time is over: weights from what was leased in it, one split, on the record with a row for each
          performer; paid out of nothing else than the payment. Where nothing was leased it waits for the first lease.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import transaction

from yesif.apps.market import queries as market
from yesif.apps.money.actions import royalties
from yesif.apps.money.queries import royalties as queries
from yesif.apps.record import actions as record
from yesif.base.errors import BadInput, Refused, YesIfError
from yesif.base.money import Money
from yesif.core.ledger import royalty
from yesif.core.ledger.exchange import ExchangeRate
from yesif.core.ledger.royalty import Leased, Shared
from yesif.flows.engine import Run, workflow

logger = logging.getLogger(__name__)
LONGEST = timedelta(days=92)
"""A quarter: a payment is shared at the end of the time it is for, and nobody waits longer than this for it."""
Leases = Callable[[str, datetime, datetime], Iterable[Leased]]


@workflow("pay-royalties", every=timedelta(hours=1))
def pay_royalties(job: Run) -> None:
    """One round."""
    share_ended(now=job.now())


def share_ended(*, now: datetime, leases: Leases | None = None) -> int:
    """Share every payment whose time is over; how many. Each is one transaction: a crash in between costs nothing, and
    one that cannot be shared stops no other."""
    done = 0
    for one in queries.waiting(ended_by=now):
        try:
            share(key=one.payment.event, now=now, leases=leases)
            done += 1
        except Refused:
            logger.info("a payment waits for a lease", extra={"payment": one.payment.event})
        except YesIfError:
            logger.exception("a payment could not be shared", extra={"payment": one.payment.event})
    return done


@transaction.atomic
def receive(
    *,
    licence: str,
    kind: str,
    paid: Money,
    since: datetime,
    until: datetime,
    now: datetime,
    key: str,
    rate: ExchangeRate | None = None,
) -> str:
    """Take a licensee's payment down, on the books and on the record; twice is once. Raises BadInput, Conflict."""
    if until - since > LONGEST:
        raise BadInput(f"until: a payment is for at most {LONGEST.days} days; take a longer time down in parts.")
    if until - now > LONGEST:
        raise BadInput(f"until: a payment is for a time that ends within {LONGEST.days} days.")
    body: dict[str, object] = {
        "event": key,
        "licence": licence,
        "kind": kind,
        "minor": paid.minor,
        "currency": paid.currency,
        "since_ms": int(since.timestamp() * 1000),
        "until_ms": int(until.timestamp() * 1000),
    }
    if rate is not None:
        body["rate"] = {"in": rate.target, "numerator": rate.numerator, "denominator": rate.denominator}

    def line() -> int:
        return record.append(kind="received", body=body, about=[], now=now)

    return royalties.receive(
        key=key, licence=licence, kind=kind, paid=paid, since=since, until=until, now=now, rate=rate, line=line
    )


@transaction.atomic
def share(*, key: str, now: datetime, leases: Leases | None = None) -> Shared:
    """Share one payment. Raises NotFound where it is not waiting, Refused where its time is not over (what is leased
    until then counts, and a payment is shared once) or nothing was leased yet."""
    one = queries.waiting_for(key)
    if now < one.until:
        raise Refused("The time of this payment is not over; it is shared then, once.")
    terms = royalties.terms_in_force(now)
    of, until = leases or leased_of, one.until
    leased = list(of(one.payment.licence, one.since, until))
    if not leased:  # paid ahead of the first lease: then it is for the time until something was leased
        until = now
        leased = list(of(one.payment.licence, one.since, until))
    shared = royalty.share(one.payment, royalty.weights(leased, terms), terms)
    body: dict[str, object] = {
        "event": key,
        "licence": one.payment.licence,
        "kind": one.payment.kind,
        "currency": one.payment.currency,
        "payment_micro": str(one.payment.micro),
        "pool_micro": str(shared.parts["pool"]),
        "terms": terms.digest,
        "since_ms": int(one.since.timestamp() * 1000),
        "until_ms": int(until.timestamp() * 1000),
    }
    rows = [
        record.Row(who, {"performer": who, "weight": weight, "micro": str(shared.shares[who])})
        for who, weight in sorted(shared.weights.items())
    ]
    line = record.append(kind="royalty", body=body, about=[], now=now, rows=rows)
    royalties.pay(shared=shared, leased=leased, line=line, now=now)
    return shared


def leased_of(licence: str, since: datetime, until: datetime) -> list[Leased]:
    """What was leased under a licence in a time, as the market's books say."""
    form = market.licence_terms(licence).form
    return [
        Leased(one.performance, one.performer, one.ms, form, one.run, one.line)
        for one in market.leased(licence_id=licence, since=since, until=until)
    ]

"""A licensee pays; once, it is shared among those whose clips were leased, by terms that were published.

receive   the payment is written down, in its own currency and at its stored rate
share     weights from what was leased in that time, one split, on the record with a row for each performer; paid out of
          nothing else than the payment. Where nothing was leased yet the payment waits.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import transaction

from yesif.apps.market import queries as market
from yesif.apps.money.actions import royalties
from yesif.apps.money.queries import royalties as queries
from yesif.apps.record import actions as record
from yesif.base.errors import Refused
from yesif.base.money import Money
from yesif.core.ledger import royalty
from yesif.core.ledger.exchange import ExchangeRate
from yesif.core.ledger.royalty import Leased, Shared
from yesif.flows.engine import Run, workflow

logger = logging.getLogger(__name__)
Leases = Callable[[str, datetime, datetime], Iterable[Leased]]


@workflow("pay-royalties", every=timedelta(hours=1))
def pay_royalties(job: Run) -> None:
    """Share every payment that waits. Each is one transaction: a crash in between costs nothing."""
    for one in queries.waiting():
        try:
            share(key=one.payment.event, now=job.now())
        except Refused:
            logger.info("a payment waits for a lease", extra={"payment": one.payment.event})


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
    """Take a licensee's payment down; twice is once. Raises BadInput, Conflict."""
    return royalties.receive(
        key=key, licence=licence, kind=kind, paid=paid, since=since, until=until, now=now, rate=rate
    )


@transaction.atomic
def share(*, key: str, now: datetime, leases: Leases | None = None) -> Shared:
    """Share one payment. Raises NotFound where it is not waiting, Refused where nothing was leased in its time."""
    one = queries.waiting_for(key)
    terms = royalties.terms_in_force(now)
    leased = list((leases or leased_of)(one.payment.licence, one.since, one.until))
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
        "until_ms": int(one.until.timestamp() * 1000),
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

"""Where people are paid, and what the studio pays from: kept sealed, changed by its owner, gone when they leave."""

import re
from datetime import datetime

from django.db import transaction

from yesif.apps.money.actions.books import guard
from yesif.apps.money.models import Claim, Entered, Payee, TaxPaper
from yesif.apps.money.queries.payees import is_done_with
from yesif.apps.money.sealed import seal
from yesif.base.errors import BadInput
from yesif.core.ledger.payout.bank import Account

_PLACE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,5})?")


@transaction.atomic
def keep(*, owner: str, account: Account, place: str = "", now: datetime, extra: dict[str, str] | None = None) -> None:
    """Keep this account for `owner` in place of the former one. Raises BadInput."""
    if place and not _PLACE.fullmatch(place):
        raise BadInput("place: a country's two letters, or a part of it, like DE or US-CA.")
    Payee.objects.update_or_create(
        owner=owner,
        defaults={
            "kind": account.kind,
            "sealed": seal(account, owner, extra),
            "ends": account.number[-4:],
            "place": place,
            "at": now,
            "leaves_at": None,
        },
    )


@transaction.atomic
def forget(*, owner: str, now: datetime) -> None:
    """Destroy what is kept of someone's account and tax papers, and what they wrote of their work. Both go at
    once where nothing is due to them and nothing sent can come back, else when that is so (`let_go`): without them
    nobody could pay it. Where there is no account nothing can be sent, and the papers go at once. What they earned
    stays on the books, and theirs."""
    guard()
    Claim.objects.filter(fee__performer=owner).update(said="")
    Entered.objects.filter(performer=owner).update(said="")
    Payee.objects.filter(owner=owner, leaves_at=None).update(leaves_at=now)
    if is_done_with(owner, now=now) or not Payee.objects.filter(owner=owner).exists():
        _destroy(owner)


@transaction.atomic
def let_go(*, now: datetime) -> int:
    """Destroy the accounts and papers of those who were erased, two weeks after they were paid; how many."""
    guard()
    leaving = Payee.objects.filter(leaves_at__lte=now).values_list("owner", flat=True)
    gone = [owner for owner in leaving if is_done_with(owner, now=now)]
    for owner in gone:
        _destroy(owner)
    return len(gone)


def _destroy(owner: str) -> None:
    Payee.objects.filter(owner=owner).delete()
    TaxPaper.objects.filter(performer=owner).delete()

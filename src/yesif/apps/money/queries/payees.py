"""Who is paid where: what may be shown of it, and where someone works."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from yesif.apps.money.models import Claim, Entered, Payee, PayItem
from yesif.apps.money.queries.books import balances_in
from yesif.base.money import MICRO
from yesif.core.ledger.entry import Stage, performer_account

MAY_COME_BACK = timedelta(days=14)
"""A bank returns a payment within days; so long its account is kept, to send it anew."""
_OWED = (Stage.ACCRUED, Stage.PAYABLE, Stage.IN_FLIGHT, Stage.RESIDUE)


@dataclass(frozen=True, slots=True)
class PayeeSeen:
    """An account by its last characters; the rest is sealed."""

    owner: str
    kind: str
    ends: str
    place: str
    at: datetime


def payee(owner: str) -> PayeeSeen | None:
    """Where this one is paid, if they said so. For their own page and the pay run."""
    found = Payee.objects.filter(owner=owner).first()
    return PayeeSeen(found.owner, found.kind, found.ends, found.place, found.at) if found else None


def place_of(owner: str) -> str:
    """Where someone works; "" where they have not said."""
    return Payee.objects.filter(owner=owner).values_list("place", flat=True).first() or ""


def is_due(owner: str) -> bool:
    """Is a coin or more still to come to this one: earned, approved, on its way, or claimed or written down
    and not answered?"""
    names = [performer_account(owner, stage) for stage in _OWED]
    sums: dict[str, int] = {}
    for (_, currency), micro in balances_in(names).items():
        sums[currency] = sums.get(currency, 0) + micro
    return (
        any(micro >= MICRO for micro in sums.values())
        or Claim.objects.filter(fee__performer=owner, answered_at=None).exists()
        or Entered.objects.filter(performer=owner, settled_at=None).exists()
    )


def is_done_with(owner: str, *, now: datetime) -> bool:
    """Is nothing due to this one, and has everything that was sent to them stayed there for two weeks?"""
    moved = PayItem.objects.filter(performer=owner, moved_at__gt=now - MAY_COME_BACK)
    return not is_due(owner) and not moved.exists()


def payers() -> list[PayeeSeen]:
    """The accounts this studio pays from."""
    found = Payee.objects.filter(owner__startswith="payer:").order_by("owner")
    return [PayeeSeen(one.owner, one.kind, one.ends, one.place, one.at) for one in found]

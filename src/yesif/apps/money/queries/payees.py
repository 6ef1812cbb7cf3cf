"""Who is paid where: what may be shown of it, and where someone works."""

from dataclasses import dataclass
from datetime import datetime

from yesif.apps.money.models import Claim, Payee
from yesif.apps.money.queries.books import balances_in
from yesif.base.money import MICRO
from yesif.core.ledger.entry import Stage, performer_account

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
    """Is a coin or more still to come to this one: earned, approved, on its way, or claimed and not answered?"""
    names = [performer_account(owner, stage) for stage in _OWED]
    sums: dict[str, int] = {}
    for (_, currency), micro in balances_in(names).items():
        sums[currency] = sums.get(currency, 0) + micro
    return (
        any(micro >= MICRO for micro in sums.values())
        or Claim.objects.filter(fee__performer=owner, answered_at=None).exists()
    )


def payers() -> list[PayeeSeen]:
    """The accounts this studio pays from."""
    found = Payee.objects.filter(owner__startswith="payer:").order_by("owner")
    return [PayeeSeen(one.owner, one.kind, one.ends, one.place, one.at) for one in found]

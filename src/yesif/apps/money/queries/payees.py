"""Who is paid where: what may be shown of it, and where someone works."""

from dataclasses import dataclass
from datetime import datetime

from yesif.apps.money.models import Payee


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


def payers() -> list[PayeeSeen]:
    """The accounts this studio pays from."""
    found = Payee.objects.filter(owner__startswith="payer:").order_by("owner")
    return [PayeeSeen(one.owner, one.kind, one.ends, one.place, one.at) for one in found]

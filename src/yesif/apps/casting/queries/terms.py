"""The contract as its performer reads it: key facts, and what changed since the last one they had."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from yesif.apps.casting.models import Offer
from yesif.apps.casting.queries.projects import UNKNOWN_LICENSEE
from yesif.base.errors import NotFound

THINKING = timedelta(hours=48)
"""Between an offer and its yes, unless the performer waives it."""


@dataclass(frozen=True, slots=True)
class OfferSeen:
    """A contract. `state` is offered, accepted or declined; `changed` names what differs from the one before."""

    id: str
    project_id: str
    project_title: str
    about: str
    producer: str
    performer: str
    core_what: str
    core_where: str
    licensee_name: str
    core_ends: date
    fee_minor: int
    core_price_minor: int
    currency: str
    offered_at: datetime
    think_until: datetime
    accepted_at: datetime | None
    state: str
    changed: tuple[str, ...]


def offers_of(performer_id: str) -> list[OfferSeen]:
    """Every living contract put to a performer, newest first."""
    found = Offer.objects.filter(performer_id=performer_id, ended_at=None).order_by("-offered_at")
    return [_offer(one) for one in found.select_related("project__producer", "performer")]


def offer(offer_id: str, performer_id: str) -> OfferSeen:
    """One contract put to this performer. Raises NotFound."""
    found = (
        Offer.objects.filter(pk=offer_id, performer_id=performer_id, ended_at=None)
        .select_related("project__producer", "performer")
        .first()
    )
    if found is None:
        raise NotFound
    return _offer(found)


_COMPARED = (
    ("licensee", "who gets it"),
    ("core_what", "what a system learns"),
    ("core_where", "where it is used"),
    ("core_ends", "until when"),
    ("fee_minor", "the fee"),
    ("core_price_minor", "the part of the fee for the core use"),
)


def _offer(one: Offer) -> OfferSeen:
    last = (
        Offer.objects.filter(project_id=one.project_id, performer_id=one.performer_id, ended_at__isnull=False)
        .order_by("-ended_at")
        .first()
    )
    changed = [words for name, words in _COMPARED if last and getattr(last, name) != getattr(one, name)]
    return OfferSeen(
        id=one.id,
        project_id=one.project_id,
        project_title=one.project.title,
        about=one.project.about,
        producer=one.project.producer.stage_name,
        performer=one.performer.stage_name,
        core_what=one.core_what,
        core_where=one.core_where,
        licensee_name=one.licensee or UNKNOWN_LICENSEE,
        core_ends=one.core_ends,
        fee_minor=one.fee_minor,
        core_price_minor=one.core_price_minor,
        currency=one.currency,
        offered_at=one.offered_at,
        think_until=one.offered_at + THINKING,
        accepted_at=one.accepted_at,
        state="accepted" if one.accepted_at else "declined" if one.declined_at else "offered",
        changed=tuple(changed),
    )

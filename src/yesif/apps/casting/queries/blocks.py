"""Blocks as a performer's calendar and a producer's board show them, and the reminders that are due."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from yesif.apps.casting.models import Block, Coming, Offer, Pairing, Reminder, Wish
from yesif.apps.casting.queries.projects import project
from yesif.base.errors import NotFound

REMINDED = (72, 24, 2)
"""Hours before the start."""


@dataclass(frozen=True, slots=True)
class ComingSeen:
    """Someone who said "I can"."""

    performer_id: str
    stage_name: str
    would_stand_by: bool
    stands_by: bool
    confirmed: bool
    called: bool
    here: bool
    paired: bool


@dataclass(frozen=True, slots=True)
class PairSeen:
    """A settled pair and its session."""

    a: str
    b: str
    a_name: str
    b_name: str
    why: str
    session_id: str


@dataclass(frozen=True, slots=True)
class BlockSeen:
    """A block as its producer sees it."""

    id: str
    project_id: str
    starts_at: datetime
    minutes: int
    seats: int
    understudies: int
    scenes: int
    settled_at: datetime | None
    coming: tuple[ComingSeen, ...]
    pairs: tuple[PairSeen, ...]

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class MyBlock:
    """A block in one performer's calendar."""

    id: str
    project_id: str
    project_title: str
    starts_at: datetime
    minutes: int
    fee_minor: int
    currency: str
    said: bool
    would_stand_by: bool
    stands_by: bool
    confirmed: bool
    called: bool
    here: bool
    settled: bool
    partner: str
    partner_zone: str
    session_id: str

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder to send: to whom, of what, how many hours before."""

    coming_id: int
    performer_id: str
    block_id: str
    starts_at: datetime
    hours: int
    confirmed: bool


def blocks(project_id: str, producer_id: str) -> list[BlockSeen]:
    """The blocks of a producer's own project, soonest first. Raises NotFound."""
    project(project_id, producer_id)
    return [_block(one) for one in Block.objects.filter(project_id=project_id)]


def block(block_id: str, producer_id: str) -> BlockSeen:
    """A block of a producer's own project. Raises NotFound."""
    found = Block.objects.filter(pk=block_id, project__producer_id=producer_id).first()
    if found is None:
        raise NotFound
    return _block(found)


def to_pay(*, until: datetime) -> list[BlockSeen]:
    """Settled blocks that ended before then and whose understudies are not paid up, oldest first: for flows that answer
    to nobody's page."""
    begun = Block.objects.filter(starts_at__lt=until, paid_up_at=None).exclude(settled_at=None)
    return [one for one in (_block(found) for found in begun) if one.ends_at < until]


def rate(block_id: str) -> tuple[int, str]:
    """What an hour of a block's project is paid: minor units and currency. Raises NotFound."""
    found = Block.objects.filter(pk=block_id).values_list("project__fee_minor", "project__currency").first()
    if found is None:
        raise NotFound
    return found


def block_of_flow(block_id: str) -> BlockSeen:
    """A block, for flows that answer to nobody's page. Raises NotFound."""
    found = Block.objects.filter(pk=block_id).first()
    if found is None:
        raise NotFound
    return _block(found)


def producer_of(block_id: str) -> str:
    """Whose project a block is of. Raises NotFound."""
    found = Block.objects.filter(pk=block_id).values_list("project__producer_id", flat=True).first()
    if found is None:
        raise NotFound
    return found


def block_of_session(session_id: str) -> str | None:
    """The block a session was booked in, if any."""
    return Pairing.objects.filter(session=session_id).values_list("block_id", flat=True).first() if session_id else None


def calendar(performer_id: str, *, now: datetime) -> list[MyBlock]:
    """The blocks a performer may come to or has said yes to, soonest first; over ones leave after their end."""
    offers = {
        one.project_id: one
        for one in Offer.objects.filter(performer_id=performer_id, accepted_at__isnull=False, ended_at=None)
    }
    found = Block.objects.filter(Q(project_id__in=offers) | Q(coming__performer_id=performer_id)).distinct()
    ahead = [one for one in found.select_related("project") if one.starts_at + timedelta(minutes=one.minutes) > now]
    return [_mine(one, performer_id, offers.get(one.project_id)) for one in ahead]


def my_block(block_id: str, performer_id: str) -> MyBlock:
    """One block of a performer's calendar. Raises NotFound."""
    found = Block.objects.filter(pk=block_id).select_related("project").first()
    if found is not None:
        offer = Offer.objects.filter(
            project_id=found.project_id, performer_id=performer_id, accepted_at__isnull=False, ended_at=None
        ).first()
        if offer is not None or found.coming.filter(performer_id=performer_id).exists():
            return _mine(found, performer_id, offer)
    raise NotFound


def reminders_due(by: str, *, now: datetime) -> list[Due]:
    """Reminders whose hour has come and that did not go out this way yet; only the latest of several missed ones."""
    ahead = Coming.objects.filter(
        block__starts_at__gt=now,
        block__starts_at__lte=now + timedelta(hours=REMINDED[0]),
        block__settled_at__isnull=False,
    ).select_related("block")
    found = []
    for one in ahead.prefetch_related("reminders"):
        hours = min(each for each in REMINDED if one.block.starts_at - now <= timedelta(hours=each))
        if not any(sent.hours == hours and sent.by == by for sent in one.reminders.all()):
            confirmed = one.confirmed_at is not None
            found.append(Due(one.pk, one.performer_id, one.block_id, one.block.starts_at, hours, confirmed))
    return found


def reminded_on_page(performer_id: str) -> list[str]:
    """Blocks whose reminder stands on this performer's page and is not answered."""
    found = Reminder.objects.filter(coming__performer_id=performer_id, coming__confirmed_at=None, by="page")
    return list(found.values_list("coming__block_id", flat=True).distinct())


def unanswered(block_id: str) -> list[str]:
    """Who is paired in a settled block and has not confirmed."""
    pairs = Pairing.objects.filter(block_id=block_id).values_list("a_id", "b_id")
    paired = {one for pair in pairs for one in pair}
    silent = Coming.objects.filter(block_id=block_id, confirmed_at=None, here_at=None, performer_id__in=paired)
    return list(silent.values_list("performer_id", flat=True))


def wishes(project_id: str) -> dict[tuple[str, str], bool]:
    """The producer's pins (True) and forbids (False) by pair."""
    return {(one.a_id, one.b_id): one.pinned for one in Wish.objects.filter(project_id=project_id)}


def _block(one: Block) -> BlockSeen:
    pairs = [
        PairSeen(each.a_id, each.b_id, each.a.stage_name, each.b.stage_name, each.why, each.session)
        for each in one.pairings.select_related("a", "b").order_by("pk")
    ]
    paired = {name for each in pairs for name in (each.a, each.b)}
    coming = [
        ComingSeen(
            each.performer_id,
            each.performer.stage_name,
            each.would_stand_by,
            each.stands_by,
            each.confirmed_at is not None,
            each.called_at is not None,
            each.here_at is not None,
            each.performer_id in paired,
        )
        for each in one.coming.select_related("performer").order_by("said_at", "performer_id")
    ]
    return BlockSeen(
        one.id,
        one.project_id,
        one.starts_at,
        one.minutes,
        one.seats,
        one.understudies,
        one.scenes,
        one.settled_at,
        tuple(coming),
        tuple(pairs),
    )


def _mine(one: Block, performer_id: str, offer: Offer | None) -> MyBlock:
    coming = one.coming.filter(performer_id=performer_id).first()
    pair = one.pairings.filter(Q(a_id=performer_id) | Q(b_id=performer_id)).select_related("a", "b").first()
    partner = None if pair is None else pair.b if pair.a_id == performer_id else pair.a
    return MyBlock(
        id=one.id,
        project_id=one.project_id,
        project_title=one.project.title,
        starts_at=one.starts_at,
        minutes=one.minutes,
        fee_minor=offer.fee_minor if offer else one.project.fee_minor,
        currency=offer.currency if offer else one.project.currency,
        said=coming is not None,
        would_stand_by=bool(coming and coming.would_stand_by),
        stands_by=bool(coming and coming.stands_by),
        confirmed=bool(coming and coming.confirmed_at),
        called=bool(coming and coming.called_at),
        here=bool(coming and coming.here_at),
        settled=one.settled_at is not None,
        partner=partner.stage_name if partner else "",
        partner_zone=partner.time_zone if partner else "",
        session_id=pair.session if pair else "",
    )

"""Blocks: made, said yes to, settled into pairs, confirmed, come to. "I can't" deletes, and nothing of it stays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from yesif.apps.casting.actions.owned import owned_block, owned_project
from yesif.apps.casting.models import Block, Coming, Offer, Pairing, Wish
from yesif.base.errors import BadInput, Conflict, NotFound, Refused

PAIRS_PER_UNDERSTUDY = 8


@dataclass(frozen=True, slots=True)
class NewPair:
    """A pair to be settled, and the sentence that says why."""

    a: str
    b: str
    why: str


@transaction.atomic
def make_block(
    *, project_id: str, producer_id: str, starts_at: datetime, minutes: int, seats: int, scenes: int, now: datetime
) -> str:
    """A block of `seats` pairs, with one paid understudy for every eight of them; its id. Raises NotFound, BadInput."""
    project = owned_project(project_id, producer_id)
    if not 30 <= minutes <= 480 or not 1 <= seats <= 100 or not 1 <= scenes <= 6:
        raise BadInput("A block lasts 30 to 480 minutes, holds 1 to 100 pairs and deals each 1 to 6 cards.")
    if starts_at <= now:
        raise BadInput("A block starts after now.")
    return Block.objects.create(
        project=project,
        starts_at=starts_at,
        minutes=minutes,
        seats=seats,
        scenes=scenes,
        understudies=-(-seats // PAIRS_PER_UNDERSTUDY),
    ).id


@transaction.atomic
def can(*, block_id: str, performer_id: str, would_stand_by: bool, now: datetime) -> None:
    """“I can”: under an accepted contract, so it is also the yes to the core use for what is played in this block.

    A second time changes only whether they would stand by. Raises NotFound, Conflict (it has begun)."""
    block = Block.objects.select_for_update().filter(pk=block_id).first()
    if block is None or not _under_contract(block.project_id, performer_id):
        raise NotFound
    if block.starts_at <= now:
        raise Conflict("This block has begun.")
    Coming.objects.update_or_create(
        block=block,
        performer_id=performer_id,
        defaults={"would_stand_by": would_stand_by},
        create_defaults={"would_stand_by": would_stand_by, "said_at": now},
    )


@transaction.atomic
def cannot(*, block_id: str, performer_id: str) -> str:
    """ "I can't": the row goes, with its reminders. Returns the session they were booked into, or "". Twice is once.

    Deleted, not marked: there is no column in which it could stand. Raises NotFound."""
    block = Block.objects.select_for_update().filter(pk=block_id).first()
    if block is None:
        raise NotFound
    Coming.objects.filter(block=block, performer_id=performer_id).delete()
    theirs = [one for one in block.pairings.all() if performer_id in (one.a_id, one.b_id)]
    session = next((one.session for one in theirs), "")
    Pairing.objects.filter(pk__in=[one.pk for one in theirs]).delete()
    return session


@transaction.atomic
def settle(
    *, block_id: str, producer_id: str, pairs: Sequence[NewPair], standing_by: Iterable[str], now: datetime
) -> None:
    """Write down who plays with whom and who stands by. A second time replaces it. Raises NotFound, Refused."""
    block = owned_block(block_id, producer_id)
    coming = {one.performer_id: one for one in block.coming.all()}
    names = [name for pair in pairs for name in (pair.a, pair.b)]
    waiting = set(standing_by)
    if len(names) != len(set(names)) or not set(names) | waiting <= coming.keys() or waiting & set(names):
        raise Refused("Someone in these pairs no longer comes, or stands in two of them. Look at the board again.")
    if len(pairs) > block.seats:
        raise Refused(f"This block holds {block.seats} pairs.")
    block.pairings.all().delete()
    Pairing.objects.bulk_create(
        [Pairing(block=block, a_id=one.a, b_id=one.b, why=one.why, made_at=now) for one in pairs]
    )
    block.coming.update(stands_by=False)
    block.coming.filter(performer_id__in=waiting).update(stands_by=True)
    block.settled_at = now
    block.save(update_fields=["settled_at"])


@transaction.atomic
def pair_again(*, block_id: str, gone: Iterable[tuple[str, str]], new: Sequence[NewPair], now: datetime) -> None:
    """In the running block: pairs in `gone` end, `new` ones take their place. Raises NotFound."""
    block = Block.objects.select_for_update().filter(pk=block_id).first()
    if block is None:
        raise NotFound
    for a, b in gone:
        block.pairings.filter(a_id=a, b_id=b).delete()
    Pairing.objects.bulk_create([Pairing(block=block, a_id=one.a, b_id=one.b, why=one.why, made_at=now) for one in new])


@transaction.atomic
def paid_up(*, block_id: str, now: datetime) -> None:
    """A block that is over has paid its understudies and given back the rest. Twice is once."""
    Block.objects.filter(pk=block_id, paid_up_at=None).update(paid_up_at=now)


@transaction.atomic
def seated(*, block_id: str, a: str, b: str, session_id: str) -> None:
    """The stage has booked this pair's session. Raises NotFound."""
    if not Pairing.objects.filter(block_id=block_id, a_id=a, b_id=b).update(session=session_id):
        raise NotFound


@transaction.atomic
def confirm(*, block_id: str, performer_id: str, now: datetime) -> None:
    """ "I'll be there"; twice is once. Raises NotFound."""
    _coming(block_id, performer_id)
    Coming.objects.filter(block_id=block_id, performer_id=performer_id, confirmed_at=None).update(confirmed_at=now)


@transaction.atomic
def arrive(*, block_id: str, performer_id: str, now: datetime) -> None:
    """They are here; twice is once. Raises NotFound."""
    _coming(block_id, performer_id)
    Coming.objects.filter(block_id=block_id, performer_id=performer_id, here_at=None).update(here_at=now)


@transaction.atomic
def call_understudy(*, block_id: str, now: datetime) -> str | None:
    """The next understudy of the block who was not called yet, now called; None where there is none."""
    waiting = Coming.objects.select_for_update().filter(block_id=block_id, stands_by=True, called_at=None)
    found = waiting.order_by("said_at", "performer_id").first()
    if found is None:
        return None
    found.called_at = now
    found.save(update_fields=["called_at"])
    return found.performer_id


@transaction.atomic
def wish(*, project_id: str, producer_id: str, a: str, b: str, kind: str) -> None:
    """Pin or forbid two, or "" to take either back. A pin overrules nobody's line. Raises NotFound, BadInput."""
    project = owned_project(project_id, producer_id)
    if kind not in ("pin", "forbid", ""):
        raise BadInput("A wish is pin or forbid.")
    first, second = sorted((a, b))
    if first == second or not all(_under_contract(project.id, one) for one in (first, second)):
        raise NotFound
    if kind:
        Wish.objects.update_or_create(project=project, a_id=first, b_id=second, defaults={"pinned": kind == "pin"})
    else:
        Wish.objects.filter(project=project, a_id=first, b_id=second).delete()


def _under_contract(project_id: str, performer_id: str) -> bool:
    found = Offer.objects.filter(project_id=project_id, performer_id=performer_id, accepted_at__isnull=False)
    return found.filter(ended_at=None, performer__is_active=True).exists()


def _coming(block_id: str, performer_id: str) -> Coming:
    found = Coming.objects.select_for_update().filter(block_id=block_id, performer_id=performer_id).first()
    if found is None:
        raise NotFound
    return found

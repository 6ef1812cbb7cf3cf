"""From "I can" to a booked session: plan a project's blocks, settle them, open the rooms, pair again who showed up.

Rule by `core/matching`; facts in `casting`; sessions through `stage.actions`; the yes to the core use by `consent`.
A performer who comes in says yes with that tap, to the terms of their contract; nothing is licensed before.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from yesif.apps.casting import queries as casting
from yesif.apps.casting.actions import blocks as acts
from yesif.apps.casting.actions import terms
from yesif.apps.casting.queries import blocks as seen
from yesif.apps.casting.queries import board, sheets
from yesif.apps.casting.queries.blocks import BlockSeen, PairSeen
from yesif.apps.consent import actions as consent
from yesif.apps.decks import queries as decks
from yesif.apps.stage.actions import bookings, calling_off
from yesif.apps.stage.queries import after, sessions
from yesif.base.errors import Conflict, Refused
from yesif.core.matching.block import repair
from yesif.core.matching.cards import Card, deal
from yesif.core.matching.fit import Fit, fit, together
from yesif.core.matching.pairs import Plan, match, pair_of
from yesif.flows import pay_blocks

OPENS = timedelta(minutes=30)
"""How long before its start one may come into a block."""


@dataclass(frozen=True, slots=True)
class Board:
    """A project's open blocks, matched: the plan, and everyone's stage name."""

    plan: Plan
    blocks: tuple[BlockSeen, ...]
    names: dict[str, str]


def plan(project_id: str, producer_id: str, *, now: datetime) -> Board:
    """Match everyone who said "I can" over all blocks that are not settled. Writes nothing. Raises NotFound."""
    casting.project(project_id, producer_id)
    open_blocks = board.open_blocks(project_id, now=now)
    wishes = seen.wishes(project_id)
    found = match(
        board.performers(project_id, open_blocks, sheets.pack(project_id), **said_after()),
        board.slots(open_blocks),
        board.aims(project_id),
        pins=board.pins(wishes),
        forbidden=[pair for pair, pinned in wishes.items() if not pinned],
        rounds=max(1, len(open_blocks)) if len(open_blocks) <= 6 else 2,
    )
    shown = tuple(seen.block(one, producer_id) for one in open_blocks)
    return Board(found, shown, {one.performer_id: one.stage_name for block in shown for one in block.coming})


@transaction.atomic
def settle(block_id: str, producer_id: str, *, now: datetime) -> int:
    """Settle one block as the board shows it; returns how many pairs. Raises NotFound, Refused."""
    block = seen.block(block_id, producer_id)
    if block.settled_at is not None:
        raise Refused("This block is settled already.")
    planned = [one for one in plan(block.project_id, producer_id, now=now).plan.matches if one.slot == block_id]
    if not planned:
        raise Refused("Nobody in this block can be paired yet.")
    pairs = [acts.NewPair(one.fit.a, one.fit.b, one.fit.sentence()) for one in planned]
    paired = {name for one in pairs for name in (one.a, one.b)}
    spare = [one.performer_id for one in block.coming if one.would_stand_by and one.performer_id not in paired]
    acts.settle(
        block_id=block_id, producer_id=producer_id, pairs=pairs, standing_by=spare[: block.understudies], now=now
    )
    pay_blocks.cover(seen.block(block_id, producer_id), now=now)
    return len(pairs)


@transaction.atomic
def come_in(block_id: str, performer_id: str, *, now: datetime) -> str:
    """A performer is here: the session of their pair is booked if it was not, and their yes is written down.

    Returns the session to enter, or "" for an understudy who waits. Raises NotFound, Refused, Conflict."""
    block = seen.block_of_flow(block_id)
    if now < block.starts_at - OPENS:
        raise Refused(f"The block opens {OPENS.seconds // 60} minutes before it starts.")
    if now > block.ends_at:
        raise Refused("This block is over.")
    acts.arrive(block_id=block_id, performer_id=performer_id, now=now)
    pair = next((one for one in block.pairs if performer_id in (one.a, one.b)), None)
    if pair is None:
        return ""
    session_id = pair.session_id or _book(block, pair, now)
    _say_yes(block.id, performer_id, now)
    return session_id


@transaction.atomic
def pair_again(block_id: str, *, now: datetime) -> list[PairSeen]:
    """Pair those who are here; sessions of pairs that changed are called off. Returns the new pairs, booked.

    Pairs that already play are left alone. Locks the block's row. Raises NotFound."""
    block = seen.block_of_flow(block_id)
    here = {one.performer_id for one in block.coming if one.here}
    begun = {pair_of(one.a, one.b) for one in block.pairs if one.session_id and _has_begun(one)}
    those = board.performers(block.project_id, [block_id], sheets.pack(block.project_id), **said_after())
    found = repair(
        [one for one in those if one.id in here],
        [(one.a, one.b) for one in block.pairs],
        board.aims(block.project_id),
        begun=begun,
        forbidden=[pair for pair, pinned in seen.wishes(block.project_id).items() if not pinned],
    )
    moved = {name for one in found.new for name in (one.a, one.b)}
    gone = [one for one in block.pairs if pair_of(one.a, one.b) not in begun and moved & {one.a, one.b}]
    for one in gone:
        if one.session_id:
            calling_off.call_off(session_id=one.session_id, now=now)
    acts.pair_again(
        block_id=block_id,
        gone=[(one.a, one.b) for one in gone],
        new=[acts.NewPair(one.a, one.b, one.sentence()) for one in found.new],
        now=now,
    )
    fresh = {(one.a, one.b) for one in found.new}
    new = [one for one in seen.block_of_flow(block_id).pairs if (one.a, one.b) in fresh]
    for one in new:
        _book(block, one, now)
        for who in (one.a, one.b):
            _say_yes(block.id, who, now)
    return [one for one in seen.block_of_flow(block_id).pairs if (one.a, one.b) in fresh]


@transaction.atomic
def cannot(block_id: str, performer_id: str, *, now: datetime) -> str | None:
    """“I can't”: gone without a mark; an understudy of a settled block is called. Returns who was called, if anyone."""
    block = seen.block_of_flow(block_id)
    if now >= block.starts_at:
        raise Conflict("The block has begun. If you are in the room, Leave is there; nothing is asked.")
    paired = any(performer_id in (one.a, one.b) for one in block.pairs)
    acts.cannot(block_id=block_id, performer_id=performer_id)
    return acts.call_understudy(block_id=block_id, now=now) if paired else None


def why_not(project_id: str, producer_id: str, a: str, b: str, *, now: datetime) -> Fit | None:
    """How two of one's own project would fit; None tells no reason. Raises NotFound."""
    casting.project(project_id, producer_id)
    open_blocks = board.open_blocks(project_id, now=now)
    those = board.performers(project_id, open_blocks, sheets.pack(project_id), **said_after())
    pair = {one.id: one for one in those if one.id in (a, b)}
    if len(pair) < 2 or not together(pair[a], pair[b]):
        return None
    return fit(pair[a], pair[b], board.aims(project_id))


def said_after() -> dict[str, Sequence[frozenset[str]]]:
    """What was said after scenes: never again, and again; silent, and read here only to be matched by."""
    return {"never": tuple(after.never_again()), "again": tuple(after.gladly_again())}


def _has_begun(pair: PairSeen) -> bool:
    return sessions.session(pair.session_id, pair.a).phase in ("countdown", "playing", "between")


def _book(block: BlockSeen, pair: PairSeen, now: datetime) -> str:
    """Book this pair's session on the stage, with cards inside both sheets and a note for each."""
    made = {who: terms.book(block_id=block.id, performer_id=who, now=now) for who in (pair.a, pair.b)}
    pay_blocks.pass_on(block, made, now=now)
    session_id = bookings.book_session(
        project_id=block.project_id,
        producer_id=seen.producer_of(block.id),
        booking_ids=list(made.values()),
        scenes=_dealt(block, pair),
        starts_at=block.starts_at,
        now=now,
    )
    acts.seated(block_id=block.id, a=pair.a, b=pair.b, session_id=session_id)
    return session_id


def _dealt(block: BlockSeen, pair: PairSeen) -> list[bookings.ScenePlan]:
    cards = sheets.dealable_to(block.project_id, (pair.a, pair.b), block.starts_at.date())
    if not cards:
        raise Refused("These two cannot be dealt a card today.")
    turn = f"{block.id}|{pair.a}|{pair.b}"
    played = {scene.card.id for who in (pair.a, pair.b) for one in sessions.sessions_of(who) for scene in one.scenes}
    chosen = deal(cards, scenes=block.scenes, played=played, turn=turn, secret=sheets.hold_out_secret())
    notes = [one.id for deck in casting.deck_ids_of(block.project_id) for one in decks.notes(deck)]
    return [_with_notes(card, notes, f"{turn}|{n}") for n, card in enumerate(chosen)]


def _with_notes(card: Card, notes: Sequence[str], turn: str) -> bookings.ScenePlan:
    drawn = sorted(notes, key=lambda one: hashlib.sha256(f"{turn}|{one}".encode()).digest())
    return bookings.ScenePlan(card.id, {"a": drawn[0], "b": drawn[1]})


def _say_yes(block_id: str, performer_id: str, now: datetime) -> None:
    """The performer's own yes to the core use for this block, by coming in."""
    booking_id = terms.book(block_id=block_id, performer_id=performer_id, now=now)
    consent.accept_core(booking_id=booking_id, performer_id=performer_id, now=now)

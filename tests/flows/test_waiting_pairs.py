"""Whose partner does not come is paired with somebody else who is here; who said never is not paired again."""

from datetime import timedelta

import pytest

from tests.flows.test_blocks import START, settled
from yesif.apps.casting.queries import blocks as seen
from yesif.apps.stage.actions import room
from yesif.apps.stage.models import PlayAgain
from yesif.apps.stage.queries import sessions
from yesif.flows import blocks, waiting

pytestmark = pytest.mark.django_db
S = 1_000_000_000


def studio_ns(minutes: float) -> int:
    return int((START + timedelta(minutes=minutes)).timestamp()) * S


def comes(block: str, who: str, minutes: float = 0) -> str:
    session = blocks.come_in(block, who, now=START + timedelta(minutes=minutes))
    room.enter(session_id=session, performer_id=who, studio_ns=studio_ns(minutes), now=START)
    return session


def test_two_who_wait_alone_are_paired_with_each_other_when_one_of_them_asks() -> None:
    block, _ = settled("ana", "bo", "cy", "dee")
    first, second = seen.block_of_flow(block).pairs
    mine, theirs = comes(block, first.a), comes(block, second.a)
    assert waiting.look(mine, studio_ns=studio_ns(5)) == (("re-pair-offered", first.a),)
    moved = waiting.ask_another(mine, first.a, studio_ns=studio_ns(5.1), now=START + timedelta(minutes=5))
    assert set(moved) == {mine, theirs}
    new = sessions.moved_to(mine, first.a)
    assert new == sessions.moved_to(theirs, second.a)
    assert new not in ("", mine, theirs)
    assert sessions.moved_to(new, first.a) == ""
    assert sessions.moved_to(mine, first.b) == ""
    assert {place.performer_id for place in sessions.session(new, first.a).places} == {first.a, second.a}


def test_who_asks_while_nobody_else_is_free_waits_on() -> None:
    block, _ = settled("ana", "bo")
    pair = seen.block_of_flow(block).pairs[0]
    mine = comes(block, pair.a)
    waiting.look(mine, studio_ns=studio_ns(5))
    assert waiting.ask_another(mine, pair.a, studio_ns=studio_ns(5.1), now=START + timedelta(minutes=5)) == ()
    assert sessions.session(mine, pair.a).phase == "lobby"


def test_who_said_never_is_not_paired_with_them_again() -> None:
    block, _ = settled("ana", "bo", "cy", "dee")
    first, second = seen.block_of_flow(block).pairs
    mine = comes(block, first.a)
    comes(block, second.a)
    waiting.look(mine, studio_ns=studio_ns(5))
    PlayAgain.objects.create(by_id=second.a, about_id=first.a, answer="never", answered_at=START)
    assert frozenset((first.a, second.a)) in blocks.said_after()["never"]
    assert waiting.ask_another(mine, first.a, studio_ns=studio_ns(5.1), now=START + timedelta(minutes=5)) == ()

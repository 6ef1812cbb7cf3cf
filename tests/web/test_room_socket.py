"""The line to the room: coming in, being told, playing, cutting, going and coming back."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from channels.db import database_sync_to_async as asked
from channels.layers import get_channel_layer
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore

from tests.apps.room_cast import Booked, booked
from tests.people import person
from tests.web.sockets import Line, both_in, line, played, roll
from yesif.apps.footage.models import Take
from yesif.apps.people.models import Person
from yesif.apps.stage.actions import room as stage
from yesif.apps.stage.queries import sessions as queries
from yesif.web.clock import CLOCK
from yesif.web.room import signal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everyone may come in again, and countdowns are short."""
    signal._comings.clear()
    monkeypatch.setattr(stage, "COUNTDOWN_NS", 300_000_000)


@pytest.fixture
def room() -> Booked:
    return booked()


async def kinds(room: Booked) -> list[str]:
    return [event.kind for event in await asked(queries.events)(room.session, room.ana)]


@played
async def test_who_comes_in_is_told_how_the_room_stands(room: Booked) -> None:
    async with line(room.session, "ana") as ana:
        state = await ana.until("state")
    assert state["phase"] == "lobby"
    assert state["you"] == {"position": "a", "ready": False}
    assert [partner["name"] for partner in state["partners"]] == ["Bo"]
    assert state["card"]["title"]
    assert state["note"]["objective"]
    assert state["take"] is state["over"] is None


@played
async def test_two_who_come_in_learn_of_each_other_and_exactly_one_is_polite(room: Booked) -> None:
    async with line(room.session, "ana") as ana, line(room.session, "bo") as bo:
        to_ana, to_bo = await asyncio.gather(ana.until("here"), bo.until("here"))
    assert (to_ana["page"], to_bo["page"]) == ("page-of-bo", "page-of-ana")
    assert (to_ana["polite"], to_bo["polite"]) == (False, True)


@pytest.mark.parametrize("name", ["cy", "pia", "lab", "una"])
@played
async def test_a_room_is_closed_to_everyone_but_its_cast(room: Booked, name: str) -> None:
    async with line(room.session, name) as other:
        assert await other.until_closed() == signal.NOT_YOURS
        assert [message["type"] for message in other.heard] == ["closed"]
    assert await kinds(room) == []


@played
async def test_a_room_that_is_not_there_answers_like_one_that_is_not_yours(room: Booked) -> None:
    async with line("ses_nothing", "ana") as one, line(room.session, "cy") as other:
        await one.until_closed()
        await other.until_closed()
        assert one.heard == other.heard


@played
async def test_who_is_signed_out_is_told_so(room: Booked) -> None:
    one = await Line(room.session, AnonymousUser(), "page-of-ana").open()
    assert (await one.until("closed"))["sentence"].startswith("You are signed out")
    assert await one.until_closed() == signal.NOT_YOURS


@played
async def test_who_has_not_accepted_is_told_to_and_stays_outside(room: Booked) -> None:
    open_offer = await asked(booked)(accepted=False)
    async with line(open_offer.session, "ana") as ana:
        assert "Accept the offer first" in (await ana.until("closed"))["sentence"]


@played
async def test_a_ping_is_answered_at_once_with_the_studios_time_as_text(room: Booked) -> None:
    async with line(room.session, "ana") as ana:
        before = CLOCK.studio_ns()
        await ana.say(type="ping", t0=1763900000000000)
        pong = await ana.until("pong")
        after = CLOCK.studio_ns()
    assert pong["t0"] == 1763900000000000
    assert isinstance(pong["t1"], str)
    assert before <= int(pong["t1"]) <= int(pong["t2"]) <= after


@played
async def test_a_ping_waits_for_nothing_that_goes_on_in_the_room(room: Booked, monkeypatch: pytest.MonkeyPatch) -> None:
    async with line(room.session, "ana") as ana:
        await ana.quiet()
        held = asyncio.Event()

        async def slow(_self: object, _message: object, _at_ns: int) -> None:
            await held.wait()

        layer = get_channel_layer()
        monkeypatch.setattr(signal.RoomSocket, "changed", lambda self, _event: slow(self, None, 0))
        await layer.group_send(f"room.{room.session}", {"type": "changed"})
        await ana.say(type="ping", t0=1)
        assert (await ana.until("pong"))["t0"] == 1
        held.set()


@played
async def test_what_one_browser_tells_the_other_reaches_that_one_only(room: Booked) -> None:
    async with line(room.session, "ana") as ana, line(room.session, "bo") as bo:
        await both_in(ana, bo)
        offer = {"type": "offer", "sdp": "v=0 of ana"}
        await ana.say(type="signal", to="page-of-bo", description=offer)
        assert await bo.until("signal") == {"type": "signal", "from": "page-of-ana", "description": offer}
        assert await ana.quiet() == []


@played
async def test_no_word_of_a_page_overtakes_the_news_that_it_is_here(
    room: Booked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page throws away what a page says that it was not told of; a call begun too early would never stand."""
    go_on_counting = signal.RoomSocket._go_on_counting
    offered = asyncio.Event()

    async def when_offered(self: Any) -> None:
        await (offered.wait() if self.page == "page-of-bo" else go_on_counting(self))

    monkeypatch.setattr(signal.RoomSocket, "_go_on_counting", when_offered)  # a table that answers late
    async with line(room.session, "ana") as ana, line(room.session, "bo") as bo:
        await ana.until("here", page="page-of-bo")
        await ana.say(type="signal", to="page-of-bo", description={"type": "offer", "sdp": "v=0 of ana"})
        await ana.quiet()
        offered.set()
        await bo.until("signal")
        told = [message["type"] for message in bo.heard if message["type"] in ("here", "signal")]
        assert told == ["here", "signal"]


@played
async def test_what_is_meant_for_a_page_that_is_gone_is_dropped(room: Booked) -> None:
    async with line(room.session, "ana") as ana, line(room.session, "bo") as bo:
        await both_in(ana, bo)
        for gone in ("page-of-bo-before", "page-of-ana", "", "../../x"):
            await ana.say(type="signal", to=gone, candidate=None)
        assert await bo.quiet() == []
        assert await ana.quiet() == []


@played
async def test_both_ready_begins_the_countdown_and_the_scene_plays_on_time(room: Booked) -> None:
    async with line(room.session, "ana") as ana, line(room.session, "bo") as bo:
        await both_in(ana, bo)
        counting = await roll(ana, bo)
        action_ns = int(counting["opened_ns"]) + int(counting["take"]["action_ns"])
        await asyncio.gather(ana.until("state", phase="playing"), bo.until("state", phase="playing"))
        assert 0 <= CLOCK.studio_ns() - action_ns < 1_000_000_000
        assert counting["take"]["performance"] != bo.heard[-1]["take"]["performance"]
        assert counting["take"]["take"] == bo.heard[-1]["take"]["take"]
    assert (await kinds(room)).count("action") == 1


@played
async def test_a_cut_stops_both_at_one_moment(room: Booked) -> None:
    async with line(room.session, "ana") as ana, line(room.session, "bo") as bo:
        await both_in(ana, bo)
        await roll(ana, bo)
        await bo.until("state", phase="playing")
        await bo.say(type="cut")
        seen_by_ana, seen_by_bo = await asyncio.gather(ana.until("cut"), bo.until("cut"))
        assert seen_by_ana == seen_by_bo
        take = await asked(Take.objects.get)(pk=seen_by_ana["take"])
        assert (str(take.cut_ns), seen_by_ana["played"]) == (seen_by_ana["cut_ns"], True)
        await ana.until("state", phase="between", take=None)


@played
async def test_a_cut_in_the_countdown_calls_it_off_and_the_action_never_comes(room: Booked) -> None:
    async with line(room.session, "ana") as ana, line(room.session, "bo") as bo:
        await both_in(ana, bo)
        await roll(ana, bo)
        await ana.say(type="cut")
        assert (await bo.until("cut"))["played"] is False
        await asyncio.sleep(0.5)
        assert "playing" not in [message.get("phase") for message in await bo.quiet()]
    assert "action" not in await kinds(room)


@played
async def test_who_was_away_at_the_cut_is_told_of_it_on_coming_back(room: Booked) -> None:
    async with line(room.session, "ana") as ana:
        async with line(room.session, "bo") as bo:
            await both_in(ana, bo)
            await roll(ana, bo)
            await ana.until("state", phase="playing")
        await ana.until("went")
        await ana.say(type="cut")
        cut = await ana.until("cut")
        async with line(room.session, "bo") as bo:
            state = await bo.until("state")
    assert state["take"] is None
    assert state["over"] == {**{name: cut[name] for name in ("take", "cut_ns", "played")}, "sealed_s": 0}


@played
async def test_who_comes_back_in_mid_scene_goes_on_with_the_same_take(room: Booked) -> None:
    async with line(room.session, "ana") as ana:
        async with line(room.session, "bo", "page-of-bo-1") as bo:
            await both_in(ana, bo)
            counting = await roll(ana, bo)
            await ana.until("state", phase="playing")
        assert await ana.until("went", position="b")
        async with line(room.session, "bo", "page-of-bo-2") as bo:
            state = await bo.until("state")
            assert (await ana.until("here"))["page"] == "page-of-bo-2"
    assert state["phase"] == "playing"
    assert state["take"]["take"] == counting["take"]["take"]
    assert (await kinds(room)).count("countdown") == 1


@played
async def test_a_countdown_whose_server_died_goes_on_with_whoever_comes_back(room: Booked) -> None:
    async with line(room.session, "ana") as ana, line(room.session, "bo") as bo:
        await both_in(ana, bo)
        await roll(ana, bo)
        for timer in list(signal._timers):
            timer.cancel()
    async with line(room.session, "bo") as bo:
        assert await bo.until("state", phase="playing")


@played
async def test_another_window_takes_over_and_the_first_is_told_in_a_sentence(room: Booked) -> None:
    async with line(room.session, "bo") as bo, line(room.session, "ana", "page-of-ana-1") as first:
        await both_in(first, bo)
        async with line(room.session, "ana", "page-of-ana-2") as second:
            assert "another window" in (await first.until("closed"))["sentence"]
            assert await first.until_closed() == signal.TAKEN_OVER
            assert (await bo.until("here"))["page"] == "page-of-ana-2"
            assert await second.until("here")
            await first.close()
            assert "went" not in [message["type"] for message in await bo.quiet()]
    assert (await kinds(room)).count("away") == 2


@played
async def test_the_same_page_on_a_new_line_is_no_second_window(room: Booked) -> None:
    async with line(room.session, "bo") as bo, line(room.session, "ana") as broken:
        await both_in(broken, bo)
        async with line(room.session, "ana") as again:
            assert await broken.until_closed() == signal.TAKEN_OVER
            assert "closed" not in [message["type"] for message in broken.heard]
            assert (await bo.until("here"))["page"] == "page-of-ana"
            await again.until("here")
            await again.say(type="signal", to="page-of-bo", candidate=None)
            assert (await bo.until("signal"))["from"] == "page-of-ana"


@played
async def test_an_old_line_that_closes_late_says_nothing_of_the_new_one(room: Booked) -> None:
    """The old line's end and the new line's beginning cross: the partner must not take the new one for gone."""
    async with line(room.session, "ana") as ana, line(room.session, "bo", "page-of-bo-2") as bo:
        await both_in(ana, bo)
        layer = get_channel_layer()
        old_news = {"type": "went", "position": "b", "page": "page-of-bo-1", "channel": "specific.gone"}
        await layer.group_send(f"room.{room.session}", old_news)
        assert "went" not in [message["type"] for message in await ana.quiet()]


@played
async def test_the_next_card_is_told_to_both_and_the_last_one_is_said_to_be(room: Booked) -> None:
    async with line(room.session, "ana") as ana, line(room.session, "bo") as bo:
        await both_in(ana, bo)
        await asyncio.gather(ana.say(type="next", after=1), bo.say(type="next", after=1))
        states = await asyncio.gather(*(one.until("state") for one in (ana, bo)))
        assert [state["card"]["order"] for state in states] == [2, 2]
        await ana.say(type="next", after=2)
        assert (await ana.until("refused"))["sentence"] == "This was the last card."


@played
async def test_leaving_cuts_first_and_the_last_one_ends_the_session(room: Booked) -> None:
    async with line(room.session, "ana") as ana, line(room.session, "bo") as bo:
        await both_in(ana, bo)
        await roll(ana, bo)
        await ana.until("state", phase="playing")
        await bo.say(type="leave")
        assert (await ana.until("cut"))["played"] is True
        assert (await bo.until("left"))["over"] is False
        await ana.say(type="leave")
        assert (await ana.until("left"))["over"] is True
    async with line(room.session, "ana") as late:
        assert (await late.until("closed"))["sentence"] == "This session is over."


@played
async def test_a_scene_that_everyone_left_without_a_word_is_cut_after_a_while(
    room: Booked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal, "ABANDONED_NS", 1_100_000_000)
    async with line(room.session, "ana") as ana, line(room.session, "bo") as bo:
        await both_in(ana, bo)
        await roll(ana, bo)
        await ana.until("state", phase="playing")
    await asyncio.sleep(1.5)
    events = await asked(queries.events)(room.session, room.ana)
    assert events[-1].kind == "cut"
    assert events[-1].at_ns == max(event.at_ns for event in events if event.kind == "away")


def said_in(heard: list[dict[str, Any]]) -> str:
    """Everything a browser received, with escapes undone."""
    return json.dumps(heard, ensure_ascii=False)


@played
async def test_nothing_of_the_partners_note_or_objective_ever_reaches_the_other_browser(room: Booked) -> None:
    """A whole session: two cards, a take called off, a take played, a reload, another window, wrong presses."""
    secrets: dict[str, set[str]] = {"ana": set(), "bo": set()}

    async def learn() -> None:
        for name, who in (("ana", room.ana), ("bo", room.bo)):
            note = await asked(queries.private_note)(session_id=room.session, performer_id=who)
            told = {getattr(note, part) for part in note.__slots__}
            secrets[name] |= {text for text in told if len(text) > 12}  # a single word may be anyone's

    heard: dict[str, list[dict[str, Any]]] = {"ana": [], "bo": []}
    await learn()
    async with line(room.session, "ana") as ana, line(room.session, "bo") as bo:
        await both_in(ana, bo)
        await roll(ana, bo)
        await ana.say(type="cut")
        await bo.until("state", phase="between")
        await ana.say(type="next", after=1)
        await bo.until("state")
        await learn()
        await roll(ana, bo)
        await bo.until("state", phase="playing")
        await bo.say(type="ready", ready=True)
        await bo.until("refused")
        async with line(room.session, "ana", "page-of-ana-2") as second:
            await second.say(type="check", found={"height": 720})
            await second.say(type="cut")
            await bo.until("cut")
            await second.quiet()
            heard["ana"] += second.heard
        await asyncio.gather(ana.quiet(), bo.quiet())
        heard["ana"] += ana.heard
        heard["bo"] += bo.heard
    assert len(secrets["ana"]) > 12
    assert not secrets["ana"] & secrets["bo"]
    for own, other in (("ana", "bo"), ("bo", "ana")):
        said = said_in(heard[own])
        assert all(secret in said for secret in secrets[own])
        assert [secret for secret in secrets[other] if secret in said] == []


LIES: dict[str, Callable[[Line], Any]] = {
    "nonsense": lambda bo: bo.send("}{"),
    "bytes": lambda bo: bo.send(b"\x00\x01"),
    "too large": lambda bo: bo.send(json.dumps({"type": "cut", "x": "y" * 40_000})),
    "unknown": lambda bo: bo.say(type="state", phase="ended"),
    "another's name": lambda bo: bo.say(type="cut", performer="per_ana"),
    "a moment of one's own": lambda bo: bo.say(type="cut", cut_ns="0"),
    "a wrong shape": lambda bo: bo.say(type="signal", to="page-of-ana", description={"type": "state", "note": ""}),
}


@pytest.mark.parametrize("lie", LIES)
@played
async def test_who_lies_is_told_once_let_go_and_nobody_else_notices_more_than_a_broken_line(
    room: Booked, lie: str
) -> None:
    async with line(room.session, "ana") as ana, line(room.session, "bo") as bo:
        await both_in(ana, bo)
        await LIES[lie](bo)
        assert await bo.until_closed() == signal.LIED
        told = [message for message in bo.heard if message["type"] == "closed"]
        assert len(told) == 1
        assert told[0]["sentence"].count(".") == 1
        await bo.close()
        assert {message["type"] for message in await ana.quiet()} <= {"went", "state"}
        await ana.say(type="ping", t0=5)
        assert await ana.until("pong")
    assert "cut" not in await kinds(room)


@played
async def test_who_floods_is_let_go_and_the_partner_plays_on(room: Booked) -> None:
    async with line(room.session, "ana") as ana, line(room.session, "bo") as bo:
        await both_in(ana, bo)
        for n in range(400):
            await bo.say(type="ping", t0=n)
        assert await bo.until_closed() == signal.TOO_MUCH
        pongs = [message for message in bo.heard if message["type"] == "pong"]
        assert len(pongs) < 200
        before = CLOCK.studio_ns()
        await ana.say(type="ping", t0=5)
        assert await ana.until("pong")
        assert CLOCK.studio_ns() - before < 500_000_000


@played
async def test_what_is_said_after_the_door_was_shown_does_nothing(room: Booked) -> None:
    async with line(room.session, "ana") as ana, line(room.session, "bo") as bo:
        await both_in(ana, bo)
        await bo.send("}{")
        await bo.say(type="leave")
        await bo.until_closed()
    assert "left" not in await kinds(room)


@played
async def test_who_comes_and_goes_all_the_time_must_wait(room: Booked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "COMINGS_PER_SECOND", 0.0)  # or a slow machine earns a coming while it comes
    for _ in range(int(signal.COMINGS_AT_ONCE)):
        async with line(room.session, "bo") as bo:
            await bo.until("state")
    async with line(room.session, "bo") as bo:
        assert "Wait a minute" in (await bo.until("closed"))["sentence"]
        assert await bo.until_closed() == signal.TOO_MUCH
    async with line(room.session, "ana") as ana:
        assert await ana.until("state")
    assert (await kinds(room)).count("joined") == signal.COMINGS_AT_ONCE + 1


@played
async def test_a_rule_that_says_no_is_told_and_the_line_stays(room: Booked) -> None:
    async with line(room.session, "ana") as ana, line(room.session, "bo") as bo:
        await both_in(ana, bo)
        await roll(ana, bo)
        await ana.say(type="next", after=1)
        assert "Cut this scene" in (await ana.until("refused"))["sentence"]
        await ana.say(type="ping", t0=1)
        assert await ana.until("pong")
    assert await asked(person)("ana")


@played
async def test_the_counted_minutes_are_told_while_the_line_is_open_and_go_on(
    room: Booked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal, "BEAT_NS", 20_000_000)
    async with line(room.session, "ana") as ana:
        first = await ana.until("counted")
        assert first["goes_on"] is True
        assert first["words"].endswith("s counted")
        later = await ana.until("counted")
        while later["ms"] == first["ms"]:
            later = await ana.until("counted")
        assert later["ms"] > first["ms"]


@played
async def test_who_is_erased_or_signed_out_does_not_stay_in_the_room(
    room: Booked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal, "BEAT_NS", 50_000_000)
    async with line(room.session, "ana") as ana:
        await ana.until("counted")
        await asked(Person.objects.filter(pk=room.ana).update)(is_active=False)
        assert await ana.until_closed() == signal.NOT_YOURS
        assert "signed out" in ana.heard[-1]["sentence"]
    kept, gone = SessionStore(), SessionStore(session_key="x" * 32)
    await asked(kept.create)()
    assert await asked(signal._may_stay)(kept, room.bo)
    assert not await asked(signal._may_stay)(gone, room.bo)

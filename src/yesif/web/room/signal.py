"""The room's socket: one per performer's browser. It relays what two browsers must tell each other and says what the
server's timeline says; each browser is told only what its own performer may know.

Presence is by asking: who comes in says so to the group, who is there answers. Every page gives its line a name of its
own (`?page=`): the same page coming back goes on where it was, another window of the same performer takes over.
"""

import asyncio
import json
import re
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.exceptions import ChannelFull
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.utils import timezone

from yesif.apps.footage.actions import takes
from yesif.apps.footage.queries import takes as take_queries
from yesif.apps.people import queries as people
from yesif.apps.stage.actions import care, presence, safety
from yesif.apps.stage.actions import room as stage
from yesif.apps.stage.queries import presence as presence_queries
from yesif.apps.stage.queries import sessions as stage_queries
from yesif.apps.stage.queries.standing import cool_down_of
from yesif.base.errors import LimitReached, NotFound, YesIfError
from yesif.core.ledger.presence import BEAT_NS
from yesif.flows import waiting as waiting_flow
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK
from yesif.web.room import view_of
from yesif.web.room.messages import Allowance, Lie, Message, parse

LIED, TAKEN_OVER, NOT_YOURS, TOO_MUCH = 4000, 4001, 4004, 4008
ABANDONED_NS = 120_000_000_000
"""A scene in whose room nobody is any more is cut after this long."""
COMINGS_PER_SECOND, COMINGS_AT_ONCE = 0.5, 20.0
_PAGE = re.compile(r"[A-Za-z0-9_-]{8,64}")
_comings: dict[str, Allowance] = {}
"""How often each performer may still come in: a line that breaks every second is not written down every second."""
_timers: set["asyncio.Task[None]"] = set()
"""Countdowns and watches over empty rooms outlive the socket that began them."""


_MARKS = {
    "soften": safety.soften,
    "pause": safety.pause,
    "resume": safety.resume,
    "off": safety.off_record,
    "on": safety.on_record,
}
_CARDS = {
    "next": (stage.next_card, "This was the last card."),
    "swap": (safety.swap, "No other card fits both of you now. Next and Leave are open."),
}


class RoomSocket(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels is untyped
    """One performer's line to the room."""

    session_id: str
    performer: str
    group: str
    position: str
    page: str
    inside = False
    _beating: "asyncio.Task[None] | None" = None
    over = False  # the performer's line goes on elsewhere
    deaf = False  # this line is being closed

    async def __call__(self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Any) -> None:
        """Pings are answered here, and the partner is told, before a table is waited for: the clock's fit rests on the
        one, how soon two see each other on the other."""
        self.allowance = Allowance()
        self.partners: dict[str, tuple[str, str]] = {}  # by position: the name of their page, and its channel

        async def receive_the_rest() -> Any:
            while True:
                event = await receive()
                event["studio_ns"] = CLOCK.studio_ns()
                if event["type"] != "websocket.receive" or not await self._at_once(event, send):
                    return event

        await super().__call__(scope, receive_the_rest, send)

    async def _at_once(self, event: dict[str, Any], send: Any) -> bool:
        """Whether this was a ping or a word to the partner, and is done. Anything wrong with it is said later."""
        text = event.get("text")
        if self.deaf or text is None or not ('"ping"' in text or '"signal"' in text):
            return False
        try:
            message = parse(text)
            kind = message["type"]
            if kind not in ("ping", "signal") or (kind == "signal" and not self.inside):
                return False
            self.allowance.spend()
        except YesIfError:
            return False
        if kind == "signal":
            await self._relay(message)
            return True
        t1 = str(event["studio_ns"])
        pong = {"type": "pong", "t0": message["t0"], "t1": t1, "t2": str(CLOCK.studio_ns())}
        await send({"type": "websocket.send", "text": json.dumps(pong)})
        return True

    async def dispatch(self, message: dict[str, Any]) -> None:
        """As Channels does; but a word of the partner's asks no table, so it does not wait for a thread that looks over
        the database's connections."""
        await (self.relayed(message) if message["type"] == "relayed" else super().dispatch(message))

    async def connect(self) -> None:
        """Come in, if this is your session."""
        await self.accept()
        try:
            await self._come_in()
        except LimitReached as too_often:
            await self._refuse(aloud(too_often), TOO_MUCH)
        except YesIfError as refusal:
            await self._refuse(aloud(refusal), NOT_YOURS)

    async def _come_in(self) -> None:
        self.session_id = self.scope["url_route"]["kwargs"]["session_id"]
        self.page = _page_of(self.scope.get("query_string", b""))
        person = self.scope["user"]
        if not person.is_authenticated:
            raise NotFound("You are signed out; sign in and open the room again.")
        self.performer = str(person.pk)
        self.position = await _asked(stage_queries.position, self.session_id, self.performer)
        _may_come(self.performer)
        who = {"session_id": self.session_id, "performer_id": self.performer}
        await _asked(stage.enter, **who, studio_ns=CLOCK.studio_ns(), now=timezone.now())
        self.inside = True
        self.group = f"room.{self.session_id}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self._tell("came", who=self.performer, **self._card())
        await self._tell("changed")
        await self._go_on_counting()
        _later(self._look_at_waiting())
        self._beating = asyncio.get_running_loop().create_task(self._beat())

    async def _look_at_waiting(self) -> None:
        """At the seconds at which waiting alone comes to something, look; the minute's flow looks as well."""
        seen = await _asked(stage_queries.session, self.session_id, self.performer)
        begins_ns = max(int(seen.starts_at.timestamp()) * 1_000_000_000, CLOCK.studio_ns())
        for after_s in (settings.WAIT_OFFER_S, settings.WAIT_STOOD_UP_S):
            await asyncio.sleep(max(0.0, (begins_ns - CLOCK.studio_ns()) / 1e9 + after_s + 0.05))
            if await _asked(waiting_flow.look, self.session_id, studio_ns=CLOCK.studio_ns()):
                await self._tell("changed")

    async def _beat(self) -> None:
        """While the line is open the server writes down that this performer is there, and tells them what is
        counted. Who has signed out meanwhile, or was erased, is not there any more."""
        who = {"session_id": self.session_id, "performer_id": self.performer}
        while not self.over and not self.deaf:
            seen = await _asked(presence_queries.ticking, *who.values())
            await self._say(type="counted", words=aloud(seen.sentence), ms=seen.ms, goes_on=seen.goes_on)
            await asyncio.sleep(BEAT_NS / 1e9)
            if not await _asked(_may_stay, self.scope.get("session"), self.performer):
                await self._refuse(aloud("You are signed out; sign in and open the room again."), NOT_YOURS)
                return
            await _asked(presence.here, **who, studio_ns=CLOCK.studio_ns())

    async def _go_on_counting(self) -> None:
        """A countdown whose server died goes on with whoever comes back first."""
        rolling = await _asked(take_queries.rolling, session_id=self.session_id, performer_id=self.performer)
        if rolling is not None:
            seen = await _asked(stage_queries.session, self.session_id, self.performer)
            if seen.phase == "countdown":
                _later(self._action_at(seen.opened_ns + rolling.action_ns))

    async def disconnect(self, code: int) -> None:
        """The line went; unless it goes on elsewhere, the partner is told."""
        if not self.inside:
            return
        if self._beating is not None:
            self._beating.cancel()
        await self.channel_layer.group_discard(self.group, self.channel_name)
        if self.over:
            return
        who = {"session_id": self.session_id, "performer_id": self.performer}
        await _asked(stage.away, **who, studio_ns=CLOCK.studio_ns())
        await self._tell("went", **self._card())
        await self._tell("changed")
        if await _asked(take_queries.rolling, session_id=self.session_id, performer_id=self.performer):
            _later(self._look_after())

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        """One message of the browser that is not done at once. One that lies or floods is told so and let go."""
        if self.deaf or not self.inside:
            return
        try:
            self.allowance.spend()
            said = parse(message.get("text"))
            await self._act(said, message["studio_ns"])
        except LimitReached as flood:
            await self._refuse(aloud(flood), TOO_MUCH)
        except Lie as lie:
            await self._refuse(aloud(lie), LIED)
        except YesIfError as refusal:
            await self._say(type="refused", sentence=aloud(refusal))

    async def _act(self, message: Message, at_ns: int) -> None:
        """Do what was asked, then tell whom it concerns."""
        who = {"session_id": self.session_id, "performer_id": self.performer}
        kind = str(message["type"])
        if kind == "check":
            await _asked(stage.check, **who, found=message["found"], studio_ns=at_ns)
        elif kind == "ready":
            begun = await _asked(takes.ready, **who, is_ready=message["ready"], studio_ns=at_ns)
            if begun is not None:
                _later(self._action_at(begun.opened_ns + begun.action_ns))
            await self._tell("changed")
        elif kind in ("cut", "end"):
            await self._tell_cut(await _asked(takes.cut, **who, studio_ns=at_ns, how=kind))
        elif kind in _MARKS:
            await _asked(_MARKS[kind], **who, studio_ns=at_ns)
            await self._tell("changed")
        elif kind in _CARDS:
            turn, none_left = _CARDS[kind]
            if not await _asked(turn, **who, studio_ns=at_ns, after=message.get("after")):
                await self._say(type="refused", sentence=aloud(none_left))
            await self._tell("changed")
        else:
            await self._ask_or_leave(kind, who, at_ns)

    async def _ask_or_leave(self, kind: str, who: dict[str, str], at_ns: int) -> None:
        if kind == "help":
            await _asked(care.call, **who, now=timezone.now())
            await self._say(type="helped")  # to nobody else: that somebody asked is theirs alone
        elif kind == "another":
            ask = {"studio_ns": at_ns, "now": timezone.now()}
            moved = await _asked(waiting_flow.ask_another, self.session_id, self.performer, **ask)
            await self._tell("changed")
            for room in moved:
                await self.channel_layer.group_send(f"room.{room}", {"type": "changed"})
        elif kind == "leave":
            ended, over = await _asked(takes.leave, **who, studio_ns=at_ns)
            await self._tell_cut(ended)
            await self._tell("changed")
            await self._say(type="left", over=over, cool_down_s=await _asked(cool_down_of, self.session_id))
        else:
            raise Lie("Only whoever sits in says that.")

    async def _relay(self, message: Message) -> None:
        """To the partner's page it is meant for, and nowhere else; what is meant for a page that is gone is dropped.

        By the partner's queue, behind "is here": a page that has not yet been told of ours throws our words away, and
        two pages that each wait for the other's offer never meet. A line so far behind that its queue is full has
        stopped reading; when it comes back both pages begin anew.
        """
        for page, channel in self.partners.values():
            if page == message["to"]:
                said = {name: part for name, part in message.items() if name != "to"}
                event = {"type": "relayed", "message": {**said, "from": self.page}}
                with suppress(ChannelFull):
                    await self.channel_layer.send(channel, event)

    async def _tell_cut(self, ended: takes.Ended | None) -> None:
        if ended is not None:
            facts = {"take": ended.take_id, "cut_ns": str(ended.cut_ns), "played": ended.played}
            await self._tell("was.cut", facts=facts)
            await self._tell("changed")

    async def _action_at(self, action_ns: int) -> None:
        """Write "action" on time (studio time). If the server dies first, whoever next touches the room does."""
        await asyncio.sleep(max(0.0, (action_ns - CLOCK.studio_ns()) / 1e9))
        if await _asked(stage.action, session_id=self.session_id, studio_ns=CLOCK.studio_ns()):
            await self._tell("changed")

    async def _look_after(self) -> None:
        """Some time after somebody went: cut what nobody plays any more."""
        await asyncio.sleep(ABANDONED_NS / 1e9)
        now_ns = CLOCK.studio_ns()
        ended = await _asked(
            takes.cut_abandoned, session_id=self.session_id, studio_ns=now_ns, after_ns=ABANDONED_NS - 1_000_000_000
        )
        await self._tell_cut(ended)

    # What the group tells us

    async def came(self, event: dict[str, Any]) -> None:
        """Someone came in: the partner, our own page again, or our own performer in another window."""
        if event["channel"] == self.channel_name:
            return
        if event["who"] == self.performer:
            await self._give_way(same_page=event["page"] == self.page)
            return
        await self.channel_layer.send(event["channel"], {"type": "is.here", **self._card()})
        await self.is_here(event)

    async def is_here(self, event: dict[str, Any]) -> None:
        """The partner is here: remember by which page, and say so."""
        self.partners[event["position"]] = (event["page"], event["channel"])
        polite = self.position > event["position"]
        await self._say(type="here", position=event["position"], page=event["page"], polite=polite)

    async def went(self, event: dict[str, Any]) -> None:
        """A partner's line went; of one that came back by another meanwhile, this is old news."""
        if self.partners.get(event["position"]) == (event["page"], event["channel"]):
            del self.partners[event["position"]]
            await self._say(type="went", position=event["position"])

    async def relayed(self, event: dict[str, Any]) -> None:
        """The partner's browser has something to say to ours."""
        await self._say(**event["message"])

    async def was_cut(self, event: dict[str, Any]) -> None:
        """A scene was cut; said apart from the state, because it stops two recorders."""
        await self._say(type="cut", **event["facts"])

    async def changed(self, event: dict[str, Any]) -> None:
        """The room moved: tell our own performer what they may know of it, read afresh."""
        try:
            seen = await _asked(view_of.room, session_id=self.session_id, performer_id=self.performer)
        except YesIfError as refusal:
            await self._refuse(aloud(refusal), NOT_YOURS)
            return
        await self._say(type="state", **seen)

    async def _give_way(self, *, same_page: bool) -> None:
        """Another line of this performer goes on; this one says nothing to the partner when it closes."""
        self.over = True
        if not same_page:
            sentence = aloud("You opened this room in another window; it goes on there.")
            await self._say(type="closed", sentence=sentence, code=TAKEN_OVER)
        await self._close(TAKEN_OVER)

    def _card(self) -> dict[str, str]:
        return {"position": self.position, "page": self.page, "channel": self.channel_name}

    async def _tell(self, kind: str, **facts: object) -> None:
        await self.channel_layer.group_send(self.group, {"type": kind, **facts})

    async def _say(self, **message: object) -> None:
        if not self.deaf:
            await self.send(json.dumps(message))

    async def _refuse(self, sentence: str, code: int) -> None:
        """One sentence, and the line is closed. To the partner it looks like any line that went."""
        await self._say(type="closed", sentence=sentence, code=code)
        await self._close(code)

    async def _close(self, code: int) -> None:
        if not self.deaf:
            self.deaf = True
            await self.close(code)


def _page_of(query: bytes) -> str:
    """The name the page gave its line, or a fresh one."""
    named = parse_qs(query.decode("ascii", "replace")).get("page", [""])[0]
    return named if _PAGE.fullmatch(named) else secrets.token_urlsafe(12)


def _may_stay(session: Any, performer: str) -> bool:
    """Is whoever opened this line still signed in, and still a performer here?"""
    key = getattr(session, "session_key", None)
    return "performer" in people.roles_of(performer) and (key is None or bool(session.exists(key)))


def _may_come(performer: str) -> None:
    """Raises LimitReached for one who comes and goes all the time."""
    if len(_comings) > 10_000:
        _comings.clear()
    allowance = _comings.setdefault(performer, Allowance(COMINGS_PER_SECOND, COMINGS_AT_ONCE))
    allowance.spend("You came in too often in a short time. Wait a minute, then reload the page.")


def _later(what: Any) -> None:
    timer = asyncio.get_running_loop().create_task(what)
    _timers.add(timer)
    timer.add_done_callback(_timers.discard)


async def _asked(what: Callable[..., Any], *args: object, **named: object) -> Any:
    """Call a query or an action off the event loop."""
    return await database_sync_to_async(what)(*args, **named)

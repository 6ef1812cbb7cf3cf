"""The chair: a producer who sits in a room of theirs, seen by everyone in it, and may say a line to all.

Whoever has no chair that everyone sees hears nothing: the chair is put down before the first word is said to this line.
"""

import json
import secrets
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from yesif.apps.stage.actions import safety
from yesif.base.errors import LimitReached, NotFound, YesIfError
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK
from yesif.web.room import view_of
from yesif.web.room.messages import Allowance, Lie, Message, parse

LIED, NOT_YOURS, TOO_MUCH = 4000, 4004, 4008


class ChairSocket(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels is untyped
    """One producer's line to one room."""

    group = ""

    async def connect(self) -> None:
        """Sit down, if this is a room of your own project's."""
        await self.accept()
        self.allowance = Allowance(2.0, 20.0)
        self.page = secrets.token_urlsafe(8)
        self.session_id = self.scope["url_route"]["kwargs"]["session_id"]
        person = self.scope["user"]
        try:
            if not person.is_authenticated:
                raise NotFound("You are signed out; sign in and sit in again.")
            self.who = {"session_id": self.session_id, "producer_id": str(person.pk)}
            await database_sync_to_async(safety.sit_in)(**self.who, page=self.page, studio_ns=CLOCK.studio_ns())
        except YesIfError as refusal:
            await self._refuse(aloud(refusal), NOT_YOURS)
            return
        self.group = f"room.{self.session_id}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.channel_layer.group_send(self.group, {"type": "changed"})

    async def disconnect(self, code: int) -> None:
        """The page is gone, and so is the chair."""
        if not self.group:
            return
        await self.channel_layer.group_discard(self.group, self.channel_name)
        await database_sync_to_async(safety.get_up)(**self.who, page=self.page, studio_ns=CLOCK.studio_ns())
        await self.channel_layer.group_send(self.group, {"type": "changed"})

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        """A line to say, and nothing else."""
        if not self.group:
            return
        try:
            self.allowance.spend()
            await self._act(parse(message.get("text")), CLOCK.studio_ns())
        except LimitReached as flood:
            await self._refuse(aloud(flood), TOO_MUCH)
        except Lie as lie:
            await self._refuse(aloud(lie), LIED)
        except YesIfError as refusal:
            await self._say(type="refused", sentence=aloud(refusal))

    async def _act(self, said: Message, at_ns: int) -> None:
        if said["type"] == "ping":
            await self._say(type="pong", t0=said["t0"], t1=str(at_ns), t2=str(CLOCK.studio_ns()))
        elif said["type"] == "coach":
            await database_sync_to_async(safety.coach)(**self.who, line=str(said["line"]), studio_ns=at_ns)
            await self.channel_layer.group_send(self.group, {"type": "changed"})
        else:
            raise Lie("From the chair only a line can be said.")

    async def changed(self, event: dict[str, Any]) -> None:
        """The room moved."""
        try:
            seen = await database_sync_to_async(view_of.chair)(**self.who)
        except YesIfError as refusal:
            await self._refuse(aloud(refusal), NOT_YOURS)
            return
        await self._say(type="state", **seen)

    async def was_cut(self, event: dict[str, Any]) -> None:
        """Told by `changed` as well."""

    async def came(self, event: dict[str, Any]) -> None:
        """Between the performers' own pages."""

    async def went(self, event: dict[str, Any]) -> None:
        """Between the performers' own pages."""

    async def _say(self, **message: object) -> None:
        await self.send(json.dumps(message))

    async def _refuse(self, sentence: str, code: int) -> None:
        await self._say(type="closed", sentence=sentence, code=code)
        await self.close(code)

"""Windows of a room without a browser: each is one socket, and keeps everything it was ever told."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any

from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from channels.routing import URLRouter

from tests.people import person
from yesif.web.room.sockets import websocket_urlpatterns

PATIENCE_S = 20.0


def played(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run an asynchronous test; what asks the database does so on the test's own thread and in its transaction."""

    @wraps(test)
    def run(*args: Any, **named: Any) -> None:
        async_to_sync(test)(*args, **named)

    return run


class Line:
    """One socket of one person, and everything it received."""

    def __init__(self, session_id: str, who: Any, page: str) -> None:
        self.page = page
        scope = {
            "type": "websocket",
            "path": f"/ws/room/{session_id}",
            "query_string": f"page={page}".encode(),
            "headers": [],
            "subprotocols": [],
            "user": who,
        }
        self.socket = ApplicationCommunicator(URLRouter(websocket_urlpatterns), scope)
        self.heard: list[dict[str, Any]] = []
        self.closed: int | None = None
        self.gone = False

    async def open(self) -> "Line":
        await self.socket.send_input({"type": "websocket.connect"})
        assert (await self.socket.receive_output(PATIENCE_S))["type"] == "websocket.accept"
        return self

    async def say(self, **message: Any) -> None:
        await self.send(json.dumps(message))

    async def send(self, text: str | bytes) -> None:
        """Whatever it is, as it is."""
        kind = "text" if isinstance(text, str) else "bytes"
        await self.socket.send_input({"type": "websocket.receive", kind: text})

    async def until(self, kind: str, **wanted: Any) -> dict[str, Any]:
        """The next message of this kind with these parts; what comes before it is kept too."""
        while True:
            message = await self._next(PATIENCE_S)
            if message["type"] == kind and all(message.get(name) == value for name, value in wanted.items()):
                return message

    async def quiet(self, seconds: float = 0.3) -> list[dict[str, Any]]:
        """What is said until nothing has been said for so long."""
        before = len(self.heard)
        while self.closed is None and not await self.socket.receive_nothing(timeout=seconds):
            await self._next(PATIENCE_S)
        return self.heard[before:]

    async def until_closed(self) -> int:
        """Hear all that is left; the code this line was closed with."""
        while self.closed is None:
            await self._next(PATIENCE_S)
        return self.closed

    async def close(self) -> None:
        """The window goes, and the room has noticed."""
        if not self.gone:
            self.gone = True
            await self.socket.send_input({"type": "websocket.disconnect", "code": self.closed or 1001})
            await self.socket.wait(PATIENCE_S)

    async def _next(self, seconds: float) -> dict[str, Any]:
        event = await self.socket.receive_output(timeout=seconds)
        if event["type"] == "websocket.close":
            self.closed = event.get("code", 1000)
            return {"type": "", "code": self.closed}
        message: dict[str, Any] = json.loads(event["text"])
        self.heard.append(message)
        return message


@asynccontextmanager
async def line(session_id: str, name: str, page: str = "") -> AsyncIterator[Line]:
    """A window of someone of the cast in a room."""
    who = await database_sync_to_async(person)(name)
    one = await Line(session_id, who, page or f"page-of-{name}").open()
    try:
        yield one
    finally:
        await one.close()


async def both_in(ana: Line, bo: Line) -> None:
    """Both know that the other is here, and have been told how the room stands."""
    await asyncio.gather(ana.until("here"), bo.until("here"))
    await asyncio.gather(ana.quiet(), bo.quiet())


async def roll(ana: Line, bo: Line) -> dict[str, Any]:
    """Both are ready; Ana's state of the countdown."""
    await ana.say(type="ready", ready=True)
    await bo.until("state")
    await bo.say(type="ready", ready=True)
    await bo.until("state", phase="countdown")
    return await ana.until("state", phase="countdown")

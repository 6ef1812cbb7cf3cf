"""200 rooms at once: how late does one browser's word reach the other, beside a bare relay under the same load.

400 simulated browsers hold real WebSockets to one web process. Each says what a page in a scene says: a ping every
2 s, a candidate for its partner every second; every room is told once that somebody is ready (what is told is read
afresh for each). Both servers get the same clients, one after the other, on this machine. The studio promises
p99 ≤ 100 ms on 2 cores and no word lost. `--rooms 50 --seconds 10` makes it small.
"""

import argparse
import asyncio
import json
import os
import random
import resource
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import _machine
import websockets

from yesif.cli.studio import serve_command

GOAL_MS = 100.0
EVERY_S, PING_S = 1.0, 2.0
JOINS_AT_ONCE = 4


@dataclass
class Tally:
    """What was said, what arrived, and how late."""

    sent: int = 0
    heard: int = 0
    late_ms: list[float] = field(default_factory=list)
    pong_ms: list[float] = field(default_factory=list)
    state_ms: list[float] = field(default_factory=list)

    def at(self, share: float, found: list[float]) -> float:
        ordered = sorted(found)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def prepared(folder: Path, rooms: int) -> list[tuple[str, str, str]]:
    """Tables with that many sessions of two; (session, cookie of a, cookie of b) for each."""
    os.environ |= {"YESIF_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "yesif.site.settings"}
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    import django

    django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command
    from django.db import transaction
    from tests.apps.room_cast import NOW, booked

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    from yesif.apps.people.models import Person, Role
    from yesif.apps.stage.models import Dealing, Place, Scene, Session

    def cookie(person: Person) -> str:
        session = SessionStore()
        session[SESSION_KEY] = person.pk
        session[BACKEND_SESSION_KEY] = "sesame.backends.ModelBackend"
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.create()
        return session.session_key or ""

    first = booked()
    scene = Scene.objects.get(session_id=first.session, order=1)
    dealt = {one.place.position: one.note_id for one in scene.dealings.select_related("place")}
    found = []
    with transaction.atomic():
        for n in range(rooms):
            made = Session.objects.create(project_id=first.project, number=1000 + n, starts_at=NOW)
            card = Scene.objects.create(session=made, card_id=scene.card_id, order=1)
            cookies = []
            for position in "ab":
                who = Person.objects.create(email=f"{position}{n}@example.invalid", stage_name=f"{position}{n}")
                Role.objects.create(person=who, role="performer")
                place = Place.objects.create(session=made, performer=who, position=position)
                Dealing.objects.create(scene=card, place=place, note_id=dealt[position])
                cookies.append(cookie(who))
            found.append((made.id, cookies[0], cookies[1]))
    return found


class Browser:
    """One page of a room."""

    def __init__(self, url: str, cookie: str, page: str, partner: str, tally: Tally) -> None:
        self.url, self.cookie, self.page, self.partner, self.tally = url, cookie, page, partner, tally
        self.meets = asyncio.Event()
        self.asked_at = 0.0

    async def come(self) -> None:
        headers = {"Cookie": f"sessionid={self.cookie}", "Origin": self.url.replace("ws:", "http:").split("/ws/")[0]}
        self.socket = await websockets.connect(
            f"{self.url}?page={self.page}", additional_headers=headers, open_timeout=60, ping_interval=None
        )
        self.listening = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for text in self.socket:
            message: dict[str, Any] = json.loads(text)
            kind = message["type"]
            if kind == "signal":
                self.tally.heard += 1
                self.tally.late_ms.append((time.perf_counter() - float(message["candidate"]["candidate"])) * 1000)
            elif kind == "pong":
                self.tally.pong_ms.append(time.perf_counter() * 1000 - message["t0"] / 1000)
            elif kind == "here":
                self.meets.set()
            elif kind == "state" and self.asked_at:
                self.tally.state_ms.append((time.perf_counter() - self.asked_at) * 1000)
                self.asked_at = 0.0

    async def talk(self, until: float, *, ready_at: float) -> None:
        """A word every second, a ping every two, and once "I am ready"."""
        await asyncio.sleep(random.random() * EVERY_S)
        ping_at = time.perf_counter() + random.random() * PING_S
        while (now := time.perf_counter()) < until:
            candidate = {"candidate": f"{time.perf_counter():.6f}", "sdpMid": "0", "sdpMLineIndex": 0}
            self.tally.sent += 1
            await self.say(type="signal", to=self.partner, candidate=candidate)
            if now > ping_at:
                ping_at = now + PING_S
                await self.say(type="ping", t0=int(time.perf_counter() * 1e6))
            if ready_at and now > ready_at:
                ready_at, self.asked_at = 0.0, time.perf_counter()
                await self.say(type="ready", ready=True)
            await asyncio.sleep(EVERY_S)

    async def say(self, **message: object) -> None:
        await self.socket.send(json.dumps(message))

    async def go(self) -> None:
        self.listening.cancel()
        await self.socket.close()


async def load(port: int, cast: list[tuple[str, str, str]], seconds: float) -> Tally:
    """Everyone comes in, talks for so long, is listened to a little longer, and goes."""
    tally = Tally()
    browsers = []
    for n, (session, *cookies) in enumerate(cast):
        url = f"ws://127.0.0.1:{port}/ws/room/{session}"
        names = (f"page-{n:04}-of-a", f"page-{n:04}-of-b")
        browsers += [Browser(url, cookies[i], names[i], names[1 - i], tally) for i in (0, 1)]
    for at in range(0, len(browsers), JOINS_AT_ONCE):
        await asyncio.gather(*(one.come() for one in browsers[at : at + JOINS_AT_ONCE]))
    await asyncio.wait_for(asyncio.gather(*(one.meets.wait() for one in browsers)), 120)
    await asyncio.sleep(2)
    tally.late_ms.clear()
    tally.pong_ms.clear()
    begun = time.perf_counter()
    await asyncio.gather(
        *(
            one.talk(begun + seconds, ready_at=0 if n % 2 else begun + seconds * random.random())
            for n, one in enumerate(browsers)
        )
    )
    for _ in range(50):
        if tally.heard == tally.sent:
            break
        await asyncio.sleep(0.1)
    await asyncio.gather(*(one.go() for one in browsers))
    return tally


BARE = """
import asyncio, json, sys, websockets
from urllib.parse import urlsplit, parse_qs
pages, rooms = {}, {}
async def serve(one):
    at = urlsplit(one.request.path); page = parse_qs(at.query)["page"][0]; pages[page] = one
    others = rooms.setdefault(at.path, []); others.append(one)
    if len(others) == 2:
        for each in others: await each.send('{"type": "here"}')
    async for text in one:
        said = json.loads(text)
        if said["type"] == "signal": await pages[said.pop("to")].send(json.dumps(said))
        elif said["type"] == "ping": await one.send(json.dumps({"type": "pong", "t0": said["t0"]}))
        else:
            for each in others: await each.send('{"type": "state"}')
async def main():
    async with websockets.serve(serve, "127.0.0.1", int(sys.argv[1]), ping_interval=None): await asyncio.Future()
asyncio.run(main())
"""


def told(name: str, tally: Tally, core_s: float) -> None:
    """One server's figures."""
    late = [tally.at(share, tally.late_ms) for share in (0.5, 0.99, 1.0)]
    print(
        f"{name:12} {tally.sent:7} words, {tally.sent - tally.heard} lost; relay p50 {late[0]:.1f}, p99 {late[1]:.1f},"
        f" worst {late[2]:.0f} ms; pong p99 {tally.at(0.99, tally.pong_ms):.1f} ms;"
        f" “ready” told p99 {tally.at(0.99, tally.state_ms):.0f} ms; {core_s:.1f} s of a core"
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def served(name: str, command: list[str], port: int, cast: list[tuple[str, str, str]], seconds: float) -> Tally:
    """Start a server, load it, stop it, say its figures."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    server = subprocess.Popen(command)
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        tally = asyncio.run(load(port, cast, seconds))
    finally:
        server.terminate()
        server.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    told(name, tally, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return tally


def main() -> None:
    """Print both, and whether the promise holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rooms", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30)
    asked = parser.parse_args()
    _machine.head("uvicorn", "channels", "websockets")
    with tempfile.TemporaryDirectory() as folder:
        cast = prepared(Path(folder), asked.rooms)
        print(f"{asked.rooms} rooms, {2 * asked.rooms} browsers, {asked.seconds:.0f} s")
        port = free_port()
        served("bare relay", [sys.executable, "-c", BARE, str(port)], port, cast, asked.seconds)
        port = free_port()
        ours = served("the studio", serve_command("127.0.0.1", port), port, cast, asked.seconds)
    p99 = ours.at(0.99, ours.late_ms)
    held = p99 <= GOAL_MS and ours.heard == ours.sent
    print(
        f"p99 {p99:.1f} ms of {GOAL_MS:.0f} ms promised, {ours.sent - ours.heard} lost: {'holds' if held else 'BROKEN'}"
    )


if __name__ == "__main__":
    main()

"""Every page of the studio, found in its addresses: who looks at it, and where. Asked inside a studio with a world.

An address that answers GET with a page is walked, one that answers with a file or to POST only is not; whatever else an
address answers must stand in `ABSENT` with its reason, or the walk fails.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.browser.world import world
from yesif.apps.people.models import Person

DOORS = {
    "entrance": "", "audit": "", "performer": "ana", "room": "ana", "producer": "pia", "licensee": "lab",
    "operator": "ola", "auditor": "una", "union": "una",
}  # fmt: skip
"""Door → who of the world looks; "" is a stranger. Their order is that of the pictures."""

WHO = {
    "entrance:home": "", "entrance:studio": "ola", "entrance:passkeys": "ana", "performer:apply": "nour",
    "performer:contract": "hal", "performer:contract-paper": "hal",
}  # fmt: skip
"""Pages that somebody else than the door's own person looks at."""

PARTS = {
    "performer:curtain": {"session_id": "played_session"},
    "performer:report": {"session_id": "played_session"},
    "producer:money-project": {"project_id": "money_project"},
    "producer:money-claim": {"project_id": "money_project"},
    "producer:work": {"project_id": "money_project"},
    "producer:work-answer": {"project_id": "money_project", "entered_id": "missed_id"},
    "producer:book": {"project_id": "played_for"},
    "producer:session": {"session_id": "played_session"},
    "producer:quality-take": {"take_id": "played_take"},
    "producer:price": {"project_id": "licensed_project"},
    "producer:new-release": {"project_id": "licensed_project"},
    "producer:auditors": {"project_id": "licensed_project"},
    "producer:edit-card": {"key": "card:key"},
    "producer:edit-note": {"key": "note:key"},
    "licensee:declare": {"project_id": "licensed_project"},
    "performer:money-line": {"key": "line:key"},
    "entrance:link": {"token": "link:token"},
    "entrance:join": {"token": "join:token"},
    "entrance:answer": {"token": "answer:token"},
    "entrance:question": {"token": "question:token"},
}
"""Parts of an address that the world knows by another name."""

ABSENT = {
    "entrance:founding": "shown only while nobody runs the studio; walk.first_pages has it",
    "entrance:apply": "a stranger applies from the listing; a performer from their own door",
    "entrance:media": "a film or a picture, by a link made for one viewer",
    "performer:track-picture": "a drawing, where the take was measured",
    "producer:track-picture": "a drawing, where the take was measured",
    "operator:pay-file": "a file, once two have agreed to the pay run",
    "producer:fetch": "a file of a release that is not sealed",
    "room:upload": "for the room's script",
    "room:captions-engine": "a script, where the studio keeps an engine",
    "room:captions-model": "a file, where the studio keeps a model",
    "tlog:tile": "for programs",
}
"""Addresses that answer with neither page, file nor "not this verb" in this world, and why that is right."""

NEW = {"performer": "nour", "producer": "max"}
"""Door → somebody who has just joined: their pages say what will stand there."""

EMPTY = (
    "performer:home", "performer:takes", "performer:answers", "performer:record", "performer:money",
    "performer:calendar", "performer:questions", "producer:home", "producer:sessions", "producer:board",
    "producer:takes", "producer:quality", "producer:care", "producer:dashboard", "producer:releases", "producer:money",
)  # fmt: skip
"""Pages that are looked at once more as somebody new sees them."""

_PART = re.compile(r"<(?:(\w+):)?(\w+)>")


def every_page() -> dict[str, Any]:
    """Make the world and ask every address: {"pages": [name, who, path], "wrong": [sentence], "cookies": {who: …}}."""
    made = world()
    viewers = {name: _signed_in(who) for name, who in made["people"].items()} | {"": Client()}
    found: list[list[str]] = []
    wrong: list[str] = []
    for name, route in sorted(_addresses(get_resolver().url_patterns), key=_by_door):
        who = WHO.get(name, DOORS.get(name.split(":")[0], ""))
        path = _filled(name, route, made["parts"])
        kind = _kind(viewers[who], path)
        if kind == "page":
            found.append([name, who, path])
        elif kind and name not in ABSENT:
            wrong.append(f"{name}: {path} answers {who or 'a stranger'} with {kind}")
        if kind == "page" and name in EMPTY:
            found.append([f"{name}-empty", NEW[name.split(":")[0]], path])
    cookies = {who: client.cookies["sessionid"].value for who, client in viewers.items() if who}
    return {"pages": [["entrance:not-there", "", "/nothing-of-that-name"], *found], "wrong": wrong, "cookies": cookies}


def _addresses(patterns: list[Any], namespace: str = "", prefix: str = "") -> Iterator[tuple[str, str]]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _addresses(one.url_patterns, one.namespace or namespace, prefix + str(one.pattern))
        elif isinstance(one, URLPattern):
            yield f"{namespace}:{one.name}", prefix + str(one.pattern)


def _by_door(address: tuple[str, str]) -> int:
    door = address[0].split(":")[0]
    return list(DOORS).index(door) if door in DOORS else len(DOORS)


def _signed_in(person_id: str) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=person_id))
    return client


def _filled(name: str, route: str, parts: dict[str, str]) -> str:
    known = {"form": "beancount", **parts} | {part: parts[other] for part, other in PARTS.get(name, {}).items()}
    return "/" + _PART.sub(lambda part: str(known.get(part[2], "1" if part[1] == "int" else "nothing")), route)


def _kind(client: Client, path: str) -> str:
    """ "page"; "" for a file, a part of a page, or where GET is no verb of it; else what it answers."""
    answer = client.get(path, headers={"accept": "text/html", "host": "localhost"})
    whole = not answer.streaming and answer.content.lstrip().lower().startswith(b"<!doctype html")
    answer.close()
    if answer.status_code == 200:
        return "page" if whole and "content-disposition" not in answer.headers else ""
    return str(answer.status_code) if whole and answer.status_code != 405 else ""

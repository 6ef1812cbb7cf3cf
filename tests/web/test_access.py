"""Every role on every page: only the allowed cells open. The table is made from the addresses themselves."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.timezone import now

from tests.people import CAST, person
from tests.web.scene import Played, played
from yesif.apps.footage.actions import review as actions
from yesif.apps.people.models import Role

OPEN = {"entrance:home", "entrance:help", "entrance:sign-in", "entrance:sent", "entrance:link", "entrance:sign-out",
        "entrance:media", "entrance:calls", "entrance:listing", "entrance:listing-contract", "entrance:apply",
        "entrance:join", "entrance:answer", "entrance:passkey-options", "entrance:passkey-sign-in", "entrance:passkeys",
        "entrance:passkeys-options", "entrance:add-passkey", "entrance:remove-passkey",
        "entrance:founding", "entrance:studio", "entrance:question", "entrance:shares",
        "entrance:language"}  # fmt: skip
"""Pages that open without a role; the address of media and of a question's letter carry their own proof."""

DOORS = ("performer", "producer", "licensee")


def pages(patterns: list[Any] | None = None, namespace: str = "", prefix: str = "") -> Iterator[tuple[str, str, Any]]:
    """(name, route, view) of every address."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            yield from pages(one.url_patterns, one.namespace or namespace, prefix + str(one.pattern))
        elif isinstance(one, URLPattern):
            yield f"{namespace}:{one.name}", prefix + str(one.pattern), one.callback


PAGES = sorted((name, route) for name, route, _ in pages())


def address(route: str) -> str:
    """An address of this route, with ids of things that are not there."""
    for kind, value in (("<str:", "prf_00000000000000000000000000"), ("<int:", "9999999"), ("<slug:", "x")):
        while kind in route:
            start = route.index(kind)
            route = route[:start] + value + route[route.index(">", start) + 1 :]
    return "/" + route


def ask(client: Client, method: str, route: str) -> HttpResponseBase:
    return getattr(client, method)(address(route))


@pytest.mark.parametrize(("name", "route"), [p for p in PAGES if p[0].split(":")[0] in DOORS], ids=lambda p: p)
def test_a_door_is_shut_for_strangers_and_other_roles(client: Client, db: None, name: str, route: str) -> None:
    door = name.split(":")[0]
    for method in ("get", "post"):
        stranger = ask(client, method, route)
        assert stranger.status_code in (302, 405), f"{method} {route} opens to strangers"
        if stranger.status_code == 302:
            assert stranger["location"].startswith("/sign-in")
    for who, role in CAST.items():
        if role == door:
            continue
        other = Client()
        other.force_login(person(who))
        for method in ("get", "post"):
            assert ask(other, method, route).status_code in (404, 405), f"{method} {route} opens to a {role}"


@pytest.mark.parametrize(("name", "route"), [p for p in PAGES if p[0].split(":")[0] in DOORS], ids=lambda p: p)
def test_what_is_not_there_is_404_for_the_right_role(client: Client, db: None, name: str, route: str) -> None:
    client.force_login(person({"performer": "ana", "producer": "pia"}.get(name.split(":")[0], "lab")))
    answers = {method: ask(client, method, route).status_code for method in ("get", "post")}
    if "<" in route:
        assert set(answers.values()) <= {404, 405, 400}
    else:
        assert set(answers.values()) <= {200, 204, 302, 400, 405}


def test_every_page_is_either_open_or_behind_a_door() -> None:
    names = {name for name, _ in PAGES}
    assert {name for name in names if name.startswith("entrance:")} == OPEN
    behind = {name: view for name, _, view in pages() if name.split(":")[0] in DOORS}
    assert {name for name, view in behind.items() if getattr(view, "role", None) != name.split(":")[0]} == set()


@pytest.fixture
def scene(db: None) -> Played:
    return played()


MINE = ("", "/picture", "/release", "/withdraw")


@pytest.mark.parametrize("rest", MINE)
@pytest.mark.parametrize("who", ["bo", "cy"])
def test_another_performers_take_is_not_there(client: Client, scene: Played, who: str, rest: str) -> None:
    client.force_login(person(who))
    theirs = client.get(f"/performer/takes/{scene.ana}{rest}", headers={"accept": "text/html"})
    absent = client.get(f"/performer/takes/prf_00000000000000000000000000{rest}", headers={"accept": "text/html"})
    assert (theirs.status_code, absent.status_code) == (404, 404)
    assert _said(theirs) == _said(absent), "not yours and not there must be one answer"


def _said(answer: HttpResponseBase) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


@pytest.mark.parametrize("rest", ["/seal", "/together", "/release", "/withdraw"])
@pytest.mark.parametrize("who", ["bo", "cy"])
def test_nobody_decides_about_anothers_take(client: Client, scene: Played, who: str, rest: str) -> None:
    client.force_login(person(who))
    form = {"start": "1", "end": "2", "why": "was-me", "allowed": "yes"}
    assert client.post(f"/performer/takes/{scene.ana}{rest}", form).status_code == 404


def test_nobody_lifts_anothers_seal(client: Client, scene: Played) -> None:
    ana = person("ana").id
    span = actions.seal(performance_id=scene.ana, performer_id=ana, start_ns=0, end_ns=9, why="was-me", now=now())
    client.force_login(person("bo"))
    assert client.post(f"/performer/seals/{span}/lift").status_code == 404


def test_a_role_taken_away_closes_the_next_page(client: Client, db: None) -> None:
    ana = person("ana")
    client.force_login(ana)
    assert client.get("/performer/").status_code == 200
    Role.objects.filter(person=ana).delete()
    assert client.get("/performer/").status_code == 404


def test_a_script_that_is_signed_out_gets_401_not_a_page(client: Client, db: None) -> None:
    assert client.get("/performer/", headers={"accept": "application/json"}).status_code == 401

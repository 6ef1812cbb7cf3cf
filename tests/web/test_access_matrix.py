"""Role × object × verb: every address of the studio, tried by everyone with every verb. Only allowed cells succeed.

The addresses are found, the rules stand in tests/web/access_table.py: an address without a rule fails here.
"""

import re
from collections.abc import Iterator
from copy import copy
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.web.access_table import VERBS, Rule, may, rule_of
from tests.web.access_world import World, world

NOTHING = {"int": "9999999", "path": "nothing", "slug": "nothing", "uuid": "00000000-0000-0000-0000-000000000000"}
_PART = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
_TILE = "tlog/tile/0/000"


def addresses(patterns: list[Any], namespace: str = "", prefix: str = "") -> Iterator[tuple[str, str, str | None]]:
    """(name, route, role of the door) of every address."""
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, one.namespace or namespace, prefix + str(one.pattern))
        elif isinstance(one, URLPattern):
            yield f"{namespace}:{one.name}", prefix + str(one.pattern), getattr(one.callback, "role", None)


PAGES = sorted(addresses(get_resolver().url_patterns), key=str)


def filled(name: str, route: str, ids: dict[str, str]) -> str:
    """The address with the world's ids in it; an id of nothing where the world has none."""
    if name == "tlog:tile":
        return "/" + _TILE
    return "/" + _PART.sub(lambda part: ids.get(part["name"], NOTHING.get(part["kind"], "x_" + "0" * 26)), route)


def test_every_address_has_a_rule() -> None:
    without = [name for name, route, role in PAGES if rule_of(name, route, role) is None]
    assert without == [], "add a row for each of these to tests/web/access_table.py"


@pytest.mark.django_db
def test_only_the_allowed_cells_succeed() -> None:
    studio = world()  # once for all cells: each undoes what it changed
    wrong = [fault for name, route, role in PAGES for fault in faults(studio, name, route, rule_of(name, route, role))]
    assert wrong == [], "\n".join(wrong)


def faults(studio: World, name: str, route: str, rule: Rule | None) -> Iterator[str]:
    """What is wrong about one address: who was let in or refused against the table."""
    address, rule = filled(name, route, dict(studio.ids)), rule or may()
    for viewer, client in studio.viewers.items():
        for verb in VERBS:
            seen = cell(client, verb, address, rule)
            if fault := judged(seen, rule, viewer, verb):
                yield f"{name}: {viewer} {verb} {address}: {seen.status_code}, {fault}"


def cell(client: Client, verb: str, address: str, rule: Rule) -> HttpResponseBase:
    """What one cell answers; whatever it changed is undone, so that the next one finds the same world."""
    headers = {"tus-resumable": "1.0.0", "accept": "text/html"}
    cookies = copy(client.cookies)
    cache.clear()  # how often one may ask is counted there
    with transaction.atomic():
        answer: HttpResponseBase = getattr(client, verb)(address, dict(rule.form), headers=headers)
        answer.close()
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


def judged(answer: HttpResponseBase, rule: Rule, viewer: str, verb: str) -> str:
    """What is wrong with an answer, if anything."""
    status = answer.status_code
    refused = status in (401, 403, 404, 405) or (status == 302 and str(answer.get("location")).startswith("/sign-in"))
    if status >= 500:
        return "which is a fault"
    if verb == "head" and "head" not in rule.who and rule.lets_in(viewer, "get"):
        return ""  # whoever may read may ask how long it is; not every page answers that
    if rule.lets_in(viewer, verb):
        there = not refused or (rule.absent and status in (404, 405))
        return "" if there else "though the table lets them in"
    return "" if refused else "though the table does not let them in"

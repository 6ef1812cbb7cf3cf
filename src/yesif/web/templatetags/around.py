"""The way around: a few main pages for each role, and under the one that is open, the pages that belong to it."""

from dataclasses import dataclass, replace
from typing import Any

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _lazy

from yesif.apps.people import queries as people

register = template.Library()

Page = tuple[str, "str | Promise", str]
"""Address name, words, icon."""

DOORS: dict[str, tuple[tuple[Page, ...], ...]] = {
    "performer": (
        (("performer:home", _lazy("Home"), "house"),),
        (("performer:calendar", _lazy("Calendar"), "calendar-days"),),
        (("performer:takes", _lazy("Your takes"), "clapperboard"),),
        (("performer:answers", _lazy("Your answers"), "list-checks"),),
        (("performer:money", _lazy("Your money"), "wallet"),),
        (("performer:record", _lazy("Your record"), "scroll-text"),),
        (("performer:you", _lazy("You"), "user-round"), ("performer:lines", _lazy("Your lines"), "shield")),
    ),
    "auditor": ((("auditor:home", _lazy("Your seats"), "scale"),),),
    "operator": (
        (("entrance:studio", _lazy("Studio"), "building-2"),),
        (
            ("operator:pay", _lazy("Pay runs"), "banknote"),
            ("operator:money", _lazy("Books"), "landmark"),
            ("operator:papers", _lazy("Tax papers"), "stamp"),
        ),
    ),
    "producer": (
        (("producer:home", _lazy("Projects"), "folder"), ("producer:decks", _lazy("Decks"), "layers")),
        (
            ("producer:sessions", _lazy("Sessions"), "calendar-days"),
            ("producer:board", _lazy("Board"), "layout-dashboard"),
            ("producer:care", _lazy("Care desk"), "life-buoy"),
        ),
        (
            ("producer:takes", _lazy("Takes"), "clapperboard"),
            ("producer:quality", _lazy("Quality"), "ear"),
            ("producer:dashboard", _lazy("Pictures"), "chart-line"),
        ),
        (("producer:releases", _lazy("Releases"), "package"), ("producer:licensees", _lazy("Licensees"), "handshake")),
        (("producer:money", _lazy("Money"), "wallet"),),
    ),
    "licensee": (
        (("licensee:home", _lazy("Catalogue"), "library"),),
        (("licensee:licences", _lazy("Licences"), "file-check"),),
        (("licensee:withdrawn", _lazy("To delete"), "eraser"),),
        (("licensee:organisation", _lazy("Organisation"), "building"),),
    ),
}
"""Role → its groups of pages; the first page of a group stands for it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One link; `current` is what it says of itself: "page" where it is open, "true" where something below it is."""

    address: str
    words: "str | Promise"
    icon: str
    current: str


@register.inclusion_tag("parts/nav.html", takes_context=True)
def nav(context: dict[str, Any]) -> dict[str, Any]:
    """The main pages of every role the viewer holds; nothing for a stranger or on the page for a broken server."""
    request = context.get("request")
    held = people.roles_of(request.user.pk) if request is not None and request.user.is_authenticated else ()
    path = request.path if request is not None else ""
    doors = [(role, DOORS[role]) for role in held if role in DOORS]
    home = _home([group for _role, groups in doors for group in groups], path)
    return {
        "doors": [(role, [_first(group, path, under=group is home) for group in groups]) for role, groups in doors],
        "within": [_entry(page, path) for page in home] if home is not None and len(home) > 1 else [],
        "named": len(doors) > 1,
    }


def _home(groups: list[tuple[Page, ...]], path: str) -> tuple[Page, ...] | None:
    """The group a page belongs to: the one with the longest address that its own begins with."""
    found = [(len(at), group) for group in groups for page in group if path.startswith(at := reverse(page[0]))]
    return max(found, key=lambda one: one[0])[1] if found else None


def _first(group: tuple[Page, ...], path: str, *, under: bool) -> Entry:
    own = _entry(group[0], path)
    return own if len(group) == 1 and own.current else replace(own, current="true" if under else "")


def _entry(page: Page, path: str) -> Entry:
    address = reverse(page[0])
    return Entry(address, page[1], page[2], "page" if address == path else "")

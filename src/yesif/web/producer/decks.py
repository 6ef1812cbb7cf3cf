"""Decks: the list, the starter deck, and one deck with its cards and notes."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yesif.apps.casting.queries import sheets
from yesif.apps.decks import actions, queries
from yesif.core.matching import dry_run
from yesif.web.access import producers_only
from yesif.web.clock import CLOCK
from yesif.web.producer.casting_forms import DeckFile

SPOKEN = ("want", "fear", "voice", "tell", "under_pressure", "softens_when")
"""Parts of a persona note, in the order a producer reads them."""


@require_GET
@producers_only
def shelf(request: HttpRequest) -> HttpResponse:
    """Every deck of the studio."""
    return render(request, "producer/decks.html", {"decks": queries.decks(), "form": DeckFile()})


@require_POST
@producers_only
def import_starter(request: HttpRequest) -> HttpResponse:
    """Bring in the starter deck; it is there once, however often this is pressed."""
    made = actions.import_deck(content=queries.starter_deck())
    messages.success(request, _("The starter deck is here."))
    return redirect("producer:deck", made)


@require_GET
@producers_only
def deck(request: HttpRequest, deck_id: str) -> HttpResponse:
    """One deck, whole: a producer deals it, so a producer sees both halves of a card."""
    whole = queries.export_deck(deck_id)
    prompts, personas = _rows(whole["prompts"]), _rows(whole["personas"])
    pack = sheets.pack_of_deck(deck_id)
    context = {
        "deck": whole["deck"],
        "deck_id": deck_id,
        "cards": prompts,
        "notes": [_note(one) for one in personas],
        "dry": dry_run.dry_run(pack),
        "own": dry_run.for_sheets(pack, sheets.of_everyone(CLOCK.now().date())),
    }
    return render(request, "producer/deck.html", context)


def _rows(found: object) -> list[Mapping[str, Any]]:
    return list(found) if isinstance(found, list) else []


def _note(content: Mapping[str, Any]) -> dict[str, Any]:
    parts = [(name.replace("_", " ").capitalize(), content[name]) for name in SPOKEN if content.get(name)]
    return {
        "key": content["id"],
        "label": content.get("label") or content.get("id"),
        "text": content.get("note", ""),
        "parts": parts,
    }

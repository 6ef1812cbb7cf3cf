"""Editing decks: a saved card is a new version of the whole deck, so what was played keeps the words it had."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yesif.apps.decks import actions, queries
from yesif.base.errors import BadInput, Conflict, NotFound
from yesif.web.access import producers_only
from yesif.web.aloud import aloud
from yesif.web.numbers import whole_number
from yesif.web.producer.casting_forms import Card, DeckFile, Note


@require_POST
@producers_only
def import_file(request: HttpRequest) -> HttpResponse:
    """Take a deck in from a file; what is wrong with it is said by card and field."""
    form = DeckFile(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(str(one) for one in form.errors.get("file", ())))
        return redirect("producer:decks")
    try:
        made = actions.import_deck(content=form.cleaned_data["file"])
    except (BadInput, Conflict) as wrong:
        messages.error(request, aloud(wrong))
        return redirect("producer:decks")
    messages.success(request, _("The deck is here."))
    return redirect("producer:deck", made)


@require_GET
@producers_only
def export(request: HttpRequest, deck_id: str) -> HttpResponse:
    """The deck as a file that can be brought in again unchanged."""
    content = queries.export_deck(deck_id)
    answer = HttpResponse(
        json.dumps(content, ensure_ascii=False, indent=1), content_type="application/json; charset=utf-8"
    )
    answer["Content-Disposition"] = 'attachment; filename="deck.json"'
    return answer


@require_http_methods(["GET", "POST"])
@producers_only
def card(request: HttpRequest, deck_id: str, key: str = "") -> HttpResponse:
    """One card, new or changed."""
    content: dict[str, Any] = dict(queries.export_deck(deck_id))
    prompts: list[Mapping[str, Any]] = list(content["prompts"])
    found = next((one for one in prompts if one["id"] == key), None)
    if key and found is None:
        raise NotFound
    form = Card(request.POST or None, vocabulary=content["vocabulary"], initial=_filled(found or {}))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.import_deck(content=_with(content, key, form.cleaned_data))
        except (BadInput, Conflict) as wrong:
            form.add_error(None, aloud(wrong))
        else:
            messages.success(request, _("Saved as a new version. Projects keep the version they name."))
            return redirect("producer:deck", made)
    context = {"form": form, "deck": content["deck"], "deck_id": deck_id, "key": key}
    return render(request, "casting/card.html", context, status=400 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@producers_only
def note(request: HttpRequest, deck_id: str, key: str = "") -> HttpResponse:
    """One persona note, new or changed."""
    content: dict[str, Any] = dict(queries.export_deck(deck_id))
    personas: list[Mapping[str, Any]] = list(content["personas"])
    found = next((one for one in personas if one["id"] == key), None)
    if key and found is None:
        raise NotFound
    form = Note(request.POST or None, initial=dict(found or {}))
    if request.method == "POST" and form.is_valid():
        name = key or _next_key([str(one["id"]) for one in personas], "per")
        written = {**(found or {"id": name}), **form.cleaned_data}
        rest = [one for one in personas if one["id"] != key]
        changed = {**content, "personas": sorted([*rest, written], key=lambda one: str(one["id"]))}
        try:
            made = actions.import_deck(content=_one_on(changed))
        except (BadInput, Conflict) as wrong:
            form.add_error(None, aloud(wrong))
        else:
            messages.success(request, _("Saved as a new version. Projects keep the version they name."))
            return redirect("producer:deck", made)
    context = {"form": form, "deck": content["deck"], "deck_id": deck_id, "key": key, "is_note": True}
    return render(request, "casting/card.html", context, status=400 if request.method == "POST" else 200)


def _filled(prompt: Mapping[str, Any]) -> dict[str, Any]:
    tags, objective = prompt.get("tags", {}), prompt.get("objective", {})
    return {
        **{name: prompt.get(name, "") for name in ("title", "relationship", "where", "moment_before")},
        "objective_a": objective.get("a", ""),
        "objective_b": objective.get("b", ""),
        "turn": (prompt.get("turn") or {}).get("text", ""),
        "intensity": str(tags.get("intensity", 1)),
        "seats": str(prompt.get("seats", 2)),
        "themes": tags.get("themes", []),
        "delivery": tags.get("delivery", []),
        "warm_up": bool(prompt.get("warm_up")),
    }


def _with(content: Mapping[str, Any], key: str, filled: Mapping[str, Any]) -> dict[str, Any]:
    """The deck with this card in it, one version on."""
    prompts = [dict(one) for one in content["prompts"]]
    name = key or _next_key([one["id"] for one in prompts])
    before: dict[str, Any] = next((one for one in prompts if one["id"] == key), {"id": name})
    turn = dict(before.get("turn") or {"at_fraction": 0.5, "to": "a", "optional": True})
    written = {
        **before,
        **{one: filled[one] for one in ("title", "relationship", "where", "moment_before", "seats", "warm_up")},
        "objective": {"a": filled["objective_a"], "b": filled["objective_b"]},
        "turn": {**turn, "text": filled["turn"]} if filled["turn"] else None,
        "tags": {**before.get("tags", {}), **{one: filled[one] for one in ("intensity", "themes", "delivery")}},
    }
    rest = [one for one in prompts if one["id"] != key]
    return _one_on({**content, "prompts": sorted([*rest, written], key=lambda one: str(one["id"]))})


def _one_on(content: Mapping[str, Any]) -> dict[str, Any]:
    """The same deck under its next version."""
    return {**content, "deck": {**content["deck"], "version": queries.next_version(content["deck"]["id"])}}


def _next_key(keys: list[str], prefix: str = "prm") -> str:
    number = 1 + max((whole_number(one.rpartition("-")[2]) or 0 for one in keys), default=0)
    return f"{prefix}-{number:03d}"

"""Take decks in. A deck comes whole or not at all."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from yesif.apps.decks.models import Card, Deck, PersonaNote
from yesif.base.errors import BadInput, Conflict

_CARD_FIELDS = (
    "key",
    "title",
    "relationship",
    "where",
    "moment_before",
    "objective_a",
    "objective_b",
    "intensity",
    "themes",
    "delivery",
    "rest",
)

_SCHEMA = "starter-deck/1"
_MOST = 2000
_HEAD = ("id", "version", "title", "language", "licence")
_OWN = ("id", "title", "relationship", "where", "moment_before", "objective", "tags")
_TAGS = ("intensity", "themes", "delivery")


@transaction.atomic
def import_deck(*, content: Mapping[str, Any]) -> str:
    """Take in a deck (schema starter-deck/1) and return its id; the same deck twice is one deck.

    Raises BadInput, naming the card and the field; Conflict where the version is known with other content.
    """
    if not isinstance(content, Mapping) or content.get("schema") != _SCHEMA:
        raise BadInput(f"A deck says `schema`: `{_SCHEMA}`.")
    head = _mapping(content, "deck", "The deck")
    key, version = _text(head, "id", "The deck", 80), _text(head, "version", "The deck", 20)
    known = Deck.objects.filter(key=key, version=version).first()
    if known is not None:
        _same(known, content)
        return known.id
    deck = Deck.objects.create(
        key=key,
        version=version,
        title=_text(head, "title", "The deck", 200),
        language=_text(head, "language", "The deck", 20),
        licence=str(head.get("licence", ""))[:80],
        vocabulary=_mapping(content, "vocabulary", "The deck") if "vocabulary" in content else {},
        rest={name: value for name, value in head.items() if name not in _HEAD},
    )
    Card.objects.bulk_create(_cards(deck, content))
    PersonaNote.objects.bulk_create(_notes(deck, content))
    return deck.id


def _same(known: Deck, content: Mapping[str, Any]) -> None:
    """A version is for ever: other content needs another version."""
    fresh = {card.key: _content(card) for card in _cards(known, content)}
    told = {note.key: note.content for note in _notes(known, content)}
    if fresh != {card.key: _content(card) for card in known.cards.all()} or told != dict(
        known.notes.values_list("key", "content")
    ):
        raise Conflict("This version of the deck is here with other content; give yours a new version.")


def _content(card: Card) -> list[object]:
    return [getattr(card, name) for name in _CARD_FIELDS]


def _cards(deck: Deck, content: Mapping[str, Any]) -> list[Card]:
    return [_card(deck, prompt) for prompt in _rows(content, "prompts")]


def _notes(deck: Deck, content: Mapping[str, Any]) -> list[PersonaNote]:
    rows = _rows(content, "personas")
    return [PersonaNote(deck=deck, key=_text(note, "id", "A persona note", 80), content=_note(note)) for note in rows]


def _note(note: Mapping[str, Any]) -> dict[str, Any]:
    name = f"Persona note {note['id']}"
    for line in ("note", "want", "fear"):
        _text(note, line, name)
    return dict(note)


def _card(deck: Deck, prompt: Mapping[str, Any]) -> Card:
    key = _text(prompt, "id", "A card", 80)
    name = f"Card {key}"
    objective = _mapping(prompt, "objective", name)
    tags = _mapping(prompt, "tags", name)
    intensity = tags.get("intensity", 1)
    if isinstance(intensity, bool) or not isinstance(intensity, int) or not 1 <= intensity <= 4:
        raise BadInput(f"{name}: `intensity` is a whole number from 1 to 4.")
    return Card(
        deck=deck,
        key=key,
        title=_text(prompt, "title", name, 200),
        relationship=_text(prompt, "relationship", name),
        where=_text(prompt, "where", name),
        moment_before=_text(prompt, "moment_before", name),
        objective_a=_text(objective, "a", name),
        objective_b=_text(objective, "b", name),
        intensity=intensity,
        themes=_words(tags, "themes", name),
        delivery=_words(tags, "delivery", name),
        rest={name: value for name, value in prompt.items() if name not in _OWN} | _other_tags(tags),
    )


def _rows(content: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = content.get(name)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, Mapping) for row in rows):
        raise BadInput(f"A deck has a list `{name}` with at least one in it.")
    if len(rows) > _MOST:
        raise BadInput(f"A deck has at most {_MOST} {name}, not {len(rows)}.")
    keys = [str(row.get("id", n)) for n, row in enumerate(rows)]
    if len(set(keys)) != len(keys):
        raise BadInput(f"Two of the deck's {name} have one id.")
    return rows


def _other_tags(tags: Mapping[str, Any]) -> dict[str, Any]:
    other = {name: value for name, value in tags.items() if name not in _TAGS}
    return {"tags": other} if other else {}


def _words(row: Mapping[str, Any], name: str, whose: str) -> list[str]:
    found = row.get(name, [])
    if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
        raise BadInput(f"{whose}: `{name}` is a list of words.")
    return found


def _mapping(row: Mapping[str, Any], name: str, whose: str) -> Mapping[str, Any]:
    found = row.get(name)
    if not isinstance(found, Mapping):
        raise BadInput(f"{whose} has no `{name}`.")
    return found


def _text(row: Mapping[str, Any], name: str, whose: str, most: int = 2000) -> str:
    found = row.get(name)
    if not isinstance(found, str) or not found.strip():
        raise BadInput(f"{whose} has no `{name}`.")
    if len(found) > most:
        raise BadInput(f"{whose}: `{name}` has at most {most} characters.")
    return found

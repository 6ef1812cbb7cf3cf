"""Read decks: lists for producers; a note's content only through the stage's `private_note`."""

import json
from dataclasses import dataclass
from importlib.resources import files

from yesif.apps.decks.models import Card, Deck, PersonaNote
from yesif.base.errors import NotFound


@dataclass(frozen=True, slots=True)
class DeckSeen:
    """One version of a deck."""

    id: str
    key: str
    version: str
    title: str
    language: str
    cards: int
    notes: int


@dataclass(frozen=True, slots=True)
class CardSeen:
    """What both partners may see of a card."""

    id: str
    key: str
    title: str
    relationship: str
    where: str
    moment_before: str
    intensity: int
    themes: tuple[str, ...]
    delivery: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoteSeen:
    """A persona note as the producer who deals it sees it."""

    id: str
    key: str
    label: str
    note: str


def decks() -> list[DeckSeen]:
    """Every deck, newest first."""
    return [_deck(deck) for deck in Deck.objects.order_by("-added_at", "key")]


def deck(deck_id: str) -> DeckSeen:
    """One deck. Raises NotFound."""
    return _deck(_found(deck_id))


def deck_by_key(key: str) -> DeckSeen:
    """The newest version of the deck with this key. Raises NotFound."""
    found = Deck.objects.filter(key=key).order_by("-added_at").first()
    if found is None:
        raise NotFound("There is no deck with that key.")
    return _deck(found)


def next_version(key: str) -> str:
    """The version after the newest of this deck: its last number, one on."""
    found = Deck.objects.filter(key=key).values_list("version", flat=True)
    numbers = [[int(part) if part.isdigit() else 0 for part in one.split(".")] for one in found]
    last = max(numbers, default=[0, 0, 0])
    return ".".join(map(str, [*last[:-1], last[-1] + 1]))


def cards(deck_id: str) -> list[CardSeen]:
    """The cards of a deck, in its order."""
    return [card_seen(card) for card in Card.objects.filter(deck_id=deck_id).order_by("key")]


def card_id(deck_id: str, key: str) -> str:
    """The id of one card of a deck. Raises NotFound."""
    found = Card.objects.filter(deck_id=deck_id, key=key).values_list("id", flat=True).first()
    if found is None:
        raise NotFound("That deck has no such card.")
    return found


def notes(deck_id: str) -> list[NoteSeen]:
    """The persona notes of a deck: for the producer who deals them."""
    return [
        NoteSeen(note.id, note.key, str(note.content.get("label", note.key)), str(note.content.get("note", "")))
        for note in PersonaNote.objects.filter(deck_id=deck_id).order_by("key")
    ]


def card_seen(card: Card) -> CardSeen:
    """The shared half of a card: neither objective is in it."""
    return CardSeen(
        card.id,
        card.key,
        card.title,
        card.relationship,
        card.where,
        card.moment_before,
        card.intensity,
        tuple(card.themes),
        tuple(card.delivery),
    )


def starter_deck() -> dict[str, object]:
    """The deck every studio begins with, as its file has it."""
    content: dict[str, object] = json.loads((files("yesif.apps.decks") / "starter-deck.json").read_text("utf-8"))
    return content


def export_deck(deck_id: str) -> dict[str, object]:
    """A deck as a file that `actions.import_deck` takes back unchanged. Raises NotFound."""
    deck = _found(deck_id)
    head = {"id": deck.key, "title": deck.title, "language": deck.language, "version": deck.version}
    return {
        "schema": "starter-deck/1",
        "deck": {**head, "licence": deck.licence, **deck.rest},
        "vocabulary": deck.vocabulary,
        "prompts": [_prompt(card) for card in deck.cards.order_by("key")],
        "personas": [note.content for note in deck.notes.order_by("key")],
    }


def _prompt(card: Card) -> dict[str, object]:
    tags = {"intensity": card.intensity, "themes": card.themes, "delivery": card.delivery}
    return {
        **card.rest,
        "id": card.key,
        "title": card.title,
        "relationship": card.relationship,
        "where": card.where,
        "moment_before": card.moment_before,
        "objective": {"a": card.objective_a, "b": card.objective_b},
        "tags": {**tags, **card.rest.get("tags", {})},
    }


def _found(deck_id: str) -> Deck:
    found = Deck.objects.filter(pk=deck_id).first()
    if found is None:
        raise NotFound
    return found


def _deck(deck: Deck) -> DeckSeen:
    counts = (deck.cards.count(), deck.notes.count())
    return DeckSeen(deck.id, deck.key, deck.version, deck.title, deck.language, *counts)

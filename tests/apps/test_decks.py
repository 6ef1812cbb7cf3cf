"""A deck comes whole or not at all, once, and leaves as it came."""

import copy
import json
from typing import Any

import pytest

from tests.apps.room_cast import starter_deck
from yesif.apps.decks import actions, queries
from yesif.apps.decks.models import Card, Deck, PersonaNote
from yesif.base.errors import BadInput, Conflict, NotFound

pytestmark = pytest.mark.django_db


def content() -> dict[str, Any]:
    return copy.deepcopy(dict(queries.starter_deck()))


def test_the_starter_deck_comes_in_whole() -> None:
    deck = queries.deck(starter_deck())
    assert (deck.cards, deck.notes) == (25, 25)
    assert (deck.key, deck.language) == ("starter-en-1", "en")


def test_the_same_deck_twice_is_one_deck() -> None:
    assert actions.import_deck(content=content()) == actions.import_deck(content=content())
    assert (Deck.objects.count(), Card.objects.count(), PersonaNote.objects.count()) == (1, 25, 25)


def test_a_deck_leaves_as_it_came_and_can_be_taken_in_elsewhere() -> None:
    whole = queries.export_deck(starter_deck())
    assert whole == content()
    Deck.objects.all().delete()
    assert queries.export_deck(actions.import_deck(content=json.loads(json.dumps(whole)))) == whole


@pytest.mark.parametrize(
    "change",
    [
        lambda deck: deck["prompts"][0].update(relationship="Strangers"),
        lambda deck: deck["prompts"][0]["objective"].update(b="Stay."),
        lambda deck: deck["prompts"].pop(),
        lambda deck: deck["personas"][0].update(want="to be left alone"),
    ],
)
def test_a_version_is_for_ever(change: Any) -> None:
    starter_deck()
    other = content()
    change(other)
    with pytest.raises(Conflict, match="new version"):
        actions.import_deck(content=other)
    other["deck"]["version"] = "1.0.1"
    actions.import_deck(content=other)
    assert queries.deck_by_key("starter-en-1").version == "1.0.1"


def _without(*path: Any) -> Any:
    def change(deck: Any) -> None:
        for name in path[:-1]:
            deck = deck[name]
        del deck[path[-1]]

    return change


def _with(value: Any, *path: Any) -> Any:
    def change(deck: Any) -> None:
        for name in path[:-1]:
            deck = deck[name]
        deck[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_with("other/1", "schema"), "schema"),
        (_without("deck"), "The deck has no `deck`"),
        (_without("deck", "version"), "The deck has no `version`"),
        (_with("x" * 21, "deck", "version"), "at most 20"),
        (_with([], "prompts"), "a list `prompts`"),
        (_with(["text"], "prompts"), "a list `prompts`"),
        (_with({}, "personas"), "a list `personas`"),
        (_without("prompts", 3, "title"), "Card prm-004 has no `title`"),
        (_with("  ", "prompts", 3, "where"), "Card prm-004 has no `where`"),
        (_with("x" * 2001, "prompts", 3, "where"), "at most 2000"),
        (_without("prompts", 3, "objective", "b"), "Card prm-004 has no `b`"),
        (_with("both", "prompts", 3, "objective"), "Card prm-004 has no `objective`"),
        (_with(5, "prompts", 3, "tags", "intensity"), "from 1 to 4"),
        (_with(True, "prompts", 3, "tags", "intensity"), "from 1 to 4"),
        (_with("family", "prompts", 3, "tags", "themes"), "a list of words"),
        (_with("prm-001", "prompts", 3, "id"), "have one id"),
        (_with("", "personas", 0, "id"), "A persona note has no `id`"),
        (_without("personas", 2, "want"), "Persona note per-003 has no `want`"),
        (_with([{"id": str(n)} for n in range(2001)], "prompts"), "at most 2000 prompts"),
    ],
)
def test_a_wrong_deck_is_refused_in_one_sentence_and_nothing_of_it_stays(change: Any, says: str) -> None:
    wrong = content()
    change(wrong)
    with pytest.raises(BadInput) as refused:
        actions.import_deck(content=wrong)
    assert says in str(refused.value)
    assert str(refused.value).count(".") <= 2
    assert not Deck.objects.exists()


@pytest.mark.parametrize("wrong", [[], "deck", None, 5])
def test_what_is_no_deck_at_all_is_refused(wrong: Any) -> None:
    with pytest.raises(BadInput):
        actions.import_deck(content=wrong)


def test_what_both_see_of_a_card_holds_neither_objective() -> None:
    seen = queries.cards(starter_deck())
    for card, prompt in zip(seen, content()["prompts"], strict=True):
        said = repr(card)
        assert prompt["objective"]["a"] not in said
        assert prompt["objective"]["b"] not in said


def test_names_of_every_script_come_through() -> None:
    deck = content()
    deck["prompts"][0].update(id="../../etc", title="Тихо, تحت الدرج, 雨 🌧️")
    made = actions.import_deck(content=deck)
    assert queries.cards(made)[0].title == "Тихо, تحت الدرج, 雨 🌧️"
    assert queries.export_deck(made) == {**deck, "prompts": sorted(deck["prompts"], key=lambda one: one["id"])}


def test_a_deck_that_is_not_there_is_not_found() -> None:
    for ask in (queries.deck, queries.export_deck, queries.deck_by_key):
        with pytest.raises(NotFound):
            ask("dek_nothing")
    with pytest.raises(NotFound):
        queries.card_id(starter_deck(), "prm-999")

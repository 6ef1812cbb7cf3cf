"""Projects and offers belong to those who made them or were put them; terms are copied into the offer."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.apps.room_cast import NOW, offer, project, starter_deck
from tests.people import person
from yesif.apps.casting import actions, queries
from yesif.apps.casting.models import Project
from yesif.apps.consent import actions as consent
from yesif.base.errors import BadInput, Conflict, NotFound
from yesif.base.money import Money

pytestmark = pytest.mark.django_db


def make(**changed: Any) -> str:
    terms: dict[str, Any] = {
        "producer_id": person("pia").id,
        "title": "Small talk",
        "about": "",
        "core_what": "understand-speech",
        "core_where": "research",
        "licensee": "",
        "core_ends": date(2027, 11, 1),
        "fee": Money(7400, "EUR"),
        "deck_ids": [starter_deck()],
        "now": NOW,
    }
    return actions.make_project(**{**terms, **changed})


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": "  "},
        {"title": "x" * 201},
        {"core_what": "copy-my-voice"},
        {"core_what": "everything"},
        {"core_where": "everywhere"},
        {"core_ends": NOW.date()},
        {"core_ends": date(2031, 11, 24)},
        {"fee": Money(-1, "EUR")},
    ],
)
def test_a_project_outside_the_rules_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        make(**wrong)
    assert not Project.objects.exists()


def test_a_project_plays_only_from_decks_that_are_there() -> None:
    with pytest.raises(NotFound):
        make(deck_ids=["dek_nothing"])
    made = make()
    assert queries.deck_ids_of(made) == [starter_deck()]


def test_a_term_of_five_years_to_the_day_is_the_longest() -> None:
    make(core_ends=date(2031, 11, 23))


def test_a_projects_producer_sees_it_and_nobody_else() -> None:
    made = project()
    assert queries.project(made, person("pia").id).title == "Small talk"
    for name in ("ana", "lab", "una"):
        with pytest.raises(NotFound):
            queries.project(made, person(name).id)
        with pytest.raises(NotFound):
            queries.bookings_of_project(made, person(name).id)
        assert queries.projects_of(person(name).id) == []


def test_an_offer_copies_the_terms_so_a_changed_project_changes_none() -> None:
    made = project(fee=7400)
    booking = offer(made, "ana", accepted=False)
    Project.objects.filter(pk=made).update(fee_minor=1, licensee="Someone else", core_ends=date(2031, 1, 1))
    seen = queries.booking(booking, person("ana").id)
    assert (seen.fee_minor, seen.licensee_name, seen.core_ends) == (7400, "Lab", date(2027, 11, 1))


def test_an_offer_is_seen_by_the_one_it_was_put_to() -> None:
    booking = offer(project(), "ana", accepted=False)
    assert queries.booking(booking, person("ana").id).state == "offered"
    for name in ("bo", "pia", "una"):
        with pytest.raises(NotFound):
            queries.booking(booking, person(name).id)


def test_only_performers_are_put_offers_and_only_by_the_projects_producer() -> None:
    made = project()
    with pytest.raises(NotFound):
        offer(made, "lab")
    with pytest.raises(NotFound):
        actions.offer(
            project_id=made,
            producer_id=person("ana").id,
            performer_id=person("bo").id,
            starts_at=NOW,
            minutes=60,
            now=NOW,
        )


@pytest.mark.parametrize("minutes", [0, 4, 481])
def test_a_session_lasts_between_five_minutes_and_eight_hours(minutes: int) -> None:
    made = project()
    with pytest.raises(BadInput):
        actions.offer(
            project_id=made,
            producer_id=person("pia").id,
            performer_id=person("ana").id,
            starts_at=NOW,
            minutes=minutes,
            now=NOW,
        )


def test_declining_twice_is_once_and_an_accepted_offer_is_not_declined() -> None:
    made = project()
    declined, accepted = offer(made, "ana", accepted=False), offer(made, "bo")
    for _ in range(2):
        actions.decline(booking_id=declined, performer_id=person("ana").id, now=NOW)
    assert queries.booking(declined, person("ana").id).state == "declined"
    with pytest.raises(Conflict):
        consent.accept_core(booking_id=declined, performer_id=person("ana").id, now=NOW)
    with pytest.raises(Conflict):
        actions.decline(booking_id=accepted, performer_id=person("bo").id, now=NOW)
    with pytest.raises(NotFound):
        actions.decline(booking_id=declined, performer_id=person("bo").id, now=NOW)


def test_a_licensee_not_yet_known_is_said_so() -> None:
    made = make(licensee="")
    assert queries.project(made, person("pia").id).licensee_name == "not known yet"
    seen = queries.booking(offer(made, "ana", accepted=False), person("ana").id)
    assert seen.licensee_name == "not known yet"
    assert replace(seen, state="offered") == seen

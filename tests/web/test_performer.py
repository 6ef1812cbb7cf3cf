"""A performer's home and offers: what it licenses stands first, and both answers are as easy."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from tests.funds import fund
from tests.people import person
from tests.web.reading import faults
from yesif.apps.casting import actions as casting
from yesif.apps.casting import queries as bookings
from yesif.apps.consent import actions as consent
from yesif.apps.consent.models import Grant
from yesif.apps.decks import actions as decks
from yesif.apps.decks import queries as shelf
from yesif.apps.stage.actions import bookings as stage
from yesif.base.money import Money
from yesif.core.policy.grants import Conditions

pytestmark = pytest.mark.django_db


def booked(*, licensee: str = "", starts: datetime | None = None) -> str:
    """Ana and Bo have offers for a session; Ana's booking."""
    deck = decks.import_deck(content=shelf.starter_deck())
    pia = person("pia").id
    project = casting.make_project(
        producer_id=pia, title="Warm calls <b>", about="", core_what="understand-speech", core_where="research",
        licensee=licensee, core_ends=now().date() + timedelta(days=200), fee=Money(7400, "EUR"), deck_ids=[deck],
        now=now(),
    )  # fmt: skip
    fund(project)
    at = starts or now() + timedelta(days=1)
    made = [
        casting.offer(
            project_id=project, producer_id=pia, performer_id=person(name).id, starts_at=at, minutes=90, now=now()
        )
        for name in ("ana", "bo")
    ]
    notes = shelf.notes(deck)
    scene = stage.ScenePlan(shelf.cards(deck)[0].id, {"a": notes[0].id, "b": notes[1].id})
    stage.book_session(project_id=project, producer_id=pia, booking_ids=made, scenes=[scene], starts_at=at, now=now())
    return made[0]


def page(client: Client, address: str) -> str:
    answer = client.get(address, headers={"accept": "text/html"})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert faults(text) == []
    return text


@pytest.fixture
def ana(client: Client) -> Client:
    client.force_login(person("ana"))
    return client


def test_an_empty_home_says_what_will_stand_there(ana: Client) -> None:
    text = page(ana, "/performer/")
    assert "No session ahead" in text
    assert "Nothing waits for you" in text
    assert "No takes yet" in page(ana, "/performer/takes")


def test_an_offer_says_what_it_licenses_until_when_and_the_fee_before_asking(ana: Client) -> None:
    booking = booked()
    assert "Warm calls &lt;b&gt;" in page(ana, "/performer/")
    text = page(ana, f"/performer/offers/{booking}")
    order = [
        "cannot forget",
        "Not known yet",
        "Until",
        "EUR 74.00 per hour",
        "EUR 111.00 for the whole time",
        "Accept<",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert text.count('class="button same"') == 2, "yes and no are the same size"


def test_accepting_licenses_the_core_use_and_opens_the_room(ana: Client) -> None:
    booking = booked(licensee="Lab")
    assert ana.post(f"/performer/offers/{booking}", {"answer": "accept"}).status_code == 302
    ana.post(f"/performer/offers/{booking}", {"answer": "accept"})
    assert Grant.objects.filter(booking_id=booking).count() == 1
    text = page(ana, "/performer/")
    assert "Enter the room" in text
    assert "with Bo" in text
    assert "You accepted this offer" in page(ana, f"/performer/offers/{booking}")


def test_declining_licenses_nothing(ana: Client) -> None:
    booking = booked()
    ana.post(f"/performer/offers/{booking}", {"answer": "decline"})
    assert not Grant.objects.exists()
    assert bookings.booking(booking, person("ana").id).state == "declined"
    assert "No session ahead" in page(ana, "/performer/")
    answer = ana.post(f"/performer/offers/{booking}", {"answer": "accept"})
    assert answer.status_code == 409
    assert "declined" in answer.content.decode()


@pytest.mark.parametrize("answer", ["", "maybe", "yes"])
def test_no_clear_answer_is_no_answer(ana: Client, answer: str) -> None:
    booking = booked()
    ana.post(f"/performer/offers/{booking}", {"answer": answer})
    assert bookings.booking(booking, person("ana").id).state == "offered"
    assert not Grant.objects.exists()


def test_a_standing_no_is_named_before_an_offer_is_accepted_in_vain(ana: Client) -> None:
    booking = booked()
    terms = Conditions(until=now() + timedelta(days=100))
    consent.give(performer_id=person("ana").id, answers={"research": "no"}, conditions=terms, now=now())
    answer = ana.post(f"/performer/offers/{booking}", {"answer": "accept"})
    assert answer.status_code == 409
    assert "a No beats any Yes" in answer.content.decode()
    assert bookings.booking(booking, person("ana").id).state == "offered"


@pytest.mark.parametrize("who", ["bo", "cy"])
def test_nobody_answers_for_another(client: Client, who: str) -> None:
    booking = booked()
    client.force_login(person(who))
    assert client.get(f"/performer/offers/{booking}").status_code == 404
    assert client.post(f"/performer/offers/{booking}", {"answer": "accept"}).status_code == 404
    assert not Grant.objects.exists()


def test_a_session_long_past_leaves_the_home_page(ana: Client) -> None:
    booking = booked(starts=now() - timedelta(days=2))
    ana.post(f"/performer/offers/{booking}", {"answer": "accept"})
    assert "No session ahead" in page(ana, "/performer/")

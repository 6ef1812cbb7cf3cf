"""Erasing oneself takes a tick and one of two buttons of the same size, and ends signed out."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from tests.core.test_policy_explain import grade
from tests.people import person
from tests.web.reading import faults
from tests.web.scene import Played, played
from yesif.apps.footage.models import Performance
from yesif.apps.keys import queries as keys
from yesif.apps.people.models import Person, Role

pytestmark = pytest.mark.django_db
ADDRESS = "/performer/erase"
PLAYED_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""What a scene's session says that opened at studio time 0."""


@pytest.fixture
def ana(client: Client) -> Client:
    client.force_login(person("ana"))
    return client


def test_the_page_says_first_what_cannot_be_undone(ana: Client) -> None:
    text = ana.get(ADDRESS).content.decode()
    assert faults(text) == []
    columns = [text.index(f"<h3>{head}</h3>") for head in ("Cannot be undone", "Others must do", "Stops now")]
    assert columns == sorted(columns)
    assert text.count("button same") == 2
    assert ADDRESS in ana.get("/performer/").content.decode()


def test_without_the_tick_nothing_happens(ana: Client) -> None:
    answer = ana.post(ADDRESS)
    assert answer.status_code == 400
    assert "Tick the box first" in answer.content.decode()
    assert person("ana").is_active


def test_with_it_she_is_gone_and_signed_out(ana: Client) -> None:
    scene, who = played(), person("ana").id
    answer = ana.post(ADDRESS, {"sure": "yes"})
    assert answer.status_code == 200
    assert faults(answer.content.decode()) == []
    assert not Person.objects.get(pk=who).is_active
    assert keys.is_destroyed(who)
    assert Performance.objects.get(pk=scene.ana).state == "withdrawn"
    assert ana.get("/performer/").status_code == 302, "signed out"


def test_a_sign_in_that_is_still_open_elsewhere_ends(ana: Client) -> None:
    other = Client()
    other.force_login(person("ana"))
    ana.post(ADDRESS, {"sure": "yes"})
    assert other.get("/performer/").status_code == 302


def test_who_also_produces_is_told_to_hand_that_over_first(ana: Client) -> None:
    Role.objects.create(person=person("ana"), role="producer")
    answer = ana.post(ADDRESS, {"sure": "yes"})
    assert answer.status_code == 409
    assert "hand that over first" in answer.content.decode()
    assert person("ana").is_active


@pytest.mark.parametrize("days_ago", [0, 8])
def test_the_withdrawal_page_says_whether_it_deletes(ana: Client, days_ago: int) -> None:
    scene: Played = played()
    session = Performance.objects.get(pk=scene.ana).take.scene.session
    if not days_ago:
        session.opened_ns = None
        session.save()
    text = ana.get(f"/performer/takes/{scene.ana}/withdraw").content.decode()
    assert faults(text) == []
    first = text[text.index("<h2>") : text.index("Cannot be undone")]
    session.refresh_from_db()
    ends = session.starts_at + timedelta(days=7) if not days_ago else PLAYED_LONG_AGO + timedelta(days=7)
    assert ends.date().isoformat() in first, "the day is said, before anything else"
    assert ("Your take is deleted for good." in first) == (days_ago == 0)
    assert ("Your take is not deleted." in first) == (days_ago == 8)
    assert ("Its keys are destroyed, so that" in text) == (days_ago == 0)
    assert grade(re.sub(r"<[^>]+>", " ", first)) <= 8

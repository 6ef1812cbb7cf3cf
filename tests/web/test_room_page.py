"""The room's page: for its cast only, isolated, and with nothing private in it."""

import base64
import hashlib
import hmac
import json
import re

import pytest
from django.test import Client
from pytest_django import Settings

from tests.apps.room_cast import Booked, booked
from tests.people import person
from yesif.apps.stage.queries import sessions as queries
from yesif.web.room import relays

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Booked:
    return booked()


def page(name: str, room: Booked) -> Client:
    client = Client()
    client.force_login(person(name))
    return client


def test_the_room_is_cross_origin_isolated_and_no_other_page_is(room: Booked) -> None:
    client = page("ana", room)
    answer = client.get(f"/room/{room.session}")
    assert answer.status_code == 200
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert answer["Cache-Control"] == "no-store"
    assert "Cross-Origin-Embedder-Policy" not in client.get("/performer/").headers


@pytest.mark.parametrize("name", ["cy", "pia", "lab", "una"])
def test_the_room_of_others_is_a_page_that_is_not_there(room: Booked, name: str) -> None:
    client = page(name, room)
    yours, nowhere = client.get(f"/room/{room.session}"), client.get("/room/ses_nothing")
    assert yours.status_code == nowhere.status_code == 404


def test_who_is_signed_out_comes_back_to_the_room_after_signing_in(room: Booked) -> None:
    answer = Client().get(f"/room/{room.session}")
    assert answer.status_code == 302
    assert f"next=%2Froom%2F{room.session}" in answer["Location"]


def test_nothing_private_is_in_the_page_not_even_ones_own(room: Booked) -> None:
    """Notes come over the socket, to their owner: a page may be kept, cached or looked at over a shoulder."""
    for name in ("ana", "bo"):
        said = page(name, room).get(f"/room/{room.session}").content.decode()
        for who in (room.ana, room.bo):
            note = queries.private_note(session_id=room.session, performer_id=who)
            assert not [
                part for part in note.__slots__ if len(getattr(note, part)) > 12 and getattr(note, part) in said
            ]


def test_every_control_has_words_and_nothing_is_inline(room: Booked) -> None:
    said = page("ana", room).get(f"/room/{room.session}").content.decode()
    buttons = re.findall(r"<button[^>]*>(.*?)</button>", said, re.DOTALL)
    assert len(buttons) >= 5
    assert all(re.sub(r"<svg.*?</svg>|<[^>]+>", "", button, flags=re.DOTALL).strip() for button in buttons)
    assert "<kbd>Esc</kbd>" in said
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=", said)


def test_relays_are_given_for_hours_and_to_one_person(settings: Settings) -> None:
    settings.TURN_URLS = ["turn:relay.example:3478"]
    settings.TURN_SECRET = "between us"
    [server] = relays.for_person("per_ana", now_seconds=1_000)
    assert server["urls"] == ["turn:relay.example:3478"]
    assert server["username"] == f"{1_000 + relays.LIVE_SECONDS}:per_ana"
    made = hmac.new(b"between us", str(server["username"]).encode(), hashlib.sha1).digest()
    assert server["credential"] == base64.b64encode(made).decode()


def test_the_page_carries_the_relays_and_never_their_secret(room: Booked, settings: Settings) -> None:
    settings.TURN_URLS = ["turn:relay.example:3478"]
    settings.TURN_SECRET = "between us"
    said = page("ana", room).get(f"/room/{room.session}").content.decode()
    assert "turn:relay.example:3478" in said
    assert "between us" not in said


def test_without_a_relay_two_meet_directly(room: Booked, settings: Settings) -> None:
    settings.TURN_URLS, settings.TURN_SECRET = [], ""
    assert json.dumps(relays.for_person(room.ana)) == "[]"

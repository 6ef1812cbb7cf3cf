"""After a session: what one says about the partner goes to nobody else, and nothing is pre-selected."""

import json

import pytest
from django.test import Client

from tests.apps.room_cast import Booked, booked, come_in
from tests.people import person
from tests.web.reading import faults
from yesif.apps.stage.actions import care
from yesif.apps.stage.models import CareCase, PlayAgain, RoomCheck

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Booked:
    made = booked()
    come_in(made, "ana", "bo")
    return made


def client(name: str) -> Client:
    made = Client()
    made.force_login(person(name))
    return made


def test_the_curtain_asks_one_question_with_nothing_preselected(room: Booked) -> None:
    page = client("ana").get(f"/performer/sessions/{room.session}/curtain").content.decode()
    assert faults(page) == []
    assert page.count('aria-pressed="false"') == 3
    assert "Bo never learns it" in page


@pytest.mark.parametrize("name", ["cy", "pia", "lab"])
def test_the_curtain_of_others_is_a_page_that_is_not_there(room: Booked, name: str) -> None:
    for path in ("curtain", "report"):
        assert client(name).get(f"/performer/sessions/{room.session}/{path}").status_code == 404
    for path in ("again", "block", "report"):
        sent = {"answer": "never", "words": "x"}
        assert client(name).post(f"/performer/sessions/{room.session}/{path}", sent).status_code == 404
    assert not PlayAgain.objects.exists()
    assert not CareCase.objects.exists()


def test_an_answer_is_kept_shown_to_its_owner_and_never_to_the_partner(room: Booked) -> None:
    client("ana").post(f"/performer/sessions/{room.session}/again", {"answer": "never"})
    mine = client("ana").get(f"/performer/sessions/{room.session}/curtain").content.decode()
    theirs = client("bo").get(f"/performer/sessions/{room.session}/curtain").content.decode()
    assert mine.count('aria-pressed="true"') == 1
    assert theirs.count('aria-pressed="true"') == 0
    client("ana").post(f"/performer/sessions/{room.session}/again", {"answer": "perhaps"})
    assert PlayAgain.objects.get().answer == "never"


def test_a_report_is_answered_where_it_was_made_and_its_answer_reaches_only_its_owner(room: Booked) -> None:
    ana = client("ana")
    assert ana.post(f"/performer/sessions/{room.session}/report", {"words": ""}).status_code == 400
    ana.post(f"/performer/sessions/{room.session}/report", {"words": "He shouted.", "block": "on"})
    assert PlayAgain.objects.get().blocked
    case = CareCase.objects.get()
    care.answer(case_id=case.id, by=person("pia").id, words="We wrote to him.", now=case.made_at)
    assert "We wrote to him." in ana.get(f"/performer/sessions/{room.session}/curtain").content.decode()
    theirs = client("bo").get(f"/performer/sessions/{room.session}/curtain").content.decode()
    assert "wrote to him" not in theirs
    assert "shouted" not in theirs


def test_a_room_check_is_kept_for_the_next_time(room: Booked) -> None:
    ana = client("ana")
    assert "Not checked yet" in ana.get("/performer/room-check").content.decode()
    found = {"rows": [{"ok": True, "text": "Light: well lit."}, {"ok": False, "text": "Headphones: <b>."}]}
    ana.post("/performer/room-check/found", json.dumps(found), content_type="application/json")
    page = ana.get("/performer/room-check").content.decode()
    assert faults(page) == []
    assert "Light: well lit." in page
    assert "&lt;b&gt;" in page
    assert "Light: well lit." not in client("bo").get("/performer/room-check").content.decode()
    assert ana.post("/performer/room-check/speed", b"x" * 1000, content_type="text/plain").json() == {"bytes": 1000}


@pytest.mark.parametrize(
    "found", ["", "[]", '{"rows": []}', '{"rows": [{"ok": 1, "text": "x"}]}', '{"rows": [{"ok": true}]}', '{"rows": 5}']
)
def test_a_room_check_in_no_known_form_is_refused(room: Booked, found: str) -> None:
    sent = client("ana").post("/performer/room-check/found", found, content_type="application/json")
    assert sent.status_code == 400
    assert not RoomCheck.objects.exists()

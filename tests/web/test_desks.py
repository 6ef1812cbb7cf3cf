"""The board, the chair, care desk, quality desk and pictures: each shows its own projects and nothing private."""

import re

import pytest
from channels.db import database_sync_to_async as asked
from django.test import Client

from tests.apps.room_cast import Booked, S, booked, come_in
from tests.people import person
from tests.web.reading import faults
from tests.web.scene import played, show_preview
from tests.web.sockets import both_in, line
from tests.web.sockets import played as plays
from yesif.apps.footage.actions import care as footage_care
from yesif.apps.footage.models import Performance, Ruling, SealedSpan
from yesif.apps.footage.queries import desk
from yesif.apps.people.models import Role
from yesif.apps.stage.actions import care, waiting
from yesif.apps.stage.models import CareCase, Session
from yesif.apps.stage.queries import board
from yesif.apps.stage.queries import sessions as stage
from yesif.web.clock import CLOCK

pytestmark = pytest.mark.django_db


def client(name: str) -> Client:
    made = Client()
    made.force_login(person(name))
    return made


@pytest.fixture
def room() -> Booked:
    made = booked()
    come_in(made, "ana", at_ns=CLOCK.studio_ns())
    return made


def test_an_empty_board_desk_and_pictures_say_what_will_stand_there() -> None:
    pia = client("pia")
    for path, words in (
        ("board", "No room is open"),
        ("care", "Nothing waits"),
        ("quality", "Nothing to look at"),
        ("pictures", "Nothing to draw yet"),
    ):
        page = pia.get(f"/producer/{path}").content.decode()
        assert words in page
        assert faults(page) == []


def test_the_board_says_who_is_here_and_whom_nobody_came_to(room: Booked) -> None:
    Session.objects.filter(pk=room.session).update(starts_at=CLOCK.now())
    studio_ns = CLOCK.studio_ns() + 700 * S
    waiting.look(session_id=room.session, studio_ns=studio_ns)
    [seen] = board.rooms(person("pia").id, now=CLOCK.now(), studio_ns=studio_ns)
    assert seen.wrong
    assert [(seat.stage_name, seat.here, seat.waits) for seat in seen.seats] == [
        ("Ana", "here", "stood-up"),
        ("Bo", "not-come", ""),
    ]


def test_the_board_of_today_lists_its_rooms_and_only_to_their_producer() -> None:
    made = booked()
    come_in(made, "ana", "bo")
    Session.objects.filter(pk=made.session).update(starts_at=CLOCK.now())
    care.call(session_id=made.session, performer_id=made.ana, now=CLOCK.now())
    page = client("pia").get("/producer/board").content.decode()
    assert faults(page) == []
    assert "calls for help" in page
    note = stage.private_note(session_id=made.session, performer_id=made.ana)
    assert note.note not in page
    assert note.objective not in page
    part = client("pia").get("/producer/board", headers={"hx-request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="board"')
    other = person("cy")
    Role.objects.create(person=other, role="producer")
    assert "No room is open" in client("cy").get("/producer/board").content.decode()


def test_the_chair_is_for_the_projects_own_producer(room: Booked) -> None:
    page = client("pia").get(f"/producer/board/{room.session}/chair").content.decode()
    assert faults(page) == []
    assert "Everyone in the room sees that you sit here" in page
    Role.objects.create(person=person("ana"), role="producer")
    assert client("ana").get(f"/producer/board/{room.session}/chair").status_code == 404


@plays
async def test_who_sits_in_is_seen_by_both_and_hears_neither_note(room: Booked) -> None:
    async with line(room.session, "ana") as ana, line(room.session, "bo") as bo:
        await both_in(ana, bo)
        async with line(f"{room.session}/chair", "pia") as pia:
            state = await pia.until("state")
            for one in (ana, bo):
                assert (await one.until("state", stands=state["stands"]))["stands"]["chairs"] == ["Pia"]
            await pia.say(type="coach", line="Slower.")
            for one in (ana, bo):
                while (await one.until("state"))["stands"]["line"] != "Slower.":
                    pass
            said = str(pia.heard)
            for who in (room.ana, room.bo):
                note = await asked(stage.private_note)(session_id=room.session, performer_id=who)
                assert note.note not in said
                assert note.objective not in said
        while (await ana.until("state"))["stands"]["chairs"]:
            pass


@plays
async def test_nobody_else_sits_in_and_from_the_chair_nothing_but_a_line_is_said(room: Booked) -> None:
    for name in ("ana", "cy", "lab"):
        async with line(f"{room.session}/chair", name) as other:
            await other.until("closed")
    async with line(f"{room.session}/chair", "pia") as pia:
        await pia.until("state")
        await pia.say(type="cut")
        assert "only a line" in (await pia.until("closed"))["sentence"]
    async with line(room.session, "ana") as ana:
        await ana.until("state")
        await ana.say(type="coach", line="I am not the producer.")
        assert (await ana.until("closed"))["sentence"]


def test_a_case_is_answered_and_closed_and_belongs_to_no_other_producer() -> None:
    made = played(state="released")
    case = footage_care.report(session_id=made.session, performer_id=person("ana").id, words="<b>", now=CLOCK.now())
    pia = client("pia")
    page = pia.get(f"/producer/care/{case}").content.decode()
    assert faults(page) == []
    assert "&lt;b&gt;" in page
    assert re.search(r"<code>[0-9a-f]{64}</code>", page)
    assert pia.post(f"/producer/care/{case}", {"sealed": "lift"}).status_code == 400
    assert pia.post(f"/producer/care/{case}", {"words": " "}).status_code == 400
    pia.post(f"/producer/care/{case}", {"words": "We spoke."})
    pia.post(f"/producer/care/{case}", {"sealed": "lift"})
    assert CareCase.objects.get().closed_at
    Role.objects.create(person=person("cy"), role="producer")
    assert client("cy").get(f"/producer/care/{case}").status_code == 404
    assert client("cy").post(f"/producer/care/{case}", {"words": "x"}).status_code == 404


def test_a_ruling_goes_from_the_desk_to_a_second_person_to_its_performer_and_to_a_third() -> None:
    made = played(state="released")
    show_preview(made.ana, b"film of ana")
    for name in ("una", "lab"):
        for role in ("operator", "producer"):
            Role.objects.create(person=person(name), role=role)
    pia, una, lab, ana = (client(name) for name in ("pia", "una", "lab", "ana"))
    page = pia.get(f"/producer/quality/takes/{made.take}").content.decode()
    assert faults(page) == []
    assert "checked" not in "".join(re.findall(r"<input[^>]*type=\"radio\"[^>]*>", page))
    film = re.search(r'video src="([^"]+)"', page)
    assert film
    assert "Ana speaks" in page
    assert "You speak" not in page
    assert "you speak" not in page
    assert pia.get(film.group(1))["Content-Length"] == str(len(b"film of ana"))
    assert una.get(film.group(1)).status_code == 404
    asked_for = {"part": made.ana, "why": "reject:sound", "start": "1", "end": "2", "words": "Hum."}
    assert pia.post(f"/producer/quality/takes/{made.take}", {**asked_for, "why": ""}).status_code == 400
    assert pia.post(f"/producer/quality/takes/{made.take}", {**asked_for, "end": "900"}).status_code == 400
    pia.post(f"/producer/quality/takes/{made.take}", asked_for)
    ruling = f"/producer/quality/rulings/{Ruling.objects.get().pk}"
    assert pia.post(ruling, {"agrees": "yes"}).status_code == 409
    assert faults(una.get(ruling).content.decode()) == []
    una.post(ruling, {"agrees": "yes"})
    assert Performance.objects.get(pk=made.ana).rejected_at
    mine = f"/performer/decisions/{Ruling.objects.get().pk}"
    assert faults(ana.get("/performer/decisions").content.decode()) == []
    page = ana.get(mine).content.decode()
    assert faults(page) == []
    assert "Pia" in page
    assert "Una" in page
    assert client("bo").get(mine).status_code == 404
    ana.post(mine, {"words": "No hum."})
    assert una.post(ruling, {"outcome": "upheld", "answer": "x"}).status_code == 409
    assert faults(lab.get(ruling).content.decode()) == []
    lab.post(ruling, {"outcome": "overturned", "answer": "Right."})
    assert Performance.objects.get(pk=made.ana).rejected_at is None
    assert "Right." in ana.get(mine).content.decode()


def test_the_pictures_draw_what_was_played_and_say_it_in_numbers() -> None:
    played(state="released")
    page = client("pia").get("/producer/pictures").content.decode()
    assert faults(page) == []
    assert page.count('<svg class="bars"') >= 2
    assert "accepted hours in 8 weeks" in page
    assert "First-pass quality" in page


@pytest.mark.parametrize("sealed_by", ["ana", "bo"])
def test_the_desk_shows_nothing_that_either_of_them_sealed(sealed_by: str) -> None:
    made = played(state="released")
    show_preview(made.ana, b"film of ana")
    pia = client("pia")
    before = pia.get(f"/producer/quality/takes/{made.take}").content.decode()
    assert "0.4 % of the voice" in before
    assert "until 0:09" in before
    SealedSpan.objects.create(
        performance_id=getattr(made, sealed_by), start_ns=S, end_ns=10 * S, why="was-me", sealed_at=CLOCK.now()
    )
    page = pia.get(f"/producer/quality/takes/{made.take}").content.decode()
    assert "0.4 % of the voice" not in page
    assert "until 0:09" not in page
    assert "until 0:31" in page
    assert "video src" not in page
    assert "0.4 % of the voice" not in pia.get(f"/producer/takes/{made.take}").content.decode()
    assert "0.4 % of the voice" not in pia.get(f"/producer/takes/{made.take}/track").content.decode()
    assert not [one for one in desk.queue(person("pia").id) if one.warnings]

"""The care desk looks at a reported session: alone, written down, for half an hour, never at what was sealed."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from tests.people import person
from tests.web.reading import faults
from tests.web.scene import Played, S, played, show_preview
from yesif.apps.footage.actions import care, review
from yesif.apps.footage.queries import care as films
from yesif.apps.people.models import Role
from yesif.apps.stage.actions import care as desk
from yesif.base.errors import Conflict, NotFound
from yesif.web.clock import CLOCK

pytestmark = pytest.mark.django_db
SRC = re.compile(r'video src="([^"]+)"')


def client(name: str) -> Client:
    there = Client()
    there.force_login(person(name))
    return there


@pytest.fixture
def made() -> Played:
    """Played a while ago and still in review: nobody has released anything."""
    there = played()
    for part in (there.ana, there.bo):
        show_preview(part, b"film of " + part.encode())
    return there


@pytest.fixture
def case(made: Played) -> str:
    return care.report(session_id=made.session, performer_id=person("ana").id, words="He shouted.", now=CLOCK.now())


def test_the_desk_looks_and_whoever_reported_reads_it(made: Played, case: str) -> None:
    pia, ana, where = client("pia"), client("ana"), f"/producer/care/{case}"
    before = pia.get(where).content.decode()
    assert SRC.search(before) is None
    pia.post(where, {"look": "yes"})
    page = pia.get(where).content.decode()
    assert faults(page) == []
    found = SRC.findall(page)
    assert [pia.get(one)["Content-Length"] for one in found] == [str(len("film of " + made.ana))] * 2
    curtain = f"/performer/sessions/{made.session}/curtain"
    assert "Pia looked at the films" in ana.get(curtain).content.decode()
    assert "looked at" not in client("bo").get(curtain).content.decode()
    Role.objects.create(person=person("una"), role="operator")
    for name in ("una", "bo", "ana", "lab"):
        assert client(name).get(found[0]).status_code == 404, "an address is its viewer's alone"


def test_without_having_written_it_down_nobody_sees_a_film_and_not_after_half_an_hour(made: Played, case: str) -> None:
    pia, now = person("pia").id, CLOCK.now()
    asked = {"viewer_id": pia, "kind": "care-preview"}
    with pytest.raises(NotFound):
        films.media(made.bo, **asked, now=now)
    desk.look(case_id=case, by=pia, now=now)
    assert films.media(made.bo, **asked, now=now + timedelta(minutes=29)).performance_id == made.bo
    with pytest.raises(NotFound):
        films.media(made.bo, **asked, now=now + timedelta(minutes=30))
    for kind in ("preview", "care-", "care-voice", "desk-preview"):
        with pytest.raises(NotFound):
            films.media(made.bo, viewer_id=pia, kind=kind, now=now)
    elsewhere = played(title="Elsewhere")
    show_preview(elsewhere.bo, b"another evening")
    with pytest.raises(NotFound):
        films.media(elsewhere.bo, **asked, now=now)


def test_what_either_sealed_of_their_own_is_shown_to_no_desk(made: Played, case: str) -> None:
    pia, bo, now = person("pia").id, person("bo").id, CLOCK.now()
    review.seal(performance_id=made.bo, performer_id=bo, start_ns=0, end_ns=S, why="was-me", now=now)
    desk.look(case_id=case, by=pia, now=now)
    assert [one.is_there for one in films.films(made.session, viewer_id=pia, now=now)] == [False, False]
    assert "no film that could be shown" in client("pia").get(f"/producer/care/{case}").content.decode()
    show_preview(made.bo, b"without it", leaves_out=[[0, S]])
    assert [one.is_there for one in films.films(made.session, viewer_id=pia, now=now)] == [False, True]


def test_a_closed_case_and_a_call_for_help_have_no_films_and_nobody_of_the_cast_looks(made: Played, case: str) -> None:
    pia, now = person("pia").id, CLOCK.now()
    helping = desk.call(session_id=made.session, performer_id=person("ana").id, now=now)
    with pytest.raises(Conflict, match="for a report"):
        desk.look(case_id=helping, by=pia, now=now)
    Role.objects.create(person=person("bo"), role="operator")
    with pytest.raises(Conflict, match="not in the room"):
        desk.look(case_id=case, by=person("bo").id, now=now)
    with pytest.raises(NotFound):
        desk.look(case_id=case, by=person("cy").id, now=now)
    desk.look(case_id=case, by=pia, now=now)
    desk.answer(case_id=case, by=pia, words="We spoke to him.", now=now)
    care.close(case_id=case, by=pia, keep_sealed=True, now=now)
    assert films.films(made.session, viewer_id=pia, now=now) == ()
    with pytest.raises(Conflict, match="until it is closed"):
        desk.look(case_id=case, by=pia, now=now)
    assert client("pia").post(f"/producer/care/{case}", {"look": "yes"}).status_code == 400

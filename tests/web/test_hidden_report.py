"""After a report the partner's pages, films and lines are, byte for byte, what they were; the producer sees nothing."""

import re

import pytest
from django.test import Client

from tests.people import person
from tests.web.scene import LENGTH, Played, played, show_preview
from yesif.apps.footage.actions import care
from yesif.apps.footage.actions.ingest import sealed_spans
from yesif.apps.footage.models import Performance
from yesif.apps.footage.queries import desk, sheets
from yesif.apps.record import queries as record
from yesif.apps.stage.actions import care as answers
from yesif.base.errors import NotFound
from yesif.web.clock import CLOCK
from yesif.web.media import address

pytestmark = pytest.mark.django_db
CHANGING = re.compile(r'/media/[^"]+|name="csrfmiddlewaretoken" value="[^"]+"')


@pytest.fixture
def made() -> Played:
    """Ana and Bo watch each other's films, and have released them."""
    there = played(state="released")
    for part in (there.ana, there.bo):
        show_preview(part, b"film of " + part.encode())
    Performance.objects.update(partner_may_watch=True)
    return there


def client(name: str) -> Client:
    there = Client()
    there.force_login(person(name))
    return there


def seen_by_bo(made: Played) -> dict[str, str]:
    bo = client("bo")
    pages = (
        f"takes/{made.bo}", f"takes/{made.bo}/picture", f"takes/{made.bo}/track", "takes", "record", "everything",
        f"sessions/{made.session}/curtain", "decisions", "answers", "",
    )  # fmt: skip
    found = {}
    for path in pages:
        answer = bo.get(f"/performer/{path}")
        assert answer.status_code == 200, path
        found[path] = CHANGING.sub("", answer.content.decode())
    return found


def films_of_bo(made: Played) -> list[int]:
    bo = client("bo")
    return [
        bo.get(address(part, kind=kind, viewer_id=person("bo").id)).status_code
        for part in (made.ana, made.bo)
        for kind in ("preview", "poster", "peaks")
    ]


def report(made: Played) -> str:
    return care.report(session_id=made.session, performer_id=person("ana").id, words="He shouted.", now=CLOCK.now())


def test_a_partner_cannot_see_that_a_report_was_made_or_closed(made: Played) -> None:
    before, lines = seen_by_bo(made), record.lines_about(person("bo").id)
    assert films_of_bo(made) == [200] * 6
    case = report(made)
    assert seen_by_bo(made) == before
    assert films_of_bo(made) == [200] * 6
    for part in (made.ana, made.bo):
        assert sealed_spans(part) == [], "a film made anew is the same film"
    answers.answer(case_id=case, by=person("pia").id, words="We wrote to him.", now=CLOCK.now())
    care.close(case_id=case, by=person("pia").id, keep_sealed=True, now=CLOCK.now())
    assert seen_by_bo(made) == before
    assert record.lines_about(person("bo").id) == lines


def test_for_everyone_else_the_whole_take_is_shut(made: Played) -> None:
    pia = person("pia").id
    assert [side.has_preview for side in sheets.of_take(made.take, viewer_id=pia).sides] == [True, True]
    report(made)
    assert [side.has_preview for side in sheets.of_take(made.take, viewer_id=pia).sides] == [False, False]
    for part in (made.ana, made.bo):
        with pytest.raises(NotFound):
            desk.media(part, viewer_id=pia, kind="desk-preview")
    shown = desk.take(made.take, viewer_id=pia)
    assert [found for _part, _name, found in shown.parts] == [(), ()], "nor what the checks said of a moment"
    assert {side.sealed for side in sheets.of_take(made.take, viewer_id=pia).sides} == {((0, LENGTH),)}

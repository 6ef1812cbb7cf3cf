"""A take begins and ends with the room's events, in one transaction with them."""

import pytest
from django.db import IntegrityError, transaction

from tests.apps.room_cast import OPENED, Booked, S, booked, come_in
from tests.people import person
from yesif.apps.footage.actions import takes
from yesif.apps.footage.models import Performance, Take
from yesif.apps.footage.queries import takes as queries
from yesif.apps.stage.actions import room as stage
from yesif.apps.stage.queries import sessions as stage_queries
from yesif.base.errors import NotFound

pytestmark = pytest.mark.django_db


def rolling() -> tuple[Booked, takes.Begun]:
    room = booked()
    come_in(room, "ana", "bo")
    takes.ready(session_id=room.session, performer_id=room.ana, is_ready=True, studio_ns=OPENED + S)
    begun = takes.ready(session_id=room.session, performer_id=room.bo, is_ready=True, studio_ns=OPENED + 2 * S)
    assert begun is not None
    return room, begun


def cut(room: Booked, at_ns: int, who: str = "") -> takes.Ended | None:
    return takes.cut(session_id=room.session, performer_id=who or room.ana, studio_ns=at_ns)


def test_the_countdown_makes_a_take_with_a_performance_for_each() -> None:
    room, begun = rolling()
    assert set(begun.performances) == {room.ana, room.bo}
    for who, performance in begun.performances.items():
        seen = queries.rolling(session_id=room.session, performer_id=who)
        assert seen == queries.Rolling(begun.take_id, performance, begun.action_ns)
    assert queries.rooms_that_roll() == [room.session]


def test_a_cut_ends_the_take_at_the_events_own_time() -> None:
    room, begun = rolling()
    ended = cut(room, OPENED + 60 * S, room.bo)
    assert ended == takes.Ended(begun.take_id, begun.action_ns, 60 * S, played=True)
    take = Take.objects.get(pk=begun.take_id)
    assert (take.state, take.cut_ns) == ("uploading", 60 * S)
    assert stage_queries.events(room.session, room.ana)[-1].at_ns == 60 * S
    assert queries.rolling(session_id=room.session, performer_id=room.ana) is None
    assert queries.rooms_that_roll() == []


def test_a_take_called_off_in_the_countdown_is_no_take_of_the_session() -> None:
    room, begun = rolling()
    ended = cut(room, OPENED + 3 * S)
    assert ended is not None
    assert not ended.played
    assert queries.take_ids(session_id=room.session, person_id=room.ana) == []
    assert Take.objects.get(pk=begun.take_id).state == "called-off"


def test_the_next_attempt_at_a_scene_has_the_next_number() -> None:
    room, first = rolling()
    cut(room, OPENED + 20 * S)
    for who in (room.ana, room.bo):
        again = takes.ready(session_id=room.session, performer_id=who, is_ready=True, studio_ns=OPENED + 30 * S)
    assert again is not None
    assert [take.number for take in Take.objects.order_by("number")] == [1, 2]
    cut(room, OPENED + 50 * S)
    assert queries.take_ids(session_id=room.session, person_id=person("pia").id) == [first.take_id, again.take_id]


def test_leaving_in_mid_scene_cuts_first() -> None:
    room, begun = rolling()
    ended, over = takes.leave(session_id=room.session, performer_id=room.bo, studio_ns=OPENED + 20 * S)
    assert ended is not None
    assert ended.take_id == begun.take_id
    assert not over
    assert [event.kind for event in stage_queries.events(room.session, room.ana)][-3:] == ["action", "cut", "left"]


def test_an_abandoned_take_ends_when_the_last_one_went() -> None:
    room, begun = rolling()
    for who, at in ((room.bo, 20), (room.ana, 30)):
        stage.away(session_id=room.session, performer_id=who, studio_ns=OPENED + at * S)
    ended = takes.cut_abandoned(session_id=room.session, studio_ns=OPENED + 200 * S, after_ns=120 * S)
    assert ended == takes.Ended(begun.take_id, begun.action_ns, 30 * S, played=True)
    assert Take.objects.get(pk=begun.take_id).state == "uploading"


def test_takes_of_a_session_are_for_its_cast_and_its_producer() -> None:
    room, _ = rolling()
    for name in ("cy", "lab", "una"):
        with pytest.raises(NotFound):
            queries.take_ids(session_id=room.session, person_id=person(name).id)
        assert queries.rolling(session_id=room.session, performer_id=person(name).id) is None


def test_where_the_take_cannot_be_written_the_events_are_not_either(monkeypatch: pytest.MonkeyPatch) -> None:
    room = booked()
    come_in(room, "ana", "bo")
    takes.ready(session_id=room.session, performer_id=room.ana, is_ready=True, studio_ns=OPENED + S)
    before = stage_queries.events(room.session, room.ana)

    def broken(*_args: object, **_named: object) -> None:
        raise IntegrityError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Performance.objects, "bulk_create", broken)
        with pytest.raises(IntegrityError), transaction.atomic():
            takes.ready(session_id=room.session, performer_id=room.bo, is_ready=True, studio_ns=OPENED + 2 * S)
    assert stage_queries.events(room.session, room.ana) == before
    assert not Take.objects.exists()
    assert takes.ready(session_id=room.session, performer_id=room.bo, is_ready=True, studio_ns=OPENED + 3 * S)

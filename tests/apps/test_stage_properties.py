"""Whatever two performers press, in whatever order: the timeline stays numbered, ordered and a sound story."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.apps.room_cast import NOW, OPENED, Booked, S, booked
from yesif.apps.footage.actions import takes
from yesif.apps.footage.models import Take
from yesif.apps.stage.actions import room as actions
from yesif.apps.stage.queries import sessions as queries
from yesif.base.errors import YesIfError

pytestmark = pytest.mark.django_db

MOVES = ("enter", "away", "check", "ready", "not-ready", "cut", "next", "leave", "time", "look-after")
FOLLOWS = {
    "countdown": {"action", "called-off"},
    "action": {"cut"},
    "cut": {"countdown"},
    "called-off": {"countdown"},
}
"""Of these four kinds, which may come next."""

steps = st.lists(
    st.tuples(st.sampled_from(MOVES), st.sampled_from(("ana", "bo")), st.integers(-S // 1000, 8 * S)), max_size=25
)


def move(room: Booked, kind: str, name: str, at: int) -> None:
    who = {"session_id": room.session, "performer_id": getattr(room, name)}
    match kind:
        case "enter":
            actions.enter(**who, studio_ns=at, now=NOW)
        case "away":
            actions.away(**who, studio_ns=at)
        case "check":
            actions.check(**who, found={"height": 720}, studio_ns=at)
        case "ready" | "not-ready":
            takes.ready(**who, is_ready=kind == "ready", studio_ns=at)
        case "cut":
            takes.cut(**who, studio_ns=at)
        case "next":
            actions.next_card(**who, studio_ns=at)
        case "leave":
            takes.leave(**who, studio_ns=at)
        case "time":
            actions.action(session_id=room.session, studio_ns=at)
        case "look-after":
            takes.cut_abandoned(session_id=room.session, studio_ns=at, after_ns=20 * S)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=steps)
def test_the_timeline_is_numbered_ordered_and_agrees_with_the_takes(moves: list[tuple[str, str, int]]) -> None:
    room = booked()
    at = OPENED
    for kind, name, later in [("enter", "ana", 0), ("enter", "bo", 0), *moves]:
        at += later  # may even step back a millisecond: two sockets read the clock before one gets the lock
        before = queries.events(room.session, room.ana)
        try:
            move(room, kind, name, at)
        except YesIfError:
            assert len(queries.events(room.session, room.ana)) <= len(before) + 1  # at most "action", which was due
    events = queries.events(room.session, room.ana)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert all(one.at_ns <= after.at_ns for one, after in itertools.pairwise(events))
    story = [event for event in events if event.kind in FOLLOWS]
    assert not story or story[0].kind == "countdown"
    assert all(after.kind in FOLLOWS[one.kind] for one, after in itertools.pairwise(story))
    _takes_agree(room, story, queries.session(room.session, room.ana).phase)


def _takes_agree(room: Booked, story: list[queries.EventSeen], phase: str) -> None:
    found = list(Take.objects.filter(scene__session_id=room.session).order_by("action_ns"))
    announced = [int(str(event.body["action_ns"])) for event in story if event.kind == "countdown"]
    ends = [event for event in story if event.kind in ("cut", "called-off")]
    assert [take.action_ns for take in found] == announced
    assert [take.state for take in found[: len(ends)]] == [
        "uploading" if event.kind == "cut" else "called-off" for event in ends
    ]
    assert [take.cut_ns for take, event in zip(found, ends, strict=False) if event.kind == "cut"] == [
        event.at_ns for event in ends if event.kind == "cut"
    ]
    rolling = [take for take in found if take.state == "rolling"]
    assert len(rolling) == (1 if phase in ("countdown", "playing") else 0)
    for take in found:
        assert take.performances.count() == 2

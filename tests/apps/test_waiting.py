"""Bo does not come: at 5 minutes Ana is offered another partner, at 10 the stood-up fee is due. A clock drives it."""

import pytest

from tests.apps.room_cast import NOW, Booked, S, booked
from tests.people import person
from yesif.apps.money.models import Fee
from yesif.apps.stage.actions import room, waiting
from yesif.apps.stage.models import Event
from yesif.apps.stage.queries import waiting as queries
from yesif.base.errors import Conflict, NotFound
from yesif.flows import waiting as flow

pytestmark = pytest.mark.django_db
STARTS = int(NOW.timestamp()) * S
"""Studio time at which the session was booked to start."""


def come(made: Booked, who: str, at_s: int) -> None:
    room.enter(session_id=made.session, performer_id=who, studio_ns=STARTS + at_s * S, now=NOW)


def look(made: Booked, at_s: int) -> tuple[tuple[str, str], ...]:
    return flow.look(made.session, studio_ns=STARTS + at_s * S)


def test_another_partner_is_offered_at_five_minutes_and_the_fee_is_due_at_ten_each_once() -> None:
    made = booked()
    come(made, made.ana, 0)
    assert look(made, 299) == ()
    assert look(made, 300) == (("re-pair-offered", made.ana),)
    assert look(made, 301) == ()
    assert look(made, 599) == ()
    assert not Fee.objects.filter(kind="stood-up").exists()
    assert look(made, 600) == (("stood-up", made.ana),)
    assert look(made, 5000) == ()
    assert Event.objects.get(kind="stood-up").body == {"waited_s": 600}
    [fee] = Fee.objects.filter(kind="stood-up")
    assert fee.performer == made.ana
    seen = queries.waits(made.session, made.ana)
    assert (seen.offered, seen.stood_up) == (True, True)


def test_a_server_that_slept_through_both_moments_writes_both() -> None:
    made = booked()
    come(made, made.ana, 0)
    assert [kind for kind, _ in look(made, 3000)] == ["re-pair-offered", "stood-up"]


def test_who_comes_early_waits_from_the_start_and_who_comes_late_from_their_coming() -> None:
    early, late = booked(), booked()
    come(early, early.ana, -900)
    come(late, late.ana, 200)
    assert look(early, 299) == ()
    assert look(early, 300)
    assert look(late, 499) == ()
    assert look(late, 500)


def test_nothing_is_due_where_the_partner_came_or_the_one_who_waited_went() -> None:
    made = booked()
    come(made, made.ana, 0)
    come(made, made.bo, 290)
    assert look(made, 900) == ()
    other = booked()
    come(other, other.ana, 0)
    room.away(session_id=other.session, performer_id=other.ana, studio_ns=STARTS + 100 * S)
    assert look(other, 400) == ()


def test_another_partner_is_asked_for_only_once_it_was_offered_and_by_nobody_else() -> None:
    made = booked()
    come(made, made.ana, 0)
    who = {"session_id": made.session, "performer_id": made.ana}
    with pytest.raises(Conflict, match="may still come"):
        waiting.ask_another(**who, studio_ns=STARTS + 10 * S)
    look(made, 300)
    for _ in range(2):
        waiting.ask_another(**who, studio_ns=STARTS + 310 * S)
    assert Event.objects.filter(kind="wants-another").count() == 1
    assert queries.waits(made.session, made.ana).wants_another
    with pytest.raises(NotFound):
        waiting.ask_another(session_id=made.session, performer_id=person("cy").id, studio_ns=STARTS)


def test_the_minutes_flow_looks_at_rooms_of_the_last_hours_only() -> None:
    made = booked()
    assert queries.rooms_that_wait(now=NOW) == []
    come(made, made.ana, 0)
    assert queries.rooms_that_wait(now=NOW) == [made.session]
    assert queries.rooms_that_wait(now=NOW.replace(day=25)) == []

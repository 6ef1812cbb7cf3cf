"""Paid minutes come from presence: what the server saw, holes up to a grace, and nothing else."""

from datetime import datetime, timedelta

import pytest

from tests.apps.room_cast import NOW, OPENED, Booked, S, booked, come_in
from tests.funds import fund
from yesif.apps.casting.models import Booking
from yesif.apps.footage.actions import takes
from yesif.apps.money.actions import corrections
from yesif.apps.money.actions import fees as money
from yesif.apps.money.models import Fee
from yesif.apps.money.queries import balance
from yesif.apps.record.models import Line
from yesif.apps.stage.actions import presence, room
from yesif.apps.stage.models import Event
from yesif.apps.stage.queries import presence as queries
from yesif.base.clock import FixedClock
from yesif.base.errors import NotFound
from yesif.core.ledger import accounts
from yesif.core.ledger.fee import Rate
from yesif.core.ledger.presence import BEAT_NS
from yesif.flows import pay_fees

pytestmark = pytest.mark.django_db
MINUTE = 60 * S


def beats(session: Booked, who: str, since: int, until: int) -> None:
    """The room's socket, as it beats while a line is open."""
    at = since
    while at < until:
        presence.here(session_id=session.session, performer_id=who, studio_ns=at)
        at += BEAT_NS


def fees(booking: str) -> dict[str, int]:
    return {one.kind: one.ms for one in Fee.objects.filter(booking=booking)}


def test_a_240_minute_session_pays_240_minutes_through_lost_lines_a_killed_tab_and_a_restarted_server() -> None:
    """Three lost networks, one killed tab, one server that goes down while she is in: every hole under two minutes."""
    session = booked()
    Booking.objects.filter(pk=session.bookings[0]).update(minutes=240)
    clock = FixedClock(NOW, OPENED)
    ana = {"session_id": session.session, "performer_id": session.ana}

    def to(minute: float) -> int:
        clock.ns = OPENED + int(minute * MINUTE)
        return clock.ns

    come_in(session, "ana", "bo", at_ns=to(0))
    beats(session, session.ana, to(0), to(30))
    for minute, until in ((30, 75), (75, 160), (160, 205)):  # the network goes, and is back after 40 seconds
        room.away(**ana, studio_ns=to(minute))
        room.enter(**ana, studio_ns=to(minute + 40 / 60), now=NOW)
        beats(session, session.ana, to(minute + 40 / 60), to(until))
    room.away(**ana, studio_ns=to(205))  # the tab is killed; the browser's end of the line is noticed
    room.enter(**ana, studio_ns=to(206.5), now=NOW)
    beats(session, session.ana, to(206.5), to(220))
    room.enter(**ana, studio_ns=to(221.5), now=NOW)  # the server died at 220: nobody wrote "away"
    beats(session, session.ana, to(221.5), to(240))
    takes.leave(**ana, studio_ns=to(240))
    paid = {kind: ms for kind, ms in fees(session.bookings[0]).items() if kind != "cool-down"}
    assert abs(sum(paid.values()) - 240 * 60_000) <= 60_000
    micro = balance(accounts.accrued(session.ana), "EUR")
    assert micro == sum(one.micro for one in Fee.objects.filter(booking=session.bookings[0]))
    assert micro >= 239 * 7400 * 1_000_000 // 60


def test_a_hole_longer_than_the_grace_is_not_counted() -> None:
    session = booked()
    ana = {"session_id": session.session, "performer_id": session.ana}
    come_in(session, "ana")
    beats(session, session.ana, OPENED, OPENED + 10 * MINUTE)
    room.away(**ana, studio_ns=OPENED + 10 * MINUTE)
    room.enter(**ana, studio_ns=OPENED + 40 * MINUTE, now=NOW)
    beats(session, session.ana, OPENED + 40 * MINUTE, OPENED + 45 * MINUTE)
    assert abs(queries.of_session(session.session, session.ana).ms - 15 * 60_000) < 40_000


def test_room_check_waiting_and_scenes_are_told_apart_and_add_up() -> None:
    session = booked()
    come_in(session, "ana", "bo")
    ana, bo = ({"session_id": session.session, "performer_id": who} for who in (session.ana, session.bo))
    for who in (session.ana, session.bo):
        beats(session, who, OPENED, OPENED + 5 * MINUTE)
    takes.ready(**ana, is_ready=True, studio_ns=OPENED + 5 * MINUTE)
    begun = takes.ready(**bo, is_ready=True, studio_ns=OPENED + 6 * MINUTE)
    assert begun is not None
    room.action(session_id=session.session, studio_ns=OPENED + begun.action_ns)
    beats(session, session.ana, OPENED + 5 * MINUTE, OPENED + 16 * MINUTE)
    takes.cut(**bo, studio_ns=OPENED + begun.action_ns + 10 * MINUTE)
    beats(session, session.ana, OPENED + 16 * MINUTE, OPENED + 20 * MINUTE)
    found = queries.of_session(session.session, session.ana).by_kind
    assert found["room-check"] == 5 * 60_000
    assert found["scenes"] == 10 * 60_000
    assert abs(found["waiting"] - 5 * 60_000) < 30_000
    assert "counted" in queries.sentence(session.session, session.ana)


def test_leaving_pays_at_once_and_settling_again_pays_nothing_more() -> None:
    session = booked()
    come_in(session, "ana", "bo")
    beats(session, session.ana, OPENED, OPENED + 12 * MINUTE)
    takes.leave(session_id=session.session, performer_id=session.ana, studio_ns=OPENED + 12 * MINUTE)
    first = balance(accounts.accrued(session.ana), "EUR")
    assert first >= 12 * 7400 * 1_000_000 // 60
    assert presence.settle(booking_id=session.bookings[0], now=NOW) == 0
    assert balance(accounts.accrued(session.ana), "EUR") == first
    line = Line.objects.get(kind="fee")
    assert {one.line for one in Fee.objects.all()} == {line.seq}
    assert line.body is not None
    assert line.body["booking"] == session.bookings[0]


def test_who_was_stood_up_is_paid_the_whole_booked_time_once() -> None:
    session = booked()
    come_in(session, "ana")
    beats(session, session.ana, OPENED, OPENED + 10 * MINUTE)
    who = {"session_id": session.session, "performer_id": session.ana}
    presence.stood_up(**who, now=NOW)
    assert presence.stood_up(**who, now=NOW) == 0
    assert sum(fees(session.bookings[0]).values()) == 60 * 60_000
    beats(session, session.ana, OPENED + 10 * MINUTE, OPENED + 30 * MINUTE)
    assert presence.settle(booking_id=session.bookings[0], now=NOW) == 0  # time that was paid already


def test_a_claim_takes_nothing_off_what_a_stood_up_performer_is_paid() -> None:
    session = booked()
    booking = session.bookings[0]
    come_in(session, "ana")
    beats(session, session.ana, OPENED, OPENED + 10 * MINUTE)
    presence.settle(booking_id=booking, now=NOW)
    work = money.Work(session.ana, session.project, booking, Rate(7400, "EUR"))
    presence.give_claim(claim_id=1, work=work, given_ms=20 * 60_000, now=NOW)
    presence.stood_up(session_id=session.session, performer_id=session.ana, now=NOW)
    paid = fees(booking)
    assert paid.pop("claim") == 20 * 60_000
    assert sum(paid.values()) == 60 * 60_000
    beats(session, session.ana, OPENED + 10 * MINUTE, OPENED + 80 * MINUTE)
    presence.settle(booking_id=booking, now=NOW)
    keys = list(Fee.objects.values_list("key", flat=True))
    assert len(keys) == len(set(keys))


def test_a_claim_on_entered_work_takes_no_standing_by_pay_away() -> None:
    session = booked()
    booking = session.bookings[1]
    presence.entered(booking_id=booking, entered_id=1, kind="training", ms=60_000, entered_by="per_pia", now=NOW)
    work = money.Work(session.bo, session.project, booking, Rate(7400, "EUR"))
    presence.give_claim(claim_id=1, work=work, given_ms=60_000, now=NOW)
    assert presence.stood_by(booking_id=booking, now=NOW) == 7400 * 1_000_000 // 2


def test_the_rooms_own_word_that_someone_was_stood_up_is_paid_when_they_leave() -> None:
    session = booked()
    come_in(session, "ana")
    beats(session, session.ana, OPENED, OPENED + 11 * MINUTE)
    Event.objects.create(
        session_id=session.session,
        seq=99,
        at_ns=10 * MINUTE,
        kind="stood-up",
        who_id=session.ana,
        body={"waited_s": 600},
    )
    takes.leave(session_id=session.session, performer_id=session.ana, studio_ns=OPENED + 11 * MINUTE)
    assert sum(fees(session.bookings[0]).values()) == 60 * 60_000


def test_an_understudy_who_stood_by_gets_half_the_rate_for_all_of_it_once() -> None:
    session = booked()
    micro = presence.stood_by(booking_id=session.bookings[1], now=NOW)
    assert micro == 7400 * 1_000_000 // 2
    assert presence.stood_by(booking_id=session.bookings[1], now=NOW) == 0


def test_review_is_paid_up_to_a_limit_and_labelling_and_training_are_paid_lines() -> None:
    session = booked()
    who = {"session_id": session.session, "performer_id": session.ana}
    for kind, minutes in (("review", 600), ("labelling", 8)):
        for step in range(0, minutes * 60, 20):
            presence.at_work(**who, kind=kind, studio_ns=OPENED + step * S)
            if kind == "review" and step > 3600:
                break
    for step in range(0, 300, 20):
        presence.in_training(booking_id=session.bookings[0], performer_id=session.ana, studio_ns=OPENED + step * S)
    presence.settle(booking_id=session.bookings[0], now=NOW)
    paid = fees(session.bookings[0])
    assert paid["review"] == 15 * 60_000
    assert paid["labelling"] == 460_000
    assert paid["training"] == 280_000
    with pytest.raises(NotFound):
        presence.at_work(**who, kind="idling", studio_ns=OPENED)
    with pytest.raises(NotFound):
        presence.in_training(booking_id=session.bookings[0], performer_id=session.bo, studio_ns=OPENED)


def test_a_booking_without_cover_is_refused_and_names_the_field() -> None:
    from tests.apps.room_cast import offer, project, starter_deck
    from tests.people import person
    from yesif.apps.decks import queries as decks
    from yesif.apps.stage.actions import bookings
    from yesif.apps.stage.models import Session
    from yesif.base.errors import Refused

    made = project(escrow_minor=0)
    fund(made, 14_799, key="first")  # one cent short of two hours
    offered = [offer(made, name) for name in ("ana", "bo")]
    notes = decks.notes(starter_deck())
    plan = [bookings.ScenePlan(decks.cards(starter_deck())[0].id, {"a": notes[0].id, "b": notes[1].id})]
    terms = {"project_id": made, "producer_id": person("pia").id, "booking_ids": offered, "scenes": plan}
    with pytest.raises(Refused, match=r"^escrow: .*74\.00 EUR"):
        bookings.book_session(**terms, starts_at=NOW, now=NOW)
    assert not Session.objects.exists()
    assert balance(accounts.escrow(made), "EUR") == 14_799 * 1_000_000
    fund(made, 1, key="second")
    bookings.book_session(**terms, starts_at=NOW, now=NOW)
    assert balance(accounts.escrow(made), "EUR") == 0


def test_what_escrow_does_not_cover_is_earned_all_the_same_and_owed_by_the_project() -> None:
    session = booked()
    whole = balance(accounts.escrow(session.project), "EUR")
    Fee.objects.all().delete()
    work = money.Work(session.ana, session.project, "bkg_unbooked", Rate(2_000_000_00, "EUR"))
    micro = money.earn(key="fee:long", work=work, kind="scenes", ms=3_600_000, line=1, now=NOW + timedelta(hours=1))
    assert balance(accounts.accrued(session.ana), "EUR") == micro
    assert balance(accounts.owed(session.project), "EUR") == -(micro - whole)


def later(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def test_a_tab_left_open_counts_to_the_end_of_what_was_booked_and_no_further() -> None:
    session = booked()
    come_in(session, "ana", "bo", at_ns=OPENED - 90 * MINUTE)
    beats(session, session.ana, OPENED - 90 * MINUTE, OPENED + 30 * 60 * MINUTE)
    seen = queries.ticking(session.session, session.ana)
    assert (seen.ms, seen.goes_on) == (90 * 60_000, False)  # half an hour before, and the hour
    assert "the booked time is over" in seen.sentence
    for _ in range(2):
        presence.settle(booking_id=session.bookings[0], now=NOW)
    assert sum(fees(session.bookings[0]).values()) == 90 * 60_000
    assert session.bookings[0] not in queries.to_settle(before_ns=OPENED + 31 * 60 * MINUTE)


def test_a_scene_is_counted_whenever_it_is_played_and_ten_minutes_around_it() -> None:
    session = booked()
    late = OPENED + 5 * 60 * MINUTE
    come_in(session, "ana", "bo")
    ana, bo = ({"session_id": session.session, "performer_id": who} for who in (session.ana, session.bo))
    for who in (session.ana, session.bo):
        beats(session, who, OPENED, late)
    takes.ready(**ana, is_ready=True, studio_ns=late)
    begun = takes.ready(**bo, is_ready=True, studio_ns=late)
    assert begun is not None
    room.action(session_id=session.session, studio_ns=OPENED + begun.action_ns)
    assert queries.ticking(session.session, session.ana).goes_on
    beats(session, session.ana, late, late + 60 * MINUTE)
    takes.cut(**bo, studio_ns=OPENED + begun.action_ns + 20 * MINUTE)
    found = queries.of_session(session.session, session.ana).by_kind
    assert found["scenes"] == 20 * 60_000
    assert abs(sum(found.values()) - (60 + 10 + 20 + 10) * 60_000) < 30_000


def test_who_comes_late_has_the_whole_booked_time_from_then() -> None:
    session = booked()
    come_in(session, "ana", at_ns=OPENED + 3 * 60 * MINUTE)
    beats(session, session.ana, OPENED + 3 * 60 * MINUTE, OPENED + 6 * 60 * MINUTE)
    assert queries.of_session(session.session, session.ana).ms == 60 * 60_000


def test_what_was_set_aside_and_not_earned_returns_to_the_project_a_week_after_and_not_before() -> None:
    session = booked()
    project = Booking.objects.get(pk=session.bookings[0]).project_id
    starts = max(one.starts_at for one in Booking.objects.filter(pk__in=session.bookings))
    held = {one: balance(accounts.held(project, one), "EUR") for one in session.bookings}
    before = balance(accounts.escrow(project), "EUR")
    assert all(held.values())
    come_in(session, "ana", "bo", at_ns=OPENED)
    beats(session, session.ana, OPENED, OPENED + 10 * MINUTE)
    week = starts + timedelta(days=7)
    assert pay_fees.give_back_over(now=week - timedelta(minutes=1)) == 0
    for one in session.bookings:
        presence.settle(booking_id=one, now=NOW)
    earned = sum(one.micro for one in Fee.objects.all())
    assert pay_fees.give_back_over(now=week + timedelta(days=1)) == sum(held.values()) - earned > 0
    assert pay_fees.give_back_over(now=week + timedelta(days=1)) == 0
    assert balance(accounts.escrow(project), "EUR") == before + sum(held.values()) - earned
    key = Fee.objects.order_by("pk")[0].key  # taken back by hand: its money does not stay behind
    corrections.take_back(fee_key=key, reason="by mistake", now=NOW)
    assert pay_fees.give_back_over(now=week + timedelta(days=2)) == Fee.objects.get(key=key).micro


def test_the_long_room_check_is_paid_under_the_next_booking_ten_minutes_at_most() -> None:
    session = booked()
    for step in range(0, 1200, 20):
        assert presence.checking(performer_id=session.ana, studio_ns=OPENED - 3600 * S + step * S, now=NOW)
    presence.settle(booking_id=session.bookings[0], now=NOW)
    assert fees(session.bookings[0]) == {"room-check": 10 * 60_000}
    after = NOW + timedelta(days=2)
    assert not presence.checking(performer_id=session.ana, studio_ns=OPENED, now=after)  # booked for nothing ahead

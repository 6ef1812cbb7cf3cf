"""The room moves by numbered events on the session clock, each rule of it a sentence."""

import pytest

from tests.apps.room_cast import NOW, OPENED, Booked, S, booked, come_in, offer, project, starter_deck
from tests.people import person
from yesif.apps.decks import queries as decks
from yesif.apps.people.models import Person
from yesif.apps.record import queries as record
from yesif.apps.stage.actions import bookings
from yesif.apps.stage.actions import room as actions
from yesif.apps.stage.models import Session
from yesif.apps.stage.queries import sessions as queries
from yesif.base.errors import BadInput, Conflict, NotFound, Refused

pytestmark = pytest.mark.django_db


def kinds(room: Booked) -> list[str]:
    return [event.kind for event in queries.events(room.session, room.ana)]


def ready(room: Booked, who: str, at_ns: int, *, is_ready: bool = True) -> actions.Counting | None:
    return actions.ready(session_id=room.session, performer_id=who, is_ready=is_ready, studio_ns=at_ns)


def cut(room: Booked, who: str, at_ns: int) -> actions.CutSeen | None:
    return actions.cut(session_id=room.session, performer_id=who, studio_ns=at_ns)


def counting_down() -> tuple[Booked, actions.Counting]:
    """A room whose countdown began 10 s after it opened."""
    room = booked()
    come_in(room, "ana", "bo")
    ready(room, room.ana, OPENED + 5 * S)
    counting = ready(room, room.bo, OPENED + 10 * S)
    assert counting is not None
    return room, counting


def phase(room: Booked) -> str:
    return queries.session(room.session, room.ana).phase


def test_a_session_is_seen_by_its_cast_and_its_producer_and_nobody_else() -> None:
    room = booked()
    for name in ("ana", "bo", "pia"):
        assert queries.session(room.session, person(name).id).id == room.session
    for name in ("cy", "lab", "una"):
        with pytest.raises(NotFound):
            queries.session(room.session, person(name).id)
        with pytest.raises(NotFound):
            queries.events(room.session, person(name).id)
        assert queries.sessions_of(person(name).id) == []
    with pytest.raises(NotFound):
        queries.position(room.session, person("pia").id)


def test_a_booking_of_someone_else_or_a_declined_one_books_no_session() -> None:
    room = booked()
    plan = [bookings.ScenePlan(decks.cards(starter_deck())[0].id, room.notes[0])]
    for producer, offered in ((room.ana, room.bookings), (person("pia").id, (room.bookings[0], "bkg_nothing"))):
        with pytest.raises(NotFound):
            bookings.book_session(
                project_id=room.project,
                producer_id=producer,
                booking_ids=offered,
                scenes=plan,
                starts_at=NOW,
                now=NOW,
            )


def test_a_session_needs_two_different_performers_of_one_split_group() -> None:
    made = project()
    plan = [bookings.ScenePlan(decks.cards(starter_deck())[0].id, {"a": "x", "b": "y"})]

    def book(*names: str) -> None:
        bookings.book_session(
            project_id=made,
            producer_id=person("pia").id,
            booking_ids=[offer(made, name) for name in names],
            scenes=plan,
            starts_at=NOW,
            now=NOW,
        )

    with pytest.raises(BadInput):
        book("ana")
    with pytest.raises(BadInput):
        book("ana", "ana")
    Person.objects.filter(pk=person("cy").id).update(split_group="test")
    with pytest.raises(Refused):
        book("ana", "cy")
    assert not Session.objects.exists()


def test_notes_are_dealt_one_to_each_and_never_the_same_to_both() -> None:
    room = booked()
    card, notes = decks.cards(starter_deck())[0].id, room.notes[0]
    for wrong in ({"a": notes["a"]}, {"a": notes["a"], "b": notes["a"]}, {**notes, "c": notes["a"]}):
        with pytest.raises(BadInput):
            bookings.book_session(
                project_id=room.project,
                producer_id=person("pia").id,
                booking_ids=room.bookings,
                scenes=[bookings.ScenePlan(card, wrong)],
                starts_at=NOW,
                now=NOW,
            )
    assert Session.objects.count() == 1


def test_sessions_are_numbered_through_the_studio() -> None:
    first, second = booked(), booked()
    numbers = [queries.session(room.session, room.ana).number for room in (first, second)]
    assert numbers == [1, 2]


def test_the_first_one_in_opens_the_session_clock() -> None:
    room = booked()
    come_in(room, "bo", at_ns=OPENED)
    come_in(room, "ana", at_ns=OPENED + 3 * S)
    assert queries.session(room.session, room.ana).opened_ns == OPENED
    seen = [(event.kind, event.at_ns, event.who) for event in queries.events(room.session, room.ana)]
    assert seen == [("opened", 0, room.bo), ("joined", 0, room.bo), ("joined", 3 * S, room.ana)]


def test_opening_is_one_line_on_the_record_about_everyone_in_it() -> None:
    room = booked()
    come_in(room, "ana", "bo", "ana")
    for who in (room.ana, room.bo, room.project):
        assert [line.kind for line in record.lines_about(who)].count("session") == 1


def test_who_has_not_accepted_the_offer_does_not_come_in() -> None:
    room = booked(accepted=False)
    with pytest.raises(Refused, match="Accept the offer first"):
        come_in(room, "ana")
    assert queries.events(room.session, room.ana) == []


def test_a_stranger_can_do_nothing_in_the_room() -> None:
    room = booked()
    come_in(room, "ana", "bo")
    cy = person("cy").id
    for act in (
        lambda: actions.enter(session_id=room.session, performer_id=cy, studio_ns=OPENED, now=NOW),
        lambda: actions.check(session_id=room.session, performer_id=cy, found={}, studio_ns=OPENED),
        lambda: ready(room, cy, OPENED),
        lambda: cut(room, cy, OPENED),
        lambda: actions.next_card(session_id=room.session, performer_id=cy, studio_ns=OPENED),
        lambda: actions.leave(session_id=room.session, performer_id=cy, studio_ns=OPENED),
        lambda: actions.away(session_id=room.session, performer_id=cy, studio_ns=OPENED),
    ):
        with pytest.raises(NotFound):
            act()
    assert kinds(room) == ["opened", "joined", "joined"]


def test_nothing_moves_before_anyone_came_in() -> None:
    room = booked()
    with pytest.raises(Conflict, match="Come into the room first"):
        ready(room, room.ana, OPENED)


def test_the_countdown_begins_when_all_are_ready_and_is_said_on_the_session_clock() -> None:
    room, counting = counting_down()
    assert counting.opened_ns == OPENED
    assert counting.action_ns == 10 * S + actions.COUNTDOWN_NS
    assert phase(room) == "countdown"
    assert kinds(room)[-3:] == ["ready", "ready", "countdown"]


def test_who_is_not_ready_after_all_stops_nothing_but_the_waiting() -> None:
    room = booked()
    come_in(room, "ana", "bo")
    ready(room, room.ana, OPENED + 1 * S)
    ready(room, room.ana, OPENED + 2 * S, is_ready=False)
    assert ready(room, room.bo, OPENED + 3 * S) is None
    assert phase(room) == "lobby"


def test_who_goes_away_in_the_lobby_is_no_longer_ready() -> None:
    room = booked()
    come_in(room, "ana", "bo")
    ready(room, room.ana, OPENED + 1 * S)
    actions.away(session_id=room.session, performer_id=room.ana, studio_ns=OPENED + 2 * S)
    assert ready(room, room.bo, OPENED + 3 * S) is None


def test_action_is_dated_to_the_moment_announced_however_late_it_is_written() -> None:
    room, counting = counting_down()
    assert not actions.action(session_id=room.session, studio_ns=OPENED + counting.action_ns - 1)
    assert actions.action(session_id=room.session, studio_ns=OPENED + counting.action_ns + 40 * S)
    assert not actions.action(session_id=room.session, studio_ns=OPENED + counting.action_ns + 41 * S)
    assert queries.events(room.session, room.ana)[-1].at_ns == counting.action_ns
    assert phase(room) == "playing"


def test_whoever_touches_the_room_next_writes_an_action_nobody_wrote() -> None:
    room, counting = counting_down()
    actions.away(session_id=room.session, performer_id=room.bo, studio_ns=OPENED + 60 * S)
    assert kinds(room)[-2:] == ["action", "away"]
    assert [event.at_ns for event in queries.events(room.session, room.ana)][-2:] == [counting.action_ns, 60 * S]


def test_a_cut_by_either_ends_the_scene_for_both_and_the_second_cut_is_nothing() -> None:
    room, counting = counting_down()
    seen = cut(room, room.bo, OPENED + 30 * S)
    assert seen == actions.CutSeen(counting.scene_id, counting.action_ns, 30 * S, played=True)
    assert cut(room, room.ana, OPENED + 30 * S + 1) is None
    assert phase(room) == "between"
    assert not any(place.ready for place in queries.session(room.session, room.ana).places)


def test_a_cut_in_the_countdown_calls_the_scene_off() -> None:
    room, counting = counting_down()
    seen = cut(room, room.ana, OPENED + counting.action_ns - 1)
    assert seen is not None
    assert not seen.played
    assert kinds(room)[-1] == "called-off"
    assert "action" not in kinds(room)


def test_a_scene_can_be_played_again_and_then_the_next_card() -> None:
    room, _ = counting_down()
    cut(room, room.ana, OPENED + 30 * S)
    ready(room, room.ana, OPENED + 40 * S)
    assert ready(room, room.bo, OPENED + 41 * S) is not None
    cut(room, room.ana, OPENED + 70 * S)
    assert actions.next_card(session_id=room.session, performer_id=room.bo, studio_ns=OPENED + 80 * S)
    assert queries.session(room.session, room.ana).scene_order == 2
    assert not actions.next_card(session_id=room.session, performer_id=room.bo, studio_ns=OPENED + 81 * S)


def test_two_who_turn_the_card_at_once_turn_one_card() -> None:
    room = booked()
    come_in(room, "ana", "bo")
    for who in (room.ana, room.bo):
        actions.next_card(session_id=room.session, performer_id=who, studio_ns=OPENED + S, after=1)
    assert queries.session(room.session, room.ana).scene_order == 2
    assert kinds(room).count("next-card") == 1


def test_no_card_is_turned_while_a_scene_plays() -> None:
    room, _ = counting_down()
    with pytest.raises(Conflict, match="Cut this scene"):
        actions.next_card(session_id=room.session, performer_id=room.ana, studio_ns=OPENED + 30 * S)
    with pytest.raises(Conflict, match="begun already"):
        ready(room, room.ana, OPENED + 30 * S, is_ready=False)


def test_the_session_ends_when_the_last_one_left_and_whoever_came_back_has_not() -> None:
    room = booked()
    come_in(room, "ana", "bo")

    def leave(who: str, at_ns: int) -> bool:
        return actions.leave(session_id=room.session, performer_id=who, studio_ns=at_ns)

    assert not leave(room.ana, OPENED + 1 * S)
    come_in(room, "ana", at_ns=OPENED + 2 * S)
    assert not leave(room.bo, OPENED + 3 * S)
    assert leave(room.ana, OPENED + 4 * S)
    ended_at = Session.objects.get(pk=room.session).ended_at
    assert ended_at is not None
    assert round(ended_at.timestamp()) == (OPENED + 4 * S) // S
    assert kinds(room)[-1] == "ended"
    with pytest.raises(Refused, match="over"):
        come_in(room, "bo", at_ns=OPENED + 5 * S)


def test_a_scene_nobody_plays_any_more_is_cut_when_the_last_one_went() -> None:
    room, counting = counting_down()
    for who, at in ((room.ana, 30), (room.bo, 40)):
        actions.away(session_id=room.session, performer_id=who, studio_ns=OPENED + at * S)

    def look(at_ns: int) -> actions.CutSeen | None:
        return actions.cut_abandoned(session_id=room.session, studio_ns=OPENED + at_ns, after_ns=60 * S)

    assert look(99 * S) is None
    assert look(100 * S) == actions.CutSeen(counting.scene_id, counting.action_ns, 40 * S, played=True, how="abandoned")
    assert look(101 * S) is None


def test_a_scene_somebody_plays_is_never_taken_for_abandoned() -> None:
    room, _ = counting_down()
    actions.away(session_id=room.session, performer_id=room.ana, studio_ns=OPENED + 30 * S)
    actions.away(session_id=room.session, performer_id=room.bo, studio_ns=OPENED + 30 * S)
    come_in(room, "bo", at_ns=OPENED + 31 * S)
    assert actions.cut_abandoned(session_id=room.session, studio_ns=OPENED + 900 * S, after_ns=60 * S) is None


def test_each_is_told_their_own_note_and_objective_of_the_card_on_the_table() -> None:
    room = booked()
    come_in(room, "ana", "bo")
    content = decks.export_deck(starter_deck())
    prompts = {prompt["title"]: prompt for prompt in content["prompts"]}  # type: ignore[attr-defined]
    for _ in range(2):
        scene = queries.session(room.session, room.ana).scene
        assert scene is not None
        told = {who: queries.private_note(session_id=room.session, performer_id=who) for who in (room.ana, room.bo)}
        assert told[room.ana].objective == prompts[scene.card.title]["objective"]["a"]
        assert told[room.bo].objective == prompts[scene.card.title]["objective"]["b"]
        assert told[room.ana].note != told[room.bo].note
        actions.next_card(session_id=room.session, performer_id=room.ana, studio_ns=OPENED + S)


def test_a_private_note_is_for_the_one_it_was_dealt_to_and_not_even_for_the_producer_here() -> None:
    room = booked()
    for name in ("pia", "cy", "lab", "una"):
        with pytest.raises(NotFound):
            queries.private_note(session_id=room.session, performer_id=person(name).id)
    with pytest.raises(NotFound):
        queries.private_note(session_id="ses_nothing", performer_id=room.ana)


def test_no_event_says_anything_of_a_note_or_an_objective() -> None:
    room, _ = counting_down()
    cut(room, room.ana, OPENED + 30 * S)
    said = repr(queries.events(room.session, room.ana)) + repr(queries.session(room.session, room.ana))
    for who in (room.ana, room.bo):
        note = queries.private_note(session_id=room.session, performer_id=who)
        for secret in (note.objective, note.note, note.want, note.fear, note.tell):
            assert secret not in said

"""Stopping costs nothing and asks nothing; what it takes out of a take is out for everyone."""

from pathlib import Path

import pytest

from tests.apps.room_cast import NOW, OPENED, Booked, S, booked, come_in
from tests.people import person
from yesif.apps.decks.models import Card
from yesif.apps.footage.actions import care as footage_care
from yesif.apps.footage.actions import review, rulings, takes
from yesif.apps.footage.models import Performance, SealedSpan
from yesif.apps.stage.actions import after, care, forgetting, room, room_check, safety
from yesif.apps.stage.models import CareCase, Event, PlayAgain, RoomCheck, Scene
from yesif.apps.stage.queries import after as after_queries
from yesif.apps.stage.queries import care as care_queries
from yesif.apps.stage.queries import sessions, standing
from yesif.base.errors import BadInput, Conflict, NotFound
from yesif.core.matching import cards

pytestmark = pytest.mark.django_db
ACTION_S = 13.5


@pytest.fixture
def playing() -> Booked:
    """A scene that plays: action at 13.5 s on the session clock."""
    made = booked()
    come_in(made, "ana", "bo")
    for who in (made.ana, made.bo):
        takes.ready(session_id=made.session, performer_id=who, is_ready=True, studio_ns=OPENED + 10 * S)
    room.action(session_id=made.session, studio_ns=OPENED + 14 * S)
    return made


def stop(made: Booked, at_s: float, how: str = "cut", who: str = "") -> takes.Ended:
    ended = takes.cut(session_id=made.session, performer_id=who or made.ana, studio_ns=OPENED + int(at_s * S), how=how)
    assert ended is not None
    return ended


def spans(take: str) -> set[tuple[str, float, float, str]]:
    found = SealedSpan.objects.filter(performance__take_id=take, lifted_at=None).select_related("performance")
    return {(one.performance.position, one.start_ns / S, one.end_ns / S, one.why) for one in found}


def test_a_cut_seals_the_last_thirty_seconds_for_both_and_nobody_can_lift_it(playing: Booked) -> None:
    take = stop(playing, 113.5).take_id
    assert spans(take) == {("a", 70, 100, "cut"), ("b", 70, 100, "cut")}
    Performance.objects.filter(take_id=take).update(state="in-review")
    for span in SealedSpan.objects.all():
        with pytest.raises(Conflict, match="stays sealed"):
            review.lift(span_id=span.pk, performer_id=span.performance.performer_id, now=NOW)


def test_ending_a_scene_seals_nothing_and_leaving_in_it_seals_like_a_cut(playing: Booked) -> None:
    assert spans(stop(playing, 60, "end").take_id) == set()
    for who in (playing.ana, playing.bo):
        takes.ready(session_id=playing.session, performer_id=who, is_ready=True, studio_ns=OPENED + 70 * S)
    ended, over = takes.leave(session_id=playing.session, performer_id=playing.bo, studio_ns=OPENED + 173_500_000_000)
    assert ended is not None
    assert not over
    assert spans(ended.take_id) == {("a", 70, 100, "cut"), ("b", 70, 100, "cut")}


def test_off_the_record_seals_what_was_just_said_and_only_who_said_so_lifts_it_for_both(playing: Booked) -> None:
    who = {"session_id": playing.session, "performer_id": playing.ana}
    safety.off_record(**who, studio_ns=OPENED + 53_500_000_000)
    safety.off_record(**who, studio_ns=OPENED + 60_000_000_000)  # pressed twice is pressed once
    safety.on_record(**who, studio_ns=OPENED + 63_500_000_000)
    take = stop(playing, 113.5, "end").take_id
    assert spans(take) == {("a", 20, 50, "off-record"), ("b", 20, 50, "off-record")}
    Performance.objects.filter(take_id=take).update(state="in-review")
    of_bo = SealedSpan.objects.get(performance__performer_id=playing.bo)
    of_ana = SealedSpan.objects.get(performance__performer_id=playing.ana)
    with pytest.raises(Conflict, match="only they"):
        review.lift(span_id=of_bo.pk, performer_id=playing.bo, now=NOW)
    review.lift(span_id=of_ana.pk, performer_id=playing.ana, now=NOW)
    assert spans(take) == set()


def test_a_pause_is_told_to_both_and_what_is_said_in_it_is_in_nothing(playing: Booked) -> None:
    who = {"session_id": playing.session, "performer_id": playing.bo}
    safety.pause(**who, studio_ns=OPENED + 23_500_000_000)
    assert standing.room_stands(playing.session).paused == {playing.bo}
    safety.resume(**who, studio_ns=OPENED + 33_500_000_000)
    assert standing.room_stands(playing.session).paused == frozenset()
    safety.soften(**who, studio_ns=OPENED + 40 * S)
    assert standing.room_stands(playing.session).softened
    assert spans(stop(playing, 100, "end").take_id) == {("a", 10, 20, "paused"), ("b", 10, 20, "paused")}


@pytest.mark.parametrize("mark", ["soften", "pause", "resume", "off_record", "on_record"])
def test_what_marks_a_scene_is_refused_where_none_plays_and_to_strangers(mark: str) -> None:
    made = booked()
    come_in(made, "ana", "bo")
    with pytest.raises(Conflict, match="Nothing plays"):
        getattr(safety, mark)(session_id=made.session, performer_id=made.ana, studio_ns=OPENED + S)
    with pytest.raises(NotFound):
        getattr(safety, mark)(session_id=made.session, performer_id=person("cy").id, studio_ns=OPENED + S)


def test_a_card_is_swapped_without_a_name_never_for_a_heavier_one_and_not_once_it_was_played(
    playing: Booked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "_held", lambda card, key: False)  # drawn by ids: now and then the last that fits is out
    stop(playing, 60, "end")
    with pytest.raises(Conflict, match="have played"):
        safety.swap(session_id=playing.session, performer_id=playing.ana, studio_ns=OPENED + 61 * S)
    room.next_card(session_id=playing.session, performer_id=playing.ana, studio_ns=OPENED + 62 * S)
    before = Scene.objects.select_related("card").get(session_id=playing.session, order=2).card
    assert safety.swap(session_id=playing.session, performer_id=playing.bo, studio_ns=OPENED + 63 * S)
    card = Scene.objects.select_related("card").get(session_id=playing.session, order=2).card
    assert card.pk != before.pk
    assert card.intensity <= before.intensity
    assert set(card.delivery) <= set(before.delivery)
    assert Event.objects.get(kind="swapped").who_id is None
    Card.objects.exclude(pk=card.pk).update(intensity=9)
    assert not safety.swap(session_id=playing.session, performer_id=playing.bo, studio_ns=OPENED + 64 * S)


def test_nobody_coaches_from_a_chair_that_is_not_seen() -> None:
    made = booked()
    come_in(made, "ana", "bo")
    pia = {"session_id": made.session, "producer_id": person("pia").id}
    with pytest.raises(Conflict, match="Sit in first"):
        safety.coach(**pia, line="Slower.", studio_ns=OPENED + S)
    safety.sit_in(**pia, page="one", studio_ns=OPENED + 2 * S)
    safety.sit_in(**pia, page="two", studio_ns=OPENED + 3 * S)
    assert safety.coach(**pia, line="  Slower. ", studio_ns=OPENED + 4 * S) == "Slower."
    safety.get_up(**pia, page="one", studio_ns=OPENED + 5 * S)
    seen = standing.room_stands(made.session)
    assert (seen.chairs, seen.line) == (("Pia",), "Slower.")
    safety.get_up(**pia, page="two", studio_ns=OPENED + 6 * S)
    assert standing.room_stands(made.session).chairs == ()
    with pytest.raises(BadInput):
        safety.coach(**pia, line=" ", studio_ns=OPENED + 7 * S)
    with pytest.raises(NotFound):
        safety.sit_in(session_id=made.session, producer_id=made.ana, page="x", studio_ns=OPENED + 8 * S)


@pytest.mark.parametrize(("intensity", "seconds"), [(1, 0), (2, 0), (3, 120), (4, 300)])
def test_the_cool_down_goes_by_the_heaviest_card_that_was_played(playing: Booked, intensity: int, seconds: int) -> None:
    played = Scene.objects.get(session_id=playing.session, order=1).card
    Card.objects.filter(pk=played.pk).update(intensity=intensity)
    Card.objects.exclude(pk=played.pk).update(intensity=4)
    takes.leave(session_id=playing.session, performer_id=playing.ana, studio_ns=OPENED + 60 * S)
    assert Event.objects.get(kind="left").body == {"cool_down_s": seconds}


def test_never_is_silent_holds_for_both_and_a_block_outlives_a_later_yes() -> None:
    made = booked()
    pair = frozenset({made.ana, made.bo})
    after.play_again(session_id=made.session, performer_id=made.ana, answer="never", now=NOW)
    assert after_queries.never_again([made.ana, made.bo, "per_x"]) == {pair}
    assert after_queries.own_answers(made.bo) == []
    after.play_again(session_id=made.session, performer_id=made.ana, answer="yes", now=NOW)
    after.play_again(session_id=made.session, performer_id=made.bo, answer="yes", now=NOW)
    assert after_queries.never_again(pair) == frozenset()
    assert after_queries.gladly_again(pair) == {pair}
    after.block(session_id=made.session, performer_id=made.bo, now=NOW)
    after.play_again(session_id=made.session, performer_id=made.bo, answer="yes", now=NOW)
    assert after_queries.never_again(pair) == {pair}
    assert after_queries.gladly_again(pair) == frozenset()
    after.unblock(performer_id=made.bo, about_id=made.ana, now=NOW)
    assert after_queries.never_again(pair) == frozenset()
    with pytest.raises(BadInput):
        after.play_again(session_id=made.session, performer_id=made.bo, answer="maybe", now=NOW)
    with pytest.raises(NotFound):
        after.block(session_id=made.session, performer_id=person("cy").id, now=NOW)


def test_a_report_seals_every_take_until_the_care_desk_closes_it(playing: Booked) -> None:
    take = stop(playing, 113.5, "end").take_id
    case = footage_care.report(session_id=playing.session, performer_id=playing.ana, words=" He shouted. ", now=NOW)
    assert spans(take) == {("a", 0, 100, "report")}, "what one person sealed is in nothing of anybody's"
    Performance.objects.filter(take_id=take).update(state="in-review")
    span = SealedSpan.objects.get(performance__performer_id=playing.ana)
    with pytest.raises(Conflict, match="care desk"):
        review.lift(span_id=span.pk, performer_id=playing.ana, now=NOW)
    pia = person("pia").id
    [seen] = care_queries.desk(pia, now=NOW)
    assert (seen.words, seen.by, len(str(seen.evidence["digest"]))) == ("He shouted.", "Ana", 64)
    with pytest.raises(Conflict, match="Answer first"):
        footage_care.close(case_id=case, by=pia, keep_sealed=False, now=NOW)
    care.answer(case_id=case, by=pia, words="We spoke to him.", now=NOW)
    assert len(footage_care.close(case_id=case, by=pia, keep_sealed=False, now=NOW)) == 1
    assert spans(take) == set()
    [own] = care_queries.own(playing.ana, now=NOW)
    assert (own.answer, own.evidence) == ("We spoke to him.", {})
    assert care_queries.own(playing.bo, now=NOW) == []


def test_the_other_performer_and_other_producers_never_see_a_case(playing: Booked) -> None:
    case = footage_care.report(session_id=playing.session, performer_id=playing.ana, words="x", now=NOW)
    for name in ("bo", "cy", "lab", "una"):
        assert care_queries.desk(person(name).id, now=NOW) == []
        with pytest.raises(NotFound):
            care_queries.case(case, person(name).id, now=NOW)
        with pytest.raises(NotFound):
            care.answer(case_id=case, by=person(name).id, words="x", now=NOW)
    said = str([one.body for one in Event.objects.filter(session_id=playing.session)])
    assert case not in said
    assert "report" not in {one.kind for one in sessions.events(playing.session, playing.bo)}
    with pytest.raises(BadInput):
        footage_care.report(session_id=playing.session, performer_id=playing.ana, words=" ", now=NOW)


def test_a_call_for_help_has_a_clock_and_calling_twice_is_one_call() -> None:
    made = booked()
    calls = {care.call(session_id=made.session, performer_id=made.ana, now=NOW) for _ in range(2)}
    assert len(calls) == 1
    case = CareCase.objects.get()
    assert (case.due_at - case.made_at).total_seconds() == 300
    with pytest.raises(NotFound):
        care.call(session_id=made.session, performer_id=person("cy").id, now=NOW)


def test_no_reader_of_casting_money_or_quality_knows_of_stopping() -> None:
    """Nothing that stops a scene may touch pay or matching: the words do not even occur where those are decided."""
    root = Path(__file__).resolve().parents[2] / "src" / "yesif"
    for folder in ("apps/casting", "apps/money", "core/ledger", "media/quality"):
        for path in (root / folder).rglob("*.py"):
            said = path.read_text()
            assert not [word for word in ("softened", "off-record", "swapped", "CareCase") if word in said], path


def test_who_is_erased_leaves_no_answer_no_check_and_no_words(playing: Booked) -> None:
    after.play_again(session_id=playing.session, performer_id=playing.ana, answer="never", now=NOW)
    after.play_again(session_id=playing.session, performer_id=playing.bo, answer="yes", now=NOW)
    room_check.keep(performer_id=playing.ana, found={"rows": [{"ok": True, "text": "x"}]}, now=NOW)
    footage_care.report(session_id=playing.session, performer_id=playing.ana, words="He shouted.", now=NOW)
    forgetting.forget(about=playing.ana)
    rulings.forget(about=playing.ana)
    assert not PlayAgain.objects.exists()
    assert not RoomCheck.objects.exists()
    case = CareCase.objects.get()
    assert (case.words, case.evidence) == ("", {})

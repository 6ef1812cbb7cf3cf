"""No one person decides about another: a reason, a span, a second person, an appeal to a third. Never pay."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps

from tests.people import person
from tests.web.scene import S, played
from yesif.apps.footage.actions import reminders, rulings
from yesif.apps.footage.models import Performance, Ruling, Take
from yesif.apps.footage.queries import desk, review
from yesif.apps.footage.queries import reminders as letters
from yesif.apps.footage.queries import rulings as queries
from yesif.apps.market.material import material
from yesif.apps.people import queries as people
from yesif.apps.people.models import Role
from yesif.apps.stage.actions import room
from yesif.base.errors import BadInput, Conflict, NotFound, Refused
from yesif.flows import review_reminders

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def operators(db: None) -> None:
    """Una and Lab help Pia out at the desk in these tests."""
    for name in ("una", "lab"):
        Role.objects.create(person=person(name), role="operator")


def propose(performance: str, **changes: Any) -> str:
    asked: dict[str, Any] = {
        "kind": "reject", "performance_id": performance, "by": person("pia").id, "reason": "sound",
        "start_ns": 5 * S, "end_ns": 20 * S, "words": "Hum all through.", "now": NOW,
    }  # fmt: skip
    return rulings.propose(**(asked | changes))


def in_force(performance: str, **changes: Any) -> str:
    made = propose(performance, **changes)
    rulings.second(ruling_id=made, by=person("una").id, agrees=True, now=NOW)
    return made


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": ""},
        {"reason": "under-age"},
        {"reason": "cut too often"},
        {"kind": "fine"},
        {"kind": "deactivate", "reason": ""},
        {"kind": "deactivate", "reason": "sound"},
        {"start_ns": 5, "end_ns": 5},
        {"start_ns": -1},
        {"end_ns": 61 * S},
        {"words": "x" * 2001},
    ],
)
def test_a_ruling_without_a_reason_of_its_list_or_without_a_span_is_refused(wrong: dict[str, Any]) -> None:
    made = played(state="released")
    with pytest.raises(BadInput):
        propose(made.ana, **wrong)
    assert not Ruling.objects.exists()


@pytest.mark.parametrize("name", ["ana", "bo", "cy"])
def test_only_the_desk_proposes(name: str) -> None:
    made = played(state="released")
    with pytest.raises(NotFound):
        propose(made.ana, by=person(name).id)


def test_nothing_holds_until_a_second_person_agrees_and_with_their_no_it_never_did() -> None:
    made = played(state="released")
    ruling = propose(made.ana)
    with pytest.raises(Refused, match="Somebody else"):
        rulings.second(ruling_id=ruling, by=person("pia").id, agrees=True, now=NOW)
    assert Performance.objects.get(pk=made.ana).rejected_at is None
    assert queries.about(person("ana").id) == []
    with pytest.raises(Conflict):
        propose(made.ana)
    rulings.second(ruling_id=ruling, by=person("una").id, agrees=False, now=NOW)
    assert Performance.objects.get(pk=made.ana).rejected_at is None
    assert queries.one(ruling, person("pia").id).state == "dropped"
    with pytest.raises(Conflict):
        rulings.second(ruling_id=ruling, by=person("una").id, agrees=True, now=NOW)


def test_a_rejected_part_leaves_the_dataset_its_performer_reads_why_and_the_books_do_not_move() -> None:
    made = played(state="released")
    books = _money_rows()
    ruling = in_force(made.ana)
    states = {one.performance: one.take_state for one in material(made.project)}
    assert states == {made.ana: "rejected", made.bo: "sealed"}
    [seen] = queries.about(person("ana").id)
    assert (seen.reason, seen.start_ns, seen.proposed_by, seen.seconded_by) == ("sound", 5 * S, "Pia", "Una")
    assert queries.about(person("bo").id) == []
    assert review.review(made.ana, viewer_id=person("ana").id).row.rejected
    rulings.appeal(ruling_id=ruling, performer_id=person("ana").id, words="It is the fridge in the card.", now=NOW)
    assert _money_rows() == books


def test_an_appeal_is_decided_by_somebody_who_had_no_part_in_the_ruling() -> None:
    made = played(state="released")
    ruling = in_force(made.ana)
    with pytest.raises(NotFound):
        rulings.appeal(ruling_id=ruling, performer_id=person("bo").id, words="x", now=NOW)
    with pytest.raises(BadInput):
        rulings.appeal(ruling_id=ruling, performer_id=person("ana").id, words=" ", now=NOW)
    rulings.appeal(ruling_id=ruling, performer_id=person("ana").id, words="Listen again.", now=NOW)
    with pytest.raises(Conflict):
        rulings.appeal(ruling_id=ruling, performer_id=person("ana").id, words="Again.", now=NOW)
    decide: dict[str, Any] = {"ruling_id": ruling, "outcome": "overturned", "answer": "You are right.", "now": NOW}
    for name in ("pia", "una"):
        with pytest.raises(Refused, match="no part"):
            rulings.decide(by=person(name).id, **decide)
    with pytest.raises(BadInput):
        rulings.decide(by=person("lab").id, **(decide | {"answer": ""}))
    rulings.decide(by=person("lab").id, **decide)
    assert Performance.objects.get(pk=made.ana).rejected_at is None
    assert queries.own(ruling, person("ana").id).state == "overturned"
    with pytest.raises(Conflict):
        rulings.decide(by=person("lab").id, **decide)


def test_who_is_deactivated_is_told_why_and_an_overturned_ruling_lets_them_back() -> None:
    made = played(state="released")
    ruling = in_force(made.bo, kind="deactivate", reason="other-person")
    with pytest.raises(Refused, match="Decisions about you"):
        room.enter(session_id=made.session, performer_id=person("bo").id, studio_ns=10**18, now=NOW)
    assert people.roles_of(person("bo").id) == ("performer",)  # signed in as before: the appeal is theirs
    rulings.appeal(ruling_id=ruling, performer_id=person("bo").id, words="I am me.", now=NOW)
    rulings.decide(ruling_id=ruling, by=person("lab").id, outcome="overturned", answer="Checked.", now=NOW)
    room.enter(session_id=made.session, performer_id=person("bo").id, studio_ns=10**18, now=NOW)


def test_the_desk_sees_only_what_its_performers_released_and_never_another_projects() -> None:
    made = played(state="in-review")
    pia = person("pia").id
    with pytest.raises(NotFound):
        desk.take(made.take, viewer_id=pia)
    Performance.objects.filter(pk=made.ana).update(state="released")
    seen = desk.take(made.take, viewer_id=pia)
    assert (seen.review.own.stage_name, seen.review.partner) == ("Ana", None)
    with pytest.raises(NotFound):
        desk.media(made.bo, viewer_id=pia, kind="desk-preview")
    for name in ("ana", "bo", "cy"):
        with pytest.raises(NotFound):
            desk.take(made.take, viewer_id=person(name).id)


def test_one_take_in_twenty_is_looked_at_whatever_the_checks_said() -> None:
    chosen = sum(desk.in_sample(f"tak_{n}") for n in range(20_000))
    assert 900 <= chosen <= 1100


def test_letters_go_out_after_two_and_six_days_once_each_and_none_after_the_seventh(mailoutbox: list[Any]) -> None:
    made = played()
    Take.objects.filter(pk=made.take).update(sealed_at=NOW)
    Performance.objects.filter(pk=made.bo).update(state="released")
    sent = [reminders.due(now=NOW + timedelta(days=days)) for days in (1, 2, 2.5, 5, 6, 6.5, 8)]
    assert sent == [[], [made.ana], [], [], [made.ana], [], []]
    assert review_reminders.send(made.ana)
    assert not review_reminders.send(made.bo)
    assert "2026-12-02" in mailoutbox[0].body
    assert letters.letter("prf_none") is None


def _money_rows() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in apps.get_app_config("money").get_models()}

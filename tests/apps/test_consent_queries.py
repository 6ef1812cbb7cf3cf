"""The decision over tables: the same as over values, and in as many queries for a thousand as for one."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.apps.takes_cast import take_of
from tests.people import person
from yesif.apps.casting.models import Booking
from yesif.apps.consent import actions, queries
from yesif.apps.footage.models import Performance, SealedSpan, Take
from yesif.base.errors import NotFound
from yesif.core.policy.decide import Decision, Reason
from yesif.core.policy.grants import Conditions, years_after
from yesif.core.policy.uses import Form, Part, Use

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
USE = Use("understand-feeling", "care", "Lab", NOW, years_after(NOW, 1))
YES = {"understand-feeling": "yes", "care": "yes"}

pytestmark = pytest.mark.django_db


def give(name: str, *, now: datetime = NOW, partner: bool = False, **answers: str) -> str:
    said = {item.replace("_", "-"): answer for item, answer in answers.items()} or YES
    terms = Conditions(years_after(now, 1), Form.RECORDING, partner=partner)
    return actions.give(performer_id=person(name).id, answers=said, conditions=terms, now=now)


def decide(take: Take, *, use: Use = USE, now: datetime = LATER) -> dict[str, Decision]:
    """Decisions by the position their performer stood in."""
    rows = {one.id: one.position for one in take.performances.all()}
    found = queries.decisions(performance_ids=rows, use=use, now=now)
    return {rows[one]: decision for one, decision in found.items()}


def test_a_scene_is_permitted_where_both_said_yes() -> None:
    take = take_of("ana", "bo", over=True)
    a, b = give("ana"), give("bo")
    found = decide(take)
    assert found["a"].permitted
    assert found["b"].permitted
    assert set(found["a"].grants) == {a, b}
    assert found["a"].form is Form.RECORDING
    assert found["a"].parts == set(Part)


def test_whoever_never_answered_is_in_nothing_and_neither_is_the_shared_clip() -> None:
    take = take_of("ana", "bo", over=True)
    give("ana")
    found = decide(take)
    assert found["b"].reason is Reason.NO_ANSWER
    assert found["a"].reason is Reason.PARTNER


def test_one_performers_no_leaves_out_her_and_what_is_shared() -> None:
    take, solo = take_of("ana", "bo", over=True), take_of("bo", over=True)
    give("ana")
    give("bo")
    give("ana", now=NOW + timedelta(hours=1), understand_feeling="yes", care="no")
    assert {one.reason for one in decide(take).values()} == {Reason.ANSWERED_NO, Reason.PARTNER}
    assert decide(solo)["a"].permitted


def test_a_revocation_holds_from_its_moment_on() -> None:
    take = take_of("ana", over=True)
    actions.revoke(grant_id=give("ana"), performer_id=person("ana").id, now=LATER)
    assert decide(take, now=LATER - timedelta(seconds=1))["a"].permitted
    assert decide(take, now=LATER)["a"].reason is Reason.REVOKED


def test_what_is_said_later_is_not_yet_said() -> None:
    take = take_of("ana", over=True)
    give("ana")
    give("ana", now=NOW + timedelta(days=10), care="no")
    assert decide(take)["a"].permitted
    assert decide(take, now=NOW + timedelta(days=10))["a"].reason is Reason.ANSWERED_NO


def test_a_withdrawn_performance_is_out_and_the_partners_shared_clip_with_it() -> None:
    take = take_of("ana", "bo", over=True)
    give("ana")
    give("bo", partner=True)
    Performance.objects.filter(take=take, position="a").update(withdrawn_at=NOW, state="withdrawn")
    Performance.objects.filter(take=take, position="b").update(leak_db=-55.0, summary={"words_apart": True})
    found = decide(take)
    assert found["a"].reason is Reason.WITHDRAWN
    assert found["b"].permitted
    assert found["b"].cut_partner
    assert not found["b"].together.parts


def test_an_unmeasured_leak_is_not_a_low_one() -> None:
    take = take_of("ana", "bo", over=True)
    give("bo", partner=True)
    Performance.objects.filter(take=take, position="b").update(summary={"words_apart": True})
    assert decide(take)["b"].reason is Reason.PARTNER


def test_a_living_seal_is_cut_from_both_and_a_lifted_one_is_not() -> None:
    take = take_of("ana", "bo", over=True)
    give("ana")
    give("bo")
    mine = Performance.objects.get(take=take, position="a")
    SealedSpan.objects.create(performance=mine, start_ns=5, end_ns=9, sealed_at=NOW)
    SealedSpan.objects.create(performance=mine, start_ns=50, end_ns=90, sealed_at=NOW, lifted_at=NOW)
    found = decide(take)
    assert found["a"].sealed == found["b"].sealed == ((5, 9),)
    SealedSpan.objects.create(performance=mine, start_ns=0, end_ns=60_000_000_000, sealed_at=NOW)
    assert decide(take)["b"].reason is Reason.SEALED


def _core(take: Take, name: str, licensee: str = "") -> str:
    project = take.scene.session.project
    booking = Booking.objects.create(
        project=project, performer=person(name), starts_at=NOW, fee_minor=1, currency="EUR", offered_at=NOW,
        core_what=project.core_what, core_where=project.core_where, core_ends=date(2027, 11, 23), licensee=licensee,
    )  # fmt: skip
    return actions.accept_core(booking_id=booking.id, performer_id=person(name).id, now=NOW)


def test_accepted_offers_permit_the_projects_core_use_and_no_other() -> None:
    take, other = take_of("ana", "bo", over=True), take_of("ana", "bo", over=True)
    made = _core(take, "ana")
    _core(take, "bo")
    core = queries.core_use(take.scene.session.project_id)
    assert made in decide(take, use=core)["a"].grants
    assert decide(take)["a"].reason is Reason.NO_ANSWER
    assert decide(other, use=core)["a"].reason is Reason.NO_ANSWER
    assert decide(other, use=queries.core_use(other.scene.session.project_id))["a"].reason is Reason.NO_ANSWER


def test_a_buyer_the_offer_did_not_name_must_ask_again() -> None:
    take = take_of("ana", over=True)
    _core(take, "ana")
    project = take.scene.session.project
    project.licensee = "Somebody new"
    project.save()
    assert decide(take, use=queries.core_use(project.id))["a"].reason is Reason.OTHER_LICENSEE


def test_a_project_that_is_not_there_has_no_core_use() -> None:
    with pytest.raises(NotFound):
        queries.core_use("prj_none")


def test_an_id_of_nothing_has_no_decision() -> None:
    assert queries.decisions(performance_ids=["prf_none"], use=USE, now=NOW) == {}
    assert queries.decisions(performance_ids=[], use=USE, now=NOW) == {}


def _queries(takes: list[Take]) -> int:
    wanted = [one.id for take in takes for one in take.performances.all()]
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert len(queries.decisions(performance_ids=wanted, use=USE, now=LATER)) == len(wanted)
    return len(seen)


def test_a_hundred_performances_cost_as_many_queries_as_two() -> None:
    first = take_of("ana", "bo", over=True)
    for name in ("ana", "bo", "cy"):
        give(name)
        give(name, now=NOW + timedelta(hours=1))
    few = _queries([first])
    many = _queries([first, *(take_of(*pair, over=True) for pair in [("ana", "bo"), ("bo", "cy"), ("cy", "ana")] * 8)])
    assert few == many <= 6


def test_batches_do_not_change_a_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    takes = [take_of("ana", "bo", over=True) for _ in range(3)]
    give("ana")
    give("bo")
    wanted = [one.id for take in takes for one in take.performances.all()]
    whole = queries.decisions(performance_ids=wanted, use=USE, now=LATER)
    monkeypatch.setattr("yesif.apps.consent.queries.deciding.BATCH", 1)  # partners then lie in another batch
    assert queries.decisions(performance_ids=wanted, use=USE, now=LATER) == whole
    assert len(whole) == 6


def test_who_books_deals_and_measures_cannot_read_an_answer() -> None:
    """RULES §2: optional answers are invisible to casting, dealing, fees and quality review."""
    source = Path(queries.__file__).parents[2]
    rooms = ("apps/casting", "apps/decks", "apps/people", "apps/stage", "apps/footage", "media", "web/producer")
    words = ("apps.consent", "apps import consent", "policy.grants", "policy.decide")
    told = {
        str(path.relative_to(source))
        for room in rooms
        for path in (source / room).rglob("*.py")
        if any(re.search(rf"^(from|import) .*{re.escape(word)}", path.read_text(), re.M) for word in words)
    }
    assert told == set()

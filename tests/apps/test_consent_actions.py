"""Giving, accepting, ending: each is one fact and one line, or neither."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.people import person
from yesif.apps.casting.models import Booking, Project
from yesif.apps.consent import actions, queries
from yesif.apps.consent.models import Grant, GrantItem, Revocation
from yesif.apps.record import actions as record_actions
from yesif.apps.record import queries as record
from yesif.base.errors import BadInput, Conflict, NotFound
from yesif.core.policy.grants import Conditions, Credit, OnRevoke, years_after
from yesif.core.policy.uses import CURRENT, Form, Part, Price

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
YEAR = Conditions(until=years_after(NOW, 1))
SOME = {"understand-speech": "yes", "research": "yes", "selling": "no", "care": "ask"}

pytestmark = pytest.mark.django_db


def give(name: str = "ana", *, now: datetime = NOW, conditions: Conditions = YEAR, **answers: str) -> str:
    said = {item.replace("_", "-"): answer for item, answer in answers.items()} or SOME
    return actions.give(performer_id=person(name).id, answers=said, conditions=conditions, now=now)


def offer(name: str = "ana", **changes: Any) -> Booking:
    terms = {"core_what": "understand-feeling", "core_where": "games-film", "core_ends": date(2027, 11, 23)}
    terms |= {"licensee": "Lab", **changes}
    made = Project.objects.create(producer=person("pia"), title="P", **terms)
    return Booking.objects.create(
        project=made, performer=person(name), starts_at=NOW, fee_minor=7400, currency="EUR", offered_at=NOW, **terms
    )


def accept(booking: Booking, name: str = "ana", *, now: datetime = NOW) -> str:
    return actions.accept_core(booking_id=booking.id, performer_id=person(name).id, now=now)


def test_answers_given_are_the_answers_read() -> None:
    terms = Conditions(
        until=years_after(NOW, 3), form=Form.RECORDING, partner=True, held_back=frozenset({Part.FACE}),
        on_revoke=OnRevoke.RETIRE, credit=Credit.STAGE_NAME, allowed=frozenset({"Lab"}), refused=frozenset({"Acme"}),
        territories=frozenset({"AU", "NZ"}), floor=Price(40, "EUR"),
    )  # fmt: skip
    made = give(conditions=terms)
    seen = queries.answers_of(person("ana").id)
    assert seen is not None
    assert seen.grant.id == made
    assert seen.grant.conditions == terms
    assert {item: seen.grant.answer(item) for item in SOME} == SOME
    assert seen.grant.answer("companions") == ""
    assert seen.living(now=NOW)


def test_every_question_shown_is_a_row_and_the_list_has_its_version() -> None:
    grant = Grant.objects.get(pk=give())
    assert grant.uses_version == CURRENT.version
    assert set(grant.items.values_list("item", flat=True)) == CURRENT.items
    assert GrantItem.objects.filter(grant=grant, answer="").count() == 16 - len(SOME)


def test_new_answers_take_the_place_of_the_former_and_both_stay() -> None:
    old = give()
    new = give(now=NOW + timedelta(hours=1), research="no")
    ana = person("ana").id
    assert [one.grant.id for one in queries.history(ana)] == [new, old]
    assert [one.grant.id for one in queries.living_grants(ana, now=NOW + timedelta(hours=2))] == [new]
    seen = queries.answers_of(ana)
    assert seen is not None
    assert seen.grant.replaces == old


def test_giving_is_one_line_that_concerns_its_performer_only() -> None:
    give(conditions=replace(YEAR, refused=frozenset({"Acme"})))
    (line,) = record.lines_about(person("ana").id)
    assert line.kind == "grant"
    assert line.body is not None
    assert line.body["until"] == "2027-11-23T12:00:00+00:00"
    assert "acme" not in str(line.body).lower()
    assert "Ana" not in str(line.body)
    assert record.lines_about(person("bo").id) == []


@pytest.mark.parametrize(
    "answers", [{"research": "perhaps"}, {"gardening": "yes"}, {"scoring-people": "yes"}, {"copy-my-voice": "yes"}]
)
def test_answers_outside_the_lists_change_nothing(answers: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        actions.give(performer_id=person("ana").id, answers=answers, conditions=YEAR, now=NOW)
    assert not Grant.objects.exists()
    assert record.count() == 0


def test_only_a_performer_answers() -> None:
    for name in ("pia", "lab"):
        with pytest.raises(NotFound):
            give(name)
    with pytest.raises(NotFound):
        actions.give(performer_id="per_nobody", answers=SOME, conditions=YEAR, now=NOW)


class Torn(Exception):
    """The power went."""


@pytest.fixture(params=["before", "after"])
def torn_record(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A record whose next line fails, before it was written or after."""
    write = record_actions.append

    def fail(**line: Any) -> int:
        if request.param == "after":
            write(**line)
        raise Torn

    monkeypatch.setattr(record_actions, "append", fail)
    yield
    monkeypatch.undo()


def test_a_grant_falls_with_its_line(torn_record: None) -> None:
    with pytest.raises(Torn):
        give()
    assert not Grant.objects.exists()
    assert record.count() == 0


def test_an_acceptance_falls_with_its_line(torn_record: None) -> None:
    booking = offer()
    with pytest.raises(Torn):
        accept(booking)
    booking.refresh_from_db()
    assert booking.accepted_at is None
    assert not Grant.objects.exists()


def test_a_revocation_falls_with_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    made = give()
    monkeypatch.setattr(record_actions, "append", lambda **line: (_ for _ in ()).throw(Torn()))
    with pytest.raises(Torn):
        actions.revoke(grant_id=made, performer_id=person("ana").id, now=NOW)
    assert not Revocation.objects.exists()


def test_accepting_licenses_the_core_use_and_nothing_else() -> None:
    booking = offer()
    made = accept(booking)
    booking.refresh_from_db()
    assert booking.accepted_at == NOW
    (seen,) = queries.living_grants(person("ana").id, now=NOW)
    assert seen.grant.id == made
    assert seen.grant.yes == seen.grant.shown == {"understand-feeling", "games-film"}
    assert seen.grant.scope.project == booking.project_id
    assert seen.grant.conditions.until == datetime(2027, 11, 24, tzinfo=UTC)
    assert seen.grant.conditions.allowed == {"lab"}
    assert seen.grant.conditions.form is Form.RECORDING
    assert queries.answers_of(person("ana").id) is None
    assert [line.kind for line in record.lines_about(booking.project_id)] == ["grant"]


def test_accepting_twice_is_once() -> None:
    booking = offer()
    assert accept(booking) == accept(booking, now=NOW + timedelta(days=1))
    assert Grant.objects.count() == 1
    assert record.count("grant") == 1


def test_nobody_accepts_for_another() -> None:
    booking = offer()
    with pytest.raises(NotFound):
        accept(booking, "bo")
    with pytest.raises(NotFound):
        actions.accept_core(booking_id="bkg_none", performer_id=person("ana").id, now=NOW)


def test_a_declined_offer_stays_declined() -> None:
    booking = offer()
    Booking.objects.filter(pk=booking.id).update(declined_at=NOW)
    with pytest.raises(Conflict):
        accept(booking)


def test_an_offer_that_ones_own_no_would_beat_is_not_accepted_in_vain() -> None:
    give(games_film="no")
    with pytest.raises(Conflict, match="a No beats any Yes"):
        accept(offer())
    give(now=NOW + timedelta(minutes=1), games_film="ask")
    assert accept(offer())


@pytest.mark.parametrize(
    "changes", [{"core_what": "copy-my-voice"}, {"core_what": "hum"}, {"core_ends": date(2031, 11, 24)}]
)
def test_a_core_use_nobody_may_license_is_not_accepted(changes: dict[str, Any]) -> None:
    booking = offer(**changes)
    with pytest.raises(BadInput):
        accept(booking)
    booking.refresh_from_db()
    assert booking.accepted_at is None


def test_five_years_to_the_day_are_five_years() -> None:
    accept(offer(core_ends=date(2031, 11, 23)))
    assert Grant.objects.get().until == years_after(NOW, 5)


def test_ending_a_yes_is_one_line_and_twice_is_once() -> None:
    made = give()
    for hour in (1, 2):
        actions.revoke(grant_id=made, performer_id=person("ana").id, now=NOW + timedelta(hours=hour))
    assert Revocation.objects.get().at == NOW + timedelta(hours=1)
    assert record.count("revoke") == 1
    assert queries.living_grants(person("ana").id, now=NOW + timedelta(hours=1)) == []
    assert queries.living_grants(person("ana").id, now=NOW + timedelta(minutes=59)) != []


def test_nobody_ends_anothers_yes() -> None:
    made = give()
    with pytest.raises(NotFound):
        actions.revoke(grant_id=made, performer_id=person("bo").id, now=NOW)
    assert not Revocation.objects.exists()


def _row(**changes: Any) -> Grant:
    terms = {"performer": person("ana"), "given_at": NOW, "until": NOW + timedelta(days=1), "reach": "standing"}
    return Grant(**{**terms, "uses_version": "uses/1", "form": "measurements", **changes})


@pytest.mark.parametrize(
    "changes", [{"until": None}, {"until": NOW}, {"until": NOW + timedelta(days=1828)}, {"reach": "core"}]
)
def test_the_database_itself_refuses_a_grant_without_an_end(changes: dict[str, Any]) -> None:
    _row().save()
    with pytest.raises(IntegrityError), transaction.atomic():
        _row(**changes).save()


def test_two_grants_cannot_take_the_place_of_one() -> None:
    first = _row()
    first.save()
    _row(replaces=first).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        _row(replaces=first).save()

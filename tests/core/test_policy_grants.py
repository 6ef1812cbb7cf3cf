"""What can be said, and what cannot even be written down."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from yesif.base.errors import BadInput
from yesif.core.policy.grants import (
    Conditions,
    CopyTerms,
    Grant,
    OnRevoke,
    Scope,
    SealedSpan,
    Suspension,
    merged,
    years_after,
)
from yesif.core.policy.uses import CURRENT, Form, Part, Price, Use, UseList, licensee_key

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
YEAR = Conditions(until=years_after(NOW, 1))
ALL = CURRENT.items


def grant(**changes: object) -> Grant:
    terms = {"id": "grt_1", "performer": "per_ana", "given_at": NOW, "shown": ALL, "conditions": YEAR}
    return Grant(**{**terms, **changes})  # type: ignore[arg-type]


def use(**changes: object) -> Use:
    terms = {"what": "understand-speech", "where": "research", "licensee": "Lab", "starts": NOW, "ends": NOW.max}
    terms["ends"] = years_after(NOW, 1)
    return Use(**{**terms, **changes})  # type: ignore[arg-type]


def test_there_are_eight_whats_and_eight_wheres() -> None:
    assert (len(CURRENT.whats), len(CURRENT.wheres), len(CURRENT.never)) == (8, 8, 6)


def test_no_use_touches_a_biometric_template() -> None:
    assert {part.value for part in Part} == {"voice", "face", "movement", "words", "labels"}
    assert all(what.parts and what.actions for what in CURRENT.whats)


def test_words_only_touches_words_only() -> None:
    assert CURRENT.what("words-only").parts == {Part.WORDS}


def test_no_preset_holds_a_copy_and_none_answers_by_itself() -> None:
    for preset in CURRENT.presets:
        assert not (preset.yes | preset.ask) & CURRENT.copies
        assert preset.yes | preset.ask <= CURRENT.items


@pytest.mark.parametrize(
    "changes",
    [
        {"what": "companions"},
        {"where": "words-only"},
        {"what": "recognise-people"},
        {"licensee": "  "},
        {"ends": NOW},
        {"starts": NOW.replace(tzinfo=None)},
        {"touches": frozenset({"gardening"})},
    ],
)
def test_a_use_outside_the_lists_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        use(**changes)


def test_a_core_use_may_have_no_licensee_yet() -> None:
    assert use(licensee="", project="prj_1").licensee == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"shown": ALL | {"recognise-people"}},
        {"yes": frozenset({"research"}), "no": frozenset({"research"})},
        {"shown": frozenset({"research"}), "yes": frozenset({"selling"})},
        {"conditions": Conditions(until=NOW)},
        {"conditions": Conditions(until=years_after(NOW, 5) + timedelta(seconds=1))},
        {"uses_version": "uses/0"},
        {"given_at": NOW.replace(tzinfo=None)},
        {"yes": frozenset({"scoring-people"})},
        {"scope": Scope(project="prj_1"), "yes": frozenset({"research"})},
        {"conditions": replace(YEAR, on_revoke=OnRevoke.DESTROY)},
    ],
)
def test_a_grant_that_says_too_much_cannot_be_made(changes: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        grant(**changes)


def test_a_grant_reaches_a_project_or_some_performances() -> None:
    with pytest.raises(BadInput):
        Scope(project="prj_1", performances=frozenset({"prf_1"}))


COPY = CopyTerms("One character in one game", NOW)
TO_ONE = replace(YEAR, allowed=frozenset({"Lab"}), on_revoke=OnRevoke.DESTROY)
COPIED = {"yes": frozenset({"copy-my-voice", "games-film"}), "copy": COPY, "conditions": TO_ONE}


def test_a_copy_with_all_its_terms_can_be_granted() -> None:
    assert grant(**COPIED).answer("copy-my-voice") == "yes"


@pytest.mark.parametrize(
    "changes",
    [
        {"copy": None},
        {"conditions": replace(TO_ONE, allowed=frozenset())},
        {"conditions": replace(TO_ONE, allowed=frozenset({"Lab", "Other"}))},
        {"conditions": replace(TO_ONE, until=years_after(NOW, 1) + timedelta(seconds=1))},
        {"conditions": replace(TO_ONE, on_revoke=OnRevoke.STOP_NEW)},
        {"yes": frozenset({"copy-my-voice", "copy-my-face", "games-film"})},
        {"yes": frozenset({"copy-my-voice", "understand-speech", "games-film"})},
        {"yes": frozenset({"games-film"})},
    ],
)
def test_a_copy_without_all_its_terms_cannot(changes: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        grant(**{**COPIED, **changes})


def test_a_copy_needs_a_described_project() -> None:
    with pytest.raises(BadInput):
        CopyTerms("  ", NOW)


def test_a_licensee_refused_by_name_stays_refused_in_capitals() -> None:
    assert licensee_key("  ACME   Löw ") == licensee_key("acme lo\u0308w")


@pytest.mark.parametrize(("minor", "currency"), [(-1, "EUR"), (1.5, "EUR"), (True, "EUR"), (1, "eur"), (1, "EURO")])
def test_a_price_is_whole_minor_units_of_a_currency(minor: int, currency: str) -> None:
    with pytest.raises(BadInput):
        Price(minor, currency)


def test_a_price_in_another_currency_reaches_no_floor() -> None:
    assert not Price(1000, "USD").covers(Price(1, "EUR"))
    assert Price(1, "EUR").covers(Price(1, "EUR"))


def test_a_sealed_span_has_length() -> None:
    with pytest.raises(BadInput):
        SealedSpan("prf_1", 5, 5)


def test_spans_that_touch_become_one() -> None:
    spans = [SealedSpan("p", 5, 9), SealedSpan("p", 0, 5), SealedSpan("p", 20, 30), SealedSpan("p", 22, 24)]
    assert merged(spans) == ((0, 9), (20, 30))


def test_a_suspension_stops_new_licences_only() -> None:
    paused = Suspension("per_ana", NOW)
    assert paused.stops(None, now=NOW)
    assert not paused.stops(NOW - timedelta(seconds=1), now=NOW)
    assert not replace(paused, lifted_at=NOW).stops(None, now=NOW)


def test_five_years_from_a_leap_day_end_in_february() -> None:
    assert years_after(datetime(2028, 2, 29, tzinfo=UTC), 1) == datetime(2029, 2, 28, tzinfo=UTC)


def test_an_id_stands_once_in_the_lists() -> None:
    with pytest.raises(BadInput):
        UseList("uses/x", CURRENT.whats, CURRENT.wheres + CURRENT.wheres, CURRENT.never)


def test_the_larger_form_gives_more_away() -> None:
    assert Form.RECORDING.rank > Form.MEASUREMENTS.rank

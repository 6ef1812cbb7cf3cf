"""Matching: never across groups, never a blocked pair, never fewer than three cards, and as heavy as can be."""

from dataclasses import fields
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.matching_worlds import AIMS, crowds, slots, someone
from yesif.base.errors import BadInput
from yesif.core.matching.block import repair
from yesif.core.matching.casts import cast_of, casts, why_none
from yesif.core.matching.fit import Fit, fit
from yesif.core.matching.pairs import Pin, match, pair_of
from yesif.core.matching.performer import Performer


def sound(one: Fit, crowd: dict[str, Performer]) -> None:
    a, b = crowd[one.a], crowd[one.b]
    assert a.split == b.split
    assert a.id not in b.never
    assert b.id not in a.never
    assert (a.cards & b.cards).bit_count() >= 3
    assert a.languages & b.languages & AIMS.languages


@given(crowds(), st.lists(st.integers(1, 2), min_size=4, max_size=4), st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_every_match_keeps_every_rule(crowd: list[Performer], seats: list[int], rounds: int) -> None:
    by_id = {one.id: one for one in crowd}
    plan = match(crowd, slots(*seats), AIMS, rounds=rounds)
    for one in plan.matches:
        sound(one.fit, by_id)
        assert one.slot in by_id[one.fit.a].slots & by_id[one.fit.b].slots
    busy = [(one.slot, name) for one in plan.matches for name in (one.fit.a, one.fit.b)]
    assert len(busy) == len(set(busy)), "nobody sits twice in one slot"
    for n, each in enumerate(seats, 1):
        assert sum(one.slot == f"s{n}" for one in plan.matches) <= each
    pairs = [(one.fit.a, one.fit.b) for one in plan.matches]
    assert len(pairs) == len(set(pairs)), "nobody meets the same partner twice in one plan"
    if rounds == 1:
        names = [name for _, name in busy]
        assert len(names) == len(set(names))


def best(crowd: list[Performer]) -> int:
    """The heaviest matching, by trying everything."""
    if len(crowd) < 2:
        return 0
    first, rest = crowd[0], crowd[1:]
    found = best(rest)
    for n, other in enumerate(rest):
        pair = fit(first, other, AIMS) if first.slots & other.slots else None
        if pair is not None:
            found = max(found, pair.worth + best(rest[:n] + rest[n + 1 :]))
    return found


@given(crowds(most=8))
@settings(max_examples=20, deadline=None)
def test_with_seats_for_all_it_is_the_heaviest_there_is(crowd: list[Performer]) -> None:
    assert match(crowd, slots(9, 9, 9, 9), AIMS).worth == best(crowd)


@given(crowds(), st.data())
@settings(max_examples=25, deadline=None)
def test_pairing_again_keeps_the_rules_and_those_who_play(crowd: list[Performer], data: st.DataObject) -> None:
    by_id = {one.id: one for one in crowd}
    everyone = [pair_of(a.id, b.id) for a, b in combinations(crowd, 2)]
    begun = data.draw(st.sampled_from(everyone).map(lambda pair: [pair]) | st.just([]))
    found = repair(crowd, data.draw(st.lists(st.sampled_from(everyone), max_size=3)), AIMS, begun=begun)
    for one in (*found.stay, *found.new):
        sound(one, by_id)
    names = [name for one in (*found.stay, *found.new) for name in (one.a, one.b)]
    names += [name for pair in begun for name in pair]
    assert len(names) == len(set(names))
    assert set(names) | set(found.alone) | {one.id for one in crowd if one.understudy} == set(by_id)


@given(crowds(), st.integers(3, 6))
@settings(max_examples=20, deadline=None)
def test_ensembles_keep_the_rules_for_every_two_in_them(crowd: list[Performer], size: int) -> None:
    by_id = {one.id: one for one in crowd}
    found = casts(crowd, AIMS, size=size, written=0b11111111)
    names = [name for one in found for name in one.performers]
    assert len(names) == len(set(names))
    for one in found:
        members = [by_id[name] for name in one.performers]
        assert len(members) == size
        assert cast_of(members, AIMS, written=0b11111111) == one
        for a, b in combinations(members, 2):
            pair = fit(a, b, AIMS)
            assert pair is not None
            sound(pair, by_id)


class TestTheBoard:
    def test_a_pin_comes_before_anything_worth_more(self) -> None:
        crowd = [someone("ana", played={"bo": 3}), someone("bo"), someone("cy"), someone("di")]
        plan = match(crowd, slots(4), AIMS, pins=[Pin("ana", "bo")])
        assert [(one.fit.a, one.fit.b, one.pinned) for one in plan.matches] == [
            ("cy", "di", False),
            ("ana", "bo", True),
        ]

    @pytest.mark.parametrize("other", [{"never": frozenset({"ana"})}, {"split": "test"}, {"cards": 0b11}])
    def test_a_pin_overrules_nobodys_line_and_no_reason_is_given(self, other: dict[str, object]) -> None:
        pin = Pin("ana", "bo", "s1")
        plan = match([someone("ana"), someone("bo", **other)], slots(4), AIMS, pins=[pin])
        assert (plan.matches, plan.impossible) == ((), (pin,))

    def test_a_forbidden_pair_is_not_made(self) -> None:
        plan = match([someone("ana"), someone("bo")], slots(4), AIMS, forbidden=[("bo", "ana")])
        assert plan.matches == ()
        assert plan.left == ("ana", "bo")

    def test_one_sentence_says_why_and_nothing_about_lines(self) -> None:
        found = fit(someone("ana"), someone("bo"), AIMS)
        assert found is not None
        assert found.sentence() == "5 cards fit both; both play in English; they have not played together yet."

    def test_pairs_move_along_so_that_nobody_is_left_over(self) -> None:
        both, first = frozenset({"s1", "s2"}), frozenset({"s1"})
        crowd = [someone("ana", slots=both), someone("bo", slots=both), someone("cy", slots=first)]
        crowd.append(someone("di", slots=first))
        plan = match(crowd, slots(1, 1), AIMS, forbidden=[("ana", "cy"), ("ana", "di")])
        assert {(one.slot, one.fit.a, one.fit.b) for one in plan.matches} == {("s1", "cy", "di"), ("s2", "ana", "bo")}

    def test_two_who_are_forbidden_are_in_no_ensemble_together_and_two_who_are_pinned_are(self) -> None:
        crowd = [someone(name) for name in ("ana", "bo", "cy", "di", "eve", "flo")]
        found = casts(crowd, AIMS, size=3, written=0b11111111, forbidden=[("bo", "ana")], pins=[("di", "ana")])
        assert len(found) == 2
        [hers] = [one.performers for one in found if "ana" in one.performers]
        assert "di" in hers
        assert "bo" not in hers
        assert found[0].sentence() == "5 cards fit all 3; all play in English."

    def test_a_pin_of_an_ensemble_overrules_nobodys_line(self) -> None:
        crowd = [someone("ana"), someone("bo"), someone("cy"), someone("di", never=frozenset({"ana"}))]
        for one in casts(crowd, AIMS, size=3, written=0b11111111, pins=[("ana", "di")]):
            assert not {"ana", "di"} <= set(one.performers)

    def test_where_there_is_no_ensemble_the_first_true_cause_is_named(self) -> None:
        three = [someone("ana"), someone("bo"), someone("cy")]
        german = [*three[:2], someone("cy", languages=frozenset({"de"}))]
        apart = [*three[:2], someone("cy", never=frozenset({"ana"}))]
        forbidden = [("ana", "bo")]

        def why(
            crowd: list[Performer], *, written: int = 0b11111111, forbidden: list[tuple[str, str]] | None = None
        ) -> str:
            assert not casts(crowd, AIMS, size=3, written=written, forbidden=forbidden or ())
            return why_none(crowd, AIMS, size=3, written=written, forbidden=forbidden or ())

        assert why(three, written=0b11) == why([], written=0) == "cards", "whoever comes"
        assert why(three[:2]) == "people"
        assert why(german) == "language"
        assert why(three, forbidden=forbidden) == "forbidden"
        assert why(apart) == why(apart, forbidden=forbidden) == "lines", "whose line it is, is never said"

    def test_an_ensemble_of_two_or_seven_is_refused(self) -> None:
        for size in (2, 7):
            with pytest.raises(BadInput):
                casts([], AIMS, size=size, written=0)


def test_matching_has_no_field_for_uses_pay_or_quality() -> None:
    names = " ".join(field.name for field in fields(Performer))
    assert not any(word in names for word in ("use", "grant", "consent", "fee", "rate", "score", "quality", "absence"))


def test_an_understudy_steps_in_only_where_somebody_is_missing() -> None:
    ana, bo, cy = someone("ana"), someone("bo"), someone("cy", understudy=True)
    assert repair([ana, bo, cy], [("ana", "bo")], AIMS).new == ()
    stood = repair([ana, cy], [("ana", "bo")], AIMS)
    assert [(one.a, one.b) for one in stood.new] == [("ana", "cy")]

"""D1 to D10, each as a property over whole worlds."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.core.policy_worlds import DAY, LENGTH_NS, NOW, World, kind_worlds, world_of, worlds
from yesif.core.policy.decide import NOTHING, Decision, Extent, Reason
from yesif.core.policy.explain import explain
from yesif.core.policy.grants import (
    Conditions,
    CopyTerms,
    Grant,
    OnRevoke,
    Revocation,
    Said,
    SealedSpan,
    Suspension,
    Withdrawal,
    years_after,
)
from yesif.core.policy.uses import CURRENT, Form, Part, Use, UseList, What

some = settings(max_examples=100, deadline=None)
few = settings(max_examples=50, deadline=None)


def test_at_least_one_world_in_five_permits() -> None:
    seen: list[bool] = []

    @settings(max_examples=100, deadline=None, derandomize=True, database=None)
    @given(worlds())
    def count(world: World) -> None:
        seen.append(world.decision().permitted)

    count()
    assert sum(seen) / len(seen) >= 0.2
    assert not all(seen)


def _only(world: World, performer: str) -> World:
    """The same world as if this performer had been alone in it."""
    return replace(world, performances=tuple(one for one in world.performances if one.performer == performer))


@few
@given(worlds())
def test_whoever_says_nothing_says_no(world: World) -> None:
    decision = replace(world, said={}).decision()
    assert not decision.permitted
    assert decision.reason in (Reason.NO_ANSWER, Reason.OUTSIDE_TERM)
    assert decision.grants == ()


@some
@given(kind_worlds())
def test_nothing_leaves_without_a_living_yes_to_both_halves(world: World) -> None:
    """D1 and D3, said again in other words."""
    decision = world.decision()
    assume(decision.permitted)
    me = world.performances[0].performer
    named = {cause.grant for cause in decision.causes if cause.performer == me}
    mine = [grant for grant in world.said[me].living(now=world.now) if grant.id in named]
    assert mine
    for grant in mine:
        assert {world.use.what, world.use.where} <= grant.yes
        assert grant.given_at <= world.now < grant.conditions.until
        assert not grant.conditions.allowed or "lab" in grant.conditions.allowed
        assert not grant.conditions.territories or world.use.territories <= grant.conditions.territories
        assert grant.conditions.floor is None or grant.conditions.floor.minor <= 50
        assert not grant.scope.project or grant.scope.project == world.use.project
    assert decision.parts <= world.use.parts
    assert decision.until is not None
    assert world.now < decision.until <= world.use.ends
    assert any(grant.conditions.form is Form.RECORDING for grant in mine) or decision.form is Form.MEASUREMENTS
    assert decision.form is not Form.RECORDING or world.use.form is Form.RECORDING


def _heard(world: World, performer: str) -> tuple[Grant, ...]:
    one = next(one for one in world.performances if one.performer == performer)
    return tuple(
        grant
        for grant in world.said[performer].heard(now=world.now)
        if grant.scope.standing or one.id in grant.scope.performances
    )


@some
@given(kind_worlds(), st.sampled_from(["what", "where", "licensee"]))
def test_a_no_beats_any_yes(world: World, where: str) -> None:
    me = world.performances[0].performer
    grants = _heard(world, me)
    assume(grants)
    grant = grants[-1]
    if where == "licensee":
        changed = {"conditions": replace(grant.conditions, refused=frozenset({"Lab"}))}
    else:
        item = getattr(world.use, where)
        changed = {"yes": grant.yes - {item}, "ask": grant.ask - {item}, "no": grant.no | {item}}
    decision = world.regranting(grant, **changed).decision()
    assert decision.own == NOTHING
    assert decision.together == NOTHING


@some
@given(kind_worlds())
def test_nobody_leaves_further_than_everyone_identifiable_permits(world: World) -> None:
    """D4: the meet; one's own track further only where one allowed it and the partner is neither heard nor read."""
    decision = world.decision()
    alone = {one.performer: _only(world, one.performer).decision() for one in world.performances}
    me = world.performances[0]
    for each in alone.values():
        assert each.reason is Reason.SEALED or decision.together.within(each.own)
    if decision.own != decision.together:
        assert decision.cut_partner
        assert me.words_apart
        assert me.leak_db is not None
        assert me.leak_db < -40
        causes = {cause.grant for cause in decision.causes}
        assert any(grant.id in causes and grant.conditions.partner for grant in world.said[me.performer].grants)
        assert decision.own.within(alone[me.performer].own)


@some
@given(kind_worlds())
def test_a_partners_no_removes_the_shared_clip(world: World) -> None:
    assume(len(world.performances) == 2)
    me, partner = world.performances
    without = replace(world, said={**world.said, partner.performer: Said()}).decision()
    assert without.together == NOTHING
    survives = me.words_apart and me.leak_db is not None and me.leak_db < -40
    if without.permitted:
        assert survives
        assert without.cut_partner
    elif _only(world, me.performer).decision().permitted:
        assert without.reason is Reason.PARTNER


def _spans(decision: Decision) -> int:
    return sum(end - start for start, end in decision.sealed)


def _narrowings(world: World, grant: Grant) -> Iterator[World]:
    """Every way this grant, or its giver, could say less."""
    me = grant.performer
    said, terms = world.said[me], grant.conditions
    performance = next(one.id for one in world.performances if one.performer == me)
    yield world.saying(me, revocations=(*said.revocations, Revocation(grant.id, NOW)))
    yield world.saying(me, suspensions=(*said.suspensions, Suspension(me, NOW - DAY / 3)))
    yield world.saying(me, withdrawals=(*said.withdrawals, Withdrawal(performance, NOW)))
    yield world.saying(me, seals=(*said.seals, SealedSpan(performance, 5, 9)))
    yield world.saying(me, seals=(*said.seals, SealedSpan(performance, 0, LENGTH_NS)))
    if grant.given_at < NOW:
        yield world.regranting(grant, conditions=replace(terms, until=min(NOW, terms.until)))
    yield world.regranting(grant, conditions=replace(terms, held_back=terms.held_back | {Part.VOICE, Part.WORDS}))
    yield world.regranting(grant, conditions=replace(terms, form=Form.MEASUREMENTS))
    yield world.regranting(grant, conditions=replace(terms, partner=False))
    yield world.regranting(grant, conditions=replace(terms, refused=terms.refused | {"Lab"}))
    if grant.scope.project:
        return
    for item in (world.use.what, world.use.where):
        less = {"yes": grant.yes - {item}, "ask": grant.ask - {item}, "no": grant.no - {item}}
        yield world.regranting(grant, **{**less, "no": less["no"] | {item}})
        if item not in grant.no:
            yield world.regranting(grant, **{**less, "ask": less["ask"] | {item}} if item in grant.yes else less)


@some
@given(worlds(), st.data())
def test_nothing_said_later_permits_more(world: World, data: st.DataObject) -> None:
    """D7: a no, revocation, expiry, suspension, withdrawal or seal of anybody never enlarges what is permitted."""
    grants = [grant for said in world.said.values() for grant in said.grants]
    assume(grants)
    grant = data.draw(st.sampled_from(grants))
    before = [world.decision(place) for place in range(len(world.performances))]
    for narrower in _narrowings(world, grant):
        for place, was in enumerate(before):
            now = narrower.decision(place)
            assert now.own.within(was.own)
            assert now.together.within(was.together)
            if now.permitted:
                assert _spans(now) >= _spans(was)
                if grant.performer != world.performances[place].performer:
                    assert now.cut_partner >= was.cut_partner


@some
@given(worlds(), st.integers(0, 700))
def test_time_alone_permits_no_more(world: World, days: int) -> None:
    for said in world.said.values():
        assume(all(one.lifted_at is None for one in said.suspensions))
    later = replace(world, now=NOW + timedelta(days=days)).decision()
    assert later.own.within(world.decision().own)


@few
@given(kind_worlds())
def test_a_permit_holds_until_the_moment_it_names(world: World) -> None:
    decision = world.decision()
    assume(decision.permitted)
    assert decision.until is not None
    for said in world.said.values():
        assume(all(one.lifted_at is None for one in said.suspensions))
    assert replace(world, now=decision.until - timedelta(seconds=1)).decision().own == decision.own


@few
@given(kind_worlds(), st.sets(st.sampled_from(CURRENT.never), min_size=1))
def test_nobody_can_grant_what_is_never_for_anyone(world: World, touched: set[object]) -> None:
    use = replace(world.use, touches=frozenset(never.id for never in touched))  # type: ignore[attr-defined]
    decision = replace(world, use=use).decision()
    assert not decision.permitted
    assert decision.reason is Reason.NEVER


@few
@given(worlds())
def test_a_later_item_is_never_included(world: World) -> None:
    new = What("hum-along", "Hum along", "", "", "", True, frozenset({Part.VOICE}), frozenset())
    later = UseList("uses/2", (*CURRENT.whats, new), CURRENT.wheres, CURRENT.never)
    for grant in [grant for said in world.said.values() for grant in said.grants if grant.scope.standing]:
        everything = CURRENT.items - CURRENT.copies
        world = world.regranting(grant, yes=everything, ask=frozenset(), no=frozenset())
    decision = replace(world, use=replace(world.use, what="hum-along", uses=later)).decision()
    assert not decision.permitted


@some
@given(
    kind_worlds(), st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20), st.booleans()), min_size=1, max_size=4)
)
def test_a_sealed_moment_is_in_nothing(world: World, cuts: list[tuple[int, int, bool]]) -> None:
    """D5, whoever of the take sealed it."""
    assume(len(world.performances) == 2)
    me, partner = world.performances
    for start, length, mine in cuts:
        one = me if mine else partner
        seals = (*world.said[one.performer].seals, SealedSpan(one.id, start, start + length))
        world = world.saying(one.performer, seals=seals)
    decision = world.decision()
    assume(decision.permitted)
    for start, length, _ in cuts:
        assert any(begin <= start and start + length <= end for begin, end in decision.sealed)
    edges = [edge for span in decision.sealed for edge in span]
    assert edges == sorted(set(edges))


@few
@given(kind_worlds())
def test_a_wholly_sealed_performance_is_left_out(world: World) -> None:
    me = world.performances[0]
    decision = world.saying(me.performer, seals=(SealedSpan(me.id, 0, LENGTH_NS),)).decision()
    assert not decision.permitted


@some
@given(worlds())
def test_every_decision_names_its_causes_and_has_one_sentence(world: World) -> None:
    """D9."""
    decision = world.decision()
    assert decision.causes
    known = {grant.id for said in world.said.values() for grant in said.grants}
    assert set(decision.grants) <= known
    sentence = explain(decision, world.use)
    assert sentence.endswith(".")
    assert sentence.count(". ") == 0
    assert not any(performer in sentence for performer in world.said)
    assert decision.permitted == (decision.reason is Reason.YES)
    assert decision.permitted or decision.own == decision.together == NOTHING


@few
@given(worlds())
def test_a_suspension_stops_new_licences_and_its_lifting_frees_them(world: World) -> None:
    """D10: what was licensed before goes on; the core use was licensed by accepting the offer."""
    me = world.performances[0].performer
    world = world.saying(me, suspensions=())
    free = world.decision()
    paused = (Suspension(me, NOW - DAY / 2),)
    new = replace(world, use=replace(world.use, licensed_at=None)).saying(me, suspensions=paused).decision()
    cores = {grant.id for grant in world.said[me].grants if grant.scope.project}
    assert not new.permitted or {cause.grant for cause in new.causes if cause.performer == me} <= cores
    old = replace(world, use=replace(world.use, licensed_at=NOW - DAY))
    assert old.saying(me, suspensions=paused).decision().own == old.decision().own
    lifted = (Suspension(me, NOW - DAY / 2, NOW),)
    assert world.saying(me, suspensions=lifted).decision() == free


@few
@given(worlds())
def test_the_same_question_has_the_same_answer(world: World) -> None:
    """D8: build and lease ask the same function; the order in which things were said to us is no part of it."""
    turned = {who: replace(said, seals=said.seals[::-1], grants=said.grants[::-1]) for who, said in world.said.items()}
    again = replace(world, said=turned).decision()
    assert replace(again, causes=()) == replace(world.decision(), causes=())
    assert set(again.causes) == set(world.decision().causes)


def test_an_extent_of_no_parts_is_nothing() -> None:
    voice = Extent(frozenset({Part.VOICE}), Form.RECORDING)
    words = Extent(frozenset({Part.WORDS}), Form.MEASUREMENTS)
    assert voice.meet(words) == NOTHING
    assert voice.join(words) == Extent(frozenset({Part.VOICE, Part.WORDS}), Form.RECORDING)
    assert NOTHING.join(NOTHING) == NOTHING


@few
@given(kind_worlds())
def test_a_withdrawn_performance_is_in_nothing_and_the_partners_clip_is_gone(world: World) -> None:
    me = world.performances[0]
    gone = world.saying(me.performer, withdrawals=(Withdrawal(me.id, NOW),))
    assert gone.decision().reason is Reason.WITHDRAWN
    assert gone.decision().own == NOTHING
    for place in range(1, len(world.performances)):
        assert gone.decision(place).together == NOTHING
    elsewhere = world.saying(me.performer, withdrawals=(Withdrawal("prf_else", NOW),))
    assert elsewhere.decision().own == world.saying(me.performer, withdrawals=()).decision().own


@few
@given(kind_worlds())
def test_a_use_is_denied_before_and_after_its_own_term(world: World) -> None:
    for now in (world.use.starts - timedelta(seconds=1), world.use.ends):
        decision = replace(world, now=now).decision()
        assert decision.reason is Reason.OUTSIDE_TERM
        assert not decision.permitted


def _copy_world() -> World:
    """Ana granted Lab a copy of her voice for one game."""
    world = world_of(1, 1.0)
    terms = Conditions(years_after(NOW - DAY, 1), allowed=frozenset({"Lab"}), on_revoke=OnRevoke.DESTROY)
    yes = frozenset({"copy-my-voice", "games-film"})
    copy = CopyTerms("One character in one game", NOW - DAY)
    grant = Grant("grt_copy", "per_ana", NOW - DAY, CURRENT.items, terms, yes=yes, copy=copy)
    use = Use("copy-my-voice", "games-film", "Lab", NOW - DAY, NOW + DAY, description="One character in one game")
    return World(world.performances[:1], {"per_ana": Said((grant,))}, use)


def test_a_copy_is_for_the_very_project_that_was_confirmed() -> None:
    world = _copy_world()
    assert world.decision().permitted
    assert world.decision().parts == {Part.VOICE, Part.WORDS}
    other = replace(world, use=replace(world.use, description="A call centre"))
    assert other.decision().reason is Reason.OTHER_PROJECT
    assert replace(world, use=replace(world.use, licensee="Lab 2")).decision().reason is Reason.OTHER_LICENSEE

"""One change at a time to a scene that is permitted: each way of saying no has its own reason."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.core.policy_worlds import DAY, LENGTH_NS, NOW, World
from yesif.core.policy.decide import NOTHING, Cause, Extent, Performance, Reason
from yesif.core.policy.grants import (
    Conditions,
    Grant,
    Revocation,
    Said,
    Scope,
    SealedSpan,
    Suspension,
    Withdrawal,
    years_after,
)
from yesif.core.policy.uses import CURRENT, Form, Part, Price, Use

USE = Use(
    "understand-feeling", "care", "Lab", NOW - DAY, NOW + 300 * DAY, frozenset({"AU"}), Price(50, "EUR"), Form.RECORDING
)
BOTH = frozenset({"understand-feeling", "care"})
TERMS = Conditions(until=years_after(NOW - DAY, 1), form=Form.RECORDING)
ANA, BO = "per_ana", "per_bo"


def grant(performer: str, **changes: object) -> Grant:
    terms = {"id": f"grt_{performer}", "performer": performer, "given_at": NOW - DAY, "shown": CURRENT.items}
    return Grant(**{**terms, "conditions": TERMS, "yes": BOTH, **changes})  # type: ignore[arg-type]


def scene(ana: Said | None = None, bo: Said | None = None, **use: object) -> World:
    """Ana and Bo, far from each other's microphones; each said yes unless told otherwise."""
    performances = tuple(
        Performance(f"prf_{who}", who, "prj_1", LENGTH_NS, leak_db=-60.0, words_apart=True) for who in (ANA, BO)
    )
    said = {ANA: ana or Said((grant(ANA),)), BO: bo or Said((grant(BO),))}
    return World(performances, said, replace(USE, **use))  # type: ignore[arg-type]


def under(**terms: object) -> Said:
    return Said((grant(ANA, conditions=replace(TERMS, **terms)),))  # type: ignore[arg-type]


def test_a_yes_of_both_permits_all_parts_side_by_side() -> None:
    decision = scene().decision()
    assert decision.own == decision.together == Extent(frozenset(Part), Form.RECORDING)
    assert not decision.cut_partner
    assert decision.grants == ("grt_per_ana", "grt_per_bo")
    assert decision.until == USE.ends


@pytest.mark.parametrize(
    ("ana", "reason"),
    [
        (Said((grant(ANA, yes=BOTH - {"care"}, no=frozenset({"care"})),)), Reason.ANSWERED_NO),
        (Said((grant(ANA, yes=frozenset({"care"}), no=frozenset({"understand-feeling"})),)), Reason.ANSWERED_NO),
        (Said((grant(ANA, yes=BOTH - {"care"}),)), Reason.NO_ANSWER),
        (Said((grant(ANA, yes=BOTH - {"care"}, ask=frozenset({"care"})),)), Reason.ASK),
        (Said((grant(ANA),), (Revocation("grt_per_ana", NOW),)), Reason.REVOKED),
        (under(until=NOW), Reason.ENDED),
        (under(refused=frozenset({" LAB "})), Reason.LICENSEE_REFUSED),
        (under(allowed=frozenset({"Other"})), Reason.OTHER_LICENSEE),
        (under(territories=frozenset({"FR"})), Reason.TERRITORY),
        (under(floor=Price(51, "EUR")), Reason.PRICE),
        (under(floor=Price(1, "USD")), Reason.PRICE),
        (under(held_back=frozenset(Part)), Reason.HELD_BACK),
        (Said((grant(ANA),), suspensions=(Suspension(ANA, NOW - DAY),)), Reason.SUSPENDED),
        (Said((grant(ANA),), withdrawals=(Withdrawal("prf_per_ana", NOW),)), Reason.WITHDRAWN),
        (Said((grant(ANA, scope=Scope(performances=frozenset({"prf_else"}))),)), Reason.NO_ANSWER),
        (Said((grant(ANA, given_at=NOW + DAY / 2),)), Reason.NO_ANSWER),
    ],
)
def test_every_no_has_its_reason(ana: Said, reason: Reason) -> None:
    decision = scene(ana).decision()
    assert decision.reason is reason
    assert decision.own == decision.together == NOTHING
    partner = scene(ana).decision(1)
    assert partner.together == NOTHING
    assert partner.reason is Reason.PARTNER


def test_worldwide_is_not_granted_by_naming_countries() -> None:
    assert scene(under(territories=frozenset({"AU"})), territories=frozenset()).decision().reason is Reason.TERRITORY
    assert scene(under(territories=frozenset({"AU", "NZ"}))).decision().permitted


def test_no_price_reaches_no_floor() -> None:
    assert scene(under(floor=Price(50, "EUR"))).decision().permitted
    assert scene(under(floor=Price(50, "EUR")), price=None).decision().reason is Reason.PRICE


def test_a_part_held_back_anywhere_is_held_back_from_every_use() -> None:
    """Also from the core use, whose own grant holds nothing back; and from the partner's, by the meet."""
    core = grant(ANA, id="grt_core", shown=BOTH, scope=Scope(project="prj_1"))
    standing = grant(ANA, yes=frozenset(), conditions=replace(TERMS, held_back=frozenset({Part.FACE})))
    decision = scene(Said((standing, core)), project="prj_1").decision()
    assert decision.parts == frozenset(Part) - {Part.FACE}
    assert decision.grants[0] == "grt_core"
    assert scene(Said((standing, core)), project="prj_1").decision(1).parts == decision.parts


def test_a_core_grant_is_for_the_projects_own_asking_and_its_own_performances() -> None:
    core = Said((grant(ANA, shown=BOTH, scope=Scope(project="prj_1")),))
    assert scene(core, project="prj_1").decision().permitted
    assert scene(core).decision().reason is Reason.NO_ANSWER
    assert scene(core, project="prj_2").decision().reason is Reason.NO_ANSWER
    elsewhere = scene(core, project="prj_1")
    moved = tuple(replace(one, project="prj_2") for one in elsewhere.performances)
    assert replace(elsewhere, performances=moved).decision().reason is Reason.NO_ANSWER


def test_the_core_use_licensed_before_a_pause_goes_on() -> None:
    core = Said((grant(ANA, shown=BOTH, scope=Scope(project="prj_1")),), suspensions=(Suspension(ANA, NOW - DAY / 2),))
    assert scene(core, project="prj_1").decision().permitted


def test_an_unnamed_licensee_of_a_core_use_is_nobody_else() -> None:
    terms = replace(TERMS, allowed=frozenset({""}))
    core = Said((grant(ANA, shown=BOTH, scope=Scope(project="prj_1"), conditions=terms),))
    assert scene(core, project="prj_1", licensee="").decision().permitted
    assert scene(core, project="prj_1").decision().reason is Reason.OTHER_LICENSEE


def test_a_revoked_no_still_says_no() -> None:
    """Ending the answers must not open what they closed (D7)."""
    standing = grant(ANA, id="grt_no", yes=frozenset(), no=frozenset({"care"}))
    some = grant(ANA, scope=Scope(performances=frozenset({"prf_per_ana"})))
    ended = Said((standing, some), (Revocation("grt_no", NOW - DAY / 2),))
    assert scene(ended).decision().reason is Reason.ANSWERED_NO
    newer = replace(standing, id="grt_new", given_at=NOW - DAY / 2, no=frozenset(), replaces="grt_no")
    assert scene(Said((standing, newer, some))).decision().permitted


def test_an_answer_replaced_is_not_revived_by_revoking_the_newer() -> None:
    newer = grant(ANA, id="grt_new", given_at=NOW - DAY / 2, yes=frozenset(), replaces="grt_per_ana")
    said = Said((grant(ANA), newer), (Revocation("grt_new", NOW - DAY / 4),))
    assert scene(said).decision().reason is Reason.NO_ANSWER


def test_the_smaller_form_of_the_two_is_what_leaves() -> None:
    smaller = under(form=Form.MEASUREMENTS)
    assert scene(smaller).decision().form is Form.MEASUREMENTS
    assert scene(smaller).decision(1).form is Form.MEASUREMENTS
    assert scene(form=Form.MEASUREMENTS).decision().form is Form.MEASUREMENTS


MAY_STAND = under(partner=True)
NO_FROM_BO = Said((grant(BO, yes=frozenset(), no=frozenset({"care"})),))


def test_ones_own_track_outlives_the_partners_no_where_one_allowed_it() -> None:
    decision = scene(MAY_STAND, NO_FROM_BO).decision()
    assert decision.own == Extent(frozenset(Part), Form.RECORDING)
    assert decision.together == NOTHING
    assert decision.cut_partner
    assert Cause(BO, "grt_per_bo", Reason.ANSWERED_NO) in decision.causes


@pytest.mark.parametrize("change", [{"leak_db": -40.0}, {"leak_db": None}, {"words_apart": False}])
def test_but_not_where_the_partner_is_heard_or_read_in_it(change: dict[str, object]) -> None:
    world = scene(MAY_STAND, NO_FROM_BO)
    ana, bo = world.performances
    decision = replace(world, performances=(replace(ana, **change), bo)).decision()  # type: ignore[arg-type]
    assert decision.reason is Reason.PARTNER


def test_a_partners_no_gives_no_more_than_the_partners_yes_did() -> None:
    """Bo allows measurements only; then Bo says no. Ana's own track reaches no further than before."""
    less = Said((grant(BO, conditions=replace(TERMS, form=Form.MEASUREMENTS)),))
    before, after = scene(MAY_STAND, less).decision(), scene(MAY_STAND, NO_FROM_BO).decision()
    assert after.own.within(before.own)
    assert before.cut_partner
    assert before.together.form is Form.MEASUREMENTS


def test_a_seal_of_either_is_cut_from_both() -> None:
    bo = Said((grant(BO),), seals=(SealedSpan("prf_per_bo", 5, 9), SealedSpan("prf_else", 100, 200)))
    assert scene(bo=bo).decision().sealed == scene(bo=bo).decision(1).sealed == ((5, 9),)
    whole = Said((grant(BO),), seals=(SealedSpan("prf_per_bo", 0, LENGTH_NS),))
    assert scene(bo=whole).decision().reason is Reason.SEALED


def test_the_end_named_is_the_first_to_come() -> None:
    soon = Said((grant(BO, conditions=replace(TERMS, until=NOW + DAY)),))
    assert scene(bo=soon).decision().until == NOW + DAY
    assert scene(MAY_STAND, NO_FROM_BO).decision().until == USE.ends
    world = scene(bo=soon)
    assert not replace(world, now=NOW + DAY).decision().permitted
    assert replace(world, now=NOW + DAY - timedelta(seconds=1)).decision().permitted


def test_of_two_yeses_the_first_to_end_is_named() -> None:
    some = grant(
        ANA, id="grt_some", scope=Scope(performances=frozenset({"prf_per_ana"})),
        conditions=replace(TERMS, until=NOW + DAY),
    )  # fmt: skip
    assert scene(Said((grant(ANA), some))).decision().until == NOW + DAY

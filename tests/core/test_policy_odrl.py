"""The exported Offer says what was said: decided from its JSON alone, every world comes out the same."""

import json
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.policy_worlds import NOW, PEOPLE, World, world_of
from yesif.core.policy.decide import LEAK_LIMIT_DB
from yesif.core.policy.grants import NOTHING_SAID, Conditions, Grant, Said, years_after
from yesif.core.policy.odrl import agreement, assertions, offer
from yesif.core.policy.odrl_read import opinion
from yesif.core.policy.uses import CURRENT, Use


def agree(world: World) -> tuple[bool, int]:
    """Do rule and export agree on every performance of this world, and how many are permitted?"""
    offers = {who: json.loads(json.dumps(offer(who, said))) for who, said in world.said.items()}
    permitted = 0
    for place, one in enumerate(world.performances):
        others = [other for other in world.performances if other is not one]
        told = opinion(offers, one, others, world.use, now=world.now, leak_limit_db=LEAK_LIMIT_DB)
        decided = world.decision(place)
        if (told.own, told.together if decided.permitted else decided.together) != (decided.own, decided.together):
            return False, permitted
        permitted += decided.permitted
    return True, permitted


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.85, 0.93, 0.985]))
def test_the_export_decides_as_the_rule_does(seed: int, kindness: float) -> None:
    same, _ = agree(world_of(seed, kindness))
    assert same


def test_a_fifth_of_the_worlds_compared_permits() -> None:
    found = [agree(world_of(seed, 0.93)) for seed in range(1500)]
    assert all(same for same, _ in found)
    assert sum(permitted > 0 for _, permitted in found) >= len(found) / 5


def test_an_offer_is_odrl_with_complete_constraints() -> None:
    world = world_of(7, 0.985)
    for who in PEOPLE[: len(world.performances)]:
        made = offer(who, world.said[who])
        assert made["@type"] == "Offer"
        assert made["conflict"] == "prohibit"
        for rule in [*made["permission"], *made["prohibition"]]:  # type: ignore[misc]
            assert rule["target"]
            assert rule["action"]
            for constraint in rule["constraint"]:
                assert {"leftOperand", "operator", "rightOperand"} <= set(constraint)


def test_a_licence_is_an_agreement_with_its_duties_and_what_it_may_never_do() -> None:
    use = Use("understand-speech", "research", "Lab", NOW, NOW + timedelta(days=90), frozenset({"AU"}))
    made = agreement("lic_1", "org_lab", use)
    (allowed,) = made["permission"]  # type: ignore[misc]
    assert allowed["action"] == ["yi:fine-tune", "yi:train"]
    assert {duty["action"] for duty in allowed["duty"]} == {"delete", "inform", "yi:reportUse"}
    assert len(made["prohibition"]) == len(CURRENT.never)  # type: ignore[arg-type]


def test_training_assertions_are_never_without_conditions() -> None:
    yes = frozenset({"understand-speech", "research"})
    grant = Grant("g", "p", NOW, CURRENT.items, Conditions(until=years_after(NOW, 1)), yes=yes)
    told = assertions(Said((grant,)), now=NOW, policy="https://studio.test/p")
    assert told["cawg.ai_training"] == {"use": "constrained", "constraint_info": "https://studio.test/p"}
    assert told["cawg.ai_generative_training"] == {"use": "notAllowed"}
    assert {one["use"] for one in assertions(NOTHING_SAID, now=NOW, policy="").values()} == {"notAllowed"}
    assert "allowed" not in {one["use"] for one in told.values()}

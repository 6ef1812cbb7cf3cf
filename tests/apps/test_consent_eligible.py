"""The twin agrees with the rule: on every row of random studios, for every kind of use."""

import pytest

from tests.apps.consent_worlds import NOW, Studio
from yesif.apps.consent import queries
from yesif.apps.footage.models import Performance
from yesif.core.policy.uses import Use

pytestmark = pytest.mark.django_db


def disagreements(use: Use, *, reviewed_only: bool) -> tuple[list[str], int, int]:
    """Performances about which rule and twin differ, how many are permitted, how many there are."""
    ids = list(Performance.objects.values_list("id", flat=True))
    decided = queries.decisions(performance_ids=ids, use=use, now=NOW, reviewed_only=reviewed_only)
    twin = queries.eligible(use=use, now=NOW, reviewed_only=reviewed_only)
    rule = {one.performance: (one.own, one.together, one.cut_partner) for one in decided.values() if one.permitted}
    said = {performance: (one.own, one.together, one.cut_partner) for performance, one in twin.items()}
    return sorted(one for one in rule.keys() | said.keys() if rule.get(one) != said.get(one)), len(rule), len(ids)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_twin_agrees_with_the_rule_on_every_row(seed: int) -> None:
    studio = Studio(seed, performers=60, takes=500, kindness=0.95).make()
    permitted = asked = 0
    for use in studio.uses():
        for reviewed_only in (False, True):
            wrong, yes, many = disagreements(use, reviewed_only=reviewed_only)
            assert wrong == []
            permitted, asked = permitted + yes, asked + many
    assert permitted >= 0.1 * asked


def test_asked_about_one_project_it_says_the_same_of_that_one_and_nothing_of_others() -> None:
    studio = Studio(4, performers=40, takes=200, kindness=0.95).make()
    whose = dict(Performance.objects.values_list("id", "take__scene__session__project_id"))
    found = 0
    for use in studio.uses():
        whole = queries.eligible(use=use, now=NOW, reviewed_only=True)
        for project in studio.projects:
            own = queries.eligible(use=use, now=NOW, reviewed_only=True, project_id=project)
            assert own == {one: permit for one, permit in whole.items() if whose[one] == project}
            found += len(own)
    assert found > 0


def test_a_use_out_of_its_term_or_on_the_never_list_has_nothing() -> None:
    studio = Studio(3, performers=5, takes=10).make()
    use = studio.uses()[0]
    assert queries.eligible(use=use, now=use.ends) == {}
    assert queries.eligible(use=Use("understand-speech", "research", "Lab", use.starts, use.ends,
                                    touches=frozenset({"policing"})), now=NOW) == {}  # fmt: skip

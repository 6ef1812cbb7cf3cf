"""What a build asks: the twin says who may be in, over whole tables; the rule says why, one by one. Both must agree."""

from collections.abc import Iterable
from datetime import datetime

from yesif.apps.consent.queries.deciding import decisions
from yesif.apps.consent.queries.twin import Permit, eligible
from yesif.base.errors import Damaged
from yesif.core.policy.decide import Decision
from yesif.core.policy.uses import Use

_LOOKS = 3


def cleared(*, project_id: str, performance_ids: Iterable[str], use: Use, now: datetime) -> dict[str, Decision]:
    """The decision for each of these performances of a project, by id, as `decisions` takes it, with what its people
    handed over only.

    Taken twice, by two ways that share no line of code. Where they differ nothing may be built: an answer that came
    between the two questions is asked about again, and what stays different is a fault. Raises Damaged.
    """
    wanted = set(performance_ids)
    for _ in range(_LOOKS):
        permits = eligible(use=use, now=now, reviewed_only=True, project_id=project_id)
        decided = decisions(performance_ids=wanted, use=use, now=now, reviewed_only=True)
        differ = [one for one in wanted if permits.get(one) != _permit(decided.get(one))]
        if not differ:
            return decided
    raise Damaged(
        f"two ways of deciding differ about {len(differ)} of {len(wanted)} performances; nothing is built from this"
    )


def _permit(decision: Decision | None) -> Permit | None:
    return Permit(decision.own, decision.together) if decision and decision.permitted else None

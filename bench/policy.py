"""One hundred thousand random worlds: rule against exported ODRL, D7 (monotone) and D4 (meet). 0 may differ.

Prints how many permit (at least a fifth must, or the comparison would be cheap), and the rule's speed beside the
reader's of the export.
"""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from _machine import head
from tests.core.policy_worlds import LENGTH_NS, NOW, World, world_of

from yesif.core.policy.decide import LEAK_LIMIT_DB, Decision, decide
from yesif.core.policy.grants import Revocation, Said, SealedSpan, Suspension, Withdrawal
from yesif.core.policy.odrl import offer
from yesif.core.policy.odrl_read import opinion

MANY = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000


def main() -> None:
    head()
    differ = grown = met = permits = cases = 0
    rule_s = export_s = 0.0
    for seed in range(MANY):
        world = world_of(seed, (0.88, 0.93, 0.97)[seed % 3])
        start = time.perf_counter()
        decided = world.decision()
        rule_s += time.perf_counter() - start
        offers: dict[str, Any] = {who: json.loads(json.dumps(offer(who, said))) for who, said in world.said.items()}
        start = time.perf_counter()
        told = opinion(
            offers, world.performances[0], world.performances[1:], world.use, now=world.now,
            leak_limit_db=LEAK_LIMIT_DB,
        )  # fmt: skip
        export_s += time.perf_counter() - start
        cases += 1
        permits += decided.permitted
        differ += told.own != decided.own or (decided.permitted and told.together != decided.together)
        grown += any(not within(narrowed(world, number), decided) for number in range(5))
        met += not is_meet(world, decided)
    print(
        f"{cases:,} worlds, {permits / cases:.0%} permit: rule and export differ in {differ}; a no, an end, a pause, a"
        f" withdrawal or a seal enlarged {grown} of {5 * cases:,}; not the meet of what each allows: {met}"
    )
    print(
        f"rule {cases / rule_s:,.0f}/s; reading the export {cases / export_s:,.0f}/s: {export_s / rule_s:.1f} × as long"
    )
    if differ or grown or met or permits < cases / 5:
        raise SystemExit(1)


def narrowed(world: World, number: int) -> Decision:
    """The decision after one more word against, by the partner where there is one, in turn."""
    one = world.performances[number % len(world.performances)]
    said: Said = world.said[one.performer]
    more: list[dict[str, Any]] = [
        {"grants": tuple(replace(g, yes=g.yes - {world.use.what}, ask=g.ask - {world.use.what},
                                 no=g.no | {world.use.what}) if not g.scope.project else g for g in said.grants)},
        {"revocations": (*said.revocations, *(Revocation(g.id, NOW) for g in said.grants))},
        {"suspensions": (*said.suspensions, Suspension(one.performer, NOW))},
        {"withdrawals": (*said.withdrawals, Withdrawal(one.id, NOW))},
        {"seals": (*said.seals, SealedSpan(one.id, 5, LENGTH_NS // 2))},
    ]  # fmt: skip
    return world.saying(one.performer, **more[number]).decision()


def within(after: Decision, before: Decision) -> bool:
    """D7: no more than before; and what is sealed never shrinks."""
    return after.own.within(before.own) and after.together.within(before.together)


def is_meet(world: World, decided: Decision) -> bool:
    """D4: together is what each alone would permit, met; own is no more than what its performer alone would."""
    alone = [
        decide(one, world.use, world.said, now=world.now) for one in world.performances
    ]  # asked as if nobody else were in the take
    meet = alone[0].own
    for other in alone[1:]:
        meet = meet.meet(other.own)
    return decided.together.within(meet) and decided.own.within(alone[0].own)


if __name__ == "__main__":
    main()

"""Worlds for the decision's properties: one take, its people, what they said, and a use asked for.

A world is drawn evenly from a seed: Hypothesis's own leaning to small and extreme values would permit almost nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeVar

from hypothesis import strategies as st

from yesif.core.policy.decide import Decision, Performance, decide
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

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LENGTH_NS = 60_000_000_000
PEOPLE = ("per_ana", "per_bo")
WHATS = tuple(what.id for what in CURRENT.whats if not what.copies)
WHERES = tuple(where.id for where in CURRENT.wheres)

T = TypeVar("T")


@dataclass(frozen=True)
class World:
    """A take of one or two, everything said about it, and the question put to it."""

    performances: tuple[Performance, ...]
    said: dict[str, Said]
    use: Use
    now: datetime = NOW

    def decision(self, place: int = 0) -> Decision:
        """The decision for the performance at this place."""
        others = [one for index, one in enumerate(self.performances) if index != place]
        return decide(self.performances[place], self.use, self.said, now=self.now, partners=others)

    def saying(self, performer: str, **changes: object) -> "World":
        """The same world, where this performer's facts differ."""
        return replace(self, said={**self.said, performer: replace(self.said[performer], **changes)})  # type: ignore[arg-type]

    def regranting(self, grant: Grant, **changes: object) -> "World":
        """The same world, where this grant reads differently."""
        grants = self.said[grant.performer].grants
        changed = replace(grant, **changes)  # type: ignore[arg-type]
        return self.saying(grant.performer, grants=tuple(changed if one is grant else one for one in grants))


@dataclass
class Draw:
    """A seed's throws. `kindness` is the share of throws that fall on what permits."""

    throw: Random
    kindness: float

    def one(self, of: Sequence[T]) -> T:
        return self.throw.choice(of)

    def rarely(self) -> bool:
        return self.throw.random() > self.kindness

    def mostly(self, usual: T, *others: T) -> T:
        return self.throw.choice(others) if self.rarely() else usual


def _conditions(draw: Draw, given_at: datetime) -> Conditions:
    """Terms under which Lab is mostly permitted."""
    year = years_after(given_at, 1)
    return Conditions(
        until=draw.mostly(year, given_at + DAY, years_after(given_at, 5)),
        form=draw.one(list(Form)),
        partner=draw.one([True, False]),
        held_back=draw.mostly(frozenset[Part](), frozenset({Part.WORDS}), frozenset({Part.FACE, Part.VOICE})),
        allowed=draw.mostly(frozenset[str](), frozenset({"lab"}), frozenset({"other"})),
        refused=draw.mostly(frozenset[str](), frozenset({"LAB"}), frozenset({"other"})),
        territories=draw.mostly(frozenset[str](), frozenset({"AU", "NZ"}), frozenset({"FR"})),
        floor=draw.mostly(None, Price(40, "EUR"), Price(60, "EUR"), Price(1, "USD")),
    )


def _answers(draw: Draw, use: Use) -> dict[str, frozenset[str]]:
    """Answers to the two questions that matter, and to one that does not."""
    given: dict[str, set[str]] = {"yes": set(), "ask": set(), "no": set(), "": set()}
    for item in (use.what, use.where, "selling" if use.where != "selling" else "care"):
        given[draw.mostly("yes", "ask", "no", "")].add(item)
    return {name: frozenset(given[name]) for name in ("yes", "ask", "no")}


def _grants(draw: Draw, performer: str, performance: str, use: Use) -> list[Grant]:
    """A first standing grant, perhaps a second in its place, perhaps a core grant and one for this performance."""
    grants: list[Grant] = []
    for number in range(draw.mostly(1, 0, 2)):
        at = draw.mostly(NOW - (20 - number) * DAY, NOW - (400 - number) * DAY)
        old = grants[-1].id if grants else ""
        grants.append(
            Grant(f"grt_{performer}_{number}", performer, at, CURRENT.items, _conditions(draw, at), replaces=old,
                  **_answers(draw, use))
        )  # fmt: skip
    if draw.throw.random() < 0.3:
        core = frozenset({use.what, use.where})
        scope = Scope(project=draw.one(["prj_1", "prj_2"]))
        terms = _conditions(draw, NOW - DAY)
        grants.append(Grant(f"grt_{performer}_core", performer, NOW - DAY, core, terms, yes=core, scope=scope))
    if draw.throw.random() < 0.2:
        scope = Scope(performances=frozenset({draw.one([performance, "prf_else"])}))
        terms = _conditions(draw, NOW - DAY)
        grants.append(
            Grant(f"grt_{performer}_some", performer, NOW - DAY, CURRENT.items, terms, scope=scope,
                  **_answers(draw, use))
        )  # fmt: skip
    return grants


def _said(draw: Draw, performer: str, performance: str, use: Use) -> Said:
    grants = _grants(draw, performer, performance, use)
    lifted = draw.one([None, NOW - DAY / 2])
    return Said(
        tuple(grants),
        tuple(Revocation(one.id, NOW - draw.one([0, 1]) * DAY) for one in grants if draw.rarely()),
        (Suspension(performer, NOW - DAY, lifted),) if draw.rarely() else (),
        (Withdrawal(performance, NOW),) if draw.rarely() else (),
        (SealedSpan(performance, 0, draw.one([9, LENGTH_NS])),) if draw.rarely() else (),
    )


def world_of(seed: int, kindness: float) -> World:
    """The world of this seed."""
    draw = Draw(Random(seed), kindness)
    use = Use(
        what=draw.one(WHATS), where=draw.one(WHERES), licensee="Lab", starts=NOW - DAY, ends=NOW + 300 * DAY,
        territories=frozenset({"AU"}), price=Price(50, "EUR"), form=draw.one(list(Form)),
        project=draw.one(["", "", "prj_1"]), licensed_at=draw.one([None, NOW - 10 * DAY]),
    )  # fmt: skip
    performances = tuple(
        Performance(
            f"prf_{who}", who, "prj_1", LENGTH_NS, leak_db=draw.one([None, -20.0, -60.0, -60.0]),
            words_apart=draw.one([True, False]),
        )
        for who in PEOPLE[: draw.one([1, 2, 2])]
    )  # fmt: skip
    return World(performances, {one.performer: _said(draw, one.performer, one.id, use) for one in performances}, use)


_SEEDS = st.integers(0, 2**32 - 1)


def worlds() -> st.SearchStrategy[World]:
    """Any world; at least one in five permits (a test counts)."""
    return st.builds(world_of, _SEEDS, st.just(0.9))


def kind_worlds() -> st.SearchStrategy[World]:
    """Worlds that nearly all permit, for what only a permit can show."""
    return st.builds(world_of, _SEEDS, st.just(0.985))

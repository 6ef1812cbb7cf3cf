"""What performers said, as values that cannot be wrong: a grant with its conditions, and whatever ends or narrows it.

    Said                everything one performer said
    ├── Grant           answers to the items shown, under Conditions, reaching a Scope
    ├── Revocation      ends a grant's yes; its no stays said until the same question is answered anew (RULES D7)
    ├── Suspension      a union seat stops new licences for its member, and lifts that (D10)
    ├── Withdrawal      takes one performance out of everything
    └── SealedSpan      a stretch of one performance that is in nothing (D5)

All are frozen, times are aware, and a fact later than the "now" of a decision does not count in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from yesif.base.errors import BadInput
from yesif.core.policy.uses import LISTS, Form, Part, Price, UseList, licensee_key, refuse_naive

LONGEST_YEARS = 5
COPY_MONTHS = 12


class OnRevoke(StrEnum):
    """What must happen to models trained before a yes ended."""

    STOP_NEW = "stop-new"
    RETIRE = "retire"
    DESTROY = "destroy"


class Credit(StrEnum):
    """How the credits of a release name the performer."""

    NO_NAME = "no-name"
    STAGE_NAME = "stage-name"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which performances a grant reaches: all of the performer's, one project's core use, or those named.

    A core grant reaches only performances played for the project, and only when the project itself asks (RULES §2).
    """

    project: str = ""
    performances: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.project and self.performances:
            raise BadInput("A grant reaches a project's core use or some performances, not both.")

    @property
    def standing(self) -> bool:
        """Does it reach every performance of the performer, past and to come?"""
        return not (self.project or self.performances)


STANDING = Scope()


@dataclass(frozen=True, slots=True)
class CopyTerms:
    """What a performer confirmed, twice, before a copy of their voice or face may be made."""

    description: str
    confirmed_at: datetime

    def __post_init__(self) -> None:
        if not self.description.strip():
            raise BadInput("A copy is granted for one described project.")
        refuse_naive(self.confirmed_at)


@dataclass(frozen=True, slots=True)
class Conditions:
    """The terms of a yes. `until` has no "forever"; every other default is the one that gives away least.

    `partner`: may my own track live on if my partner says no? `allowed` and `refused` are licensees' names; allowed
    empty means anyone not refused. `territories`: ISO 3166 codes, none means anywhere.
    """

    until: datetime
    form: Form = Form.MEASUREMENTS
    partner: bool = False
    held_back: frozenset[Part] = frozenset()
    on_revoke: OnRevoke = OnRevoke.STOP_NEW
    credit: Credit = Credit.NO_NAME
    allowed: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    territories: frozenset[str] = frozenset()
    floor: Price | None = None

    def __post_init__(self) -> None:
        refuse_naive(self.until)
        object.__setattr__(self, "allowed", frozenset(map(licensee_key, self.allowed)))
        object.__setattr__(self, "refused", frozenset(map(licensee_key, self.refused)))


@dataclass(frozen=True, slots=True)
class Grant:
    """A performer's answers to the items that were shown; what is in none of `yes`, `ask`, `no` is unanswered.

    `replaces` is the grant whose answers these take the place of. Raises BadInput for anything outside the lists of
    `uses_version`, an end more than five years off, or a copy without its own terms.
    """

    id: str
    performer: str
    given_at: datetime
    shown: frozenset[str]
    conditions: Conditions
    yes: frozenset[str] = frozenset()
    ask: frozenset[str] = frozenset()
    no: frozenset[str] = frozenset()
    scope: Scope = STANDING
    copy: CopyTerms | None = None
    replaces: str = ""
    uses_version: str = field(default="uses/1")

    def __post_init__(self) -> None:
        refuse_naive(self.given_at)
        uses = LISTS.get(self.uses_version)
        if uses is None:
            raise BadInput(f"There is no version “{self.uses_version[:20]}” of the lists of uses.")
        self._refuse_strange_answers(uses)
        self._refuse_strange_terms()
        self._refuse_bare_copy(uses)

    def answer(self, item: str) -> str:
        """yes, ask, no, or "" where the item was not answered or not shown."""
        return next((name for name in ("no", "ask", "yes") if item in getattr(self, name)), "")

    def _refuse_strange_answers(self, uses: UseList) -> None:
        if self.shown - uses.items:
            raise BadInput(f"“{min(self.shown - uses.items)[:60]}” is not on the lists of uses.")
        answered = self.yes | self.ask | self.no
        if len(answered) != len(self.yes) + len(self.ask) + len(self.no):
            raise BadInput("A question has one answer.")
        if answered - self.shown:
            raise BadInput("Only a question that was shown can be answered.")

    def _refuse_strange_terms(self) -> None:
        if not self.given_at < self.conditions.until <= years_after(self.given_at, LONGEST_YEARS):
            raise BadInput(f"A grant ends, at most {LONGEST_YEARS} years after it was given.")
        if self.scope.project and (self.ask or self.no or len(self.yes) != 2):
            raise BadInput("Accepting an offer answers yes to the project's core use, and nothing else.")

    def _refuse_bare_copy(self, uses: UseList) -> None:
        copied = self.yes & uses.copies
        if bool(copied) != (self.copy is not None):
            raise BadInput("A copy of a voice or face is granted on a form of its own, confirmed twice.")
        if (self.conditions.on_revoke is OnRevoke.DESTROY) != bool(copied):
            raise BadInput("A copy is destroyed when its yes ends; other models are stopped or retired.")
        if not copied:
            return
        if len(self.yes & {what.id for what in uses.whats}) != 1:
            raise BadInput("A copy is never part of a bundle.")
        if len(self.conditions.allowed) != 1 or "" in self.conditions.allowed:
            raise BadInput("A copy is granted to one named licensee.")
        if self.conditions.until > years_after(self.given_at, COPY_MONTHS // 12):
            raise BadInput(f"A copy is granted for at most {COPY_MONTHS} months.")


@dataclass(frozen=True, slots=True)
class Revocation:
    """The end of a grant's yes, from this moment."""

    grant: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Suspension:
    """No new licence for this performer from `since`, by the seat the performers appointed, until it is lifted."""

    performer: str
    since: datetime
    lifted_at: datetime | None = None

    def stops(self, licensed_at: datetime | None, *, now: datetime) -> bool:
        """Is a licence signed at `licensed_at` (None: not yet signed) a new one while this stands?"""
        standing = self.since <= now and (self.lifted_at is None or now < self.lifted_at)
        return standing and (licensed_at is None or licensed_at >= self.since)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """One performance, taken out of everything by whoever played it."""

    performance: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SealedSpan:
    """[start_ns, end_ns) of one performance, in take time, that is in nothing."""

    performance: str
    start_ns: int
    end_ns: int

    def __post_init__(self) -> None:
        if self.end_ns <= self.start_ns:
            raise BadInput(f"A sealed span ends after it starts, not at {self.end_ns} ns after {self.start_ns} ns.")


@dataclass(frozen=True, slots=True)
class Said:
    """Everything one performer said that may bear on a decision."""

    grants: tuple[Grant, ...] = ()
    revocations: tuple[Revocation, ...] = ()
    suspensions: tuple[Suspension, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()
    seals: tuple[SealedSpan, ...] = ()

    def heard(self, *, now: datetime) -> tuple[Grant, ...]:
        """Grants given by now whose answers no later grant has taken the place of; revoked and ended ones included."""
        given = [grant for grant in self.grants if grant.given_at <= now]
        replaced = {grant.replaces for grant in given if grant.replaces}
        return tuple(grant for grant in given if grant.id not in replaced)

    def living(self, *, now: datetime) -> tuple[Grant, ...]:
        """Those of them whose yes still counts."""
        revoked = {one.grant for one in self.revocations if one.at <= now}
        return tuple(one for one in self.heard(now=now) if now < one.conditions.until and one.id not in revoked)

    def withdrew(self, performance: str, *, now: datetime) -> bool:
        """Was this performance withdrawn by now?"""
        return any(one.performance == performance and one.at <= now for one in self.withdrawals)


NOTHING_SAID = Said()


def years_after(at: datetime, years: int) -> datetime:
    """The same day and time, whole years later; 28 February for a 29th that is not there."""
    try:
        return at.replace(year=at.year + years)
    except ValueError:
        return at.replace(year=at.year + years, day=28)


def merged(spans: Iterable[SealedSpan]) -> tuple[tuple[int, int], ...]:
    """The union of spans as sorted, disjoint (start_ns, end_ns)."""
    out: list[tuple[int, int]] = []
    for start, end in sorted((one.start_ns, one.end_ns) for one in spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return tuple(out)

"""What performers said, read back from the record's lines: an auditor decides every use again with the one rule.

A licensee is known here by the digest of its key and never by name; names in grants are digests already.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from yesif.base.errors import BadInput
from yesif.core.policy.decide import Performance, decide
from yesif.core.policy.grants import (
    Conditions,
    CopyTerms,
    Credit,
    Grant,
    OnRevoke,
    Revocation,
    Said,
    Scope,
    Suspension,
    Withdrawal,
)
from yesif.core.policy.uses import LISTS, Form, Part, Price, Use

_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_FAR = datetime(9999, 1, 1, tzinfo=UTC)


def moment(ms: int) -> datetime:
    """Unix milliseconds as a time."""
    return _UNIX + timedelta(milliseconds=ms)


class Retold:
    """Takes lines in order; decides as of any moment."""

    def __init__(self) -> None:
        self._grants: dict[str, list[Grant]] = defaultdict(list)
        self._revoked: dict[str, list[Revocation]] = defaultdict(list)
        self._withdrawn: dict[str, list[Withdrawal]] = defaultdict(list)
        self._suspended: dict[str, list[Suspension]] = defaultdict(list)

    def take(self, kind: str, body: Mapping[str, Any], rows: list[Mapping[str, Any]], at_ms: int) -> None:
        """A grant, revoke, suspend, resume or review line; what cannot be understood counts as nothing said."""
        at = moment(at_ms)
        who = str(body.get("performer", ""))
        if kind == "grant":
            grant = grant_of(body, at)
            if grant is not None:
                self._grants[who].append(grant)
        elif kind == "revoke":
            self._revoked[who].append(Revocation(str(body["grant"]), at))
        elif kind == "review" and body.get("what") == "withdrawn":
            self._withdrawn[who].append(Withdrawal(str(body["performance"]), at))
        elif kind == "suspend":
            for row in rows:
                self._suspended[str(row["performer"])].append(Suspension(str(row["performer"]), at))
        elif kind == "resume":
            for row in rows:
                one = str(row["performer"])
                self._suspended[one] = [_lifted(suspension, at) for suspension in self._suspended[one]]

    def refusal(self, row: Mapping[str, Any], use: Mapping[str, Any], *, at_ms: int) -> str:
        """Why this performance might not be put to this use then; "" where it might. `row` names performance and
        performer, and `partners` ([[performance, performer], …]) where they are in the same clip."""
        at = moment(at_ms)
        partners = [Performance(str(one[0]), str(one[1]), _project(use)) for one in row.get("partners", [])]
        people = {str(row["performer"]), *(one.performer for one in partners)}
        asked = _use(use, at)
        if asked is None:
            return "never"
        said = {who: self._said(who, use) for who in people}
        mine = Performance(str(row["performance"]), str(row["performer"]), _project(use))
        found = decide(mine, asked, said, now=at, partners=partners)
        return "" if found.permitted else str(found.reason)

    def _said(self, who: str, use: Mapping[str, Any]) -> Said:
        grants = tuple(_without_unknowns(grant, use) for grant in self._grants[who])
        return Said(grants, tuple(self._revoked[who]), tuple(self._suspended[who]), tuple(self._withdrawn[who]))


def grant_of(body: Mapping[str, Any], given_at: datetime) -> Grant | None:
    """The grant that a line's body tells of; None where no such grant can be."""
    try:
        answers, names = dict(body["answers"]), dict(body["names"])
        chosen = {
            said: frozenset(item for item, one in answers.items() if one == said) for said in ("yes", "ask", "no")
        }
        version = str(body["uses"])
        copied = bool(chosen["yes"] & LISTS[version].copies)
        return Grant(
            id=str(body["grant"]),
            performer=str(body["performer"]),
            given_at=given_at,
            shown=frozenset(answers),
            conditions=_conditions(body, names),
            yes=chosen["yes"],
            ask=chosen["ask"],
            no=chosen["no"],
            scope=Scope(str(body["project"]), frozenset(body.get("performances") or ())),
            copy=CopyTerms("as the line says", given_at) if copied else None,
            replaces=str(body.get("replaces", "")),
            uses_version=version,
        )
    except (BadInput, KeyError, TypeError, ValueError, AttributeError):
        return None


def _conditions(body: Mapping[str, Any], names: Mapping[str, Any]) -> Conditions:
    floor = body.get("floor") or []
    return Conditions(
        until=datetime.fromisoformat(str(body["until"])),
        form=Form(str(body["form"])),
        partner=body["partner"] == "yes",
        held_back=frozenset(Part(one) for one in names.get("held-back", ())),
        on_revoke=OnRevoke(str(body.get("on_revoke", "stop-new"))),
        credit=Credit(str(body.get("credit", "no-name"))),
        allowed=frozenset(names.get("allowed", ())),
        refused=frozenset(names.get("refused", ())),
        territories=frozenset(names.get("territory", ())),
        floor=Price(int(floor[0]), str(floor[1])) if floor else None,
    )


def _use(use: Mapping[str, Any], at: datetime) -> Use | None:
    """The use of a release or lease line, with what its licence adds."""
    licensed_ms, minute = use.get("licensed_ms"), use.get("minute_minor")
    try:
        return Use(
            what=str(use["what"]),
            where=str(use["where"]),
            licensee=str(use.get("licensee") or "unknown"),
            starts=_UNIX,  # the licence's own term is held against the lease by the caller
            ends=_FAR,
            territories=frozenset(use.get("territories") or ()),
            price=Price(int(minute), str(use["currency"])) if isinstance(minute, int) else None,
            form=Form(str(use.get("form") or "recording")),
            project=_project(use),
            description="as the line says",
            licensed_at=moment(int(licensed_ms)) if licensed_ms is not None else at,
        )
    except (BadInput, KeyError, ValueError):
        return None


def _project(use: Mapping[str, Any]) -> str:
    """A yes given with a project's offers reaches what that project licenses; a licence names its project."""
    return str(use.get("project", ""))


def _without_unknowns(grant: Grant, use: Mapping[str, Any]) -> Grant:
    """Conditions on what the line does not say (licensee, price, territory) cannot be held against it."""
    terms = grant.conditions
    if not use.get("licensee"):
        terms = replace(terms, allowed=frozenset(), refused=frozenset()) if grant.copy is None else terms
    if not isinstance(use.get("minute_minor"), int):
        terms = replace(terms, floor=None)
    if "territories" not in use:
        terms = replace(terms, territories=frozenset())
    return replace(grant, conditions=terms)


def _lifted(one: Suspension, at: datetime) -> Suspension:
    return one if one.lifted_at is not None else replace(one, lifted_at=at)

"""What performers said: their grants as values, the living ones, and everything that bears on a decision."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from yesif.apps.consent.models import Grant as GrantRow
from yesif.apps.consent.models import Suspension as SuspensionRow
from yesif.base.errors import NotFound
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
)
from yesif.core.policy.uses import Form, Part, Price, Use


@dataclass(frozen=True, slots=True)
class GrantSeen:
    """A grant as its own performer sees it. `project` is the project's title for a core use, else "".

    `reach`: standing, core, performances, asked (a Yes to one question) or copy.
    """

    grant: Grant
    project: str
    reach: str
    revoked_at: datetime | None
    replaced_at: datetime | None

    @property
    def buyer(self) -> str:
        """The one licensee it is for; "" where it is for several or any."""
        return next(iter(self.grant.conditions.allowed)) if len(self.grant.conditions.allowed) == 1 else ""

    def living(self, *, now: datetime) -> bool:
        """Does its yes still count?"""
        ended = [at for at in (self.revoked_at, self.replaced_at, self.grant.conditions.until) if at is not None]
        return self.grant.given_at <= now < min(ended)


def answers_of(performer_id: str) -> GrantSeen | None:
    """The performer's standing answers, revoked and ended ones too; None where the questions were never answered."""
    found = _rows().filter(performer_id=performer_id, reach="standing", replaced_by=None).first()
    return _seen(found) if found else None


def history(performer_id: str) -> list[GrantSeen]:
    """Every grant a performer ever gave, newest first."""
    return [_seen(row) for row in _rows().filter(performer_id=performer_id).order_by("-given_at", "-id")]


def grant_of(grant_id: str, performer_id: str) -> GrantSeen:
    """One grant of this performer's own. Raises NotFound."""
    found = _rows().filter(pk=grant_id, performer_id=performer_id).first()
    if found is None:
        raise NotFound
    return _seen(found)


def asking(use: Use, *, now: datetime) -> set[str]:
    """Performers whose standing answers, in force now, say "ask me" to a half of this use."""
    found = GrantRow.objects.filter(reach="standing", given_at__lte=now, until__gt=now, revocation=None)
    asked = found.filter(items__item__in=(use.what, use.where), items__answer="ask")
    return set(asked.filter(Q(replaced_by=None) | Q(replaced_by__given_at__gt=now)).values_list("performer", flat=True))


def core_grants(grant_ids: Iterable[str]) -> set[str]:
    """Those of these grants that were given by accepting an offer."""
    return set(GrantRow.objects.filter(pk__in=set(grant_ids), reach="core").values_list("id", flat=True))


def living_grants(performer_id: str, *, now: datetime) -> list[GrantSeen]:
    """The grants whose yes counts now, newest first."""
    return [one for one in history(performer_id) if one.living(now=now)]


def said_by(performer_ids: Iterable[str], *, now: datetime) -> dict[str, Said]:
    """What each performer said by now; withdrawals and seals are added where performances are asked about."""
    rows = (
        _rows()
        .filter(performer_id__in=set(performer_ids), given_at__lte=now)
        .filter(Q(replaced_by=None) | Q(replaced_by__given_at__gt=now))
    )
    grants: dict[str, list[Grant]] = defaultdict(list)
    revoked: dict[str, list[Revocation]] = defaultdict(list)
    for row in rows:
        grants[row.performer_id].append(_grant(row))
        if hasattr(row, "revocation"):
            revoked[row.performer_id].append(Revocation(row.id, row.revocation.at))
    paused: dict[str, list[Suspension]] = defaultdict(list)
    for one in SuspensionRow.objects.filter(performer_id__in=grants, since__lte=now):
        paused[one.performer_id].append(Suspension(one.performer_id, one.since, one.lifted_at))
    return {who: Said(tuple(given), tuple(revoked[who]), tuple(paused[who])) for who, given in grants.items()}


def _rows() -> "QuerySet[GrantRow]":
    found = GrantRow.objects.select_related("revocation", "replaced_by", "project")
    return found.prefetch_related("items", "names")


def _seen(row: GrantRow) -> GrantSeen:
    return GrantSeen(
        grant=_grant(row),
        project=row.project.title if row.project else "",
        reach=row.reach,
        revoked_at=row.revocation.at if hasattr(row, "revocation") else None,
        replaced_at=row.replaced_by.given_at if hasattr(row, "replaced_by") else None,
    )


def _grant(row: GrantRow) -> Grant:
    """The value of a row, checked again: a grant that cannot be made cannot be read either."""
    answered: dict[str, set[str]] = {"yes": set(), "ask": set(), "no": set(), "": set()}
    for item in row.items.all():
        answered[item.answer].add(item.item)
    names: dict[str, set[str]] = defaultdict(set)
    for one in row.names.all():
        names[one.kind].add(one.name)
    return Grant(
        id=row.id,
        performer=row.performer_id,
        given_at=row.given_at,
        shown=frozenset().union(*answered.values()),
        conditions=_conditions(row, names),
        yes=frozenset(answered["yes"]),
        ask=frozenset(answered["ask"]),
        no=frozenset(answered["no"]),
        scope=Scope(row.project_id or "", frozenset(names["performance"])),
        copy=CopyTerms(row.copy_description, row.copy_confirmed_at) if row.copy_confirmed_at else None,
        replaces=row.replaces_id or "",
        uses_version=row.uses_version,
    )


def _conditions(row: GrantRow, names: dict[str, set[str]]) -> Conditions:
    return Conditions(
        until=row.until,
        form=Form(row.form),
        partner=row.partner,
        held_back=frozenset(Part(name) for name in names["held-back"]),
        on_revoke=OnRevoke(row.on_revoke),
        credit=Credit(row.credit),
        allowed=frozenset(names["allowed"]),
        refused=frozenset(names["refused"]),
        territories=frozenset(names["territory"]),
        floor=Price(row.floor_minor, row.floor_currency) if row.floor_minor is not None else None,
    )

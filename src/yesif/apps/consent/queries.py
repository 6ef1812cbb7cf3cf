"""What performers said, and what it comes to: the decision for any number of performances, in a few queries."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Q, QuerySet

from yesif.apps.casting.models import Project
from yesif.apps.consent.models import Grant as GrantRow
from yesif.apps.footage.models import Performance as PerformanceRow
from yesif.apps.footage.models import SealedSpan as SealedSpanRow
from yesif.base.errors import NotFound
from yesif.core.policy.decide import LEAK_LIMIT_DB, Decision, Performance, decide
from yesif.core.policy.grants import (
    Conditions,
    CopyTerms,
    Credit,
    Grant,
    OnRevoke,
    Revocation,
    Said,
    Scope,
    SealedSpan,
    Withdrawal,
)
from yesif.core.policy.uses import Form, Part, Price, Use

BATCH = 5_000
"""Performances decided at a time: each further batch costs five queries more."""


@dataclass(frozen=True, slots=True)
class GrantSeen:
    """A grant as its own performer sees it. `project` is the project's title for a core use, else ""."""

    grant: Grant
    project: str
    revoked_at: datetime | None
    replaced_at: datetime | None

    def living(self, *, now: datetime) -> bool:
        """Does its yes still count?"""
        ended = [at for at in (self.revoked_at, self.replaced_at, self.grant.conditions.until) if at is not None]
        return self.grant.given_at <= now < min(ended)


def decisions(
    *,
    performance_ids: Iterable[str],
    use: Use,
    now: datetime,
    leak_limit_db: float = LEAK_LIMIT_DB,
    reviewed_only: bool = False,
) -> dict[str, Decision]:
    """The decision for each performance, by id; an id that is no performance's is absent.

    Asked by the build and again by every lease (RULES D8). `leak_limit_db`: the project's threshold. `reviewed_only`: a
    performance that its performer has not handed over counts as withdrawn, for the partner's as well.
    """
    wanted = sorted(set(performance_ids))
    decided: dict[str, Decision] = {}
    for start in range(0, len(wanted), BATCH):
        decided.update(_decided(wanted[start : start + BATCH], use, now, leak_limit_db, reviewed_only))
    return decided


def core_use(project_id: str) -> Use:
    """The use a project stated and priced in its offers. Raises NotFound."""
    project = Project.objects.filter(pk=project_id).first()
    if project is None:
        raise NotFound
    return Use(
        what=project.core_what,
        where=project.core_where,
        licensee=project.licensee,
        starts=datetime(1970, 1, 1, tzinfo=UTC),  # it has no first day: a grant for it begins with the acceptance
        ends=end_of(project.core_ends),
        project=project.id,
    )


def core_grants(grant_ids: Iterable[str]) -> set[str]:
    """Those of these grants that were given by accepting an offer."""
    return set(GrantRow.objects.filter(pk__in=set(grant_ids), reach="core").values_list("id", flat=True))


def end_of(day: date) -> datetime:
    """The moment after a last day: a term that ends on the 3rd still holds on the 3rd, in UTC."""
    return datetime.combine(day, time(), UTC) + timedelta(days=1)


def answers_of(performer_id: str) -> GrantSeen | None:
    """The performer's standing answers, revoked and ended ones too; None where the questions were never answered."""
    found = _rows().filter(performer_id=performer_id, reach="standing", replaced_by=None).first()
    return _seen(found) if found else None


def history(performer_id: str) -> list[GrantSeen]:
    """Every grant a performer ever gave, newest first."""
    return [_seen(row) for row in _rows().filter(performer_id=performer_id).order_by("-given_at", "-id")]


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
    return {who: Said(tuple(given), tuple(revoked[who])) for who, given in grants.items()}


def _decided(
    wanted: Sequence[str], use: Use, now: datetime, leak_limit_db: float, reviewed_only: bool
) -> Iterator[tuple[str, Decision]]:
    takes = PerformanceRow.objects.filter(pk__in=wanted).values("take_id")
    rows = list(PerformanceRow.objects.filter(take_id__in=takes).values(*_FACTS).order_by("id"))
    played: dict[str, list[Performance]] = defaultdict(list)
    for row in rows:
        played[row["take_id"]].append(_performance(row))
    said = _said_of(rows, now, reviewed_only)
    asked = set(wanted)
    for cast in played.values():
        for one in cast:
            if one.id in asked:
                partners = [other for other in cast if other is not one]
                yield one.id, decide(one, use, said, now=now, partners=partners, leak_limit_db=leak_limit_db)


_FACTS = ("id", "performer_id", "take_id", "take__scene__session__project_id", "take__action_ns", "take__cut_ns",
          "leak_db", "summary", "withdrawn_at", "state")  # fmt: skip


def _performance(row: dict[str, object]) -> Performance:
    action, cut = row["take__action_ns"], row["take__cut_ns"]
    leak = row["leak_db"]
    summary = row["summary"]
    return Performance(
        id=str(row["id"]),
        performer=str(row["performer_id"]),
        project=str(row["take__scene__session__project_id"]),
        length_ns=cut - action if isinstance(cut, int) and isinstance(action, int) else 0,
        leak_db=leak if isinstance(leak, float) else None,
        # Ingest says so once the transcript is known to hold no word of the partner's; unsaid is not known.
        words_apart=isinstance(summary, dict) and summary.get("words_apart") is True,
    )


def _said_of(rows: Sequence[dict[str, object]], now: datetime, reviewed_only: bool) -> dict[str, Said]:
    """What everyone in these takes said, with their withdrawals and seals of these performances."""
    owner = {str(row["id"]): str(row["performer_id"]) for row in rows}
    withdrawals: dict[str, list[Withdrawal]] = defaultdict(list)
    for row in rows:
        if isinstance(row["withdrawn_at"], datetime):
            withdrawals[str(row["performer_id"])].append(Withdrawal(str(row["id"]), row["withdrawn_at"]))
        elif reviewed_only and row["state"] != "released":
            withdrawals[str(row["performer_id"])].append(Withdrawal(str(row["id"]), now))
    seals: dict[str, list[SealedSpan]] = defaultdict(list)
    found = SealedSpanRow.objects.filter(performance_id__in=owner, sealed_at__lte=now)
    standing = found.filter(Q(lifted_at=None) | Q(lifted_at__gt=now))
    for span in standing.values_list("performance_id", "start_ns", "end_ns"):
        seals[owner[span[0]]].append(SealedSpan(*span))
    said = said_by(owner.values(), now=now)
    return {
        who: Said(
            said[who].grants if who in said else (),
            said[who].revocations if who in said else (),
            withdrawals=tuple(withdrawals[who]),
            seals=tuple(seals[who]),
        )
        for who in set(owner.values())
    }


def _rows() -> "QuerySet[GrantRow]":
    found = GrantRow.objects.select_related("revocation", "replaced_by", "project")
    return found.prefetch_related("items", "names")


def _seen(row: GrantRow) -> GrantSeen:
    return GrantSeen(
        grant=_grant(row),
        project=row.project.title if row.project else "",
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

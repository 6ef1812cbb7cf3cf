"""The decision for any number of performances, in a few queries: what every build and every lease asks."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Q

from yesif.apps.casting.models import Project
from yesif.apps.consent.queries.answers import said_by
from yesif.apps.footage.models import Performance as PerformanceRow
from yesif.apps.footage.models import SealedSpan as SealedSpanRow
from yesif.base.errors import NotFound
from yesif.core.policy.decide import LEAK_LIMIT_DB, Decision, Performance, decide
from yesif.core.policy.grants import NOTHING_SAID, Said, SealedSpan, Withdrawal
from yesif.core.policy.uses import Use

BATCH = 5_000
"""Performances decided at a time: each further batch costs six queries more."""


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


def end_of(day: date) -> datetime:
    """The moment after a last day: a term that ends on the 3rd still holds on the 3rd, in UTC."""
    return datetime.combine(day, time(), UTC) + timedelta(days=1)


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
        who: replace(said.get(who, NOTHING_SAID), withdrawals=tuple(withdrawals[who]), seals=tuple(seals[who]))
        for who in set(owner.values())
    }

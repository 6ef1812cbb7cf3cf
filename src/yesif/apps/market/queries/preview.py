"""What a use would get today, before anyone pays: how many performances, for how much, and why not the others.

Nobody is named, and a number small enough to point at a person is not told (RULES §1, journeys: "without who"). What
may be used is counted by the set-based twin; only for the rest are reasons asked for, one by one.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from yesif.apps.consent import queries as consent
from yesif.apps.consent.queries import questions
from yesif.apps.footage.models import Performance
from yesif.apps.market.models import Tariff
from yesif.base.counts import FEW, said_apart, told
from yesif.core.policy.decide import Decision, Reason
from yesif.core.policy.uses import Price, Use

NOT_ASKED_AGAIN = "answered-otherwise"
"""The reason of those who wanted to be asked about this licence, were asked, and did not say Yes in time."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What may be used now. `asking`, `refused` and the numbers of `reasons` are words ("none", "a few", "12"); the
    last reason is `base.counts.FEW`, for all that are not said apart."""

    performances: int
    ms: int
    asking: str
    refused: str
    reasons: tuple[tuple[str, str], ...]

    @property
    def minutes(self) -> int:
        """Started minutes."""
        return -(-self.ms // 60_000)

    def cost_minor(self, minute_minor: int) -> int:
        """The price of all of it, in minor units, the last part of a unit rounded up."""
        return -(-self.ms * minute_minor // 60_000)


def preview(*, project_id: str, use: Use, now: datetime, subject: str = "") -> Preview:
    """Decide for every finished performance of a project. Whoever asks must have been let in before.

    `subject`: the licence that was declared. Then only who still may answer its question counts as asking; whoever
    said No or let the time pass has refused. Without it, everyone who wants to be asked first counts.
    """
    finished = {one.id: one for one in _finished(project_id)}
    permits = consent.eligible(use=use, now=now, reviewed_only=True, project_id=project_id)
    may = finished.keys() & permits.keys()
    decided = consent.decisions(performance_ids=finished.keys() - may, use=use, now=now, reviewed_only=True)
    over = questions.answered_otherwise(subject, now=now) if subject else set()
    return _told(may, decided.values(), finished, over)


def price_of(project_id: str, organisation_id: str) -> Price | None:
    """Per minute of one performance: the quote for this organisation, or the published price; None without either."""
    living = Tariff.objects.filter(project_id=project_id, ended_at=None)
    own = living.filter(organisation_id=organisation_id).first() or living.filter(organisation=None).first()
    return Price(own.minute_minor, own.currency) if own else None


@dataclass(frozen=True, slots=True)
class _Finished:
    """A performance that there is something of."""

    id: str
    performer: str
    ms: int


def _told(
    may: Iterable[str], decided: Iterable[Decision], finished: Mapping[str, _Finished], over: Collection[str]
) -> Preview:
    permitted = set(may)
    asking: list[str] = []
    refused: Counter[str] = Counter()
    people: dict[str, set[str]] = defaultdict(set)
    for one in decided:
        who = finished[one.performance].performer
        if one.permitted:  # said just now, between the two questions
            permitted.add(one.performance)
        elif one.reason is Reason.ASK and who not in over:
            asking.append(who)
        else:
            reason = NOT_ASKED_AGAIN if one.reason is Reason.ASK else one.reason.value
            refused[reason] += 1
            people[reason].add(who)
    return Preview(
        performances=len(permitted),
        ms=sum(finished[one].ms for one in permitted),
        asking=told(len(asking), len(set(asking))),
        refused=told(refused.total(), len(set().union(*people.values()))),
        reasons=_reasons(refused, people, everyone=len({one.performer for one in finished.values()})),
    )


def _reasons(refused: Counter[str], people: Mapping[str, set[str]], *, everyone: int) -> tuple[tuple[str, str], ...]:
    apart = said_apart(people, everyone)
    rest = [reason for reason in refused if reason not in apart]
    said = [(reason, told(n, len(people[reason]))) for reason, n in refused.most_common() if reason in apart]
    if rest:
        whose = set().union(*(people[reason] for reason in rest))
        said.append((FEW, told(sum(refused[reason] for reason in rest), len(whose))))
    return tuple(said)


def _finished(project_id: str) -> Iterable[_Finished]:
    rows = Performance.objects.filter(take__scene__session__project_id=project_id, take__state="sealed")
    for one, who, action, cut in rows.values_list("id", "performer_id", "take__action_ns", "take__cut_ns"):
        if cut is not None and cut > action:
            yield _Finished(one, who, (cut - action) // 1_000_000)

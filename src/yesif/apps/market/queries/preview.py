"""What a use would get today, before anyone pays: how many performances, for how much, and why not the others.

Nobody is named, and a number small enough to point at a person is not told (RULES §1, journeys: "without who").
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from yesif.apps.consent import queries as consent
from yesif.apps.footage.models import Performance
from yesif.apps.market.models import Tariff
from yesif.core.policy.decide import Decision, Reason
from yesif.core.policy.uses import Price, Use

LEAST = 5
"""A number below this is told as "fewer than 5"; a reason is told with its number only from here on."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What may be used now. `asking` and `refused` are words ("none", "fewer than 5", "12"); `reasons` are those told
    with their number, `few` those that hold for fewer."""

    performances: int
    ms: int
    asking: str
    refused: str
    reasons: tuple[tuple[str, int], ...]
    few: tuple[str, ...]

    @property
    def minutes(self) -> int:
        """Started minutes."""
        return -(-self.ms // 60_000)

    def cost_minor(self, minute_minor: int) -> int:
        """The price of all of it, in minor units, the last part of a unit rounded up."""
        return -(-self.ms * minute_minor // 60_000)


def preview(*, project_id: str, use: Use, now: datetime) -> Preview:
    """Decide for every finished performance of a project. Whoever asks must have been let in before."""
    lengths = dict(_lengths(project_id))
    decided = consent.decisions(performance_ids=lengths, use=use, now=now, reviewed_only=True)
    return _told(decided.values(), lengths)


def price_of(project_id: str, organisation_id: str) -> Price | None:
    """Per minute of one performance: the quote for this organisation, or the published price; None without either."""
    living = Tariff.objects.filter(project_id=project_id, ended_at=None)
    own = living.filter(organisation_id=organisation_id).first() or living.filter(organisation=None).first()
    return Price(own.minute_minor, own.currency) if own else None


def few(number: int) -> str:
    """A number in words that point at nobody."""
    if number == 0:
        return "none"
    return f"fewer than {LEAST}" if number < LEAST else str(number)


def _told(decided: Iterable[Decision], lengths: dict[str, int]) -> Preview:
    permitted = ms = asking = 0
    refused: Counter[str] = Counter()
    for one in decided:
        if one.permitted:
            permitted, ms = permitted + 1, ms + lengths[one.performance]
        elif one.reason is Reason.ASK:
            asking += 1
        else:
            refused[one.reason.value] += 1
    return Preview(
        performances=permitted,
        ms=ms,
        asking=few(asking),
        refused=few(refused.total()),
        reasons=tuple((reason, n) for reason, n in refused.most_common() if n >= LEAST),
        few=tuple(sorted(reason for reason, n in refused.items() if n < LEAST)),
    )


def _lengths(project_id: str) -> Iterable[tuple[str, int]]:
    rows = Performance.objects.filter(take__scene__session__project_id=project_id, take__state="sealed")
    for one, action, cut in rows.values_list("id", "take__action_ns", "take__cut_ns"):
        if cut is not None and cut > action:
            yield one, (cut - action) // 1_000_000

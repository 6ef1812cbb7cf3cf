"""What was leased: the rows royalties are weighed by, one for each run and performance."""

from dataclasses import dataclass
from datetime import datetime

from yesif.apps.market.models import LeasedClip


@dataclass(frozen=True, slots=True)
class LeasedSeen:
    """A performance whose key a run held in the period. `line` is the first lease line that says so."""

    run: str
    licence: str
    performance: str
    performer: str
    ms: int
    line: int

    @property
    def seconds(self) -> int:
        """Length in whole seconds, at least one."""
        return max(1, (self.ms + 500) // 1000)


def leased(*, since: datetime, until: datetime, licence_id: str | None = None) -> list[LeasedSeen]:
    """What leases that began in [since, until) held, of one licence or of all, in the order of run and performance.

    A run that renewed its lease holds a performance once. For the books and the auditor: it names performers.
    """
    rows = LeasedClip.objects.filter(lease__starts_at__gte=since, lease__starts_at__lt=until)
    if licence_id is not None:
        rows = rows.filter(lease__run__licence_id=licence_id)
    found: dict[tuple[str, str], LeasedSeen] = {}
    columns = ("lease__run_id", "lease__run__licence_id", "performance", "performer", "ms", "lease__line")
    for run, licence, performance, performer, ms, line in rows.order_by("lease__line").values_list(*columns):
        found.setdefault((run, performance), LeasedSeen(run, licence, performance, performer, ms, line))
    return [found[key] for key in sorted(found)]

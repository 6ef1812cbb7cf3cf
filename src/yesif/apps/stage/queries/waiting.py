"""How long someone waits for a partner who has not come, and what that has come to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from yesif.apps.stage.models import Event, Session

LOOKED_AT = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Waits:
    """What the waiting of one performer has come to."""

    offered: bool
    stood_up: bool
    wants_another: bool


def waits(session_id: str, performer_id: str) -> Waits:
    """For the performer's own page, which has checked who asks."""
    kinds = set(
        Event.objects.filter(session_id=session_id, who_id=performer_id).values_list("kind", flat=True).distinct()
    )
    return Waits("re-pair-offered" in kinds, "stood-up" in kinds, "wants-another" in kinds)


def rooms_that_wait(*, now: datetime) -> list[str]:
    """Rooms somebody has come into and in which nothing has begun, of the last hours."""
    found = Session.objects.filter(phase="lobby", opened_ns__isnull=False, starts_at__gt=now - LOOKED_AT)
    return list(found.order_by("id").values_list("id", flat=True))

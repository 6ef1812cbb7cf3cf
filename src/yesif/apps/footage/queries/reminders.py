"""What a letter about a take that waits must say, and where it goes: for the flow that sends it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from yesif.apps.footage.models import Performance
from yesif.apps.footage.queries.review import REVIEW_DAYS


@dataclass(frozen=True, slots=True)
class Letter:
    """A reminder to write: where to, about which take, until when."""

    address: str
    title: str
    decide_by: datetime


def letter(performance_id: str) -> Letter | None:
    """The letter, while it is still needed."""
    found = Performance.objects.filter(pk=performance_id, state="in-review", take__sealed_at__isnull=False)
    one = found.select_related("performer", "take__scene__card").first()
    if one is None or one.take.sealed_at is None:
        return None
    return Letter(one.performer.email, one.take.scene.card.title, one.take.sealed_at + timedelta(days=REVIEW_DAYS))

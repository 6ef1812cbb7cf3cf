"""A take that waits for its performer's decision: a letter after 2 days, another after 6, nothing after that."""

from datetime import datetime, timedelta

from django.db import transaction

from yesif.apps.footage.models import Performance
from yesif.apps.footage.queries.review import REVIEW_DAYS

AFTER_DAYS = (2, 6)


@transaction.atomic
def due(*, now: datetime) -> list[str]:
    """Performances whose performer gets a letter now; each letter is due once."""
    found: set[str] = set()
    for count, days in reversed(tuple(enumerate(AFTER_DAYS, 1))):
        late = Performance.objects.select_for_update(of=("self",)).filter(
            state="in-review",
            reminded__lt=count,
            take__sealed_at__lte=now - timedelta(days=days),
            take__sealed_at__gt=now - timedelta(days=REVIEW_DAYS),
        )
        for one in late:
            one.reminded = count
            one.save(update_fields=["reminded"])
            found.add(one.pk)
    return sorted(found)

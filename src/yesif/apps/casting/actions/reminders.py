"""That a reminder went out, so that it goes once."""

from datetime import datetime

from django.db import transaction

from yesif.apps.casting.models import Coming, Reminder


@transaction.atomic
def sent(*, coming_id: int, hours: int, by: str, now: datetime) -> None:
    """Write down that this reminder went out this way; for someone who just stepped back there is nothing to write."""
    if Coming.objects.select_for_update().filter(pk=coming_id).exists():
        Reminder.objects.get_or_create(coming_id=coming_id, hours=hours, by=by, defaults={"sent_at": now})

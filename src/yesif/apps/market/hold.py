"""Hold what performers said until the lease is committed, so that a revocation is wholly before or wholly after it."""

from collections.abc import Collection
from datetime import datetime

from yesif.apps.consent.models import Grant
from yesif.apps.people.models import Person


def hold(performer_ids: Collection[str], *, now: datetime) -> datetime:
    """Lock these people's answers; returns the moment that counts. Must run inside the lease's transaction.

    On SQLite the transaction itself holds everyone off: it began by taking the write lock.
    """
    wanted = sorted(set(performer_ids))
    list(Person.objects.select_for_update().filter(pk__in=wanted).order_by("pk").values_list("pk", flat=True))
    list(Grant.objects.select_for_update().filter(performer_id__in=wanted).order_by("pk").values_list("pk", flat=True))
    return now

"""Taking footage back for good: one performance within a week of the scene, or everything of one performer.

The keys are destroyed with the fact; the bytes they opened are deleted after it. A crash between the two leaves bytes
that nobody can read, and doing the same again deletes them.
"""

from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db import transaction

from yesif.apps.footage.boxes import destroy_all
from yesif.apps.footage.models import Performance, Track, Upload
from yesif.apps.footage.queries.uploads import path_of
from yesif.apps.keys import actions as keys
from yesif.media.store import open_store


def delete(performance: Performance, *, now: datetime) -> None:
    """Destroy one performance's keys; its bytes go right after the commit. Inside the withdrawal's transaction only."""
    names = destroy_all([performance], now=now)
    transaction.on_commit(lambda: _forget(names))


@transaction.atomic
def erase(*, performer_id: str, now: datetime) -> list[str]:
    """Withdraw everything of a performer and destroy its keys; returns the names of blobs for `delete_blobs`.

    The same call again finds nothing left. Call it in the transaction that destroys the performer's own key.
    """
    mine = list(Performance.objects.select_for_update().filter(performer_id=performer_id).order_by("id"))
    names = destroy_all(mine, now=now)
    Performance.objects.filter(pk__in=[one.pk for one in mine], withdrawn_at=None).update(withdrawn_at=now)
    Performance.objects.filter(pk__in=[one.pk for one in mine]).update(state="withdrawn", partner_may_watch=False)
    Track.objects.filter(performance__in=mine).update(manifest={}, receipt=None)
    # What they sealed stays sealed: it also keeps what the partner's microphone heard of it out of everything.
    uploads = list(Upload.objects.filter(performer_id=performer_id).values_list("id", flat=True))
    Upload.objects.filter(pk__in=uploads, ended_at=None, stopped_at=None).update(stopped_at=now)
    transaction.on_commit(lambda: _remove_incoming(uploads))
    return names


def delete_blobs(names: Collection[str]) -> int:
    """Delete these blobs; returns how many names were given. Harmless to repeat."""
    store = open_store(settings.STORAGE)
    for name in names:
        store.delete(name)
    return len(names)


def _forget(names: Collection[str]) -> None:
    delete_blobs(names)
    keys.forget_bytes()


def _remove_incoming(uploads: Collection[str]) -> None:
    for upload_id in uploads:
        path_of(upload_id).unlink(missing_ok=True)

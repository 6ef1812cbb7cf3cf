"""Take back what was built with someone who was erased or deleted a performance, as far as it lies here."""

from django.db import transaction
from django.db.models import Q, QuerySet

from yesif.apps.footage.models import Performance
from yesif.apps.market.models import Inclusion, LicenceKey, Release

ERASED = "Someone in it was erased; this studio holds its files no more. Build it anew."
DELETED = "Someone in it took a scene back; this studio holds its files no more. Build it anew."


@transaction.atomic
def recall(*, performer_id: str) -> list[str]:
    """Forget every wrapped key of a performer's clips, and recall the releases in which they lie in the clear.

    Returns the ids of those, whose folders the caller removes once this is committed. A sealed release stays: without
    the performer's key nobody can open their clips in it. What was delivered is the licensees' to purge.
    """
    mine = list(Performance.objects.filter(performer_id=performer_id).values_list("id", flat=True))
    held = Inclusion.objects.filter(Q(performance__in=mine) | Q(performer=performer_id))
    recalled = _recall(held, ERASED)
    held.update(wrapped=None, nest=[])
    LicenceKey.objects.filter(performer=performer_id).delete()
    return recalled


@transaction.atomic
def recall_deleted(*, performance_id: str) -> list[str]:
    """The same for one performance that was deleted. Its performer stays, and so does what bars them from a lease."""
    held = Inclusion.objects.filter(performance=performance_id)
    recalled = _recall(held, DELETED)
    held.update(wrapped=None)
    return recalled


def _recall(held: QuerySet[Inclusion], reason: str) -> list[str]:
    open_ones = Release.objects.filter(inclusions__in=held, sealed=False, state="published")
    recalled = sorted(set(open_ones.values_list("id", flat=True)))
    Release.objects.filter(pk__in=recalled).update(state="recalled", reason=reason, folder="")
    return recalled

"""Destroy what the record can still say of a person; commitments, tags and links stay and say nothing any more."""

from django.db import transaction

from yesif.apps.record.models import Chain, Concern, Line, RowOf


@transaction.atomic
def forget(*, about: str) -> int:
    """Destroy bodies and salts of every line that concerns this person and no other person, their rows, and the key of
    their chain; returns how many lines lost their body. A body two people share stays until the other is forgotten too;
    what it says of the first is an id that then leads nowhere. Must run where the erasure itself is committed."""
    RowOf.objects.filter(about=about).update(body=None, salt=None)
    mine = Concern.objects.filter(about=about).values("line_id")
    shared = Concern.objects.filter(line_id__in=mine, about__startswith="per_").exclude(about=about).values("line_id")
    gone = Line.objects.filter(seq__in=mine).exclude(seq__in=shared).filter(salt__isnull=False)
    count = gone.update(body=None, salt=None)
    Chain.objects.filter(about=about).update(key=None)
    return count

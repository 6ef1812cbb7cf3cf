"""Delete what was measured of one part of a performance, and keep the rest: no face, but still the voice."""

from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from yesif.apps.footage.models import FeatureTable, Performance
from yesif.apps.footage.queries.review import REVIEWABLE, owned
from yesif.apps.record import actions as record
from yesif.base.errors import BadInput, Conflict
from yesif.media.features.shelf import stages_also_from
from yesif.media.store import open_store
from yesif.media.strongbox import name_of

MEASURED_PARTS = ("voice", "face", "movement", "words")
"""Parts that measurements fall under."""

GONE = "Deleted by the performer."
"""What stands in the place of a deleted table."""


@transaction.atomic
def delete_measurements(*, performance_id: str, performer_id: str, part: str, now: datetime) -> int:
    """Delete the tables of one part of the performer's own performance, and those measured on both that need it.

    The recording stays; so do all other parts. Final: nothing measures them again. Returns how many tables went.
    Raises NotFound, BadInput (no such part), Conflict (withdrawn, or not there yet).
    """
    list(Performance.objects.select_for_update().filter(pk=performance_id, performer_id=performer_id).values("id"))
    one = owned(performance_id, performer_id)  # someone else's is not there, whatever part is named
    if part not in MEASURED_PARTS:
        raise BadInput(f"Nothing is measured under {part!r}; the parts are {', '.join(MEASURED_PARTS)}.")
    if one.state not in REVIEWABLE:
        raise Conflict(f"This take is {one.state}: nothing about it can be changed now.")
    tells = Q(part=part) | Q(stage__in=stages_also_from(part))
    own = FeatureTable.objects.filter(tells, performance=one, joint=False).exclude(sha256="")
    both = FeatureTable.objects.filter(performance__take_id=one.take_id, part=part, joint=True).exclude(sha256="")
    names = {name_of(one.id, digest) for digest in own.values_list("sha256", flat=True)}
    names |= {name_of(one.take_id, digest) for digest in both.values_list("sha256", flat=True)}
    count = sum(tables.update(sha256="", rows=0, skipped=GONE) for tables in (own, both))
    if part == "voice":
        _forget_turns(one)
    if count:
        body: dict[str, object] = {"performance": one.id, "performer": performer_id, "what": f"deleted-{part}"}
        record.append(kind="review", body=body, about=[performer_id], now=now)
    transaction.on_commit(lambda: _delete(names))
    return count


def _forget_turns(one: Performance) -> None:
    """The figures that were worked out from the voice, and when each spoke."""
    one.summary = {name: value for name, value in one.summary.items() if name not in ("voice", "turns", "pair")}
    one.save(update_fields=["summary"])


def _delete(names: Collection[str]) -> None:
    # A crash before this leaves bytes that no row leads to.
    store = open_store(settings.STORAGE)
    for name in names:
        store.delete(name)

"""A performer's sheet: written whole, deleted whole. Nobody but matching and dealing reads it, and never by name."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from yesif.apps.casting.models import SealedSheet
from yesif.apps.casting.seal import sealed
from yesif.apps.keys import actions as keys
from yesif.apps.keys.queries import performer_key
from yesif.apps.people.models import Role
from yesif.base.errors import BadInput, NotFound
from yesif.core.matching.sheet import HEAVIEST, Sheet

_LONGEST = 400


@transaction.atomic
def write(
    *,
    performer_id: str,
    lines: Mapping[str, str],
    agreed: Sequence[str],
    limits: Sequence[str],
    most: int,
    on: date,
    now: datetime,
) -> None:
    """Put this sheet in place of the former one. `most` at its top holds for the day `on` only.

    Raises NotFound, BadInput, Conflict for one who was erased."""
    if not Role.objects.filter(person_id=performer_id, role="performer").exists():
        raise NotFound
    if max(len(lines), len(agreed), len(limits)) > _LONGEST:
        raise BadInput(f"A sheet names at most {_LONGEST} themes.")
    Sheet(lines=lines, agreed=frozenset(agreed), limits=frozenset(limits), most=most)  # refuses what is not a sheet
    content = {
        "lines": dict(lines),
        "agreed": sorted(agreed),
        "limits": sorted(limits),
        "most": most,
        "heaviest_on": on.isoformat() if most == HEAVIEST else "",
    }
    keys.give(performer_id=performer_id, now=now)
    kept = sealed(performer_id, content, performer_key(performer_id))
    SealedSheet.objects.update_or_create(performer_id=performer_id, defaults={"sealed": kept})


@transaction.atomic
def delete(*, performer_id: str) -> None:
    """Delete all that was said; the decks' usual lines hold again. Twice is once."""
    SealedSheet.objects.filter(performer_id=performer_id).delete()

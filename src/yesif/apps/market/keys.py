"""The keys of licences, unwrapped for as long as they are needed and never kept open.

root key → performer key (the unit of erasure) → licence-and-performer key → release key → clip keys. Each is wrapped
under the one before or derived from it, so that destroying a performer's key ends all that is below it.
"""

from collections.abc import Iterable, Mapping

from django.db import transaction

from yesif.apps.keys import queries as keys
from yesif.apps.keys.models import PerformerKey
from yesif.apps.market.models import LicenceKey
from yesif.core.vault.envelope import derive, new_key, unwrap, wrap


@transaction.atomic
def release_keys(*, licence_id: str, release_id: str, performers: Iterable[str]) -> dict[str, bytes]:
    """Each performer's key of one release under a licence, made at first mention. A performer whose key was destroyed
    is absent."""
    above = _living(set(performers))
    kept = _kept(licence_id, sorted(above))
    fresh = [
        LicenceKey(
            licence_id=licence_id, performer=one, wrapped=wrap(new_key(), under=above[one], place=_place(licence_id))
        )
        for one in sorted(above.keys() - kept.keys())
    ]
    if fresh:
        LicenceKey.objects.bulk_create(fresh, ignore_conflicts=True)
        kept = _kept(licence_id, sorted(above))  # another worker may have been first: then its keys are the keys
    place = f"release:{release_id}"
    return {
        one: derive(unwrap(wrapped, under=above[one], place=_place(licence_id)), place=place)
        for one, wrapped in kept.items()
    }


def _kept(licence_id: str, performers: list[str]) -> Mapping[str, bytes]:
    rows = LicenceKey.objects.filter(licence_id=licence_id, performer__in=performers)
    return {one: bytes(wrapped) for one, wrapped in rows.values_list("performer", "wrapped")}


def _living(performers: set[str]) -> dict[str, bytes]:
    alive = PerformerKey.objects.filter(pk__in=performers, wrapped__isnull=False).values_list("pk", flat=True)
    return keys.performer_keys(set(alive))


def _place(licence_id: str) -> str:
    return f"licence:{licence_id}"

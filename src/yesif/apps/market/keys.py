"""The keys of licences, unwrapped for as long as they are needed and never kept open.

root key → performer key (the unit of erasure) → licence-and-performer key → release key → clip keys. Each is wrapped
under the one before or derived from it, so that destroying a performer's key ends all that is below it.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping

from django.conf import settings
from django.db import transaction

from yesif.apps.market.models import LicenceKey
from yesif.core.vault.chunks import KEY_BYTES
from yesif.core.vault.envelope import derive, new_key, unwrap, wrap


@transaction.atomic
def release_keys(*, licence_id: str, release_id: str, performers: Iterable[str]) -> dict[str, bytes]:
    """Each performer's key of one release under a licence, made at first mention. A performer whose key was destroyed
    is absent."""
    wanted = sorted(set(performers))
    kept = _kept(licence_id, wanted)
    fresh = [
        LicenceKey(licence_id=licence_id, performer=one, wrapped=wrap(new_key(), under=above, place=_place(licence_id)))
        for one in wanted
        if one not in kept and (above := _above(one)) is not None
    ]
    LicenceKey.objects.bulk_create(fresh, ignore_conflicts=True)
    if fresh:
        kept = _kept(licence_id, wanted)  # another worker may have been first: then its keys are the keys
    opened = {}
    for one, wrapped in kept.items():
        above = _above(one)
        if above is not None:
            opened[one] = derive(unwrap(wrapped, under=above, place=_place(licence_id)), place=f"release:{release_id}")
    return opened


def _kept(licence_id: str, performers: list[str]) -> Mapping[str, bytes]:
    rows = LicenceKey.objects.filter(licence_id=licence_id, performer__in=performers)
    return {one: bytes(wrapped) for one, wrapped in rows.values_list("performer", "wrapped")}


def _above(performer: str) -> bytes | None:
    """The key a performer's licence keys are wrapped under, or None where it was destroyed."""
    root = hashlib.sha256(b"yesif.market.keys/1 " + settings.SECRET_KEY.encode()).digest()
    return hmac.digest(root, performer.encode(), "sha256")[:KEY_BYTES]


def _place(licence_id: str) -> str:
    return f"licence:{licence_id}"

"""Keys, opened. For the house's own flows and doors, which have asked elsewhere whether someone may see what is inside.

A key that was destroyed and one that never was are the same answer: NotFound.
"""

from collections.abc import Collection
from datetime import datetime

from yesif.apps.keys.models import Box as Row
from yesif.apps.keys.models import PerformerKey
from yesif.apps.keys.root import root_key
from yesif.base.errors import NotFound
from yesif.core.vault.envelope import unnest, unwrap
from yesif.media.strongbox import Box


def performer_key(performer_id: str) -> bytes:
    """A performer's key. Raises NotFound where it was destroyed, or never made."""
    return performer_keys([performer_id])[performer_id]


def performer_keys(performer_ids: Collection[str]) -> dict[str, bytes]:
    """The keys of several performers, in one query. Raises NotFound where one of them has none."""
    root, wanted = root_key(), set(performer_ids)
    rows = PerformerKey.objects.filter(pk__in=wanted, wrapped__isnull=False).values_list("pk", "wrapped")
    keys = {pk: unwrap(bytes(wrapped or b""), under=root, place=f"performer:{pk}") for pk, wrapped in rows}
    if len(keys) != len(wanted):
        raise NotFound
    return keys


def box(box_id: str) -> Box:
    """One box, open. Raises NotFound where its key, or that of anyone in it, was destroyed."""
    return boxes([box_id])[box_id]


def boxes(box_ids: Collection[str]) -> dict[str, Box]:
    """Several boxes, in two queries. Raises NotFound where one of them does not open."""
    found = living(box_ids)
    if len(found) != len(set(box_ids)):
        raise NotFound
    return found


def living(box_ids: Collection[str]) -> dict[str, Box]:
    """Those of the boxes that can still be opened."""
    rows = {row.id: row for row in Row.objects.filter(pk__in=set(box_ids), wrapped__isnull=False)}
    owners = {one for row in rows.values() for one in row.owners}
    alive = set(PerformerKey.objects.filter(pk__in=owners, wrapped__isnull=False).values_list("pk", flat=True))
    keys = performer_keys(alive)
    return {
        row.id: Box(
            row.id,
            unnest(bytes(row.wrapped or b""), under={one: keys[one] for one in row.owners}, place=f"box:{row.id}"),
        )
        for row in rows.values()
        if alive >= set(row.owners)
    }


def destroyed_since(moment: datetime) -> bool:
    """Was any key destroyed since then?"""
    since = {"destroyed_at__gt": moment}
    return PerformerKey.objects.filter(**since).exists() or Row.objects.filter(**since).exists()


def is_destroyed(performer_id: str) -> bool:
    """Was this performer's key destroyed?"""
    return PerformerKey.objects.filter(pk=performer_id, destroyed_at__isnull=False).exists()

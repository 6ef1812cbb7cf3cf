"""Keys are made once, and destroyed for good."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction

from yesif.apps.keys import queries
from yesif.apps.keys.models import Box as Row
from yesif.apps.keys.models import PerformerKey
from yesif.apps.keys.root import root_key
from yesif.base.errors import BadInput, Conflict
from yesif.core.vault.envelope import nest, new_key, wrap
from yesif.media.strongbox import Box

ERASED = "This performer was erased; nothing of theirs is kept any more."
WITHDRAWN = "This take was withdrawn; nothing of it is kept any more."


@transaction.atomic
def give(*, performer_id: str, now: datetime) -> None:
    """A performer's key, if there never was one. Raises Conflict where theirs was destroyed."""
    wrapped = wrap(new_key(), under=root_key(), place=f"performer:{performer_id}")
    row, _ = PerformerKey.objects.get_or_create(pk=performer_id, defaults={"wrapped": wrapped, "made_at": now})
    if row.wrapped is None:
        raise Conflict(ERASED)


@transaction.atomic
def box_for(*, box_id: str, owners: Collection[str], now: datetime) -> Box:
    """The box of that id, made at its first mention for these performers. Raises Conflict where it was destroyed."""
    if not owners:
        raise BadInput("a box belongs to someone")
    for performer_id in sorted(owners):
        give(performer_id=performer_id, now=now)
    row = Row.objects.filter(pk=box_id).first()
    if row is None:
        nested = nest(new_key(), under=queries.performer_keys(owners), place=f"box:{box_id}")
        # Two at once: one makes the row, and both go on with that one.
        row, _ = Row.objects.get_or_create(
            pk=box_id, defaults={"owners": sorted(owners), "wrapped": nested, "made_at": now}
        )
    if row.wrapped is None:
        raise Conflict(WITHDRAWN)
    if set(row.owners) != set(owners):
        raise BadInput("a box stays with those it was made for")
    return queries.box(box_id)


@transaction.atomic
def destroy(*, performer_id: str, now: datetime) -> bool:
    """Destroy a performer's key: no box it is around opens any more. False where that had been done before.

    Also of someone who never had one: none is made for them any more. Call `forget_bytes` once this is committed.
    """
    PerformerKey.objects.get_or_create(pk=performer_id, defaults={"wrapped": None, "made_at": now})
    row = PerformerKey.objects.select_for_update().get(pk=performer_id)  # two at once: one destroys, the other sees it
    fresh = row.destroyed_at is None
    if fresh:
        PerformerKey.objects.filter(pk=performer_id).update(wrapped=None, destroyed_at=now)
    return fresh


@transaction.atomic
def destroy_boxes(*, box_ids: Collection[str], now: datetime) -> None:
    """Destroy the keys of these boxes: what is sealed in them cannot be read again, wherever copies of it lie."""
    for box_id in sorted(set(box_ids)):
        Row.objects.get_or_create(pk=box_id, defaults={"owners": [], "wrapped": None, "made_at": now})
        row = Row.objects.select_for_update().get(pk=box_id)
        if row.destroyed_at is None:
            Row.objects.filter(pk=box_id).update(wrapped=None, destroyed_at=now)


def forget_bytes() -> bool:
    """Make the database let go of the bytes of keys that were destroyed; harmless to repeat, as the worker does.

    False where it cannot yet: inside a transaction, or while a reader still needs the write-ahead file.

    SQLite: `secure_delete` has overwritten them in the file, and the write-ahead file is emptied here. PostgreSQL keeps
    old versions of rows until a table is rewritten, as is done here, and in its own write-ahead log and in backups for
    as long as these are kept: there, what protects them is that they are wrapped under the root key.
    """
    if connection.in_atomic_block:
        return False
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy
        for model in (PerformerKey, Row):
            cursor.execute(f"VACUUM FULL {connection.ops.quote_name(model._meta.db_table)}")
    return True

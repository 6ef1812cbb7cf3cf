"""Who said what stands still: the lock under which a lease is decided, and every change of an answer is made.

A change takes the row of its performer for itself; a lease shares the rows of everyone in it. So a lease is decided
either wholly before a revocation or after its commit, never across it. On SQLite a write transaction is alone anyway.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from yesif.apps.consent.models import Grant, Revocation, Suspension
from yesif.apps.footage.models import Performance, SealedSpan
from yesif.apps.people.models import Person
from yesif.base.errors import NotFound


def hold(performer_ids: Iterable[str], *, now: datetime) -> datetime:
    """Keep still what these performers said until the transaction ends; returns the moment that counts.

    It is never before the last thing they said: whoever waited here for a revocation's commit must not be answered as
    of the moment they began to wait. Leases share the rows; a change of an answer waits for them, and they for it.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("answers are held for the length of a transaction, and there is none")
    who = sorted(set(performer_ids))
    if connection.vendor == "postgresql":
        table = Person._meta.db_table
        with connection.cursor() as cursor:
            # By id, so that two leases with the same people never wait for each other in a ring.
            cursor.execute(f'SELECT id FROM "{table}" WHERE id = ANY(%s) ORDER BY id FOR SHARE', [who])  # noqa: S608
    return max([now, *_last_words(who, now)])


def own(*performer_ids: str) -> None:
    """Hold these performers' answers alone, to change them. Raises NotFound where one is no performer here."""
    found = Person.objects.filter(pk__in=performer_ids, is_active=True).order_by("id")
    held = set(found.select_for_update(no_key=True).values_list("id", flat=True))
    performers = set(found.filter(roles__role="performer").values_list("id", flat=True))
    if not set(performer_ids) <= held & performers:
        raise NotFound


def _last_words(who: list[str], now: datetime) -> list[datetime]:
    """What any of them said later than `now`: seldom anything."""
    later = [
        Grant.objects.filter(performer__in=who, given_at__gt=now).aggregate(at=Max("given_at"))["at"],
        Revocation.objects.filter(grant__performer__in=who, at__gt=now).aggregate(at=Max("at"))["at"],
        Suspension.objects.filter(performer__in=who, since__gt=now).aggregate(at=Max("since"))["at"],
        Suspension.objects.filter(performer__in=who, lifted_at__gt=now).aggregate(at=Max("lifted_at"))["at"],
        Performance.objects.filter(performer__in=who, withdrawn_at__gt=now).aggregate(at=Max("withdrawn_at"))["at"],
        SealedSpan.objects.filter(performance__performer__in=who, sealed_at__gt=now).aggregate(at=Max("sealed_at"))[
            "at"
        ],
    ]
    return [at for at in later if at is not None]

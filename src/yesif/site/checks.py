"""What the studio refuses to start with: an old SQLite, or unsafe settings in production."""

import sqlite3
from collections.abc import Sequence
from itertools import islice

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection

from yesif.apps.record import queries as record
from yesif.site.database import MINIMUM


@register
def sqlite_is_sound(**_: object) -> Sequence[CheckMessage]:
    """SQLite must not be one that can corrupt its write-ahead log."""
    if connection.vendor != "sqlite" or sqlite3.sqlite_version_info >= MINIMUM:
        return []
    need = ".".join(map(str, MINIMUM))
    text = f"SQLite {sqlite3.sqlite_version} can lose pages when several processes write; {need} or newer is needed."
    return [Error(text, hint="Install pysqlite3, or point YESIF_DATABASE_URL at PostgreSQL.", id="yesif.E001")]


@register
def production_is_safe(**_: object) -> Sequence[CheckMessage]:
    """Production has no embedded default for what keeps people safe."""
    if not settings.PRODUCTION:
        return []
    wrong = []
    if len(settings.SECRET_KEY) < 40:
        wrong.append(Error("YESIF_SECRET_KEY is missing or shorter than 40 characters.", id="yesif.E002"))
    if not settings.PUBLIC_URL.startswith("https://"):
        wrong.append(
            Error("YESIF_PUBLIC_URL must start with https:// (browsers open no camera without it).", id="yesif.E003")
        )
    if "*" in settings.ALLOWED_HOSTS or settings.ALLOWED_HOSTS == ["localhost", "127.0.0.1", "[::1]"]:
        wrong.append(Error("YESIF_HOSTS must name the hosts this studio answers for.", id="yesif.E004"))
    if settings.EMAIL_BACKEND.endswith(("console.EmailBackend", "filebased.EmailBackend")):
        wrong.append(
            Error(
                "YESIF_EMAIL_BACKEND still prints letters or keeps them here: sign-in links would lie around.",
                id="yesif.E005",
            )
        )
    return wrong


_TOLD = 5
"""Differences named at a refused start; one is enough to look, five show the pattern."""


@register(Tags.database)
def database_matches_its_record(databases: Sequence[str] | None = None, **_: object) -> Sequence[CheckMessage]:
    """A database that was changed behind the record's back, or is not the one the record belongs to, does not start.

    Asked with `check --database default`, as `yesif serve` and `yesif dev` do once the tables are there.
    """
    if not databases or "record_leafrow" not in connection.introspection.table_names():
        return []
    found = []
    for difference in islice(record.differences(), _TOLD):
        hint = "Restore the newest backup of database and record folder together. Nothing was changed or signed."
        found.append(Error(difference.sentence, hint=hint, id="yesif.E010"))
    return found

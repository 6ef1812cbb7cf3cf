"""A studio's tables on SQLite and on PostgreSQL, each in a process of its own: what benches of consent stand on."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import _machine

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


def on_both(script: str, many: str) -> None:
    """Run `script MANY sqlite`, then `script MANY postgres`, each on a new database."""
    from tests.postgres import database, server

    _machine.head("django", "psycopg")
    with tempfile.TemporaryDirectory() as folder:
        _run(script, many, "sqlite", f"sqlite:///{folder}/bench.sqlite3", folder)
        with server() as url, database(url) as address:
            _run(script, many, "postgres", address, folder)


def wake() -> None:
    """Django, and every table."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def said_nothing(studio: Any) -> None:
    """Take every answer out of a random studio that is not written yet (`tests.apps.consent_worlds`)."""
    rows = studio.rows
    for several in (rows.grants, rows.items, rows.names, rows.revocations, rows.suspensions, rows.bookings, rows.seals):
        several.clear()


def cast_of_one_each(rows: Iterable[Any]) -> list[Any]:
    """Of these performances one for each performer and one for each take, handed over."""
    takes: set[str] = set()
    people: set[str] = set()
    kept = []
    for one in rows:
        if one.performer_id not in people and one.take_id not in takes:
            people.add(one.performer_id)
            takes.add(one.take_id)
            one.withdrawn_at, one.state = None, "released"
            kept.append(one)
    return kept


def analysed() -> None:
    """Let the database count its rows before it is asked about a million of them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE footage_performance")


def _run(script: str, many: str, name: str, url: str, folder: str) -> None:
    environment = {**os.environ, "YESIF_DATABASE_URL": url, "YESIF_DATA": folder}
    environment["DJANGO_SETTINGS_MODULE"] = "yesif.site.settings"
    subprocess.run([sys.executable, script, many, name], env=environment, check=True)

"""What the books cost beside bare SQL: a batch of 1,000 entries, and single ones, on SQLite and PostgreSQL.

Promised: a batch ≤ 4 × `executemany` of the same rows without any trigger; single entries, each in a transaction of its
own, ≤ 2 × one ORM insert in its own transaction. Medians of rounds that alternate between the two.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import _machine

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests import postgres

ROUNDS, BATCH, SINGLES = 15, 1000, 300
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def measure() -> None:
    """In a process whose settings name the database."""
    from yesif.cli import wake  # noqa: F401, I001
    from django.core.management import call_command
    from django.db import connection, transaction

    from yesif.apps.money.models import TaxPaper
    from yesif.apps.money import actions
    from yesif.core.ledger import accounts, fee

    call_command("migrate", verbosity=0)

    def entries(mark: str, count: int) -> list[object]:
        return [
            fee.fee_entry(
                key=f"{mark}:{n}", performer=f"per_{n % 97}", currency="EUR", micro=1000 + n,
                sources={accounts.escrow("prj_1"): 1000 + n}, line=n,
            )
            for n in range(count)
        ]  # fmt: skip

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous")
            mode = {0: "OFF", 1: "NORMAL", 2: "FULL"}[cursor.fetchone()[0]]
            print(f"SQLite, write-ahead log, synchronous={mode}")
        else:
            cursor.execute("SHOW server_version")
            version = cursor.fetchone()[0].split()[0]
            cursor.execute("SHOW synchronous_commit")
            print(f"PostgreSQL {version}, synchronous_commit={cursor.fetchone()[0]}, fsync off (a server of the bench)")
        for table in ("entryrow", "postingrow"):
            cursor.execute(f"CREATE TABLE bare_{table} AS SELECT * FROM money_{table} WHERE 1 = 0")
        cursor.execute("CREATE UNIQUE INDEX bare_key ON bare_entryrow (key)")
        cursor.execute("CREATE UNIQUE INDEX bare_seq ON bare_entryrow (seq)")
        cursor.execute("CREATE INDEX bare_account ON bare_postingrow (account)")
        cursor.execute("CREATE INDEX bare_entry ON bare_postingrow (entry_id)")
    ours, bare = [], []
    for number in range(ROUNDS):
        batch = entries(f"batch{number}", BATCH)
        began = time.perf_counter()
        actions.post(entries=batch, now=NOW)  # type: ignore[arg-type]
        ours.append(time.perf_counter() - began)
        at = connection.ops.adapt_datetimefield_value(NOW)
        rows = [(number * BATCH + n, e.key, "EUR", e.memo, None, "0" * 64, at) for n, e in enumerate(batch)]  # type: ignore[attr-defined]
        lines = [(r[0], p.account, p.micro, p.line) for r, e in zip(rows, batch, strict=True) for p in e.postings]  # type: ignore[attr-defined]
        began = time.perf_counter()
        with transaction.atomic(), connection.cursor() as cursor:
            marks = ",".join(["%s"] * 7)
            named = "seq, key, currency, memo, reverses, digest, at"
            cursor.executemany(f"INSERT INTO bare_entryrow ({named}) VALUES ({marks})", rows)
            named = "entry_id, account, micro, line"
            cursor.executemany(f"INSERT INTO bare_postingrow ({named}) VALUES (%s, %s, %s, %s)", lines)
        bare.append(time.perf_counter() - began)
    _say("a batch of 1,000 entries", ours, "bare executemany of the same rows", bare, 4)
    ours, bare = [], []
    for number, one in enumerate(entries("single", SINGLES)):
        began = time.perf_counter()
        actions.post(entries=[one], now=NOW)  # type: ignore[list-item]
        ours.append(time.perf_counter() - began)
        began = time.perf_counter()
        with transaction.atomic():
            TaxPaper.objects.create(performer=f"per_{number}", kind="W-9", place="US", given_at=NOW)
        bare.append(time.perf_counter() - began)
    _say("one entry in its own transaction", ours, "one ORM insert in its own", bare, 2)


def _say(what: str, ours: list[float], peer: str, theirs: list[float], limit: float) -> None:
    a, b = statistics.median(ours), statistics.median(theirs)
    print(f"  {what}: {a * 1e3:.2f} ms; {peer}: {b * 1e3:.2f} ms: {a / b:.2f} × (promised ≤ {limit:g})")


def main() -> None:
    if sys.argv[1:] == ["measure"]:
        measure()
        return
    _machine.head("django", "psycopg")
    with tempfile.TemporaryDirectory(prefix="yesif-bench-") as folder, ExitStack() as stack:
        urls = [f"sqlite:///{folder}/yesif.sqlite3"]
        try:
            urls.append(stack.enter_context(postgres.database(stack.enter_context(postgres.server()))))
        except postgres.NoServer as why:
            print(f"PostgreSQL: not tried; {why}")
        for url in urls:
            place = {**os.environ, "YESIF_DATA": folder, "YESIF_DATABASE_URL": url}
            subprocess.run([sys.executable, __file__, "measure"], env=place, check=True)


if __name__ == "__main__":
    main()

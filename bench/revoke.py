"""Threads give, revoke and lease at once: is a lease ever granted after the commit of a revocation? On both databases.

    bench/revoke.py [events]      100,000 by default

Each performer is given and revoked by one thread in turn, so that between a revocation's commit and the next yes there
is a stretch in which every lease must be refused. A lease that begins and ends inside such a stretch and was granted is
a violation; 0 may be. The lease here is the decision under `hold`, with its line on the record, as the market takes it.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

PERFORMERS, SAYERS, LEASERS = 12, 3, 4


@dataclass
class Book:
    """What happened, in this process's monotonic time."""

    revoked: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    leases: list[tuple[str, float, float, bool]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    events: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def main() -> None:
    if len(sys.argv) > 2:
        inside(sys.argv[2], int(sys.argv[1]))
        return
    from _machine import head
    from tests.postgres import database, server

    head("django", "psycopg")
    many = sys.argv[1] if len(sys.argv) > 1 else "100000"
    with tempfile.TemporaryDirectory() as folder:
        run(many, "sqlite", f"sqlite:///{folder}/bench.sqlite3", folder)
        with server() as url, database(url) as address:
            run(many, "postgres", address, folder)


def run(many: str, name: str, url: str, folder: str) -> None:
    environment = {**os.environ, "YESIF_DATABASE_URL": url, "YESIF_DATA": folder}
    environment["DJANGO_SETTINGS_MODULE"] = "yesif.site.settings"
    subprocess.run([sys.executable, __file__, many, name], env=environment, check=True)


def inside(name: str, many: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    cast = made()
    book = Book({performer: [] for performer in cast.values()})
    names = sorted(cast.items())
    start = time.monotonic()
    threads = [
        threading.Thread(target=says, args=(names[number::SAYERS], book, many, number)) for number in range(SAYERS)
    ] + [threading.Thread(target=leases, args=(names, book, many, 90 + number)) for number in range(LEASERS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    seconds = time.monotonic() - start
    granted = [one for one in book.leases if one[3]]
    wrong = [one for one in granted for since, until in book.revoked[one[0]] if since < one[1] and one[2] < until]
    waits = sorted(book.waits)
    print(
        f"{name}: {book.events:,} events by {len(threads)} threads in {seconds:.0f} s: {len(granted):,} of"
        f" {len(book.leases):,} leases granted, {sum(map(len, book.revoked.values())):,} revocations;"
        f" leases after a revocation's commit: {len(wrong)}; a revocation took {waits[len(waits) // 2] * 1000:.0f} ms"
        f" (median), {waits[int(len(waits) * 0.99)] * 1000:.0f} ms (p99), limit 1 s"
    )
    if wrong:
        raise SystemExit(1)


def made() -> dict[str, str]:
    """Performances of a dozen people, one each: performance → performer."""
    from tests.apps.consent_worlds import Studio

    from yesif.apps.footage.models import Performance

    studio = Studio(3, performers=0, takes=0)
    scenes, seat = studio._stage()  # the tests' studio, empty
    throw = Random(1)
    for number in range(PERFORMERS):
        studio._performer(throw, number, seat)
    rows = studio.rows
    for several in (rows.grants, rows.items, rows.names, rows.revocations, rows.suspensions, rows.bookings):
        several.clear()
    for number in range(40):
        studio._take(throw, number, scenes[number % 4])
    rows.seals.clear()
    one_each: dict[str, Any] = {}
    for one in rows.performances:
        one.withdrawn_at, one.state = None, "released"
        one_each.setdefault(one.performer_id, one)
    rows.performances = list(one_each.values())
    taken: set[str] = set()
    rows.performances = [one for one in rows.performances if not (one.take_id in taken or taken.add(one.take_id))]  # type: ignore[func-returns-value]
    rows.write()
    return dict(Performance.objects.values_list("id", "performer_id"))


def says(mine: list[tuple[str, str]], book: Book, many: int, seed: int) -> None:
    """Give and revoke, one performer after the other."""
    from django.db import connection

    from yesif.apps.consent import actions
    from yesif.base.clock import StudioClock
    from yesif.core.policy.grants import Conditions, years_after
    from yesif.core.policy.uses import Form

    throw, clock = Random(seed), StudioClock(0)
    while book.events < many:
        _, who = throw.choice(mine)
        began = time.monotonic()
        with book.lock:
            if book.revoked[who]:
                book.revoked[who][-1] = (book.revoked[who][-1][0], began)
        answers = {"understand-speech": "yes", "research": "yes"}
        terms = Conditions(until=years_after(clock.now(), 1), form=Form.RECORDING)
        grant = actions.give(performer_id=who, answers=answers, conditions=terms, now=clock.now())
        time.sleep(throw.random() * 0.01)
        asked = time.monotonic()
        actions.revoke(grant_id=grant, performer_id=who, now=clock.now())
        done = time.monotonic()
        with book.lock:
            book.revoked[who].append((done, float("inf")))
            book.waits.append(done - asked)
            book.events += 2
    connection.close()


def leases(everyone: list[tuple[str, str]], book: Book, many: int, seed: int) -> None:
    """Ask for leases of anybody's performance."""
    from datetime import timedelta

    from django.db import connection, transaction

    from yesif.apps.consent import actions, queries
    from yesif.apps.record import actions as record
    from yesif.base.clock import StudioClock
    from yesif.core.policy.uses import Use

    throw, clock = Random(seed), StudioClock(0)
    start = clock.now() - timedelta(days=1)
    use = Use("understand-speech", "research", "Lab", start, start + timedelta(days=90))
    while book.events < many:
        performance, who = throw.choice(everyone)
        time.sleep(throw.random() * 0.01)  # SQLite's busy handler is unfair: writers without a pause starve the others
        began = time.monotonic()
        stale = clock.now() - timedelta(milliseconds=throw.choice([0, 0, 50]))  # a lease that was long on its way
        with transaction.atomic():
            now = actions.hold([who], now=stale)
            yes = queries.decisions(performance_ids=[performance], use=use, now=now)[performance].permitted
            if yes:
                body = dict.fromkeys(("lease", "run", "licence", "what", "where"), "x")
                times = {"starts_ms": 0, "expires_ms": 0}
                record.append(kind="lease", body=body | times, about=[who], now=now)
        ended = time.monotonic()
        with book.lock:
            book.leases.append((who, began, ended, yes))
            book.events += 1
    connection.close()


if __name__ == "__main__":
    main()

"""Threads give, revoke and lease at once: is a lease ever granted after the commit of a revocation? On both databases.

    bench/revoke.py [events]      100,000 by default

Each performer is given and revoked by one thread in turn, so that between a revocation's commit and the next yes there
is a stretch in which every lease must be refused. A lease that begins and ends inside such a stretch and was granted is
a violation; 0 may be. The lease here is the decision under `hold`, with its line on the record, as the market takes it.
"""

import sys
import threading
import time
from dataclasses import dataclass, field
from random import Random

import _studio

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
    _studio.on_both(__file__, sys.argv[1] if len(sys.argv) > 1 else "100000")


def inside(name: str, many: int) -> None:
    _studio.wake()
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
        f" (median), {waits[int(len(waits) * 0.99)] * 1000:.0f} ms (p99), {waits[-1] * 1000:.0f} ms (longest),"
        " limit 1 s"
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
    for number in range(40):
        studio._take(throw, number, scenes[number % 4])
    _studio.said_nothing(studio)
    studio.rows.performances = _studio.cast_of_one_each(studio.rows.performances)
    studio.rows.write()
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
        time.sleep(throw.random() * 0.01)
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

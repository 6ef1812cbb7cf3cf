"""The job engine under murder, and its pace: kills at random points, takeover, enqueue and execute, beside raw limits.

`bench/jobs.py [kills]` (100 by default). Every job leaves one line on the record per step; a lost or a double line
would show. On SQLite, and on PostgreSQL where a server can be had (YESIF_TEST_POSTGRES names one).
"""

import random
import signal
import sqlite3
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import _machine

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests import postgres
from tests.flows.studio import Studio, wait_until

STEPS = [f"step {number}" for number in range(5)]
LEASE_S = 3.0
PACE = 400


def chaos(studio: Studio, kills: int) -> None:
    """Kill workers at random moments until `kills` is reached, then let one finish."""
    dice = random.Random(kills)
    keys = [f"k{number}" for number in range(kills)]
    studio.start(*(("test-plain", key, {"seconds": 0.02}) for key in keys))
    began = time.monotonic()
    for _ in range(kills // 2):
        before = studio.leases()
        pair = [studio.worker(lease_s=LEASE_S) for _ in range(2)]
        # Most kills fall into a job, some into a worker's start or end: all are moments at which power fails.
        until = time.monotonic() + dice.uniform(0.5, 10)
        while studio.leases() == before and time.monotonic() < until:
            time.sleep(0.01)
        for one in pair:
            time.sleep(dice.uniform(0, 0.4))
            one.send_signal(signal.SIGKILL)
            one.wait()
    studio.worker(lease_s=LEASE_S).wait(600)
    report = studio.report()
    done = sum(report[key]["state"] == "done" and report[key]["output"] == 10 for key in keys)
    lines = [line for key in keys for line in report[key]["steps"]]
    lost = sum(set(STEPS) - set(report[key]["steps"]) != set() for key in keys)
    double = len(lines) - sum(len(set(report[key]["steps"])) for key in keys)
    for key in keys:
        if report[key]["state"] != "done":
            print(f"  {key}: {report[key]}")
    hit = sum(report[key]["lease"] - 1 for key in keys)
    took = time.monotonic() - began
    print(f"  {kills} kills in {took:.0f} s: {done} of {len(keys)} jobs done, {hit} taken over in mid-job,", end=" ")
    print(f"{lost} jobs with a lost effect, {double} double effects (promised: all done, 0, 0)")


def takeover(studio: Studio) -> None:
    """Seconds from a worker's end to its job being finished by another: killed (known at once), and merely asleep."""
    for how, number in (("killed", signal.SIGKILL), ("asleep", signal.SIGSTOP)):
        key = f"takeover-{how}"
        studio.start(("test-plain", key, {"seconds": 0.3}))
        first = studio.worker(lease_s=LEASE_S, slots=1)
        second = None
        wait_until(lambda key=key: studio.lines(key))
        first.send_signal(number)
        began = time.monotonic()
        second = studio.worker(lease_s=LEASE_S, slots=1)
        second.wait(60)
        took = time.monotonic() - began
        first.send_signal(signal.SIGCONT)
        first.wait(30)
        print(
            f"  worker {how}, job finished by another {took:.1f} s later "
            f"(lease {LEASE_S:.0f} s; its start and 1.2 s of steps)"
        )


def pace(studio: Studio) -> None:
    """Empty jobs a second, in and out, beside bare INSERTs of the same database file."""
    began = time.monotonic()
    studio.start(*(("test-empty", f"empty-{number}", {}) for number in range(PACE)))
    asked = time.monotonic() - began
    began = time.monotonic()
    studio.worker(slots=1).wait(300)
    took = time.monotonic() - began
    print(
        f"  {PACE} empty jobs: asked for in {asked:.1f} s, worked off by one slot in {took:.1f} s (process start",
        end=" ",
    )
    print(f"included): {PACE / took:.0f}/s")


def bare(folder: Path) -> None:
    """The limit: committed INSERTs a second, WAL and NORMAL as the studio has it."""
    database = sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)
    database.execute("pragma journal_mode=wal")
    database.execute("pragma synchronous=normal")
    database.execute("create table t(a, b)")
    began = time.monotonic()
    for number in range(5000):
        database.execute("insert into t values (?, ?)", (number, "x"))
    print(f"  bare SQLite, one INSERT a transaction: {5000 / (time.monotonic() - began):.0f}/s")
    database.close()


def main(kills: int = 100) -> None:
    _machine.head("django", "psycopg")
    with tempfile.TemporaryDirectory(prefix="yesif-bench-") as name:
        bare(Path(name))
        for database in ("sqlite", "postgresql"):
            with ExitStack() as stack:
                folder = Path(name) / database
                folder.mkdir()
                url = f"sqlite://{folder / 'yesif.sqlite3'}"
                if database == "postgresql":
                    try:
                        url = stack.enter_context(postgres.database(stack.enter_context(postgres.server())))
                    except postgres.NoServer as why:
                        print(f"PostgreSQL: not tried; {why}")
                        return
                print("SQLite" if database == "sqlite" else "PostgreSQL")
                studio = Studio(folder, url)
                stack.callback(studio.close)
                pace(studio)
                takeover(studio)
                chaos(studio, kills)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

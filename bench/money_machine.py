"""The money machine, as long as you like: book, play, approve, take back, lease, share, pay, return, leave, at
random.

`bench/money_machine.py [steps [seed]]` (100,000 steps by default), on SQLite and on PostgreSQL. After every step I1–I16
hold, or it prints the steps that led there and stops. The seed of each round is the first one plus its number, so that
a round that failed is played again by `bench/money_machine.py 2000 <its seed>`.
"""

import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import _machine

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests import postgres

STEPS_AN_EXAMPLE, EXAMPLES_A_ROUND, SEED = 100, 20, 6


def run(steps: int, first_seed: int = SEED) -> None:
    """In a process whose settings name the database."""
    from yesif.cli import wake  # noqa: F401, I001
    from django.core.management import call_command
    from django.db import connection
    from hypothesis import HealthCheck, Phase, seed, settings
    from hypothesis.stateful import run_state_machine_as_test

    from tests.apps.money_machine import Books

    call_command("migrate", verbosity=0)
    taken = [0]

    class Counted(Books):
        def check_invariants(self, *args: object, **named: object) -> object:
            taken[0] += 1
            return super().check_invariants(*args, **named)

    def _round(machine: type[Books], examples: int) -> None:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=STEPS_AN_EXAMPLE,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )

    began, rounds = time.perf_counter(), 0
    while taken[0] < steps:
        try:
            _round(
                seed(first_seed + rounds)(Counted), min(EXAMPLES_A_ROUND, (steps - taken[0]) // STEPS_AN_EXAMPLE + 1)
            )
        except BaseException:
            print(f"  {connection.vendor}: failed in round {rounds}, seed {first_seed + rounds}; its steps are above")
            raise
        rounds += 1
        if connection.vendor == "postgresql":  # every round was rolled back: what it left behind would be read again
            with connection.cursor() as cursor:
                cursor.execute("VACUUM")
        print(f"  {connection.vendor}: {taken[0]:,} steps, no failure so far", file=sys.stderr, flush=True)
    took = time.perf_counter() - began
    print(
        f"  {connection.vendor}: {taken[0]:,} steps from seed {first_seed}, no failure, {took:.0f} s "
        f"({taken[0] / took:.0f} steps/s)",
        flush=True,
    )


def main(steps: int = 100_000, first_seed: int = SEED) -> None:
    _machine.head("django", "hypothesis", "psycopg")
    with tempfile.TemporaryDirectory(prefix="yesif-bench-") as folder, ExitStack() as stack:
        urls = [f"sqlite:///{folder}/yesif.sqlite3"]
        try:
            urls.append(stack.enter_context(postgres.database(stack.enter_context(postgres.server()))))
        except postgres.NoServer as why:
            print(f"PostgreSQL: not tried; {why}")
        for url in urls:
            place = {**os.environ, "YESIF_DATA": folder, "YESIF_DATABASE_URL": url}
            subprocess.run([sys.executable, __file__, "run", str(steps), str(first_seed)], env=place, check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["run"]:
        run(*map(int, sys.argv[2:]))
    else:
        main(*map(int, sys.argv[1:]))

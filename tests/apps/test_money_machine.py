"""The money machine, shortly; `bench/money_machine.py` runs it for 100,000 steps on both databases."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests import postgres
from tests.apps.money_machine import Books

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db
def test_the_books_hold_through_anything() -> None:
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=8, stateful_step_count=30, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_the_books_hold_on_postgresql_too() -> None:
    try:
        with postgres.server() as server, postgres.database(server) as url, tempfile.TemporaryDirectory() as folder:
            place = {**os.environ, "YESIF_DATA": folder, "YESIF_DATABASE_URL": url}
            bench = [sys.executable, str(ROOT / "bench" / "money_machine.py"), "run", "150"]
            done = subprocess.run(bench, env=place, cwd=ROOT, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr[-3000:]
            assert "no failure" in done.stdout
    except postgres.NoServer as why:
        pytest.skip(str(why))

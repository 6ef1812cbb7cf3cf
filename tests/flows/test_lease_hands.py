"""Leases, plain releases and revocations at once, on SQLite and on PostgreSQL: nothing is granted or published after
the commit of a revocation."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import postgres

ROOT = Path(__file__).resolve().parents[2]
EVENTS = 120
"""bench/leases.py makes as many as are asked for."""


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with ExitStack() as stack:
        if request.param == "sqlite":
            yield f"sqlite://{tmp_path / 'yesif.sqlite3'}"
            return
        try:
            server = stack.enter_context(postgres.server())
        except postgres.NoServer as why:
            pytest.skip(f"leases are not tried on PostgreSQL: {why}")
        yield stack.enter_context(postgres.database(server))


def test_nothing_is_leased_or_published_after_the_commit_of_a_revocation(database: str, tmp_path: Path) -> None:
    environment = {**os.environ, "YESIF_DATA": str(tmp_path), "YESIF_DATABASE_URL": database}
    run = subprocess.run(
        [sys.executable, "-m", "tests.flows.lease_hands", str(EVENTS)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    report = json.loads(run.stdout)
    assert report["events"] == EVENTS
    assert report["leases"] + report["refused"] == EVENTS // 2
    assert report["leases"] > 0
    assert report["releases"] == report["published"] + 1, "and the one that is leased of"
    assert report["published"] > 0
    assert report["wrong"] == 0

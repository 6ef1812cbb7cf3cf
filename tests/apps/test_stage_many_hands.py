"""Eight hands at once, on SQLite and on PostgreSQL: events are numbered without gaps, and one take rolls at a time."""

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import postgres
from tests.apps.many_hands import HANDS, PRESSES

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with ExitStack() as stack:
        if request.param == "sqlite":
            yield f"sqlite://{tmp_path / 'yesif.sqlite3'}"
            return
        try:
            server = stack.enter_context(postgres.server())
        except postgres.NoServer as why:
            pytest.skip(f"rooms are not tried on PostgreSQL: {why}")
        yield stack.enter_context(postgres.database(server))


def test_many_hands_at_once_leave_one_story_without_gaps(database: str, tmp_path: Path) -> None:
    environment = {**os.environ, "YESIF_DATA": str(tmp_path), "YESIF_DATABASE_URL": database}
    run = subprocess.run(
        [sys.executable, "-m", "tests.apps.many_hands"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    report = json.loads(run.stdout)
    events = report["events"]
    assert [seq for seq, _, _ in events] == list(range(1, len(events) + 1))
    assert all(one[1] <= after[1] for one, after in itertools.pairwise(events))
    kinds = [kind for _, _, kind in events]
    assert kinds.count("checked") == HANDS * PRESSES // 3
    assert report["takes"] == kinds.count("countdown") > 0
    assert report["rolling"] == (1 if report["phase"] in ("countdown", "playing") else 0)
    assert kinds.count("countdown") == kinds.count("cut") + kinds.count("called-off") + report["rolling"]
    assert report["sessions"] == list(range(1, HANDS + 2))
    assert report["cases"] == ["help"] + ["report"] * HANDS, "asking again is the same call; no report is lost"
    assert report["sealed"][0] == report["sealed"][1] > 0, "each take is sealed once"

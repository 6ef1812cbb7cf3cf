"""Nobody holds a row while they wait for the books: two who take both never wait for each other in a ring."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import postgres

ROOT = Path(__file__).resolve().parents[2]


def test_the_books_are_locked_before_any_claim_entered_work_or_booking(tmp_path: Path) -> None:
    try:
        with postgres.server() as server, postgres.database(server) as url:
            environment = {**os.environ, "YESIF_DATA": str(tmp_path), "YESIF_DATABASE_URL": url}
            environment["DJANGO_SETTINGS_MODULE"] = "yesif.site.settings"
            run = subprocess.run(
                [sys.executable, "-m", "tests.apps.lock_order"],
                cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False,
            )  # fmt: skip
    except postgres.NoServer as why:
        pytest.skip(f"locks are not tried without PostgreSQL: {why}")
    assert run.returncode == 0, run.stderr[-3000:]
    assert json.loads(run.stdout) == []

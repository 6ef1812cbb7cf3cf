"""Seven hands at once: three that lease, one that publishes in plain, three that revoke and give again.

`bin/bench leases` (YESIF_EVENTS, default 3000). Aim: no lease and no release after the commit of a revocation, by the
record's own order. On SQLite, in a folder of its own; the wait of a revocation is told, because on SQLite writers take
turns.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import _machine

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Run the hands in a process of their own and print what came of it."""
    _machine.head("django")
    events = os.environ.get("YESIF_EVENTS", "3000")
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "YESIF_DATA": folder, "YESIF_DATABASE_URL": f"sqlite://{folder}/bench.sqlite3"}
        run = subprocess.run(
            [sys.executable, "-m", "tests.flows.lease_hands", events],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
    report = json.loads(run.stdout)
    print(f"{report['events']} events in {report['seconds']} s: {report['leases']} leases, {report['refused']} refused")
    print(f"{report['published']} releases in plain, each decided just before it was published")
    print(f"leases and releases that hold a performer after their revocation: {report['wrong']} (aim 0)")
    print(f"longest wait of a revocation for its commit: {report['longest_revoke_s']} s")


if __name__ == "__main__":
    main()

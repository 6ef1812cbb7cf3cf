"""A studio of its own for tests that kill workers: a folder, a database, and workers as real processes."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parents[2]
LEASE_S = 1.5
"""Short, so that a takeover by the clock alone is seen within a test."""


@dataclass
class Studio:
    """`database` is a database's address; everything else lives in `folder`."""

    folder: Path
    database: str
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._run("migrate")

    def start(self, *jobs: tuple[str, str, dict[str, object]]) -> None:
        """Ask for jobs: (workflow, key, args)."""
        self._run("start", json.dumps(jobs))

    def report(self) -> dict[str, Any]:
        """Jobs by key: state, error, output; and the steps each left on the record, in order."""
        found: dict[str, Any] = json.loads(self._run("report"))
        return found

    def lines(self, key: str) -> int:
        """How many lines a job has left so far: asked of the database itself, for whoever waits."""
        return self._count(f"select count(*) from record_concern where about = '{key}'")

    def leases(self) -> int:
        """How many times any job was taken up so far."""
        return self._count("select sum(lease) from jobs_job")

    def _count(self, question: str) -> int:
        if self.database.startswith("sqlite"):
            with closing(sqlite3.connect(self.folder / "yesif.sqlite3")) as database:
                return int(database.execute(question).fetchone()[0])
        with psycopg.connect(self.database) as server:
            row = server.execute(question).fetchone()
            return int(row[0]) if row else 0

    def worker(self, *, lease_s: float = LEASE_S, slots: int = 2, until_idle: bool = True) -> subprocess.Popen[bytes]:
        """Start a worker."""
        arguments = ["work", str(lease_s), str(slots), "until-idle" if until_idle else "on"]
        one = subprocess.Popen(self._command(*arguments), cwd=ROOT, env=self._environment())
        self.processes.append(one)
        return one

    def close(self) -> None:
        for one in self.processes:
            if one.poll() is None:
                one.send_signal(signal.SIGCONT)
                one.kill()
            one.wait()

    def _run(self, *arguments: str) -> str:
        command = self._command(*arguments)
        return subprocess.run(
            command, cwd=ROOT, env=self._environment(), capture_output=True, text=True, check=True
        ).stdout

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "tests.flows.studio_commands", *arguments]

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "YESIF_DATA": str(self.folder),
            "YESIF_DATABASE_URL": self.database,
            "YESIF_LOG_LEVEL": "ERROR",
        }


def wait_until(so: Any, *, seconds: float = 60) -> None:
    """Wait until `so()`; fail after `seconds`."""
    until = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < until, "it did not come about in time"
        time.sleep(0.02)

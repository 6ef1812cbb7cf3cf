"""A whole studio in processes of its own, for tests that need a real browser: start, ask, kill, start again."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from yesif.cli.studio import serve_command, worker_command

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Studio:
    """Pages and worker over one folder. `server` and `worker` may be killed and started apart."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.environment = {
            **os.environ,
            "YESIF_DATA": str(folder),
            "YESIF_PUBLIC_URL": self.url,
            "DJANGO_SETTINGS_MODULE": "yesif.site.settings",
            "YESIF_LOG_LEVEL": "WARNING",
            **environment,
        }
        self.server: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None
        self.log = (folder / "studio.log").open("ab")
        for command in (["migrate", "--verbosity", "0"], ["collectstatic", "--noinput", "--verbosity", "0"]):
            subprocess.run([sys.executable, "-m", "yesif.site.manage", *command], env=self.environment, check=True)

    def start(self) -> "Studio":
        self.start_server()
        self.start_worker()
        return self

    def start_server(self) -> None:
        """Start the pages and wait until they answer."""
        self.server = subprocess.Popen(serve_command("127.0.0.1", self.port), env=self.environment, stderr=self.log)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(self.url + "/", timeout=2)
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise TimeoutError(f"the studio does not answer; its log: {self.said()}")

    def start_worker(self) -> None:
        self.worker = subprocess.Popen(worker_command(2), env=self.environment, stderr=self.log, stdout=self.log)

    def kill_server(self) -> None:
        """kill -9."""
        _kill(self.server)

    def kill_worker(self) -> None:
        """kill -9; its children see that it is gone by themselves."""
        _kill(self.worker)

    def stop(self) -> None:
        for process in (self.worker, self.server):
            if process is not None and process.poll() is None:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    _kill(process)
        self.log.close()

    def said(self) -> str:
        """The end of what server and worker wrote."""
        return (self.folder / "studio.log").read_text()[-4000:]

    def ask(self, question: str, **arguments: Any) -> Any:
        """Call a function of tests/browser/ask.py inside this studio (its database, its folder)."""
        run = subprocess.run(
            [sys.executable, "-m", "tests.browser.ask", question, json.dumps(arguments)],
            env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if run.returncode:
            raise AssertionError(f"{question}: {run.stderr[-3000:]}")
        return json.loads(run.stdout.splitlines()[-1])

    def wait_for(self, question: str, wanted: Any, *, seconds: float = 120, **arguments: Any) -> Any:
        """Ask until the answer is `wanted` (a value, or a function that says whether it is)."""
        deadline = time.monotonic() + seconds
        while True:
            answer = self.ask(question, **arguments)
            if wanted(answer) if callable(wanted) else answer == wanted:
                return answer
            if time.monotonic() > deadline:
                raise AssertionError(f"{question} still answers {answer!r} after {seconds:.0f} s; log: {self.said()}")
            time.sleep(0.5)


def _kill(process: "subprocess.Popen[bytes] | None") -> None:
    if process is not None and process.poll() is None:
        process.send_signal(signal.SIGKILL)
        process.wait()


@contextmanager
def served(folder: Path, **environment: str) -> Iterator[Studio]:
    """A studio's pages, without its worker."""
    running = Studio(folder, **environment)
    running.start_server()
    try:
        yield running
    finally:
        running.stop()

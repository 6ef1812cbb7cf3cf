"""A worker: takes jobs, holds their leases while it works on them, and leaves without losing anything."""

import fcntl
import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import FrameType

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connections

from yesif import flows
from yesif.base import clock as clocks
from yesif.base.clock import Clock
from yesif.flows import engine
from yesif.flows.engine import Claimed, Grip
from yesif.flows.runner import Runner, where

logger = logging.getLogger(__name__)

POLL_S = 0.5
_SWEEP_AFTER_S = 86_400
GRACE_S = 5.0
"""Seconds a running step has to end by itself once the worker is asked to leave; then it is killed and runs again."""


def load_workflows() -> None:
    """Import every flow of the house, which registers its workflows."""
    for module in iter_modules(flows.__path__, "yesif.flows."):
        import_module(module.name)


class Worker:
    """`slots` jobs at a time. `lease` is how long others wait before they take over from a silent worker."""

    def __init__(
        self,
        *,
        runner: Runner,
        slots: int,
        clock: Clock,
        lease: timedelta = engine.LEASE,
        poll_s: float = POLL_S,
        jobs: int | None = None,
    ) -> None:
        self._runner, self._slots, self._clock, self._lease, self._poll_s = runner, slots, clock, lease, poll_s
        self._jobs_left = jobs  # None: as many as there are
        self._leaving = threading.Event()
        self._asked = False  # by a signal, which may come while any lock is held: so it sets nothing but this
        self._free = threading.Event()  # a job has ended: look for the next one now
        self._held: dict[str, tuple[Claimed, Grip]] = {}  # by job; changed only under _lock
        self._lock = threading.Lock()

    def run(self, *, until: Callable[[], bool] = lambda: False) -> None:
        """Work until asked to leave, or until nothing is in hand and `until()` says so."""
        with Alive() as alive, ThreadPoolExecutor(self._slots, "slot") as pool:
            renewing = threading.Thread(target=self._keep_leases, name="leases", daemon=True)
            renewing.start()
            try:
                self._loop(alive, pool, until)
            finally:
                self.leave()
                self._wait_for_steps()
        renewing.join(2)

    def leave(self) -> None:
        """Take no more jobs; let those in hand go at the end of their step."""
        self._leaving.set()
        self._free.set()
        with self._lock:
            for _, grip in self._held.values():
                grip.stopping = True

    def leave_on_signals(self) -> None:
        """SIGTERM and Ctrl-C ask the worker to leave. For the main thread of a process."""

        def asked(_number: int, _frame: FrameType | None) -> None:
            self._asked = True

        signal.signal(signal.SIGTERM, asked)
        signal.signal(signal.SIGINT, asked)

    def _loop(self, alive: "Alive", pool: ThreadPoolExecutor, until: Callable[[], bool]) -> None:
        while not (self._asked or self._leaving.is_set()):
            self._free.clear()
            try:
                engine.bury(alive.is_dead, self._clock.now())
                while len(self._held) < self._slots and self._take(alive.name, pool):
                    pass
                if not self._held and until():
                    return
            except DatabaseError:
                logger.warning("the database does not answer; trying again")
                connections.close_all()
            self._free.wait(self._poll_s)

    def _take(self, name: str, pool: ThreadPoolExecutor) -> bool:
        claimed = None if self._jobs_left == 0 else engine.claim(worker=name, now=self._clock.now(), lease=self._lease)
        if claimed is None:
            return False
        self._jobs_left = self._jobs_left and self._jobs_left - 1
        grip = Grip(stopping=self._leaving.is_set())
        with self._lock:
            self._held[claimed.job_id] = claimed, grip
        pool.submit(self._work_on, claimed, grip)
        return True

    def _work_on(self, claimed: Claimed, grip: Grip) -> None:
        try:
            engine.work_on(claimed, runner=self._runner, clock=self._clock, grip=grip)
        except Exception as fault:  # outer edge of the slot: the lease runs out and the job is tried again
            logger.error("a job could not be worked on", extra={"job": claimed.job_id, "fault": where(fault)})  # noqa: TRY400
        finally:
            with self._lock:
                self._held.pop(claimed.job_id, None)
            self._free.set()
            connections.close_all()  # this thread's own

    def _keep_leases(self) -> None:
        """Renew three times a lease, until nothing is in hand and the worker is leaving."""
        while self._held or not self._leaving.is_set():
            if self._leaving.wait(self._lease.total_seconds() / 3):
                time.sleep(0.2)
            with self._lock:
                held = list(self._held.values())
            for claimed, grip in held:
                with suppress(DatabaseError):  # the next turn tries again; should none succeed, the lease runs out
                    engine.renew(claimed, grip, until=self._clock.now() + self._lease)
        connections.close_all()

    def _wait_for_steps(self) -> None:
        until = time.monotonic() + GRACE_S
        while self._held and time.monotonic() < until:
            time.sleep(0.05)
        with self._lock:
            for _, grip in self._held.values():
                grip.halt.set()


class Alive:
    """A sign of life: a locked file. The system lets the lock go with its holder, so a killed worker is known at once.

    A worker that merely sleeps keeps its lock, and one on a machine that shares no folder with us has no file here: of
    those only the lease's end tells.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(settings.DATA) / "work" / "alive"
        self.name = f"{socket.gethostname()[:60]}-{os.getpid()}-{secrets.token_hex(4)}"

    def __enter__(self) -> "Alive":
        self._folder.mkdir(parents=True, exist_ok=True)
        self._sweep()
        self._file = os.open(self._folder / self.name, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return self

    def __exit__(self, *_: object) -> None:
        (self._folder / self.name).unlink(missing_ok=True)
        os.close(self._file)

    def _sweep(self) -> None:
        """Remove the files of workers dead for a day: by then nobody waits for their leases."""
        for path in self._folder.iterdir():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < time.time() - _SWEEP_AFTER_S and self.is_dead(path.name):
                    path.unlink()

    def is_dead(self, name: str) -> bool:
        """Is there a file of that worker which nobody locks any more?"""
        path = self._folder / name
        if name == self.name or not path.is_file():
            return False
        with suppress(FileNotFoundError):
            file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            finally:
                os.close(file)
        return True


def studio_clock() -> Clock:
    """The clock of this machine's studio."""
    return clocks.StudioClock.at(Path(settings.DATA))

"""Durable work: a workflow is a function of steps, each done once, wherever and however often its worker dies.

    @workflow("ingest", attempts=3)
    def ingest(job: Run) -> None:
        found = job.step("look", look, job.args["take"])
        sums = job.heavy("measure", measure, found["sha256"], commit=lambda sums: write(sums))

    ingest.enqueue(key=f"ingest:{take_id}", args={"take": take_id}, now=now)

`enqueue` is an INSERT in the caller's transaction: the fact and the work it causes stand or fall together. A finished
step is kept by its name; after a crash the function runs again from the top and finished steps answer from the book. So
names are the contract between versions, and what stands between steps must be cheap and free of effects. `commit` runs
in one transaction with the step's own row and a check of the lease: its effects on the database happen exactly once.
What `fn` itself does (files, blobs) may happen twice and must bear it. Nothing is computed inside a transaction.

Errors: `Damaged`, `BadInput` and other refusals set the job aside at once (`failed`, with the reason); crashes, limits
and faults are tried again, `attempts` times in a row on the same step; a full disk waits as long as it takes.

The surface follows Django Tasks (DEP 14: a decorated function, `.enqueue`, a result by id); the tables are `apps/jobs`.
Hosts that share a database keep their clocks together (NTP); a clock that is wrong costs double work, never double
effects, because every commit is fenced by the lease's number.
"""

import json
import logging
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection, transaction

from yesif.apps.jobs import actions as jobs
from yesif.apps.jobs import queries
from yesif.apps.jobs.actions import Claimed, LeaseLost
from yesif.apps.jobs.queries import JobSeen
from yesif.base.clock import Clock
from yesif.base.errors import YesIfError
from yesif.flows.faults import Cancelled, Later, Poison, Stopping, may_go_better, reason, uncounted_wait
from yesif.flows.runner import DEFAULT_LIMITS, DiskFull, Halted, Limits, Runner, where

__all__ = ["Claimed", "Grip", "Heavy", "JobSeen", "Later", "Limits", "Run", "Workflow", "enqueue", "status", "workflow"]

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
"""A worker that is silent for so long has lost its job; it renews three times as often."""
LOST_LIMIT = 20
"""Leases a job may lose in a row on one step: whatever kills its worker every time is not tried for ever. Far more than
restarts and power cuts bring about: a good job must never be set aside because of them.
"""
KEEP_TURNS = timedelta(days=2)


@dataclass(slots=True)
class Grip:
    """A worker's hold on one job. Written by the worker's other threads; `halt` also ends the running step's child."""

    stopping: bool = False
    cancelled: bool = False
    lost: bool = False
    halt: threading.Event = field(default_factory=threading.Event)

    def check(self) -> None:
        """Raise if the job must not go on here."""
        if self.lost:
            raise LeaseLost
        if self.cancelled:
            raise Cancelled("This was stopped.")
        if self.stopping:
            raise Stopping("The worker is leaving.")


@dataclass(frozen=True, slots=True)
class Heavy:
    """One heavy step: a pure function of a module, run by the runner under limits; see `Run.heavy`.

    `give_up(reason)` answers in its place where it is refused, or its last attempt crashed: then the others go on.
    """

    name: str
    fn: Callable[..., Any]
    args: tuple[Any, ...] = ()
    limits: Limits = DEFAULT_LIMITS
    commit: Callable[[Any], None] | None = None
    give_up: Callable[[str], Any] | None = None


class Run:
    """One job being worked on: what a workflow's function is given."""

    def __init__(self, claimed: Claimed, *, runner: Runner, clock: Clock, grip: Grip) -> None:
        self.job_id, self.key, self.args = claimed.job_id, claimed.key, claimed.args
        self._lease, self._attempts = claimed.lease, claimed.attempts
        self._runner, self._clock, self._grip = runner, clock, grip
        self._done = queries.finished_steps(claimed.job_id)

    @property
    def folder(self) -> Path:
        """A folder of this job's own for what is between files, gone when the job lets go."""
        path = _folders() / f"{self.job_id}-{self._lease}"
        path.mkdir(parents=True, exist_ok=True)
        return path

    def now(self) -> datetime:
        return self._clock.now()

    def step(self, name: str, fn: Callable[..., Any], *args: Any, commit: Callable[[Any], None] | None = None) -> Any:
        """`fn(*args)`, once per job. Its output must be JSON, and comes back as JSON reads it (tuples as lists)."""
        if name not in self._done:
            self._grip.check()
            _outside_transactions()
            self._finish(name, fn(*args), commit)
        return self._done[name]

    def heavy(
        self,
        name: str,
        fn: Callable[..., Any],
        *args: Any,
        limits: Limits = DEFAULT_LIMITS,
        commit: Callable[[Any], None] | None = None,
    ) -> Any:
        """As `step`, by the runner: `fn` stands in a module that knows no Django, `args` and output can be pickled."""
        return self.heavy_all([Heavy(name, fn, args, limits, commit)])[0]

    def heavy_all(self, steps: Sequence[Heavy]) -> list[Any]:
        """Heavy steps side by side, each finished as it ends. The first error is raised when the others have ended."""
        open_ = [step for step in steps if step.name not in self._done]
        if open_:
            self._grip.check()
            _outside_transactions()
            self._run_all(open_)
        return [self._done[step.name] for step in steps]

    def progress(self, percent: int, note: str = "") -> None:
        """Say how far it is, for people who wait."""
        jobs.progress(job_id=self.job_id, lease=self._lease, percent=percent, note=note)

    def _run_all(self, steps: Sequence[Heavy]) -> None:
        faults: list[Exception] = []
        with ThreadPoolExecutor(min(len(steps), self._runner.slots)) as pool:
            halt, scratch = self._grip.halt, self.folder
            asked: dict[Future[object], Heavy] = {
                pool.submit(self._runner.run, one.fn, one.args, limits=one.limits, halt=halt, scratch=scratch): one
                for one in steps
            }
            for ended in as_completed(asked):
                try:
                    self._finish(asked[ended].name, self._answer(asked[ended], ended), asked[ended].commit)
                except Exception as fault:  # outer edge of the step: kept until the others have ended, then raised
                    faults.append(fault)
        if faults:
            self._grip.check()
            raise faults[0]

    def _answer(self, step: Heavy, ended: Future[object]) -> object:
        try:
            return ended.result()
        except YesIfError as fault:
            if step.give_up is None or isinstance(fault, DiskFull | Halted):
                raise
            if may_go_better(fault) and queries.failures(self.job_id) + 1 < self._attempts:
                raise
            return step.give_up(reason(fault))

    def _finish(self, name: str, output: object, commit: Callable[[Any], None] | None) -> None:
        kept = json.loads(json.dumps(output))
        with transaction.atomic():
            jobs.fence(job_id=self.job_id, lease=self._lease)
            if commit is not None:
                commit(kept)
            jobs.finish_step(job_id=self.job_id, lease=self._lease, name=name, output=kept, now=self.now())
        # A crash after this line is clean: the step, its effects and its output are on the disk together.
        self._done[name] = kept


@dataclass(frozen=True, slots=True)
class Workflow:
    """A registered workflow. `when_failed(args, reason, now)` runs in the transaction that sets a job aside."""

    name: str
    fn: Callable[[Run], object]
    attempts: int = 3
    every: timedelta | None = None
    when_failed: Callable[[Mapping[str, Any], str, datetime], None] | None = None

    def enqueue(
        self, *, key: str, args: Mapping[str, object], now: datetime, run_at: datetime | None = None, priority: int = 0
    ) -> str:
        """Ask for one run, in the caller's transaction; returns the job's id. The same key twice is one job."""
        return jobs.enqueue(
            workflow=self.name, key=key, args=args, now=now, run_at=run_at, priority=priority, attempts=self.attempts
        )


_workflows: dict[str, Workflow] = {}


def workflow(
    name: str,
    *,
    attempts: int = 3,
    every: timedelta | None = None,
    when_failed: Callable[[Mapping[str, Any], str, datetime], None] | None = None,
) -> Callable[[Callable[[Run], object]], Workflow]:
    """Register a function as the workflow `name`. With `every`, one run is started each period, by any one worker."""

    def register(fn: Callable[[Run], object]) -> Workflow:
        if name in _workflows and _workflows[name].fn.__module__ != fn.__module__:
            raise ValueError(f"two workflows are named {name!r}")
        _workflows[name] = Workflow(name, fn, attempts, every, when_failed)
        return _workflows[name]

    return register


def enqueue(flow: Workflow, *, key: str, args: Mapping[str, object], now: datetime) -> str:
    """`flow.enqueue(…)`, said the other way round."""
    return flow.enqueue(key=key, args=args, now=now)


def status(key: str) -> JobSeen | None:
    """How the job of that key stands: state, progress in per cent, note, error, output. None: never asked for."""
    return queries.seen(key)


def cancel(key: str, *, now: datetime) -> None:
    """Ask a job to stop. Raises NotFound."""
    jobs.cancel(key=key, now=now)


def retry(key: str, *, now: datetime) -> None:
    """Take up a failed or cancelled job where it stopped. Raises NotFound."""
    jobs.retry(key=key, now=now)


# --- for workers ---


def claim(*, worker: str, now: datetime, lease: timedelta = LEASE) -> Claimed | None:
    """The next job to work on, if there is one. Starts repeating workflows that are due."""
    start_due_turns(now)
    if not queries.is_something_due(_workflows, now):
        return None
    return jobs.claim(workflows=list(_workflows), worker=worker, now=now, lease=lease)


def start_due_turns(now: datetime) -> None:
    """Enqueue the repeating workflows whose time has come, and forget their turns of some days ago."""
    repeating = {name: flow.every for name, flow in _workflows.items() if flow.every is not None}
    for name in queries.due_periods(repeating, now):
        with transaction.atomic():
            if jobs.take_turn(workflow=name, every=repeating[name], now=now):
                _workflows[name].enqueue(key=f"{name}:{now.isoformat()}", args={}, now=now)
                jobs.forget(ended_before=now - KEEP_TURNS, workflows=[name])


def renew(claimed: Claimed, grip: Grip, *, until: datetime) -> None:
    """Hold on to a job; tells `grip` where that failed or the job is asked to stop."""
    try:
        grip.cancelled = jobs.renew(job_id=claimed.job_id, lease=claimed.lease, until=until)
    except LeaseLost:
        grip.lost = True
    if grip.lost or grip.cancelled:
        grip.halt.set()


def bury(dead: Callable[[str], bool], now: datetime) -> int:
    """End the leases of workers that `dead` knows to be dead. Returns how many jobs came free."""
    return sum(jobs.expire(worker=name, now=now) for name in queries.holders() if dead(name))


def is_idle(now: datetime) -> bool:
    """Is nothing in work, and nothing due within five minutes?"""
    return not queries.is_anything_open(_workflows, due_before=now + timedelta(minutes=5))


def work_on(claimed: Claimed, *, runner: Runner, clock: Clock, grip: Grip | None = None) -> None:
    """Run a claimed job until it is done, set aside, or let go. Never raises for what the job does."""
    flow = _workflows[claimed.workflow]
    try:
        output = _outcome(flow, claimed, runner, clock, grip or Grip())
        if not isinstance(output, Exception):
            jobs.done(job_id=claimed.job_id, lease=claimed.lease, output=output, now=clock.now())
            return
        logger.info("job let go", extra={"job": claimed.job_id, "workflow": flow.name, "fault": where(output)})
        _settle(flow, claimed, output, clock.now())
    except LeaseLost:
        logger.warning("a job was taken over", extra={"job": claimed.job_id})
    except DatabaseError:
        # Nothing can be written down now; the lease runs out, and the next holder goes on from the last finished step.
        logger.warning("a job could not be settled", extra={"job": claimed.job_id})
    finally:
        _clear(claimed.job_id)


def run_until_idle(*, runner: Runner, clock: Clock, worker: str = "inline", limit: int = 1000) -> int:
    """Work on due jobs, one after the other, in this thread, until none is due. Returns how many runs there were."""
    for count in range(limit):
        claimed = claim(worker=worker, now=clock.now(), lease=timedelta(hours=12))
        if claimed is None:
            return count
        work_on(claimed, runner=runner, clock=clock)
    return limit


def _outcome(flow: Workflow, claimed: Claimed, runner: Runner, clock: Clock, grip: Grip) -> object:
    """The function's output, or the exception that ended it."""
    if claimed.lost >= LOST_LIMIT:
        return Poison(f"Its worker died {claimed.lost} times in a row on the same step.")
    try:
        return flow.fn(Run(claimed, runner=runner, clock=clock, grip=grip))
    except Exception as fault:  # outer edge of a job: whatever it met is written on the job
        return fault


def _settle(flow: Workflow, claimed: Claimed, fault: Exception, now: datetime) -> None:
    """Write down how a job that raised goes on."""
    job, lease = claimed.job_id, claimed.lease
    if isinstance(fault, LeaseLost):
        raise fault
    if isinstance(fault, Cancelled):
        jobs.cancelled(job_id=job, lease=lease, now=now)
    elif (wait := uncounted_wait(fault)) is not None:
        jobs.again(job_id=job, lease=lease, at=now + wait, why=reason(fault) if wait else "", counts=False)
    elif may_go_better(fault) and (failed := queries.failures(job) + 1) < claimed.attempts:
        pause = timedelta(seconds=2 ** min(failed, 8))
        jobs.again(job_id=job, lease=lease, at=now + pause, why=reason(fault), counts=True)
    else:
        with transaction.atomic():
            jobs.fail(job_id=job, lease=lease, why=reason(fault), now=now)
            if flow.when_failed is not None:
                flow.when_failed(claimed.args, reason(fault), now)


def _outside_transactions() -> None:
    """Compute inside a transaction would hold the one write lock of SQLite for its whole length."""
    if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
        raise RuntimeError("a step runs outside transactions; give its writes to it as `commit`")


def _folders() -> Path:
    return Path(settings.DATA) / "work"


def _clear(job_id: str) -> None:
    for folder in _folders().glob(f"{job_id}-*"):
        shutil.rmtree(folder, ignore_errors=True)  # a zombie of ours may still write; what it writes is not used

"""Change a job: every change by a worker names its lease's number and is refused once another has taken over."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import Case, F, QuerySet, When

from yesif.apps.jobs.models import Job, Period, Step
from yesif.apps.jobs.queries import claimable
from yesif.base.errors import Conflict, NotFound

_Row = TypeVar("_Row", Job, Period)


SUSPECT = 3
"""Leases lost in a row on one step that make a job wait behind the others."""


class LeaseLost(Conflict):
    """Another worker has taken the job over; nothing of this one counts any more."""

    def __init__(self) -> None:
        super().__init__("Another worker has taken this job over.")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job now held under lease number `lease`. `lost`: leases that ran out since a step was last finished."""

    job_id: str
    workflow: str
    key: str
    args: Mapping[str, object]
    lease: int
    lost: int
    attempts: int


def enqueue(
    *,
    workflow: str,
    key: str,
    args: Mapping[str, object],
    now: datetime,
    run_at: datetime | None = None,
    priority: int = 0,
    attempts: int = 3,
) -> str:
    """Ask for one run, in the caller's transaction; returns the job's id. The same key twice is one job."""
    job, _ = Job.objects.get_or_create(
        key=key,
        defaults={
            "workflow": workflow,
            "args": dict(args),
            "made_at": now,
            "run_at": run_at or now,
            "priority": priority,
            "attempts": attempts,
        },
    )
    return job.id


@transaction.atomic
def claim(*, workflows: Collection[str], worker: str, now: datetime, lease: timedelta) -> Claimed | None:
    """Take the next due job, or one whose holder let its lease run out; None where there is none. Locks its row."""
    # What has lost its worker again and again waits behind the rest: if it kills workers, it cannot starve the others.
    suspect = Case(When(lost__gte=SUSPECT, then=1), default=0)
    job = _locked(Job.objects.filter(claimable(workflows, now)).order_by(suspect, "-priority", "run_at", "id"))
    if job is None:
        return None
    job.lost += job.state == "leased"  # whoever held it died or slept through its lease
    job.state, job.lease, job.lease_until, job.worker = "leased", job.lease + 1, now + lease, worker
    job.save(update_fields=["lost", "state", "lease", "lease_until", "worker"])
    return Claimed(job.id, job.workflow, job.key, job.args, job.lease, job.lost, job.attempts)


def renew(*, job_id: str, lease: int, until: datetime) -> bool:
    """Hold on until `until`; returns whether the job is asked to stop. Raises LeaseLost."""
    if not _held(job_id, lease).update(lease_until=until):
        raise LeaseLost
    return Job.objects.filter(pk=job_id, cancel_asked=True).exists()


def fence(*, job_id: str, lease: int) -> None:
    """Hold the job's row to the end of the caller's transaction, or raise LeaseLost: then nothing is committed."""
    if not _held(job_id, lease).select_for_update().values_list("pk", flat=True).first():
        raise LeaseLost


def finish_step(*, job_id: str, lease: int, name: str, output: object, now: datetime) -> None:
    """Write down that a step is finished; call it in the transaction of the step's own effects, after `fence`."""
    Step.objects.create(job_id=job_id, name=name, output=output, at=now)
    Job.objects.filter(pk=job_id).exclude(failures=0, lost=0).update(failures=0, lost=0)


def progress(*, job_id: str, lease: int, percent: int, note: str) -> None:
    """Say how far the job is. Raises LeaseLost."""
    if not _held(job_id, lease).update(progress=max(0, min(100, percent)), progress_note=note[:120]):
        raise LeaseLost


def done(*, job_id: str, lease: int, output: object, now: datetime) -> None:
    """The job is finished. Raises LeaseLost."""
    _end(job_id, lease, state="done", output=output, progress=100, progress_note="", error="", ended_at=now)


def again(*, job_id: str, lease: int, at: datetime, why: str, counts: bool) -> None:
    """Let go of the job until `at`. `counts`: this was an error, one of `attempts`. Raises LeaseLost."""
    failures = F("failures") + (1 if counts else 0)
    _end(job_id, lease, state="ready", run_at=at, error=why, failures=failures)


def fail(*, job_id: str, lease: int, why: str, now: datetime) -> None:
    """Set the job aside, with its reason. Raises LeaseLost."""
    _end(job_id, lease, state="failed", error=why, ended_at=now)


def cancelled(*, job_id: str, lease: int, now: datetime) -> None:
    """The job has stopped because it was asked to. Raises LeaseLost."""
    _end(job_id, lease, state="cancelled", ended_at=now)


@transaction.atomic
def cancel(*, key: str, now: datetime) -> None:
    """Ask a job to stop: at once where nobody holds it, else when its holder renews. Ended jobs stay as they are."""
    job = Job.objects.select_for_update().filter(key=key).first()
    if job is None:
        raise NotFound
    if job.state == "ready":
        Job.objects.filter(pk=job.pk).update(state="cancelled", ended_at=now)
    elif job.state == "leased":
        Job.objects.filter(pk=job.pk).update(cancel_asked=True)


@transaction.atomic
def retry(*, key: str, now: datetime) -> None:
    """Take up a failed or cancelled job again where it stopped. Open and finished jobs stay as they are."""
    job = Job.objects.select_for_update().filter(key=key).first()
    if job is None:
        raise NotFound
    if job.state in ("failed", "cancelled"):
        Job.objects.filter(pk=job.pk).update(
            state="ready", run_at=now, failures=0, lost=0, error="", ended_at=None, cancel_asked=False
        )


def expire(*, worker: str, now: datetime) -> int:
    """End the leases of a worker known to be dead, so that nobody waits for the clock. Returns how many."""
    return Job.objects.filter(state="leased", worker=worker).update(lease_until=now - timedelta(seconds=1))


@transaction.atomic
def take_turn(*, workflow: str, every: timedelta, now: datetime) -> bool:
    """Is it this caller's turn to start a repeating workflow? True for exactly one caller a period."""
    Period.objects.get_or_create(workflow=workflow, defaults={"next_at": now})
    due = _locked(Period.objects.filter(workflow=workflow, next_at__lte=now))
    if due is None:
        return False
    # From now, not from next_at: after a night switched off, one turn follows and not a hundred.
    due.next_at = now + every
    due.save(update_fields=["next_at"])
    return True


def forget(*, ended_before: datetime, workflows: Iterable[str]) -> int:
    """Delete jobs of these workflows that ended well before then. Returns how many."""
    gone = Job.objects.filter(workflow__in=workflows, state="done", ended_at__lt=ended_before)
    return gone.delete()[1].get("jobs.Job", 0)


def _held(job_id: str, lease: int) -> QuerySet[Job]:
    return Job.objects.filter(pk=job_id, lease=lease, state="leased")


def _end(job_id: str, lease: int, **changes: object) -> None:
    if not _held(job_id, lease).update(lease_until=None, worker="", **changes):
        raise LeaseLost


def _locked(rows: QuerySet[_Row]) -> _Row | None:
    """The first row, locked; rows another worker is just taking are passed over (SQLite has one writer: none are)."""
    return rows.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked).first()

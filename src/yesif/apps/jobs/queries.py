"""How jobs stand: for pages, for the engine, and for whoever asks why something failed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from yesif.apps.jobs.models import Job, Period, Step


@dataclass(frozen=True, slots=True)
class JobSeen:
    """How one job stands. `progress` is in per cent; `error` is a sentence, empty where nothing went wrong."""

    state: str
    progress: int
    note: str
    error: str
    output: object = None


def seen(key: str) -> JobSeen | None:
    """The job of that key, or None."""
    job = Job.objects.filter(key=key).first()
    return JobSeen(job.state, job.progress, job.progress_note, job.error, job.output) if job else None


def claimable(workflows: Collection[str], now: datetime) -> Q:
    """Due and free, or held under a lease that ran out."""
    return Q(workflow__in=workflows) & (Q(state="ready", run_at__lte=now) | Q(state="leased", lease_until__lt=now))


def is_something_due(workflows: Collection[str], now: datetime) -> bool:
    """May a claim find something? A read, so that idle workers take no write lock."""
    return Job.objects.filter(claimable(workflows, now)).exists()


def is_anything_open(workflows: Collection[str], *, due_before: datetime) -> bool:
    """Is any job of these workflows held, or due before then?"""
    open_ = Q(state="leased") | Q(state="ready", run_at__lt=due_before)
    return Job.objects.filter(open_, workflow__in=workflows).exists()


def finished_steps(job_id: str) -> dict[str, object]:
    """Outputs of the finished steps, by name."""
    return dict(Step.objects.filter(job_id=job_id).values_list("name", "output"))


def failures(job_id: str) -> int:
    """Errors since a step was last finished."""
    return Job.objects.values_list("failures", flat=True).get(pk=job_id)


def holders() -> set[str]:
    """The workers that hold a lease."""
    return set(Job.objects.filter(state="leased").values_list("worker", flat=True))


def due_periods(workflows: Iterable[str], now: datetime) -> list[str]:
    """Repeating workflows that are due, or were never planned."""
    planned = dict(Period.objects.values_list("workflow", "next_at"))
    return [name for name in workflows if name not in planned or planned[name] <= now]

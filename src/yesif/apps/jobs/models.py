"""Durable work: a job, its finished steps, and who holds it.

ready → leased → done | failed | cancelled. A lease ends by time; every commit of a step carries the lease's number, so
a worker that woke too late is refused (fencing).
"""

from typing import ClassVar

from django.db import models

from yesif.base import ids


def _job_id() -> str:
    return ids.new("job")


class Job(models.Model):
    """One run of a workflow."""

    # What was asked: written once, by enqueue.
    id = models.CharField(primary_key=True, max_length=30, default=_job_id, editable=False)
    workflow = models.CharField(max_length=60)
    key = models.CharField(max_length=120, unique=True)  # enqueueing the same key twice is one job
    args = models.JSONField(default=dict)
    priority = models.SmallIntegerField(default=0)  # higher goes first
    attempts = models.PositiveSmallIntegerField(default=3)  # errors in a row before it is set aside
    made_at = models.DateTimeField()

    # How it stands: changed only by claim, and by whoever holds the lease of that number.
    state = models.CharField(max_length=10, default="ready")
    run_at = models.DateTimeField()
    lease = models.BigIntegerField(default=0)  # fencing number: +1 at every claim
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=120, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)  # errors since a step was last finished
    lost = models.PositiveSmallIntegerField(default=0)  # leases that ran out since a step was last finished
    progress = models.PositiveSmallIntegerField(default=0)  # per cent
    progress_note = models.CharField(max_length=120, blank=True)
    error = models.TextField(blank=True)
    output = models.JSONField(null=True)
    ended_at = models.DateTimeField(null=True)

    # What people ask of it meanwhile.
    cancel_asked = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["state", "-priority", "run_at"], name="next_job")]

    def __str__(self) -> str:
        return self.id


class Step(models.Model):
    """A finished step: its output is kept, and it is never run again for this job."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=80)
    output = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["job", "name"], name="a_step_is_finished_once")
        ]

    def __str__(self) -> str:
        return f"{self.job_id} {self.name}"


class Period(models.Model):
    """When a repeating workflow is due next."""

    workflow = models.CharField(primary_key=True, max_length=60)
    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.workflow

"""Releases: what was built, for which use, and who it left out."""

from typing import ClassVar

from django.db import models

from yesif.apps.casting.models import Project
from yesif.apps.people.models import Person
from yesif.base import ids


def _release_id() -> str:
    return ids.new("rel")


class Release(models.Model):
    """One immutable set of performances for one use, named by its digest once it is published."""

    id = models.CharField(primary_key=True, max_length=30, default=_release_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="releases")
    requested_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    use = models.JSONField()  # what, where, licensee, starts, ends, territory, as core.policy reads them
    line = models.CharField(max_length=64)  # project, what, where and licensee: releases of one line share pseudonyms
    # building → published | empty (nothing may be released for this use) | failed, with its reason
    state = models.CharField(max_length=10, default="building", db_index=True)
    reason = models.CharField(max_length=300, blank=True)
    digest = models.CharField(max_length=64, blank=True)  # SHA-256 of SHA256SUMS
    folder = models.CharField(max_length=500, blank=True)
    counts = models.JSONField(default=dict)  # reason → performances left out
    samples = models.PositiveIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-made_at", "-id"]

    def __str__(self) -> str:
        return self.id


class Pseudonym(models.Model):
    """The number under which a line of releases knows a performer, session or take. It joins to no other line."""

    line = models.CharField(max_length=64)
    kind = models.CharField(max_length=9, choices=[(k, k) for k in ("performer", "session", "take")])
    subject = models.CharField(max_length=30)
    number = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["line", "kind", "subject"], name="one_number_per_subject"),
            models.UniqueConstraint(fields=["line", "kind", "number"], name="one_subject_per_number"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class Inclusion(models.Model):
    """That a performance is in a published release: how a performer finds every release of theirs."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="inclusions")
    performance = models.CharField(max_length=30, db_index=True)
    sample = models.CharField(max_length=60)  # the sample's name in the release
    config = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["release", "performance"], name="a_performance_is_in_a_release_once")
        ]

    def __str__(self) -> str:
        return self.sample

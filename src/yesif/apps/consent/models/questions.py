"""One question to one performer about one licence: what "ask me" becomes. Silence at the deadline is no."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from yesif.apps.consent.models.grants import Grant
from yesif.apps.people.models import Person
from yesif.base import ids


def _question_id() -> str:
    return ids.new("que")


class Question(models.Model):
    """A use a licensee asks for, put to one performer. `subject` is the licence's id: one question for each."""

    id = models.CharField(primary_key=True, max_length=30, default=_question_id, editable=False)
    subject = models.CharField(max_length=30)
    performer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="questions")
    # the use as it was put, word for word
    what = models.CharField(max_length=40)
    where = models.CharField(max_length=40)
    uses_version = models.CharField(max_length=20)
    licensee = models.CharField(max_length=250)
    description = models.TextField(blank=True)
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    territories = models.JSONField(default=list)
    form = models.CharField(max_length=12)
    price_minor = models.PositiveIntegerField(null=True)  # minor units for one minute of one performance
    price_currency = models.CharField(max_length=3, blank=True)
    performances = models.PositiveIntegerField(default=0)  # how many of theirs the licence would reach
    # when, and what was said
    asked_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    told_at = models.DateTimeField(null=True)  # the letter left
    answer = models.CharField(max_length=3, blank=True, choices=[("yes", "yes"), ("no", "no"), ("", "no answer")])
    answered_at = models.DateTimeField(null=True)
    grant = models.OneToOneField(Grant, on_delete=models.PROTECT, null=True, related_name="question")

    class Meta:
        ordering: ClassVar[list[str]] = ["answer_by", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["subject", "performer"], name="one_question_about_a_licence"),
            models.CheckConstraint(condition=Q(answer_by__gt=F("asked_at")), name="a_question_leaves_time"),
        ]

    def __str__(self) -> str:
        return self.id

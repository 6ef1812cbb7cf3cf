"""Projects, offers and bookings: who plays for whom, on which terms."""

from typing import ClassVar

from django.db import models

from yesif.apps.decks.models import Deck
from yesif.apps.people.models import Person
from yesif.base import ids


def _project_id() -> str:
    return ids.new("prj")


def _booking_id() -> str:
    return ids.new("bkg")


class Project(models.Model):
    """A producer's body of work. Its core use is stated and priced in the offer; accepting licenses that only."""

    id = models.CharField(primary_key=True, max_length=30, default=_project_id, editable=False)
    producer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="projects")
    title = models.CharField(max_length=200)
    about = models.TextField(blank=True)
    core_what = models.CharField(max_length=40)
    core_where = models.CharField(max_length=40)
    licensee = models.CharField(max_length=120, blank=True)  # empty reads "not known yet"
    core_ends = models.DateField()
    fee_minor = models.PositiveIntegerField(default=0)  # minor units of `currency` per hour, set-up and review included
    currency = models.CharField(max_length=3, default="EUR")
    decks = models.ManyToManyField(Deck, related_name="projects")
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.id


class Booking(models.Model):
    """Terms put to one performer (an offer until accepted). Terms are copied: a changed project changes none."""

    id = models.CharField(primary_key=True, max_length=30, default=_booking_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="bookings")
    performer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="bookings")
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(default=60)
    core_what = models.CharField(max_length=40)
    core_where = models.CharField(max_length=40)
    licensee = models.CharField(max_length=120, blank=True)
    core_ends = models.DateField()
    fee_minor = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    offered_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["starts_at", "id"]

    def __str__(self) -> str:
        return self.id

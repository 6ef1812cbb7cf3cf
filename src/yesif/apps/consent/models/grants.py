"""What performers said yes and no to, on which conditions, and until when. Nothing here is ever changed, only added.

Rows mirror `core/policy/grants.py`, one question a row and one name a row, so that a decision can also be taken by SQL
over a million performances. Withdrawals and sealed spans are facts of the performance: `footage` keeps them.
"""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from yesif.apps.casting.models import Booking, Project
from yesif.apps.people.models import Person
from yesif.base import ids


def _grant_id() -> str:
    return ids.new("grt")


def _choices(*names: str) -> list[tuple[str, str]]:
    return [(name, name) for name in names]


class Grant(models.Model):
    """One set of answers of one performer. `replaced_by` is the grant that took its place, if any."""

    id = models.CharField(primary_key=True, max_length=30, default=_grant_id, editable=False)
    performer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="grants")
    given_at = models.DateTimeField()
    until = models.DateTimeField()  # there is no "forever"
    uses_version = models.CharField(max_length=20)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    # reach: every performance; one project's core use, by accepting a booking; the performances among its names; every
    # performance for one licensee, by a Yes to one question; a copy of voice or face, on its own form
    reach = models.CharField(max_length=12, choices=_choices("standing", "core", "performances", "asked", "copy"))
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, related_name="core_grants")
    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, null=True, related_name="core_grant")
    # conditions
    form = models.CharField(max_length=12, choices=_choices("recording", "measurements"))
    partner = models.BooleanField(default=False)
    on_revoke = models.CharField(max_length=10, choices=_choices("stop-new", "retire", "destroy"))
    credit = models.CharField(max_length=10, choices=_choices("no-name", "stage-name"))
    floor_minor = models.PositiveIntegerField(null=True)  # minor units for one minute of one performance
    floor_currency = models.CharField(max_length=3, blank=True)
    # a copy of a voice or face: what was confirmed, and when for the second time
    copy_description = models.TextField(blank=True)
    copy_confirmed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["given_at", "id"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["performer", "reach"], name="grants_of_one")]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(until__gt=F("given_at")) & Q(until__lte=F("given_at") + timedelta(days=1827)),
                name="a_grant_ends_within_five_years",
            ),
            models.CheckConstraint(
                condition=Q(reach="core", project__isnull=False, booking__isnull=False)
                | (~Q(reach="core") & Q(project__isnull=True, booking__isnull=True)),
                name="a_core_grant_has_its_booking",
            ),
        ]

    def __str__(self) -> str:
        return self.id


class GrantItem(models.Model):
    """One question that was shown, and its answer; "" where it was left open, which counts as no."""

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="items")
    item = models.CharField(max_length=40)
    answer = models.CharField(max_length=3, blank=True, choices=[*_choices("yes", "ask", "no"), ("", "no answer")])

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["item", "answer", "grant"], name="who_said_what")]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["grant", "item"], name="one_answer_per_question")
        ]

    def __str__(self) -> str:
        return f"{self.grant_id} {self.item} {self.answer}"


class GrantName(models.Model):
    """One name in a condition: a licensee allowed or refused, a territory, a part held back, a performance reached."""

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="names")
    kind = models.CharField(
        max_length=12, choices=_choices("allowed", "refused", "territory", "held-back", "performance")
    )
    name = models.CharField(max_length=250, blank=True)  # licensees in the one form `licensee_key` gives

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["grant", "kind", "name"], name="one_name_once_in_a_condition")
        ]

    def __str__(self) -> str:
        return f"{self.grant_id} {self.kind}"


class Revocation(models.Model):
    """The end of a grant's yes. Its no stays said until the same question is answered anew."""

    grant = models.OneToOneField(Grant, on_delete=models.PROTECT, related_name="revocation")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.grant_id} ended"

"""A seat that performers appoint, such as a union's, and the pauses it puts on new licences for its members (D10)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from yesif.apps.people.models import Person
from yesif.base import ids


def _seat_id() -> str:
    return ids.new("sea")


class Seat(models.Model):
    """Someone outside the studio whom performers may appoint. It has no power over anyone who did not."""

    id = models.CharField(primary_key=True, max_length=30, default=_seat_id, editable=False)
    name = models.CharField(max_length=120, unique=True)
    holder = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="seats")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.id


class Appointment(models.Model):
    """A performer's word that this seat may pause new licences for them; theirs to end at any time."""

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="appointments")
    performer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="appointments")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["seat", "performer"], condition=Q(ended_at=None), name="a_seat_is_appointed_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.performer_id}"


class Suspension(models.Model):
    """No new licence for this performer, from `since` until `lifted_at`. Never changed but by being lifted, once."""

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="suspensions")
    performer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="suspensions")
    since = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["performer", "since"], name="pauses_of_one")]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["seat", "performer"], condition=Q(lifted_at=None), name="one_pause_of_a_seat_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None) | Q(lifted_at__gte=F("since")), name="a_pause_is_lifted_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.performer_id}"

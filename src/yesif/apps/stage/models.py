"""Sessions, scenes, and the server's own timeline of what happened in the room.

Times named `*_ns` are integer nanoseconds on the session clock (studio time − `opened_ns`), unless they say otherwise.
"""

from typing import ClassVar

from django.db import models

from yesif.apps.casting.models import Booking, Project
from yesif.apps.decks.models import Card, PersonaNote
from yesif.apps.people.models import Person
from yesif.base import ids


def _session_id() -> str:
    return ids.new("ses")


def _scene_id() -> str:
    return ids.new("scn")


def _case_id() -> str:
    return ids.new("cas")


class Session(models.Model):
    """One cast's booked meeting in a room."""

    id = models.CharField(primary_key=True, max_length=30, default=_session_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="sessions")
    number = models.PositiveIntegerField()  # 1, 2, 3 … within the studio: the S of a release's ids
    starts_at = models.DateTimeField()
    opened_ns = models.BigIntegerField(
        null=True
    )  # studio time at which the room first opened: zero of the session clock
    # lobby → countdown → playing → between → (countdown …) → ended
    phase = models.CharField(max_length=12, default="lobby")
    scene_order = models.PositiveSmallIntegerField(default=1)  # which of its scenes is on the table
    action_ns = models.BigIntegerField(null=True)  # session clock; set while counting down or playing
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["number"], name="session_numbers_are_unique")
        ]

    def __str__(self) -> str:
        return self.id


class Place(models.Model):
    """One performer's place in a session: position a, b, …"""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="places")
    performer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="places")
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, null=True, related_name="places")
    position = models.CharField(max_length=1)
    ready = models.BooleanField(default=False)
    device_check = models.JSONField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["session", "position"], name="one_performer_per_place"),
            models.UniqueConstraint(fields=["session", "performer"], name="one_place_per_performer"),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.position}"


class Scene(models.Model):
    """One card played within a session, in its order."""

    id = models.CharField(primary_key=True, max_length=30, default=_scene_id, editable=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="scenes")
    card = models.ForeignKey(Card, on_delete=models.PROTECT)
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar[list[str]] = ["order"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["session", "order"], name="one_scene_per_order")
        ]

    def __str__(self) -> str:
        return self.id


class Dealing(models.Model):
    """Which persona note one performer was told for one scene. Read only through `queries.private_note`."""

    scene = models.ForeignKey(Scene, on_delete=models.CASCADE, related_name="dealings")
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="dealings")
    note = models.ForeignKey(PersonaNote, on_delete=models.PROTECT)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["scene", "place"], name="one_note_per_performer_and_scene")
        ]

    def __str__(self) -> str:
        return f"{self.scene_id} {self.place_id}"


class Event(models.Model):
    """One event of the room, written by the server, on the session clock. Never changed."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveIntegerField()
    at_ns = models.BigIntegerField()
    kind = models.CharField(
        max_length=24
    )  # opened joined left checked card-shown ready countdown action cut next-card …
    who = models.ForeignKey(Person, on_delete=models.PROTECT, null=True)
    scene = models.ForeignKey(Scene, on_delete=models.CASCADE, null=True)
    body = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar[list[str]] = ["session", "seq"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["session", "seq"], name="events_are_numbered_once")
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.seq} {self.kind}"


class PlayAgain(models.Model):
    """Would this performer play with that one again? Read by matching only, shown to nobody: "never" is silent."""

    by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="answers_about_partners")
    about = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    answer = models.CharField(max_length=8)  # yes | not-now | never
    blocked = models.BooleanField(default=False)  # never matched, whatever is answered later
    answered_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["by", "about"], name="one_answer_about_a_partner")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class CareCase(models.Model):
    """A call for help from the room, or a report after it: for the care desk, with a clock, and for nobody else."""

    id = models.CharField(primary_key=True, max_length=30, default=_case_id, editable=False)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="care_cases")
    kind = models.CharField(max_length=6)  # help | report
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="care_cases")
    words = models.TextField(blank=True)
    evidence = models.JSONField(default=dict)  # what happened and which bytes there are, with its digest
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    answer = models.TextField(blank=True)
    looks = models.JSONField(default=list)  # who of the care desk looked at the films, and when: {"by", "at"}
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["due_at"]

    def __str__(self) -> str:
        return self.id


class RoomCheck(models.Model):
    """What a performer's last room check found, kept so that nobody checks twice what has not changed."""

    performer = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="room_check")
    found = models.JSONField()
    checked_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.pk)


class Presence(models.Model):
    """A stretch of time for which the server saw someone there: what paid minutes are counted from.

    Studio time. A stretch grows while its page is open; a hole makes a new one. `kind`: room, or what is done on a page
    of its own (training, review, labelling)."""

    performer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="presence")
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, null=True, related_name="presence")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, null=True, related_name="presence")
    kind = models.CharField(max_length=10, default="room")
    began_ns = models.BigIntegerField()
    last_ns = models.BigIntegerField()
    settled = models.BooleanField(default=False)  # paid up to here, and nothing new since

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["last_ns"], condition=models.Q(settled=False), name="presence_unsettled")
        ]

    def __str__(self) -> str:
        return f"{self.performer_id} {self.kind} {self.began_ns}"

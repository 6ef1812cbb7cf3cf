"""Projects and calls, offers and bookings, blocks and who comes: who plays for whom, when, on which terms.

Whoever says "I can't" is deleted from the block: there is no column in which an absence could stand.
"""

from typing import ClassVar

from django.db import models

from yesif.apps.decks.models import Deck
from yesif.apps.people.models import Person
from yesif.base import ids


def _project_id() -> str:
    return ids.new("prj")


def _booking_id() -> str:
    return ids.new("bkg")


def _offer_id() -> str:
    return ids.new("ofr")


def _block_id() -> str:
    return ids.new("blk")


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
    core_price_minor = models.PositiveIntegerField(default=0)  # the part of the fee that is for the core use
    currency = models.CharField(max_length=3, default="EUR")
    budget_minor = models.PositiveBigIntegerField(default=0)  # 0: not said
    hours = models.PositiveIntegerField(default=0)  # of played scenes it wants; 0: not said
    targets = models.JSONField(default=dict)  # what is counted → scenes wanted
    language = models.CharField(max_length=20, default="en")
    themes_out = models.JSONField(default=list)  # boundaries of content: themes it never deals
    most = models.PositiveSmallIntegerField(default=4)  # the heaviest card it deals
    gear = models.TextField(blank=True)
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
    offer = models.ForeignKey("Offer", on_delete=models.PROTECT, null=True, related_name="bookings")
    block = models.ForeignKey("Block", on_delete=models.PROTECT, null=True, related_name="bookings")

    class Meta:
        ordering: ClassVar[list[str]] = ["starts_at", "id"]

    def __str__(self) -> str:
        return self.id


class Call(models.Model):
    """A project's public invitation. Published only when every question the unions ask has its answer."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, primary_key=True, related_name="call")
    recorded_by = models.CharField(max_length=160, blank=True)  # who records
    answers = models.JSONField(default=dict)  # question → answer
    shape = models.TextField(blank=True)  # what a block is made of, in words
    closes_on = models.DateField(null=True)
    published_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.project_id


class Application(models.Model):
    """What one performer told this project of themselves. Access needs are for booking only, never for choosing."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="applications")
    performer = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="applications")
    applied_at = models.DateTimeField()
    playing_range = models.CharField(max_length=80, blank=True)
    availability = models.JSONField(default=list)  # "mon-evening" …
    access_needs = models.TextField(blank=True)
    about = models.TextField(blank=True)
    cells = models.JSONField(default=list)  # which of the project's targets they count for, by their own word
    not_now_at = models.DateTimeField(null=True)
    not_now_why = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "performer"], name="one_application_per_project")
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.performer_id}"


class Offer(models.Model):
    """The contract put to one performer, copied from the project. Each block they say yes to is a booking under it."""

    id = models.CharField(primary_key=True, max_length=30, default=_offer_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="offers")
    performer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="offers")
    core_what = models.CharField(max_length=40)
    core_where = models.CharField(max_length=40)
    licensee = models.CharField(max_length=120, blank=True)
    core_ends = models.DateField()
    fee_minor = models.PositiveIntegerField()
    core_price_minor = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3)
    offered_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # other terms took its place: a new buyer, or a new fee

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["project", "performer"],
                condition=models.Q(declined_at=None, ended_at=None),
                name="one_living_offer_per_project",
            )
        ]

    def __str__(self) -> str:
        return self.id


class SealedSheet(models.Model):
    """A performer's sheet (themes, limits, how heavy), encrypted. Deleting the row deletes all there is of it."""

    performer = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="sheet")
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return self.performer_id


class Block(models.Model):
    """A bookable stretch of time that holds several pairs."""

    id = models.CharField(primary_key=True, max_length=30, default=_block_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="blocks")
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    seats = models.PositiveSmallIntegerField()  # pairs
    understudies = models.PositiveSmallIntegerField()
    scenes = models.PositiveSmallIntegerField(default=3)  # cards dealt to a pair
    settled_at = models.DateTimeField(null=True)
    # Written once, when it is over: its understudies are paid and the rest of what was set aside is given back.
    paid_up_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["starts_at", "id"]

    def __str__(self) -> str:
        return self.id


class Coming(models.Model):
    """One performer's "I can" for one block. "I can't" deletes the row: nothing of it stays."""

    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="coming")
    performer = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="coming")
    said_at = models.DateTimeField()
    would_stand_by = models.BooleanField(default=False)
    stands_by = models.BooleanField(default=False)  # the block's understudy
    confirmed_at = models.DateTimeField(null=True)
    called_at = models.DateTimeField(null=True)  # an understudy was told to be ready
    here_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["block", "performer"], name="one_coming_per_block")
        ]

    def __str__(self) -> str:
        return f"{self.block_id} {self.performer_id}"


class Pairing(models.Model):
    """Two performers paired in a block; `session` is the stage's id once it is booked."""

    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="pairings")
    a = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    b = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    why = models.TextField()
    session = models.CharField(max_length=30, blank=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.block_id} {self.a_id} {self.b_id}"


class Wish(models.Model):
    """The producer's pin or forbid for two performers of a project. Neither overrules a performer's line."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="wishes")
    a = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    b = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    pinned = models.BooleanField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "a", "b"], name="one_wish_per_pair")
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.a_id} {self.b_id}"


class Reminder(models.Model):
    """One reminder that went out, by which way. It goes when the coming goes."""

    coming = models.ForeignKey(Coming, on_delete=models.CASCADE, related_name="reminders")
    hours = models.PositiveSmallIntegerField()  # before the start
    by = models.CharField(max_length=20)
    sent_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["coming", "hours", "by"], name="one_reminder_each_way")
        ]

    def __str__(self) -> str:
        return f"{self.coming_id} {self.hours} {self.by}"

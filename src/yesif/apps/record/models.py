"""The account of what happened: one line per fact, appended in the fact's own transaction.

A line shows a commitment, `SHA-256("yesif/1" ‖ salt ‖ canonical(body))`; body and salt stay beside it for those
concerned (RULES §5). A separate flow sequences lines into leaves
of the tree and gives each person's chain its next tag.
"""

from typing import ClassVar

from django.db import models


class Line(models.Model):
    """One event. Never changed, never deleted; body and salt may be destroyed, the commitment stays."""

    seq = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=32, db_index=True)
    at = models.DateTimeField()
    commitment = models.CharField(max_length=64)
    salt = models.BinaryField(max_length=32, null=True)
    body = models.JSONField(null=True)
    refs = models.JSONField(default=list)  # numbers of earlier lines
    sequenced = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["seq"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["seq"], condition=models.Q(sequenced=False), name="record_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"


class Concern(models.Model):
    """Whom a line is about: who may read its body."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="concerns")
    about = models.CharField(max_length=30, db_index=True)

    def __str__(self) -> str:
        return f"{self.line_id} {self.about}"


class RowOf(models.Model):
    """One row of a line: what it says of one person, for them alone (and an auditor)."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="rows")
    place = models.PositiveIntegerField()
    about = models.CharField(max_length=30, db_index=True)
    digest = models.CharField(max_length=64)  # stays when body and salt are destroyed, so that the root still adds up
    salt = models.BinaryField(max_length=32, null=True)
    body = models.JSONField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["line_id", "place"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["line", "place"], name="one_row_a_place")
        ]

    def __str__(self) -> str:
        return f"{self.line_id}/{self.place}"


class LeafRow(models.Model):
    """One leaf of the tree, at its index. Written once, by the sequencing flow; tiles are made of these bytes."""

    index = models.BigIntegerField(primary_key=True)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="leaves")
    content = models.BinaryField(max_length=8192)

    class Meta:
        ordering: ClassVar[list[str]] = ["index"]

    def __str__(self) -> str:
        return str(self.index)


class Chain(models.Model):
    """One person's chain: the key of their tags, how many lines they have, and the last of their leaves."""

    about = models.CharField(primary_key=True, max_length=30)
    key = models.BinaryField(max_length=32, null=True)  # destroyed with the person's keys: then nobody can tell
    n = models.BigIntegerField(default=0)
    last = models.BinaryField(max_length=32, default=b"")  # hash of the last leaf

    def __str__(self) -> str:
        return f"{self.about} {self.n}"


class Step(models.Model):
    """The n-th line of a chain: its leaf."""

    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="steps")
    n = models.BigIntegerField()
    leaf = models.ForeignKey(LeafRow, on_delete=models.PROTECT, related_name="steps")

    class Meta:
        ordering: ClassVar[list[str]] = ["chain_id", "n"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["chain", "n"], name="one_leaf_a_step")
        ]

    def __str__(self) -> str:
        return f"{self.chain_id} {self.n}"


class Head(models.Model):
    """The one row whose lock lets a single sequencer work, on whatever machine it runs."""

    size = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.size)


class Seat(models.Model):
    """An auditor's right to see the lines of one project, or of one performer, until a day."""

    auditor = models.CharField(max_length=30, db_index=True)
    subject = models.CharField(max_length=30, db_index=True)
    given_by = models.CharField(max_length=30, db_index=True)
    given_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    seed = models.CharField(max_length=32)  # draws the sample; on the record before anyone looked
    shared = models.JSONField(default=list)  # performances whose clip the performer lets this auditor see

    def __str__(self) -> str:
        return f"{self.auditor} {self.subject}"


class FindingRow(models.Model):
    """What an auditor found, and the answer. Its line on the record stays whatever the answer says."""

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="findings")
    check_name = models.CharField(max_length=20)
    line = models.BigIntegerField(null=True)  # index of the leaf
    sentence = models.TextField(max_length=1000)
    found_at = models.DateTimeField()
    answer = models.TextField(max_length=1000, blank=True)
    answered_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.pk} {self.check}"

"""The account of what happened: one line per fact, appended in the fact's own transaction.

A line shows a commitment, `SHA-256("yesif/1" ‖ salt ‖ canonical(body))`; body and salt stay beside it for those
concerned (RULES §5). Sequencing lines into the tree is a separate flow.
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

    class Meta:
        ordering: ClassVar[list[str]] = ["seq"]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"


class Concern(models.Model):
    """Whom a line is about: who may read its body."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="concerns")
    about = models.CharField(max_length=30, db_index=True)

    def __str__(self) -> str:
        return f"{self.line_id} {self.about}"

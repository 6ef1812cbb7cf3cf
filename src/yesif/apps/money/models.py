"""The books: entries and postings, append-only by database triggers (see migration 0002), and closed periods.

Amounts are whole micro-units (millionths of a minor unit). Balances are kept beside, moved in the entry's transaction.
"""

from typing import ClassVar

from django.db import models


class EntryRow(models.Model):
    """One balanced entry. Never changed, never deleted: corrections are reversals."""

    seq = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=120, unique=True)  # sending it twice is one entry
    currency = models.CharField(max_length=3)
    memo = models.CharField(max_length=40)
    reverses = models.CharField(max_length=120, null=True, unique=True)  # noqa: DJ001  NULL: many entries reverse nothing
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class PostingRow(models.Model):
    """One line of an entry. `line` is the record's line that caused it."""

    entry = models.ForeignKey(EntryRow, on_delete=models.PROTECT, related_name="postings")
    account = models.CharField(max_length=120, db_index=True)
    micro = models.BigIntegerField()
    line = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.entry_id} {self.account}"


class Close(models.Model):
    """A closed period: every entry up to `last_seq`, and the digest of every balance then; hashed onto the record."""

    seq = models.BigAutoField(primary_key=True)
    last_seq = models.BigIntegerField(unique=True)
    balances = models.CharField(max_length=64)
    entries = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["seq"]

    def __str__(self) -> str:
        return str(self.last_seq)

"""Wrapped keys. A destroyed one keeps its row without its bytes: nobody may ever be given a second one."""

from django.db import models


class PerformerKey(models.Model):
    """A performer's key, wrapped under the root key: the unit of erasure (RULES §6)."""

    performer = models.CharField(primary_key=True, max_length=30)
    wrapped = models.BinaryField(null=True)
    made_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.performer


class Box(models.Model):
    """The key of a performance's own blobs (`prf_…`), or of what a take holds of everyone in it (`tak_…`): nested under
    every owner's key, so that destroying any one of these destroys it."""

    id = models.CharField(primary_key=True, max_length=30)
    owners = models.JSONField()  # performers' ids
    wrapped = models.BinaryField(null=True)
    made_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "boxes"

    def __str__(self) -> str:
        return self.id

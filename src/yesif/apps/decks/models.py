"""Cards both partners see, and persona notes only one of them sees. A new version is a new row; old ones stay."""

from typing import ClassVar

from django.db import models

from yesif.base import ids


def _deck_id() -> str:
    return ids.new("dek")


def _card_id() -> str:
    return ids.new("crd")


def _note_id() -> str:
    return ids.new("nte")


class Deck(models.Model):
    """A set of scenarios and persona notes, one version of it."""

    id = models.CharField(primary_key=True, max_length=30, default=_deck_id, editable=False)
    key = models.CharField(max_length=80)
    version = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    language = models.CharField(max_length=20)
    licence = models.CharField(max_length=80, blank=True)
    vocabulary = models.JSONField(default=dict)
    rest = models.JSONField(default=dict)  # what else the deck says of itself: authorship, how it is dealt, safety
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["key", "version"], name="one_deck_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.version}"


class Card(models.Model):
    """One scenario. Title, relationship, where and moment_before are for both; each objective is for one side only."""

    id = models.CharField(primary_key=True, max_length=30, default=_card_id, editable=False)
    deck = models.ForeignKey(Deck, on_delete=models.CASCADE, related_name="cards")
    key = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    relationship = models.TextField()
    where = models.TextField()
    moment_before = models.TextField()
    objective_a = models.TextField()
    objective_b = models.TextField()
    intensity = models.PositiveSmallIntegerField(default=1)
    themes = models.JSONField(default=list)
    delivery = models.JSONField(default=list)
    rest = models.JSONField(default=dict)  # setting_mode, turn, landing, arc: kept whole for later pages

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["deck", "key"], name="one_card_once_in_a_deck")
        ]

    def __str__(self) -> str:
        return self.key


class PersonaNote(models.Model):
    """What one performer is told and the partner is not."""

    id = models.CharField(primary_key=True, max_length=30, default=_note_id, editable=False)
    deck = models.ForeignKey(Deck, on_delete=models.CASCADE, related_name="notes")
    key = models.CharField(max_length=80)
    content = models.JSONField()  # want, fear, voice, tell, under_pressure, softens_when, stance …, as the deck has it

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["deck", "key"], name="one_note_once_in_a_deck")
        ]

    def __str__(self) -> str:
        return self.key

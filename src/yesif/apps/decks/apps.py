"""Cards both partners see, and persona notes only one of them sees."""

from django.apps import AppConfig


class Decks(AppConfig):
    name = "yesif.apps.decks"
    label = "decks"
    default_auto_field = "django.db.models.BigAutoField"

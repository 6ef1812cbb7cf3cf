"""Who takes part: people, their roles, and the sealed group each performer plays in."""

from django.apps import AppConfig


class People(AppConfig):
    name = "yesif.apps.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

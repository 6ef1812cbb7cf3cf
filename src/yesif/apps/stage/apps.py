"""Sessions, scenes, and the server's own timeline of what happened in the room."""

from django.apps import AppConfig


class Stage(AppConfig):
    name = "yesif.apps.stage"
    label = "stage"
    default_auto_field = "django.db.models.BigAutoField"

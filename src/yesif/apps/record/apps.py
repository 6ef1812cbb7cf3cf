"""The account of what happened: one line per fact, appended in the fact's own transaction."""

from django.apps import AppConfig


class Record(AppConfig):
    name = "yesif.apps.record"
    label = "record"
    default_auto_field = "django.db.models.BigAutoField"

"""Releases: what was built, for which use, and who it left out."""

from django.apps import AppConfig


class Market(AppConfig):
    name = "yesif.apps.market"
    label = "market"
    default_auto_field = "django.db.models.BigAutoField"

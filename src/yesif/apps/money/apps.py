"""The books, as a Django app."""

from django.apps import AppConfig


class Money(AppConfig):
    name = "yesif.apps.money"
    label = "money"
    default_auto_field = "django.db.models.BigAutoField"

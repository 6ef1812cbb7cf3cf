"""Projects, offers and bookings: who plays for whom, on which terms."""

from django.apps import AppConfig


class Casting(AppConfig):
    name = "yesif.apps.casting"
    label = "casting"
    default_auto_field = "django.db.models.BigAutoField"

"""What performers said yes and no to, when, and until when."""

from django.apps import AppConfig


class Consent(AppConfig):
    name = "yesif.apps.consent"
    label = "consent"
    default_auto_field = "django.db.models.BigAutoField"

"""Takes, performances and their tracks: what was sent, put together, measured and sealed."""

from django.apps import AppConfig


class Footage(AppConfig):
    name = "yesif.apps.footage"
    label = "footage"
    default_auto_field = "django.db.models.BigAutoField"

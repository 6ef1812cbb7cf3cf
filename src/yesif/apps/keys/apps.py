"""Django's entry for the keys app."""

from django.apps import AppConfig


class KeysConfig(AppConfig):
    """Keys at rest, and their end."""

    name = "yesif.apps.keys"

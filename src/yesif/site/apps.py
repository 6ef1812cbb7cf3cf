"""The site as a Django app, so that its start checks run."""

from django.apps import AppConfig


class Site(AppConfig):
    name = "yesif.site"
    label = "yesif_site"

    def ready(self) -> None:
        from yesif.site import checks  # noqa: F401  registers the checks once apps are loaded

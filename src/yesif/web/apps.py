"""Pages, templates and static files, as a Django app so that Django finds them."""

from django.apps import AppConfig


class Web(AppConfig):
    name = "yesif.web"
    label = "web"

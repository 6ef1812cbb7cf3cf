"""Addresses of C2SP tlog-tiles under /tlog/: checkpoint, tile/<L>/<N>[.p/<W>], tile/entries/<N>[.p/<W>]."""

from django.urls import URLPattern, URLResolver, path, re_path

from yesif.api.tlog import views

app_name = "tlog"

_NUMBER = r"(?:x[0-9]{3}/){0,6}[0-9]{3}"
_WIDTH = r"(?:\.p/(?:[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5]))?"

urlpatterns: list[URLPattern | URLResolver] = [
    path("checkpoint", views.checkpoint, name="checkpoint"),
    path("policy", views.policy, name="policy"),
    re_path(rf"^tile/(?P<path>(?:entries|[0-9]|[1-5][0-9]|6[0-3])/{_NUMBER}{_WIDTH})$", views.tile, name="tile"),
]

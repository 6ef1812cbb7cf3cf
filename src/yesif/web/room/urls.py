"""Addresses of the room door."""

from django.urls import URLPattern, URLResolver, include, path

from yesif.web.room import captions, pages

app_name = "room"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("yesif.web.room.upload_urls")),
    path("captions/<str:stamp>.js", captions.engine, name="captions-engine"),
    path("captions/<str:language>/<str:stamp>.tar.gz", captions.model, name="captions-model"),
    path("<str:session_id>", pages.room, name="room"),
]

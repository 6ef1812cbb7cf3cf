"""Addresses of the room door."""

from django.urls import URLPattern, URLResolver, include, path

from yesif.web.room import pages

app_name = "room"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("yesif.web.room.upload_urls")),
    path("<str:session_id>", pages.room, name="room"),
]

"""Addresses of the seat's door."""

from django.urls import URLPattern, URLResolver, path

from yesif.web.union import views

app_name = "union"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.seats, name="seats"),
    path("<str:seat_id>/suspend", views.suspend, name="suspend"),
    path("<str:seat_id>/resume", views.resume, name="resume"),
]

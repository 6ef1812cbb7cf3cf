"""Addresses of the auditor's door."""

from django.urls import URLPattern, URLResolver, path

from yesif.web.auditor import views

app_name = "auditor"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("seats/<int:seat_id>", views.seat, name="seat"),
    path("seats/<int:seat_id>/bundle.zip", views.bundle, name="bundle"),
    path("seats/<int:seat_id>/find", views.find, name="find"),
]

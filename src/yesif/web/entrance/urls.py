"""Addresses of the entrance door."""

from django.urls import URLPattern, URLResolver, path

from yesif.web import media
from yesif.web.entrance import question, views

app_name = "entrance"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("help", views.about_help, name="help"),
    path("shares", views.shares, name="shares"),
    path("sign-in", views.sign_in, name="sign-in"),
    path("sign-in/sent", views.sent, name="sent"),
    path("sign-in/<str:token>", views.link, name="link"),
    path("sign-out", views.sign_out, name="sign-out"),
    path("questions/<str:token>", question.question, name="question"),
    path("media/<str:token>", media.media, name="media"),
]

"""Addresses of a performer's answers; part of the performer door."""

from django.urls import URLPattern, URLResolver, path

from yesif.web.performer import answers

urlpatterns: list[URLPattern | URLResolver] = [
    path("answers", answers.answers, name="answers"),
    path("answers/meaning", answers.told, name="answers-meaning"),
    path("answers/<str:grant_id>/end", answers.end, name="answers-end"),
]

"""Addresses on which a producer invites auditors to a project; part of the producer's door."""

from django.urls import URLPattern, URLResolver, path

from yesif.web.auditor import given

urlpatterns: list[URLPattern | URLResolver] = [
    path("projects/<str:project_id>/auditors", given.of_project, name="auditors"),
    path("projects/<str:project_id>/auditors/change", given.change_for_project, name="auditors-change"),
]

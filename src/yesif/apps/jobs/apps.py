"""Durable work: a job, its finished steps, and who holds it."""

from django.apps import AppConfig


class Jobs(AppConfig):
    name = "yesif.apps.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"

"""The address of “Check it yourself”, open to anyone."""

from django.urls import URLPattern, URLResolver, path

from yesif.web.auditor.check import check

app_name = "audit"
urlpatterns: list[URLPattern | URLResolver] = [path("", check, name="check")]

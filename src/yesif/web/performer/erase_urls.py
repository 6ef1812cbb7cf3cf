"""The address of erasing oneself."""

from django.urls import URLPattern, URLResolver, path

from yesif.web.performer import erase

urlpatterns: list[URLPattern | URLResolver] = [path("erase", erase.page, name="erase")]

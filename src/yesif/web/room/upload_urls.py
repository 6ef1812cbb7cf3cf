"""Addresses of uploads, below the room's."""

from django.urls import URLPattern, path

from yesif.web.room import upload

urlpatterns: list[URLPattern] = [
    path("uploads", upload.collection, name="uploads"),
    path("uploads/<str:upload_id>", upload.one, name="upload"),
    path("uploads/<str:upload_id>/seal", upload.seal, name="upload-seal"),
]

"""Addresses of the performer's record, and of all that is logged about them."""

from django.urls import URLPattern, URLResolver, path

from yesif.web.auditor import given
from yesif.web.performer import record

urlpatterns: list[URLPattern | URLResolver] = [
    path("record", record.page, name="record"),
    path("record/<int:seq>", record.line, name="record-line"),
    path("record/<int:seq>.zip", record.receipt, name="record-receipt"),
    path("auditors", given.of_me, name="auditors"),
    path("auditors/change", given.change_for_me, name="auditors-change"),
    path("everything", record.everything, name="everything"),
]

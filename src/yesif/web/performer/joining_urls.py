"""Addresses of joining at the performer door: details, applying, contract, lines, calendar."""

from django.urls import URLPattern, path

from yesif.web.performer import calendar, joining, lines

urlpatterns: list[URLPattern] = [
    path("you", joining.you, name="you"),
    path("calls/<str:project_id>/apply", joining.apply, name="apply"),
    path("contracts/<str:offer_id>", joining.contract, name="contract"),
    path("contracts/<str:offer_id>/paper", joining.paper, name="contract-paper"),
    path("lines", lines.lines, name="lines"),
    path("lines/delete", lines.delete, name="delete-lines"),
    path("calendar", calendar.calendar, name="calendar"),
    path("blocks/<str:block_id>/can", calendar.can, name="can"),
    path("blocks/<str:block_id>/cannot", calendar.cannot, name="cannot"),
    path("blocks/<str:block_id>/confirm", calendar.confirm, name="confirm"),
    path("blocks/<str:block_id>/come-in", calendar.come_in, name="come-in"),
    path("blocks/<str:block_id>/block.ics", calendar.ics, name="ics"),
]

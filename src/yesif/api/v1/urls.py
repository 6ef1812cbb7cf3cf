"""Addresses for programs."""

from django.urls import URLPattern, URLResolver, path

from yesif.api.v1 import leases, notices, releases, reports

app_name = "v1"
urlpatterns: list[URLPattern | URLResolver] = [
    path("licences", releases.licences, name="licences"),
    path("releases/<str:release_id>", releases.files, name="files"),
    path("releases/<str:release_id>/withdrawn", releases.withdrawn, name="withdrawn"),
    path("releases/<str:release_id>/files/<path:path>", releases.file, name="file"),
    path("runs", leases.open_run, name="run"),
    path("runs/<str:run_id>/close", reports.close_run, name="close-run"),
    path("leases", leases.lease, name="lease"),
    path("notices", notices.feed, name="notices"),
    path("notices/<str:notice_id>/sign", notices.sign, name="sign-notice"),
    path("notices/<str:notice_id>/attest", notices.attest, name="attest-notice"),
    path("hook", notices.hook, name="hook"),
    path("purges", reports.purge, name="purge"),
]

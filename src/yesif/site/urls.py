"""Which door each address opens."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("yesif.web.entrance.urls")),
    path("tlog/", include("yesif.api.tlog.urls")),
    path("check", include("yesif.web.auditor.check_urls")),
    path("auditor/", include("yesif.web.auditor.urls")),
    path("room/", include("yesif.web.room.urls")),
    path("performer/", include("yesif.web.performer.urls")),
    path("producer/", include("yesif.web.producer.urls")),
    path("operator/", include("yesif.web.operator.urls")),
    path("union/", include("yesif.web.union.urls")),
    path("licensee/", include("yesif.web.licensee.urls")),
    path("api/v1/", include("yesif.api.v1.urls")),
]

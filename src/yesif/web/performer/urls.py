"""Addresses of the performer door."""

from django.urls import URLPattern, URLResolver, include, path

from yesif.web.performer import after, decisions, review, room_check, track, views

app_name = "performer"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("yesif.web.performer.joining_urls")),
    path("", views.home, name="home"),
    path("offers/<str:booking_id>", views.offer, name="offer"),
    path("takes", review.takes, name="takes"),
    path("takes/<str:performance_id>", review.page, name="review"),
    path("", include("yesif.web.performer.erase_urls")),
    path("takes/<str:performance_id>/picture", review.picture, name="picture"),
    path("takes/<str:performance_id>/track", track.page, name="track"),
    path("takes/<str:performance_id>/track.<str:form>", track.picture, name="track-picture"),
    path("takes/<str:performance_id>/measurements/delete", track.delete, name="delete-measurements"),
    path("takes/<str:performance_id>/seal", review.seal, name="seal"),
    path("takes/<str:performance_id>/together", review.together, name="together"),
    path("takes/<str:performance_id>/release", review.release, name="release"),
    path("takes/<str:performance_id>/withdraw", review.withdraw, name="withdraw"),
    path("sessions/<str:session_id>/curtain", after.curtain, name="curtain"),
    path("sessions/<str:session_id>/again", after.again, name="again"),
    path("sessions/<str:session_id>/block", after.block, name="block"),
    path("sessions/<str:session_id>/report", after.report, name="report"),
    path("decisions", decisions.decisions, name="decisions"),
    path("decisions/<str:ruling_id>", decisions.decision, name="decision"),
    path("room-check", room_check.page, name="room-check"),
    path("room-check/speed", room_check.speed, name="room-check-speed"),
    path("room-check/found", room_check.keep, name="room-check-found"),
    path("room-check/at-work", room_check.at_work, name="room-check-at-work"),
    path("seals/<int:span_id>/lift", review.lift, name="lift"),
    path("", include("yesif.web.performer.answers_urls")),
    path("", include("yesif.web.performer.record_urls")),
    path("", include("yesif.web.performer.money_urls")),
]

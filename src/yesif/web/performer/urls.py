"""Addresses of the performer door."""

from django.urls import URLPattern, URLResolver, include, path

from yesif.web.performer import review, views

app_name = "performer"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("offers/<str:booking_id>", views.offer, name="offer"),
    path("takes", review.takes, name="takes"),
    path("takes/<str:performance_id>", review.page, name="review"),
    path("takes/<str:performance_id>/picture", review.picture, name="picture"),
    path("takes/<str:performance_id>/seal", review.seal, name="seal"),
    path("takes/<str:performance_id>/together", review.together, name="together"),
    path("takes/<str:performance_id>/release", review.release, name="release"),
    path("takes/<str:performance_id>/withdraw", review.withdraw, name="withdraw"),
    path("seals/<int:span_id>/lift", review.lift, name="lift"),
    path("", include("yesif.web.performer.answers_urls")),
]

"""Addresses of the entrance door."""

from django.urls import URLPattern, URLResolver, path

from yesif.web import media
from yesif.web.entrance import answer, calls, passkeys, question, studio, views

app_name = "entrance"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("help", views.about_help, name="help"),
    path("shares", views.shares, name="shares"),
    path("sign-in", views.sign_in, name="sign-in"),
    path("sign-in/sent", views.sent, name="sent"),
    path("passkey/options", passkeys.sign_in_options, name="passkey-options"),
    path("passkey/sign-in", passkeys.sign_in, name="passkey-sign-in"),
    path("passkeys", passkeys.mine, name="passkeys"),
    path("passkeys/options", passkeys.add_options, name="passkeys-options"),
    path("passkeys/add", passkeys.add, name="add-passkey"),
    path("passkeys/<int:passkey_id>/remove", passkeys.remove, name="remove-passkey"),
    path("sign-in/<str:token>", views.link, name="link"),
    path("calls", calls.board, name="calls"),
    path("calls/<str:project_id>", calls.listing, name="listing"),
    path("calls/<str:project_id>/contract", calls.contract, name="listing-contract"),
    path("calls/<str:project_id>/apply", calls.apply, name="apply"),
    path("join/<str:token>", calls.join, name="join"),
    path("answer/<str:token>", answer.answer, name="answer"),
    path("found/<str:code>", studio.founding, name="founding"),
    path("studio", studio.studio, name="studio"),
    path("language", views.language, name="language"),
    path("sign-out", views.sign_out, name="sign-out"),
    path("questions/<str:token>", question.question, name="question"),
    path("media/<str:token>", media.media, name="media"),
]

"""Addresses of a performer's answers; part of the performer door."""

from django.urls import URLPattern, URLResolver, path

from yesif.web.performer import answers, copies, questions, receipts

urlpatterns: list[URLPattern | URLResolver] = [
    path("answers", answers.answers, name="answers"),
    path("answers/meaning", answers.told, name="answers-meaning"),
    path("answers/my-answers.odrl.jsonld", receipts.offer_file, name="answers-odrl"),
    path("answers/copies", copies.copies, name="copies"),
    path("answers/told", receipts.told, name="told"),
    path("answers/unions", receipts.unions, name="unions"),
    path("answers/unions/<str:seat_id>/appoint", receipts.appoint, name="appoint"),
    path("answers/unions/<str:seat_id>/leave", receipts.leave, name="leave"),
    path("answers/<str:grant_id>/end", answers.end, name="answers-end"),
    path("answers/<str:grant_id>/receipt", receipts.page, name="receipt"),
    path("answers/<str:grant_id>/receipt.jsonld", receipts.file, name="receipt-file"),
    path("questions", questions.questions, name="questions"),
    path("questions/<str:question_id>", questions.question, name="question"),
]

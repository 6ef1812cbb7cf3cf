"""Addresses of a producer's money; part of the producer door."""

from django.urls import URLPattern, URLResolver, path

from yesif.web.producer import money, work

urlpatterns: list[URLPattern | URLResolver] = [
    path("money", money.page, name="money"),
    path("money/projects/<str:project_id>", money.project, name="money-project"),
    path("money/projects/<str:project_id>/approve", money.approve, name="money-approve"),
    path("money/projects/<str:project_id>/claims/<int:claim_id>", money.claim, name="money-claim"),
    path("money/projects/<str:project_id>/work", work.page, name="work"),
    path("money/projects/<str:project_id>/worked/<int:entered_id>", work.answer, name="work-answer"),
    path("money/projects/<str:project_id>/worked/<int:entered_id>/back", work.take_back, name="work-back"),
    path("money/received", money.received, name="money-received"),
    path("money/projects/<str:project_id>/books.<str:form>", money.books, name="money-books"),
]

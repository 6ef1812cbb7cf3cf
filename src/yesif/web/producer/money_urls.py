"""Addresses of a producer's money; part of the producer door."""

from django.urls import URLPattern, URLResolver, path

from yesif.web.producer import money, pay

urlpatterns: list[URLPattern | URLResolver] = [
    path("money", money.page, name="money"),
    path("money/projects/<str:project_id>", money.project, name="money-project"),
    path("money/projects/<str:project_id>/claims/<int:claim_id>", money.claim, name="money-claim"),
    path("money/received", money.received, name="money-received"),
    path("money/books.<str:form>", money.books, name="money-books"),
    path("money/tax/<int:year>/<str:report>.csv", money.tax, name="money-tax"),
    path("pay", pay.page, name="pay"),
    path("pay/account", pay.account, name="pay-account"),
    path("pay/returned", pay.returned, name="pay-returned"),
    path("pay/<str:run_id>", pay.run, name="pay-run"),
    path("pay/<str:run_id>/file", pay.file, name="pay-file"),
]

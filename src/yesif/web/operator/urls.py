"""Addresses of the operator door."""

from django.urls import URLPattern, URLResolver, path

from yesif.web.operator import books, papers, pay

app_name = "operator"
urlpatterns: list[URLPattern | URLResolver] = [
    path("money", books.page, name="money"),
    path("money/books.<str:form>", books.whole, name="books"),
    path("money/tax/<int:year>", books.tax, name="tax"),
    path("money/tax/<int:year>/<str:report>.csv", books.tax_table, name="tax-table"),
    path("papers", papers.page, name="papers"),
    path("papers/<int:paper_id>", papers.paper, name="paper"),
    path("pay", pay.page, name="pay"),
    path("pay/account", pay.account, name="pay-account"),
    path("pay/returned", pay.returned, name="pay-returned"),
    path("pay/<str:run_id>", pay.run, name="pay-run"),
    path("pay/<str:run_id>/file", pay.file, name="pay-file"),
]

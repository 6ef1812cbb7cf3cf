"""Addresses of a performer's money; part of the performer door."""

from django.urls import URLPattern, URLResolver, path

from yesif.web.performer import missed, money, tax

urlpatterns: list[URLPattern | URLResolver] = [
    path("money", money.page, name="money"),
    path("money/account", money.account, name="money-account"),
    path("money/entered/<int:entered_id>", money.look, name="money-entered"),
    path("money/missed", missed.page, name="money-missed"),
    path("money/missed/<int:entered_id>/back", missed.take_back, name="money-missed-back"),
    path("money/tax", tax.page, name="money-tax"),
    path("money/lines.csv", money.table, name="money-table"),
    path("money/year/<int:year>", money.year_page, name="money-year"),
    path("money/year/<int:year>.json", money.year_file, name="money-year-file"),
    path("takes/<str:performance_id>/at-work", money.at_work, name="at-work"),
    path("money/line/<str:key>", money.line, name="money-line"),
]

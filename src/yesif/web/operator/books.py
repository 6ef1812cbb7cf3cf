"""The studio's books and tax lines: downloads for an accountant, and a year's lines to look at. Not a filing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from yesif.apps.money.queries import books, papers, taxes
from yesif.apps.people import queries as people
from yesif.base.errors import NotFound
from yesif.core.ledger import floors
from yesif.core.ledger.tax import REPORTS, report_of, table
from yesif.web.access import operators_only
from yesif.web.clock import CLOCK
from yesif.web.journals import journal_file


@require_GET
@operators_only
def page(request: HttpRequest) -> HttpResponse:
    """What can be taken away, and the floors with who has checked them."""
    year = CLOCK.now().year
    rows = sorted(floors.standard(), key=lambda row: (row.place, row.starts))
    context = {"years": [year, year - 1], "floors": rows}
    return render(request, "operator/money.html", context)


@require_GET
@operators_only
def whole(request: HttpRequest, form: str) -> HttpResponse:
    """The whole books for beancount or hledger: ids, no names."""
    return journal_file(form, books.dated_journal(), "yesif")


@require_GET
@operators_only
def tax(request: HttpRequest, year: int) -> HttpResponse:
    """A year's tax lines: who was sent what, what was kept back, which report the place belongs to."""
    if not 2000 <= year <= 9999:
        raise NotFound
    found = sorted(taxes.lines(year), key=lambda one: (report_of(one.place), one.performer, one.currency))
    names = people.stage_names({one.performer for one in found})
    rows = [(one, report_of(one.place), names.get(one.performer, "")) for one in found]
    context = {"year": year, "rows": rows, "reports": list(REPORTS)}
    return render(request, "operator/tax.html", context)


@require_GET
@operators_only
def tax_table(request: HttpRequest, year: int, report: str) -> HttpResponse:
    """One tax report's lines of a year, as a table: a help for filing, not a filing."""
    if report not in REPORTS or not 2000 <= year <= 9999:
        raise NotFound
    found = taxes.lines(year)
    numbers = papers.numbers({one.performer for one in found if report_of(one.place) == report})
    answer = HttpResponse(table(found, report, numbers), content_type="text/csv; charset=utf-8")
    answer["content-disposition"] = f'attachment; filename="yesif-{REPORTS[report][0]}-{year}.csv"'
    answer["cache-control"] = "no-store"
    return answer

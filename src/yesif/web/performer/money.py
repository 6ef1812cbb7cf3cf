"""A performer's money: what was earned, approved and paid, each line opened to what it came from; dispute;
statement."""

import csv
import io
import json
from datetime import date, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yesif.apps.casting import queries as casting
from yesif.apps.footage.queries import review
from yesif.apps.money.actions import fees, payees
from yesif.apps.money.queries import earnings, entered, payruns
from yesif.apps.money.queries import fees as rates
from yesif.apps.money.queries import payees as accounts
from yesif.apps.stage.actions import presence
from yesif.base.errors import BadInput, Conflict, NotFound
from yesif.core.ledger import statement
from yesif.core.ledger.payout.table import cell
from yesif.core.ledger.presence import words as minutes
from yesif.flows import pay_work
from yesif.web.access import performers_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK
from yesif.web.performer.money_forms import Account, Dispute

SHOWN = 60


@require_GET
@performers_only
def page(request: HttpRequest) -> HttpResponse:
    """Where the money is, when the next of it goes out, and every line."""
    who = viewer_id(request)
    found, by = earnings.lines(who), earnings.approved_by(who)
    pay_day = payruns.next_pay_day(CLOCK.now().date())
    context = {
        "standing": [
            (
                one,
                _goes_out(by.get(one.currency)),
                next(iter(payruns.due(one.currency, day=pay_day, performer=who)), None),
            )
            for one in earnings.standing(who)
        ],
        "lines": found[:SHOWN],
        "more": max(0, len(found) - SHOWN),
        "years": earnings.years(who),
        "account": accounts.payee(who),
        "pay_day": pay_day,
        "entered": entered.open_to(who),
    }
    return render(request, "performer/money.html", context)


def _goes_out(approved_by: datetime | None) -> date | None:
    """The pay day by which what is earned today will have gone out."""
    return payruns.next_pay_day(approved_by.date()) if approved_by else None


@require_http_methods(["GET", "POST"])
@performers_only
def line(request: HttpRequest, key: str) -> HttpResponse:
    """One line, opened; disputed here."""
    who = viewer_id(request)
    found = earnings.line(who, key)
    form = Dispute(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            fees.claim(
                fee_key=key,
                performer=who,
                claimed_ms=form.cleaned_data["minutes"] * 60_000,
                said=form.cleaned_data["said"],
                now=CLOCK.now(),
            )
        except (BadInput, Conflict) as wrong:
            form.add_error(None, aloud(wrong))
        else:
            messages.success(
                request,
                _(
                    "Disputed. What was counted is paid as it would have been. "
                    "If nobody answers in 72 hours, you get what you said."
                ),
            )
            return redirect("performer:money-line", key)
    context = {
        "one": found,
        "form": form,
        "booking": _booking(found, who),
        "lock": rates.lock_of(found.fee.booking) if found.fee else None,
        "length": minutes(found.fee.ms) if found.fee else "",
        "claimed": minutes(found.claim.claimed_ms) if found.claim else "",
        "given": minutes(found.claim.given_ms) if found.claim else "",
    }
    return render(request, "performer/money_line.html", context, status=400 if request.method == "POST" else 200)


@require_POST
@performers_only
def look(request: HttpRequest, entered_id: int) -> HttpResponse:
    """Work that was written down is right, and a fee now; or it was more, and its line is opened to be disputed."""
    who = viewer_id(request)
    try:
        key = pay_work.confirm(entered_id=entered_id, performer_id=who, now=CLOCK.now())
    except Conflict:
        key = entered.entered(entered_id, who).fee
    if key and request.POST.get("answer") == "more":
        messages.info(request, _("What was written down is earned. Say below how much more it was."))
        return redirect("performer:money-line", key)
    messages.success(request, _("It is earned now, and approved in 72 hours at the latest."))
    return redirect("performer:money")


def _booking(found: earnings.LineSeen, who: str) -> casting.BookingSeen | None:
    if found.fee is None:
        return None
    try:
        return casting.booking(found.fee.booking, who)
    except NotFound:
        return None


@require_GET
@performers_only
def table(request: HttpRequest) -> HttpResponse:
    """Every line as CSV."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(
        ["day", "kind", "what", "amount", "currency", "state", "minutes", "rate per hour", "record line", "key"]
    )
    for one in reversed(earnings.lines(viewer_id(request))):
        amount, currency = statement.words(one.micro, one.currency).split()
        fee = one.fee
        worked = [f"{fee.ms / 60_000:.3f}", str(fee.rate_minor / 100)] if fee else ["", ""]
        rows.writerow(
            [one.at.date(), one.kind, cell(one.what), amount, currency, one.state, *worked, one.line or "", one.key]
        )
    answer = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["content-disposition"] = 'attachment; filename="yesif-money.csv"'
    return answer


@require_GET
@performers_only
def year_page(request: HttpRequest, year: int) -> HttpResponse:
    """The year's statement, to read and to print."""
    who = viewer_id(request)
    if year not in earnings.years(who):  # also a year that no calendar has
        raise NotFound
    found = earnings.lines(who, year=year)
    whole = earnings.statement_of(who, year)
    totals = [
        (code, int(sums["fee"]), int(sums["royalty"]), int(sums["fee"]) + int(sums["royalty"]))
        for code, sums in whole["totals"].items()
    ]
    context = {"year": year, "lines": list(reversed(found)), "totals": totals, "digest": whole["digest"]}
    return render(request, "performer/money_year.html", context)


@require_GET
@performers_only
def year_file(request: HttpRequest, year: int) -> HttpResponse:
    """The year's statement for `yesif recompute`: everything it was worked out from, nobody else's name."""
    who = viewer_id(request)
    if year not in earnings.years(who):
        raise NotFound
    content = json.dumps(earnings.statement_of(who, year), indent=1)
    answer = HttpResponse(content, content_type="application/json")
    answer["content-disposition"] = f'attachment; filename="yesif-statement-{year}.json"'
    return answer


@require_http_methods(["GET", "POST"])
@performers_only
def account(request: HttpRequest) -> HttpResponse:
    """Where the money goes, and where one works: kept sealed, shown by its last four characters."""
    who = viewer_id(request)
    form = Account(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            payees.keep(owner=who, account=form.account(), place=form.cleaned_data["place"], now=CLOCK.now())
        except BadInput as wrong:
            form.add_error(None, aloud(wrong))
        else:
            messages.success(request, _("Kept. The next pay day uses this account."))
            return redirect("performer:money")
    context = {"form": form, "account": accounts.payee(who)}
    return render(request, "performer/money_account.html", context, status=400 if request.method == "POST" else 200)


@require_POST
@performers_only
def at_work(request: HttpRequest, performance_id: str) -> HttpResponse:
    """The review page is open: the server writes that down, and it is paid."""
    who = viewer_id(request)
    session = review.session_in_review(performance_id, who)
    presence.at_work(session_id=session, performer_id=who, kind="review", studio_ns=CLOCK.studio_ns())
    return HttpResponse(status=204)

"""Pay runs: draft one, approve it as two people, fetch the file, say what came back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from yesif.apps.money.actions import payees
from yesif.apps.money.queries import payees as accounts
from yesif.apps.money.queries import payruns
from yesif.apps.people import queries as people
from yesif.base.errors import BadInput, Conflict, NotFound, Refused
from yesif.flows import pay_runs
from yesif.web.access import operators_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK
from yesif.web.operator.forms import Draft, Payer, Returned


@require_http_methods(["GET", "POST"])
@operators_only
def page(request: HttpRequest) -> HttpResponse:
    """Who is due what, the runs so far; draft the next one here."""
    now = CLOCK.now()
    form = Draft(request.POST or None, initial={"day": payruns.next_pay_day(now.date())})
    if request.method == "POST" and form.is_valid():
        try:
            made = pay_runs.draft(by=viewer_id(request), now=now, **form.terms())
        except (BadInput, Conflict, Refused) as wrong:
            form.add_error(None, aloud(wrong))
        else:
            messages.success(request, _("Drafted. Nothing moves until two people have approved it."))
            return redirect("operator:pay-run", made)
    due = [
        (currency, payruns.due(currency, day=payruns.next_pay_day(now.date()))) for currency in payruns.currencies_due()
    ]
    context = {
        "form": form,
        "due": [
            (currency, len(some), sum(one.minor for one in some), sum(1 for one in some if not one.kind))
            for currency, some in due
            if some
        ],
        "runs": payruns.runs(),
        "payers": accounts.payers(),
        "alone": people.how_many("operator") < 2,
        "returned": Returned(),
        "pay_day": payruns.next_pay_day(now.date()),
    }
    return render(request, "operator/pay.html", context, status=400 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@operators_only
def run(request: HttpRequest, run_id: str) -> HttpResponse:
    """One run: its payments, who approved it, its file and digest; approve, drop or mark it paid here."""
    who = viewer_id(request)
    found = payruns.run(run_id)
    refusal = ""
    if request.method == "POST":
        try:
            messages.success(request, _move(request.POST.get("do", ""), run_id, who))
        except (BadInput, Conflict, Refused) as wrong:
            refusal = aloud(wrong)
        else:
            return redirect("operator:pay-run", run_id)
    items = payruns.items(run_id)
    context = {
        "run": found,
        "items": items,
        "names": people.stage_names(
            {one.performer for one in items} | {found.made_by, found.first_by, found.second_by}
        ),
        "mine": found.first_by == who,
        "refusal": refusal,
    }
    return render(request, "operator/pay_run.html", context, status=409 if refusal else 200)


def _move(what: str, run_id: str, who: str) -> str:
    now = CLOCK.now()
    if what == "approve":
        if pay_runs.approve(run_id=run_id, by=who, now=now):
            return _("Approved by two people. The file is ready for your bank.")
        return _("Approved by you. One other person approves it too.")
    if what == "drop":
        pay_runs.drop(run_id=run_id, by=who, now=now)
        return _("Dropped. Nothing had moved.")
    if what == "paid":
        count = pay_runs.paid(run_id=run_id, by=who, now=now)
        return ngettext("{count} payment has arrived.", "{count} payments have arrived.", count).format(count=count)
    raise BadInput(_("Say what to do with this run: approve, drop or paid."))


@require_GET
@operators_only
def file(request: HttpRequest, run_id: str) -> HttpResponse:
    """The file for the bank, the bytes whose digest is on the record."""
    name, content = payruns.file(run_id)
    answer = HttpResponse(content, content_type="application/octet-stream")
    answer["content-disposition"] = f'attachment; filename="{name}"'
    answer["cache-control"] = "no-store"
    return answer


@require_http_methods(["GET", "POST"])
@operators_only
def returned(request: HttpRequest) -> HttpResponse:
    """The bank's list of payments that came back: all of it is taken, or none."""
    form = Returned(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            back = pay_runs.returned(text=form.cleaned_data["file"], by=viewer_id(request), now=CLOCK.now())
        except (BadInput, Conflict) as wrong:
            form.add_error("file", aloud(wrong))
        except NotFound as wrong:
            form.add_error("file", aloud(wrong))
        else:
            told = ngettext(
                "{count} payment came back and is due again.",
                "{count} payments came back and are due again.",
                len(back),
            )
            messages.success(request, told.format(count=len(back)))
            return redirect("operator:pay")
    return render(
        request, "operator/pay_returned.html", {"form": form}, status=400 if request.method == "POST" else 200
    )


@require_http_methods(["GET", "POST"])
@operators_only
def account(request: HttpRequest) -> HttpResponse:
    """Which account the studio pays from, for each kind of file."""
    form = Payer(request.POST or None)
    if request.method == "POST" and form.is_valid():
        one, extra = form.account(), form.extra()
        payees.keep(owner=f"payer:{one.kind}", account=one, now=CLOCK.now(), extra=extra)
        messages.success(request, _("Kept. Files of this kind are paid from it."))
        return redirect("operator:pay")
    context = {"form": form, "payers": accounts.payers()}
    return render(request, "operator/pay_account.html", context, status=400 if request.method == "POST" else 200)

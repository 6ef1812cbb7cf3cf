"""A performer's tax papers: give one, see what is kept back because of it, by whom and why."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yesif.apps.money.actions import papers as acts
from yesif.apps.money.queries import earnings, papers
from yesif.apps.people import queries as people
from yesif.base.errors import BadInput
from yesif.web.access import performers_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK
from yesif.web.performer.money_forms import TaxPaper


@require_http_methods(["GET", "POST"])
@performers_only
def page(request: HttpRequest) -> HttpResponse:
    """The papers given, what each does, and a form for another."""
    who = viewer_id(request)
    form = TaxPaper(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            acts.give(performer=who, paper=form.paper(), now=CLOCK.now())
        except BadInput as wrong:
            form.add_error(None, aloud(wrong))
        else:
            messages.success(request, _("Given. What is kept back changes once whoever runs the studio looked at it."))
            return redirect("performer:money-tax")
    found = papers.of(who)
    context = {
        "form": form,
        "papers": found,
        "percent": papers.percents([who], day=CLOCK.now().date()).get(who, 0),
        "withheld": [one for one in earnings.standing(who) if one.withheld],
        "names": people.stage_names({one.looked_by for one in found}),
        "today": CLOCK.now().date(),
    }
    return render(request, "performer/money_tax.html", context, status=400 if request.method == "POST" else 200)

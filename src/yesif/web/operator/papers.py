"""Tax papers that performers gave: look at each, say what is kept back and why; they read it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yesif.apps.money.actions import papers as acts
from yesif.apps.money.queries import papers
from yesif.apps.people import queries as people
from yesif.base.errors import BadInput, Conflict
from yesif.web.access import operators_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK
from yesif.web.operator.forms import Look


@require_GET
@operators_only
def page(request: HttpRequest) -> HttpResponse:
    """Every paper; those nobody has looked at first."""
    found = papers.every()
    names = people.stage_names({one.performer for one in found})
    return render(request, "operator/papers.html", {"papers": found, "names": names, "today": CLOCK.now().date()})


@require_http_methods(["GET", "POST"])
@operators_only
def paper(request: HttpRequest, paper_id: int) -> HttpResponse:
    """One paper: what was said, and what is kept back because of it."""
    found = papers.paper(paper_id)
    form = Look(request.POST or None, initial={"percent": found.treaty_percent})
    if request.method == "POST" and form.is_valid():
        try:
            acts.look(paper_id=paper_id, by=viewer_id(request), now=CLOCK.now(), **form.cleaned_data)
        except (BadInput, Conflict) as wrong:
            form.add_error(None, aloud(wrong))
        else:
            messages.success(
                request, _("Written down. It counts from the next pay run on, and the performer reads it.")
            )
            return redirect("operator:papers")
    names = people.stage_names({found.performer, found.looked_by})
    context = {"paper": found, "form": form, "names": names}
    return render(request, "operator/paper.html", context, status=400 if request.method == "POST" else 200)

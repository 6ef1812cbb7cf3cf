"""Decisions about a performer: the reason, the span, who stands behind it; and the appeal."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yesif.apps.footage.actions import rulings as actions
from yesif.apps.footage.queries import rulings as queries
from yesif.base.errors import BadInput, Conflict
from yesif.web.access import performers_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK


@require_GET
@never_cache
@performers_only
def decisions(request: HttpRequest) -> HttpResponse:
    """Every ruling in force about the performer."""
    return render(request, "performer/decisions.html", {"rulings": queries.about(viewer_id(request))})


@require_http_methods(["GET", "POST"])
@never_cache
@performers_only
def decision(request: HttpRequest, ruling_id: str) -> HttpResponse:
    """One of them, and its appeal."""
    who = viewer_id(request)
    found = queries.own(ruling_id, who)
    refusal = ""
    if request.method == "POST":
        try:
            actions.appeal(ruling_id=ruling_id, performer_id=who, words=request.POST.get("words", ""), now=CLOCK.now())
        except (BadInput, Conflict) as wrong:
            refusal = aloud(wrong)
        else:
            messages.success(request, _("Appealed. Somebody who had no part in it decides within 7 days."))
            return redirect("performer:decision", ruling_id)
    context = {"ruling": found, "refusal": refusal}
    return render(request, "performer/decision.html", context, status=400 if refusal else 200)

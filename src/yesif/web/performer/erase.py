"""Erasing oneself: what that stops, what others must do, what cannot be undone; then the erasure, and out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yesif.apps.people import actions as people
from yesif.base.errors import Conflict
from yesif.core.policy.effects import of_erasure
from yesif.flows import erase as flow
from yesif.flows import revoke
from yesif.web.access import performers_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK


@never_cache
@require_http_methods(["GET", "POST"])
@performers_only
def page(request: HttpRequest) -> HttpResponse:
    """The three columns, a box to tick, and two buttons of one size."""
    if request.method == "GET":
        return _page(request, "", 200)
    if request.POST.get("sure") != "yes":
        return _page(request, _("Tick the box first, or keep everything."), 400)
    try:
        flow.erase(person_id=viewer_id(request), now=CLOCK.now())
    except Conflict as why:
        return _page(request, aloud(why), 409)
    people.sign_out(request)
    return render(request, "performer/erased.html")


def _page(request: HttpRequest, refusal: str, status: int) -> HttpResponse:
    effects = of_erasure(licensees=revoke.holders(viewer_id(request)), now=CLOCK.now())
    return render(request, "performer/erase.html", {"effects": effects, "refusal": refusal}, status=status)

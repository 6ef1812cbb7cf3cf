"""The seat's page: how many appointed it, never who; pause new licences for all of them, and lift that (RULES D10)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from yesif.apps.consent.actions import seats as actions
from yesif.apps.consent.queries import seats as queries
from yesif.base.errors import BadInput, Conflict
from yesif.web.access import only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK

seat_holders_only = only("auditor")


@require_http_methods(["GET", "POST"])
@never_cache
@seat_holders_only
def seats(request: HttpRequest) -> HttpResponse:
    """The viewer's seats; whoever holds one may set up another. The first is given by the studio's operator."""
    wrong = ""
    if request.method == "POST":
        try:
            actions.open_another(holder_id=viewer_id(request), name=request.POST.get("name", ""), now=CLOCK.now())
        except (BadInput, Conflict) as refusal:
            wrong = aloud(refusal)
        else:
            messages.success(request, _("Set up. It has no power until performers appoint it."))
            return redirect("union:seats")
    context = {"seats": queries.held_by(viewer_id(request)), "wrong": wrong}
    return render(request, "union/seats.html", context, status=400 if wrong else 200)


@require_POST
@seat_holders_only
def suspend(request: HttpRequest, seat_id: str) -> HttpResponse:
    """Pause."""
    try:
        many = actions.suspend(seat_id=seat_id, holder_id=viewer_id(request), now=CLOCK.now())
    except Conflict as refusal:
        messages.error(request, aloud(refusal))
    else:
        messages.success(
            request, ngettext("Paused for %(n)d performer.", "Paused for %(n)d performers.", many) % {"n": many}
        )
    return redirect("union:seats")


@require_POST
@seat_holders_only
def resume(request: HttpRequest, seat_id: str) -> HttpResponse:
    """Lift the pause."""
    many = actions.resume(seat_id=seat_id, holder_id=viewer_id(request), now=CLOCK.now())
    messages.success(
        request, ngettext("Lifted for %(n)d performer.", "Lifted for %(n)d performers.", many) % {"n": many}
    )
    return redirect("union:seats")

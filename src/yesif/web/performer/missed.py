"""Work that nobody counted: its performer writes it down, the producer answers, or silence pays."""

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yesif.apps.casting import queries as casting
from yesif.apps.money.actions import entered as acts
from yesif.apps.money.queries import entered
from yesif.base.errors import BadInput, Conflict
from yesif.flows import pay_work
from yesif.web.access import performers_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK
from yesif.web.performer.money_forms import Missed


@require_http_methods(["GET", "POST"])
@performers_only
def page(request: HttpRequest) -> HttpResponse:
    """What this performer wrote down, its answers, and a form for more."""
    who, now = viewer_id(request), CLOCK.now()
    mine = [one for one in casting.bookings_of(who) if one.state == "accepted" and one.starts_at <= now]
    choice = [(one.id, f"{one.project_title}, {one.starts_at:%-d %b %Y}") for one in reversed(mine)]
    form = Missed(request.POST or None, bookings=choice, initial={"day": now.date(), "key": secrets.token_hex(8)})
    if request.method == "POST" and form.is_valid():
        try:
            pay_work.miss(performer_id=who, now=now, **form.work())
        except (BadInput, Conflict) as wrong:
            form.add_error(None, aloud(wrong))
        else:
            messages.success(request, _("Written down. If nobody answers in 72 hours, you are paid what you said."))
            return redirect("performer:money-missed")
    context = {"form": form, "found": entered.by_performer(who), "anyone": bool(mine)}
    return render(request, "performer/money_missed.html", context, status=400 if request.method == "POST" else 200)


@require_POST
@performers_only
def take_back(request: HttpRequest, entered_id: int) -> HttpResponse:
    """What this performer wrote down and nobody answered yet is gone."""
    try:
        acts.take_back(entered_id=entered_id, by=viewer_id(request))
    except Conflict as why:
        messages.error(request, aloud(why))
    else:
        messages.success(request, _("Taken back. Nothing of it is kept."))
    return redirect("performer:money-missed")

"""Casting for one project: frame and call, funnel, offers; who applied, and what happens to them next."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yesif.apps.casting import queries
from yesif.apps.casting.actions import calls as acts
from yesif.apps.casting.actions import terms
from yesif.apps.casting.queries import calls, sheets
from yesif.base.errors import BadInput, Conflict, Refused
from yesif.web.access import producers_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK
from yesif.web.producer.casting_forms import Aside, Buyer, Call, Frame


@require_http_methods(["GET", "POST"])
@producers_only
def frame(request: HttpRequest, project_id: str) -> HttpResponse:
    """Budget, hours, targets, boundaries of content, gear."""
    viewer = viewer_id(request)
    call = calls.call(project_id, viewer)
    themes = [(one.id, one.label) for one in sheets.themes()]
    form = Frame(request.POST or None, themes=themes, currency=call.project.currency, initial=_framed(call))
    if request.method == "POST" and form.is_valid():
        try:
            acts.frame(project_id=project_id, producer_id=viewer, **form.frame())
        except BadInput as wrong:
            form.add_error(None, aloud(wrong))
        else:
            messages.success(request, _("Saved. Offers and bookings that are out keep the terms they have."))
            return redirect("producer:call", project_id)
    status = 400 if request.method == "POST" else 200
    return render(request, "casting/frame.html", {"project": call.project, "form": form}, status=status)


@require_http_methods(["GET", "POST"])
@producers_only
def call(request: HttpRequest, project_id: str) -> HttpResponse:
    """Write the call; publish and close it from the same page."""
    viewer = viewer_id(request)
    found = calls.call(project_id, viewer)
    form = Call(request.POST or None, initial=_called(found))
    if request.method == "POST" and form.is_valid():
        filled = form.cleaned_data
        try:
            acts.write_call(
                project_id=project_id,
                producer_id=viewer,
                recorded_by=filled["recorded_by"],
                answers=form.answers(),
                shape=filled["shape"],
                closes_on=filled["closes_on"],
            )
        except Refused as wrong:
            form.add_error(None, aloud(wrong))
        else:
            messages.success(request, _("Saved."))
            return redirect("producer:call", project_id)
    buyer = Buyer(initial={"licensee": found.project.licensee})
    context = {"call": found, "project": found.project, "form": form, "buyer": buyer}
    return render(request, "casting/call.html", context, status=400 if request.method == "POST" else 200)


@require_POST
@producers_only
def publish(request: HttpRequest, project_id: str) -> HttpResponse:
    """Open the call to everyone, or say which question has no answer."""
    try:
        acts.publish(project_id=project_id, producer_id=viewer_id(request), now=CLOCK.now())
    except Refused as wrong:
        messages.error(request, aloud(wrong))
    else:
        messages.success(request, _("The call is public."))
    return redirect("producer:call", project_id)


@require_POST
@producers_only
def close(request: HttpRequest, project_id: str) -> HttpResponse:
    """Take the call off the public page."""
    acts.close(project_id=project_id, producer_id=viewer_id(request))
    messages.success(request, _("The call is closed. Applications stay."))
    return redirect("producer:call", project_id)


@require_POST
@producers_only
def buyer(request: HttpRequest, project_id: str) -> HttpResponse:
    """Name another buyer: everyone under contract is asked again."""
    form = Buyer(request.POST)
    if form.is_valid():
        asked = acts.change_buyer(
            project_id=project_id,
            producer_id=viewer_id(request),
            licensee=form.cleaned_data["licensee"],
            now=CLOCK.now(),
        )
        text = ngettext("%(n)d performer is asked again.", "%(n)d performers are asked again.", asked)
        messages.success(request, text % {"n": asked})
    return redirect("producer:call", project_id)


@require_GET
@producers_only
def funnel(request: HttpRequest, project_id: str) -> HttpResponse:
    """How many came how far, how long each step takes, who waits longest; and everyone who applied."""
    viewer = viewer_id(request)
    context = {
        "project": queries.project(project_id, viewer),
        "stages": calls.funnel(project_id, viewer, now=CLOCK.now()),
        "applications": calls.applications(project_id, viewer),
        "aside": Aside(auto_id=False),
    }
    return render(request, "casting/funnel.html", context)


@require_POST
@producers_only
def offer(request: HttpRequest, project_id: str, performer_id: str) -> HttpResponse:
    """Put the contract to someone who applied."""
    try:
        terms.put_offer(
            project_id=project_id, producer_id=viewer_id(request), performer_id=performer_id, now=CLOCK.now()
        )
    except Refused as wrong:
        messages.error(request, aloud(wrong))
    else:
        messages.success(request, _("The contract is out. They have 48 hours to think, unless they waive it."))
    return redirect("producer:funnel", project_id)


@require_POST
@producers_only
def aside(request: HttpRequest, project_id: str, performer_id: str) -> HttpResponse:
    """Not now, for a reason from the list."""
    try:
        acts.put_aside(
            project_id=project_id,
            producer_id=viewer_id(request),
            performer_id=performer_id,
            why=request.POST.get("why", ""),
            now=CLOCK.now(),
        )
    except (BadInput, Conflict) as wrong:
        messages.error(request, aloud(wrong))
    else:
        messages.success(request, _("Put aside. They read the reason."))
    return redirect("producer:funnel", project_id)


def _framed(found: calls.CallSeen) -> dict[str, Any]:
    one = found.frame
    return {
        "budget": one.budget_minor / 100 if one.budget_minor else None,
        "hours": one.hours or None,
        "core_price": one.core_price_minor / 100 if one.core_price_minor else None,
        "targets": "\n".join(f"{name}: {wanted}" for name, wanted in one.targets.items()),
        "language": one.language,
        "themes_out": list(one.themes_out),
        "most": str(one.most),
        "gear": one.gear,
    }


def _called(found: calls.CallSeen) -> dict[str, Any]:
    answers = {f"answer_{one.id}": one.answer for one in found.answered}
    return {"recorded_by": found.recorded_by, "shape": found.shape, "closes_on": found.closes_on, **answers}

"""Applying, one's own details, and the contract: read, asked about, accepted or not."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yesif.apps.casting.actions import calls as acts
from yesif.apps.casting.actions import terms
from yesif.apps.casting.queries import calls
from yesif.apps.casting.queries import terms as contracts
from yesif.apps.people import actions as people
from yesif.apps.people import queries as who_is
from yesif.base.errors import BadInput, Conflict, Refused
from yesif.core.policy.uses import CURRENT
from yesif.web.access import performers_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK
from yesif.web.performer.age import CHECKER
from yesif.web.performer.casting_forms import Application, You


@never_cache
@require_http_methods(["GET", "POST"])
@performers_only
def you(request: HttpRequest) -> HttpResponse:
    """One's own details: stage name, pronouns, languages, zone, telephone."""
    form = _you(request)
    if request.method == "POST" and form.is_valid() and _told(request, form):
        messages.success(request, _("Saved."))
        return redirect("performer:you")
    context = {"form": form, "check": who_is.age_check(viewer_id(request))}
    return render(request, "casting/you.html", context, status=400 if request.method == "POST" else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@performers_only
def apply(request: HttpRequest, project_id: str) -> HttpResponse:
    """The whole application on one page; sending it again changes it."""
    viewer, call = viewer_id(request), calls.listing(project_id)
    before = calls.application(project_id, viewer)
    you_form = _you(request)
    form = Application(request.POST or None, initial=_said(before), cells=list(call.frame.targets))
    if request.method == "POST" and all([you_form.is_valid(), form.is_valid()]) and _told(request, you_form):
        filled = form.cleaned_data
        try:
            acts.apply(
                project_id=project_id,
                performer_id=viewer,
                playing_range=filled["playing_range"],
                availability=filled["availability"],
                access_needs=filled["access_needs"],
                about=filled["about"],
                cells=filled.get("cells", ()),
                now=CLOCK.now(),
            )
        except BadInput as wrong:
            form.add_error(None, aloud(wrong))
        else:
            _check_age(viewer)
            messages.success(request, _("Your application is in. Nothing is licensed by it."))
            return redirect("performer:lines")
    context = {"call": call, "project": call.project, "form": form, "you": you_form, "before": before}
    return render(request, "casting/apply.html", context, status=400 if request.method == "POST" else 200)


@dataclass(frozen=True, slots=True)
class Check:
    """A plain question about the contract: wrong is no failure, only an explanation."""

    name: str
    question: str
    right: str
    why: str


@never_cache
@require_http_methods(["GET", "POST"])
@performers_only
def contract(request: HttpRequest, offer_id: str) -> HttpResponse:
    """Key facts, the full text, what changed, three questions, and two buttons of one size."""
    viewer = viewer_id(request)
    found = contracts.offer(offer_id, viewer)
    checks = _checks()
    wrong = [one for one in checks if request.method == "POST" and request.POST.get(one.name) != one.right]
    refusal = ""
    if request.method == "POST":
        try:
            if request.POST.get("answer") == "decline":
                terms.turn_down(offer_id=offer_id, performer_id=viewer, now=CLOCK.now())
                messages.success(request, _("Declined. Nothing else changes."))
                return redirect("performer:home")
            if not wrong:
                waive = request.POST.get("waive") == "yes"
                terms.accept(offer_id=offer_id, performer_id=viewer, waive=waive, now=CLOCK.now())
                messages.success(request, _("Accepted. Nothing is licensed yet: now say which blocks you can."))
                return redirect("performer:calendar")
        except (Conflict, Refused) as refused:
            refusal = aloud(refused)
    context = {**_contract(found), "checks": checks, "wrong": wrong, "refusal": refusal, "asked": request.POST}
    return render(request, "casting/contract.html", context, status=409 if refusal else 200)


@require_GET
@performers_only
def paper(request: HttpRequest, offer_id: str) -> HttpResponse:
    """The contract alone, for printing or saving as a PDF."""
    return render(request, "casting/paper.html", _contract(contracts.offer(offer_id, viewer_id(request))))


def _contract(found: contracts.OfferSeen) -> dict[str, Any]:
    return {
        "offer": found,
        "what": CURRENT.what(found.core_what),
        "where": CURRENT.where(found.core_where),
        "thinking": CLOCK.now() < found.think_until,
    }


def _checks() -> list[Check]:
    return [
        Check(
            "license",
            _("Does accepting this contract license anything outside the core use?"),
            "no",
            _("It does not. It licenses the core use only, block by block; every other use is yours to answer."),
        ),
        Check(
            "paid",
            _("If a quality check rejects a scene, are you still paid for the time?"),
            "yes",
            _("You are. Pay is for time; no check touches it."),
        ),
        Check(
            "forget",
            _("Can a system that has already learnt from you forget you?"),
            "no",
            _("It cannot. From the moment you end a yes nothing new is built, and others have duties with dates."),
        ),
    ]


def _you(request: HttpRequest) -> You:
    """The details as they are; where no zone was ever said, the browser fills its own in."""
    first = _details(viewer_id(request))
    form = You(request.POST or None, initial={**first, "time_zone": first["time_zone"] or "UTC"})
    if not first["time_zone"]:
        form.fields["time_zone"].widget.attrs["data-zone"] = ""
    return form


def _details(viewer: str) -> dict[str, Any]:
    found = who_is.self_of(viewer)
    return {
        "stage_name": found.stage_name,
        "pronouns": found.pronouns,
        "languages": list(found.languages),
        "time_zone": found.time_zone,
        "telephone": found.telephone,
    }


def _said(before: calls.ApplicationSeen | None) -> dict[str, Any]:
    if before is None:
        return {}
    names = ("playing_range", "availability", "access_needs", "about", "cells")
    return {name: getattr(before, name) for name in names}


def _told(request: HttpRequest, form: You) -> bool:
    try:
        people.tell(person_id=viewer_id(request), **form.cleaned_data)
    except BadInput as wrong:
        form.add_error(None, aloud(wrong))
        return False
    return True


def _check_age(viewer: str) -> None:
    """Ask the studio's checker, and keep verdict, method, date and expiry: nothing else comes back from it."""
    now = CLOCK.now()
    if who_is.age_checked(viewer, now=now + timedelta(days=1)):
        return
    said = CHECKER.check(viewer)
    people.keep_age_check(person_id=viewer, verdict=said.verdict, method=said.method, lasts=said.lasts, now=now)

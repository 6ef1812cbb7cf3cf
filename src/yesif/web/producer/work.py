"""Paid work that no page of the studio saw: the producer writes it down here, or answers what a performer did."""

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yesif.apps.casting import queries as casting
from yesif.apps.money.queries import entered
from yesif.apps.people import queries as people
from yesif.base.errors import BadInput, Conflict, NotFound, Refused
from yesif.flows import pay_work
from yesif.web.access import producers_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK
from yesif.web.producer.money_forms import Answer, WrittenDown


@require_http_methods(["GET", "POST"])
@producers_only
def page(request: HttpRequest, project_id: str) -> HttpResponse:
    """What was written down for one project, who has looked at it, and a form for more."""
    viewer = viewer_id(request)
    project = casting.project(project_id, viewer)
    accepted = [one for one in casting.bookings_of_project(project_id, viewer) if one.state == "accepted"]
    found = entered.of_project(project_id)
    names = people.stage_names({one.performer_id for one in accepted} | {one.performer for one in found})
    choice = [(one.id, f"{names.get(one.performer_id, '–')}, {one.starts_at:%-d %b %Y}") for one in accepted]
    form = WrittenDown(
        request.POST or None, bookings=choice, initial={"day": CLOCK.now().date(), "key": secrets.token_hex(8)}
    )
    if request.method == "POST" and form.is_valid():
        try:
            pay_work.enter(project_id=project_id, producer_id=viewer, now=CLOCK.now(), **form.work())
        except (BadInput, Conflict, Refused) as wrong:
            form.add_error(None, aloud(wrong))
        else:
            messages.success(
                request, _("Written down. The performer looks at it; unanswered, it is a fee after 72 hours.")
            )
            return redirect("producer:work", project_id)
    context = {"project": project, "form": form, "found": found, "names": names, "anyone": bool(accepted)}
    return render(request, "producer/money_work.html", context, status=400 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@producers_only
def answer(request: HttpRequest, project_id: str, entered_id: int) -> HttpResponse:
    """Answer what a performer wrote down, with a reason that they read."""
    viewer = viewer_id(request)
    casting.project(project_id, viewer)
    found = next((one for one in entered.of_project(project_id) if one.id == entered_id and one.by_performer), None)
    if found is None:
        raise NotFound
    form = Answer(request.POST or None, initial={"minutes": found.ms // 60_000})
    if request.method == "POST" and form.is_valid():
        given, said = form.cleaned_data["minutes"] * 60_000, form.cleaned_data["said"]
        try:
            pay_work.answer(
                project_id=project_id,
                producer_id=viewer,
                entered_id=entered_id,
                given_ms=given,
                said=said,
                now=CLOCK.now(),
            )
        except (BadInput, Conflict) as wrong:
            form.add_error(None, aloud(wrong))
        else:
            messages.success(request, _("Answered. What you gave is earned from now."))
            return redirect("producer:work", project_id)
    names = people.stage_names({found.performer})
    context = {"project_id": project_id, "one": found, "form": form, "names": names}
    return render(request, "producer/money_missed.html", context, status=400 if request.method == "POST" else 200)


@require_POST
@producers_only
def take_back(request: HttpRequest, project_id: str, entered_id: int) -> HttpResponse:
    """What this producer wrote down and nobody has settled is gone, from the performer's page too."""
    try:
        pay_work.take_back(project_id=project_id, producer_id=viewer_id(request), entered_id=entered_id)
    except Conflict as why:
        messages.error(request, aloud(why))
    else:
        messages.success(request, _("Taken back. Nothing of it is kept."))
    return redirect("producer:work", project_id)

"""Inviting an auditor, ending a seat, sharing a clip, answering a finding: by a producer for a project, by a performer
for what concerns themselves."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yesif.apps.casting import queries as casting
from yesif.apps.footage.queries import review as footage
from yesif.apps.people import actions as joining
from yesif.apps.people import queries as people
from yesif.apps.record import actions, queries
from yesif.base.errors import BadInput, NotFound
from yesif.web.access import performers_only, producers_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.auditor.forms import SeatForm
from yesif.web.clock import CLOCK
from yesif.web.numbers import whole_number


@producers_only
@require_http_methods(["GET", "POST"])
def of_project(request: HttpRequest, project_id: str) -> HttpResponse:
    """Auditors of one of the producer's projects."""
    who = viewer_id(request)
    project = casting.project(project_id, who)
    return _given(request, who, project_id, title=project.title, back="producer:auditors", arguments=[project_id])


@performers_only
@require_http_methods(["GET", "POST"])
def of_me(request: HttpRequest) -> HttpResponse:
    """Auditors of what concerns this performer."""
    who = viewer_id(request)
    return _given(request, who, who, title="", back="performer:auditors", arguments=[])


@producers_only
@require_POST
def change_for_project(request: HttpRequest, project_id: str) -> HttpResponse:
    """End a seat or answer a finding."""
    casting.project(project_id, viewer_id(request))
    _change(request, viewer_id(request))
    return redirect("producer:auditors", project_id)


@performers_only
@require_POST
def change_for_me(request: HttpRequest) -> HttpResponse:
    """End a seat, answer a finding, share a clip or stop sharing it."""
    _change(request, viewer_id(request))
    return redirect("performer:auditors")


def _given(
    request: HttpRequest, who: str, subject: str, *, title: str, back: str, arguments: list[str]
) -> HttpResponse:
    form = SeatForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        now = CLOCK.now()
        try:
            with transaction.atomic():
                auditor = joining.join(email=said["email"], stage_name=said["name"], role="auditor", now=now)
                actions.give_seat(auditor=auditor, subject=subject, given_by=who, until=said["until"], now=now)
        except BadInput as wrong:
            form.add_error(None, aloud(wrong))
        else:
            messages.success(request, _("The seat is given. They sign in with that address."))
            return redirect(back, *arguments)
    seats = queries.seats_given(who, subject=subject)
    now = CLOCK.now()
    names = people.stage_names({one.auditor for one in seats})
    context = {
        "form": form,
        "title": title,
        "mine": subject == who,
        "seats": [(one, names.get(one.auditor, ""), one.open_at(now)) for one in seats],
        "findings": [found for found, about in queries.findings_for(who) if about == subject],
        "project_id": subject,
        "clips": _clips(who) if subject == who else [],
    }
    return render(request, "auditor/given.html", context, status=400 if request.method == "POST" else 200)


def _clips(who: str) -> list[tuple[str, str]]:
    """One's own takes that there is something of, newest first: id, and words that tell them apart."""
    found = [one for one in footage.of_performer(who) if one.state != "withdrawn"]
    return [
        (one.id, _("%(title)s, take %(number)d, %(day)s")
         % {"title": one.title, "number": one.number, "day": f"{one.played_at:%d %b %Y %H:%M} UTC"})
        for one in found
    ]  # fmt: skip


def _change(request: HttpRequest, who: str) -> None:
    form, now = request.POST, CLOCK.now()
    what, number = form.get("what", ""), form.get("number", "")
    seat = whole_number(number)
    if seat is None:
        raise BadInput(_("That form is not whole."))
    if what == "end":
        actions.end_seat(seat_id=seat, given_by=who, now=now)
        messages.success(
            request, _("The seat is over. They see nothing from now on; what they downloaded stays theirs.")
        )
    elif what == "answer":
        actions.answer_finding(finding_id=seat, giver=who, answer=form.get("answer", ""), now=now)
        messages.success(request, _("Your answer stands under the finding."))
    elif what in ("share", "unshare"):
        clip = form.get("performance", "").strip()
        if what == "share" and clip not in {one for one, _words in _clips(who)}:
            raise NotFound
        actions.share_clip(seat_id=seat, given_by=who, performance=clip, shared=what == "share")
        messages.success(request, _("Done."))
    else:
        raise BadInput(_("That form is not whole."))

"""A performer's home, and the offers put to them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yesif.apps.casting import actions, queries
from yesif.apps.casting.queries import terms as contracts
from yesif.apps.consent import actions as consent
from yesif.apps.consent.queries import questions
from yesif.apps.footage.queries import review
from yesif.apps.stage.queries import presence
from yesif.apps.stage.queries import sessions as stage
from yesif.base.errors import Conflict
from yesif.core.policy.uses import CURRENT
from yesif.web.access import performers_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK
from yesif.web.performer.calendar import to_confirm

KEPT_AHEAD = timedelta(hours=12)
"""A session that nobody ended stays on the home page for so long after its start."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """A session the performer can go into."""

    id: str
    project_title: str
    partner: str
    starts_at: datetime
    counted_ms: int


@require_GET
@performers_only
def home(request: HttpRequest) -> HttpResponse:
    """What is next, what is offered, what waits to be reviewed, what has not been uploaded."""
    who = viewer_id(request)
    bookings = queries.bookings_of(who)
    context = {
        "contracts": [one for one in contracts.offers_of(who) if one.state == "offered"],
        "offers": [one for one in bookings if one.state == "offered" and not one.block_id],
        "to_confirm": to_confirm(who, CLOCK.now()),
        "sessions": _ahead(who, {one.project_id for one in bookings if one.state == "accepted"}),
        "questions": questions.open_to(who, now=CLOCK.now()),
        "to_review": [one for one in review.of_performer(who) if one.state == "in-review"],
    }
    return render(request, "performer/home.html", context)


@require_http_methods(["GET", "POST"])
@performers_only
def offer(request: HttpRequest, booking_id: str) -> HttpResponse:
    """What an offer licenses, until when, for whom and for how much; accept or decline."""
    who = viewer_id(request)
    found = queries.booking(booking_id, who)
    refusal = ""
    if request.method == "POST":
        try:
            return _answer(request, booking_id, who)
        except Conflict as wrong:
            refusal = aloud(wrong)
    context = {
        "offer": queries.booking(booking_id, who),
        "what": CURRENT.what(found.core_what),
        "where": CURRENT.where(found.core_where),
        "whole": found.fee_minor * found.minutes // 60,
        "refusal": refusal,
    }
    return render(request, "performer/offer.html", context, status=409 if refusal else 200)


def _answer(request: HttpRequest, booking_id: str, who: str) -> HttpResponse:
    if request.POST.get("answer") == "accept":
        consent.accept_core(booking_id=booking_id, performer_id=who, now=CLOCK.now())
        messages.success(request, _("Accepted. It licenses this one use and no other."))
    elif request.POST.get("answer") == "decline":
        actions.decline(booking_id=booking_id, performer_id=who, now=CLOCK.now())
        messages.success(request, _("Declined. It leaves no mark."))
    else:
        return redirect("performer:offer", booking_id)
    return redirect("performer:home")


def _ahead(who: str, projects: set[str]) -> list[Ahead]:
    over = CLOCK.now() - KEPT_AHEAD
    return [
        Ahead(
            id=one.id,
            project_title=one.project_title,
            partner=" and ".join(place.stage_name for place in one.places if place.performer_id != who),
            starts_at=one.starts_at,
            counted_ms=presence.of_session(one.id, who).ms,
        )
        for one in stage.sessions_of(who)
        if one.phase != "ended" and one.starts_at > over and one.project_id in projects
    ]

"""A receipt for each change, on a page and as files; what licensees were told; and who may pause new licences."""

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from yesif.apps.consent import queries as consent
from yesif.apps.consent.actions import seats as seat_actions
from yesif.apps.consent.queries import notices, seats
from yesif.core.policy.effects import Effects, of_ending
from yesif.core.policy.explain import meaning
from yesif.core.policy.grants import NOTHING_SAID
from yesif.core.policy.odrl import offer
from yesif.core.policy.receipt import Change, Studio, receipt
from yesif.flows import revoke
from yesif.web.access import performers_only, viewer_id
from yesif.web.clock import CLOCK


@require_GET
@never_cache
@performers_only
def page(request: HttpRequest, grant_id: str) -> HttpResponse:
    """What one change came to: given, or ended, with the three columns and who was told."""
    who = viewer_id(request)
    seen = consent.grant_of(grant_id, who)
    told = [one for one in notices.about(who) if seen.revoked_at and one.given_at == seen.revoked_at]
    grant = seen.grant
    context = {
        "seen": seen,
        "meaning": meaning(yes=grant.yes, ask=grant.ask, no=grant.no, terms=grant.conditions),
        "effects": _effects(seen, len(told)),
        "told": told,
        "now": CLOCK.now(),
    }
    return render(request, "performer/receipt.html", context)


@require_GET
@never_cache
@performers_only
def file(request: HttpRequest, grant_id: str) -> HttpResponse:
    """The receipt as JSON-LD (ISO/IEC TS 27560 by DPV's guide)."""
    answer = HttpResponse(document(request, grant_id), content_type="application/ld+json")
    answer["content-disposition"] = f'attachment; filename="receipt-{grant_id}.jsonld"'
    return answer


def document(request: HttpRequest, grant_id: str) -> bytes:
    """The same as bytes, which also go into the receipt of the grant's line on the record. Raises NotFound."""
    who = viewer_id(request)
    seen = consent.grant_of(grant_id, who)
    told = tuple(one.id for one in notices.about(who) if seen.revoked_at and one.given_at == seen.revoked_at)
    control = request.build_absolute_uri(reverse("performer:answers"))
    studio = Studio(request.build_absolute_uri("/"), control)
    change = Change(seen.grant, seen.revoked_at, _effects(seen, len(told)) if seen.revoked_at else None, told)
    made = receipt(change, studio=studio, now=CLOCK.now())
    return json.dumps(made, ensure_ascii=False, indent=1).encode()


@require_GET
@never_cache
@performers_only
def offer_file(request: HttpRequest) -> HttpResponse:
    """Everything the performer says today, as an ODRL 2.2 Offer."""
    who = viewer_id(request)
    said = consent.said_by([who], now=CLOCK.now()).get(who, NOTHING_SAID)
    answer = JsonResponse(offer(who, said), content_type="application/ld+json")
    answer["content-disposition"] = 'attachment; filename="my-answers.odrl.jsonld"'
    return answer


@require_GET
@never_cache
@performers_only
def told(request: HttpRequest) -> HttpResponse:
    """Every notice a no of mine caused, late ones marked."""
    moment = CLOCK.now()
    found = [(one, one.state(now=moment), one.overdue(now=moment)) for one in notices.about(viewer_id(request))]
    return render(request, "performer/notices.html", {"notices": found})


@require_GET
@never_cache
@performers_only
def unions(request: HttpRequest) -> HttpResponse:
    """Seats a performer may appoint: each may pause new licences for them, and nothing else."""
    return render(request, "performer/unions.html", {"seats": seats.offered_to(viewer_id(request))})


@require_POST
@performers_only
def appoint(request: HttpRequest, seat_id: str) -> HttpResponse:
    """Appoint a seat."""
    seat_actions.appoint(seat_id=seat_id, performer_id=viewer_id(request), now=CLOCK.now())
    messages.success(request, _("Appointed. It may pause new licences for you, and you may end this at any time."))
    return redirect("performer:unions")


@require_POST
@performers_only
def leave(request: HttpRequest, seat_id: str) -> HttpResponse:
    """End the appointment."""
    seat_actions.leave(seat_id=seat_id, performer_id=viewer_id(request), now=CLOCK.now())
    messages.success(request, _("Ended. A pause it put on your licences has ended too."))
    return redirect("performer:unions")


def _effects(seen: consent.GrantSeen, told: int) -> Effects:
    at = seen.revoked_at or CLOCK.now()
    licensees = told if seen.revoked_at else revoke.holders(seen.grant.performer)
    return of_ending(on_revoke=seen.grant.conditions.on_revoke, licensees=licensees, now=at)

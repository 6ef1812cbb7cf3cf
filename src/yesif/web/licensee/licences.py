"""One licence: what it would get, the words, two signatures, what was built, what ran, what must go."""

import json
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from yesif.apps.consent.queries import questions
from yesif.apps.market.actions import licences as actions
from yesif.apps.market.queries import licences, organisations, runs
from yesif.apps.market.queries.licences import LicenceSeen
from yesif.apps.people import queries as people
from yesif.base.counts import told
from yesif.base.errors import NotFound
from yesif.flows import clearance, licensing
from yesif.flows.release.describe import REASONS
from yesif.web.access import licensees_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK


@require_GET
@licensees_only
def listed(request: HttpRequest) -> HttpResponse:
    """Every licence of the organisation."""
    return render(request, "licensee/licences.html", {"licences": licences.licences_of(viewer_id(request))})


@require_GET
@never_cache
@licensees_only
def page(request: HttpRequest, licence_id: str) -> HttpResponse:
    """One licence."""
    one = _own(request, licence_id)
    now = CLOCK.now()
    shown = {"licence": one, "names": people.stage_names(set(one.signers)), "questions": _questions(one.id, now)}
    if one.state == "declared":
        offered = actions.offer(one, now=now)
        mine = viewer_id(request) in one.signers
        return render(request, "licensee/sign.html", {**shown, "offer": offered, "mine": mine, "why": _why(offered)})
    built = runs.releases_of_licence(one.id)
    latest = next((release for release in built if release.state == "published"), None)
    return render(
        request,
        "licensee/licence.html",
        {
            **shown,
            "agreement": json.dumps(one.agreement, indent=2, ensure_ascii=False) if one.agreement else "",
            "releases": built,
            "runs": runs.runs_of_licence(one.id),
            "latest": latest,
            "gone": len(runs.withdrawn(latest.id, one, now=now)) if latest else 0,
        },
    )


@require_POST
@licensees_only
def sign(request: HttpRequest, licence_id: str) -> HttpResponseRedirect:
    """Sign the words that were shown; the second signature has the release built."""
    _own(request, licence_id)
    state = licensing.sign(
        licence_id=licence_id,
        person_id=viewer_id(request),
        words_sha256=request.POST.get("words", ""),
        now=CLOCK.now(),
    )
    told = (
        _("Signed by two. The release is being built.")
        if state == "signed"
        else _("Signed. A second person signs next.")
    )
    messages.success(request, told)
    return redirect("licensee:licence", licence_id)


@require_POST
@licensees_only
def drop(request: HttpRequest, licence_id: str) -> HttpResponseRedirect:
    """Take a declaration back."""
    actions.drop(licence_id=licence_id, person_id=viewer_id(request))
    messages.success(request, _("Taken back. Nothing was bought."))
    return redirect("licensee:licences")


@require_POST
@licensees_only
def build(request: HttpRequest, licence_id: str) -> HttpResponseRedirect:
    """Ask for the next version of the release: without what was withdrawn, with what was added."""
    one = _own(request, licence_id)
    licensing.build_next(licence_id=one.id, now=CLOCK.now())
    messages.success(request, _("The next version is being built."))
    return redirect("licensee:licence", licence_id)


@require_GET
@licensees_only
def clearance_pack(request: HttpRequest, licence_id: str) -> HttpResponse:
    """The words, the chain of every item, and the proofs, in one file."""
    one = _own(request, licence_id)
    if one.state != "signed":
        raise NotFound
    answer = HttpResponse(clearance.pack(one, now=CLOCK.now()), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="clearance-{one.id}.zip"'
    return answer


def _own(request: HttpRequest, licence_id: str) -> LicenceSeen:
    one = licences.licence(licence_id, viewer_id=viewer_id(request))
    if one.organisation_id != organisations.organisation_id_of(viewer_id(request)):
        raise NotFound
    return one


def _questions(licence_id: str, now: datetime) -> dict[str, str]:
    """How many performers were asked about a licence and how many may still answer, in words that point at nobody."""
    states = questions.states_of(licence_id, now=now)
    still, asked = states["open"], sum(states.values())  # each performer is asked once
    return {"open": aloud(told(still, still)), "asked": aloud(told(asked, asked))} if asked else {}


def _why(offered: actions.Offer) -> list[tuple[str, str]]:
    """Reasons in words, each with its number or with none that could point at someone."""
    return [(REASONS.get(reason) or reason, number) for reason, number in offered.found.reasons]

"""Public calls: who records, who buys, for what, until when, for how much; and the first step of applying."""

from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yesif.apps.casting.queries import calls
from yesif.apps.casting.queries.calls import CallSeen
from yesif.apps.people import actions, queries
from yesif.base.errors import BadInput
from yesif.core.policy.uses import CURRENT
from yesif.web.access import safe_onward
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK
from yesif.web.entrance import figures, letters
from yesif.web.entrance.forms import Join, SignIn
from yesif.web.entrance.limits import within

SALT = "yesif.join"


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Every open call."""
    return render(request, "calls/calls.html", {"calls": [_shown(one) for one in calls.open_calls(CLOCK.now())]})


@require_GET
def listing(request: HttpRequest, project_id: str) -> HttpResponse:
    """One call, with the unpleasant facts first and the studio's own figures."""
    found = calls.listing(project_id)
    context = {**_shown(found), "figures": figures.of_project(project_id), "nevers": CURRENT.never}
    return render(request, "calls/listing.html", context)


@require_GET
def contract(request: HttpRequest, project_id: str) -> HttpResponse:
    """The contract as it would be put to you, before you apply."""
    return render(request, "calls/contract.html", {**_shown(calls.listing(project_id)), "performer": ""})


@never_cache
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest, project_id: str) -> HttpResponse:
    """Signed in: to the form. Else: an address, and a letter; the answer is the same whether it is known or not."""
    found = calls.listing(project_id)
    onward = reverse("performer:apply", args=[project_id])
    if request.user.is_authenticated and "performer" in queries.roles_of(request.user.pk):
        return redirect(onward)
    form = SignIn(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        status = 200 if request.method == "GET" else 400
        return render(request, "calls/apply.html", {"form": form, **_shown(found)}, status=status)
    email = form.cleaned_data["email"].strip().lower()
    asked_by = request.META.get("REMOTE_ADDR", "")
    if not within("link-from", asked_by, times=30, seconds=3600) or not within("link", email, times=5, seconds=900):
        return render(request, "entrance/wait.html", status=429)
    token = signing.dumps({"e": email, "next": onward}, salt=SALT)
    link = settings.PUBLIC_URL + reverse("entrance:join", args=[token])
    letters.sign_in_letter(to=email, link=link, minutes=settings.SESAME_MAX_AGE // 60)
    return render(request, "calls/sent.html", {"minutes": settings.SESAME_MAX_AGE // 60, "stays": letters.stays()})


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """GET changes nothing, so a letter scanner may open it; POST joins, as a performer, and signs in."""
    try:
        kept: dict[str, str] = signing.loads(token, salt=SALT, max_age=settings.SESAME_MAX_AGE)
    except signing.BadSignature:
        minutes = settings.SESAME_MAX_AGE // 60
        return render(request, "entrance/old_link.html", {"form": SignIn(), "minutes": minutes}, status=404)
    known = queries.id_of_address(kept["e"])
    name = queries.person(known).stage_name if known else ""
    form = Join(request.POST or None, initial={"stage_name": name})
    if request.method == "POST" and form.is_valid():
        try:
            who = actions.join(
                email=kept["e"], stage_name=form.cleaned_data["stage_name"], role="performer", now=CLOCK.now()
            )
        except BadInput as wrong:
            form.add_error("stage_name", aloud(wrong))
        else:
            actions.sign_in_as(request, person_id=who)
            return redirect(safe_onward(request, kept["next"]))
    status = 400 if request.method == "POST" else 200
    return render(request, "calls/join.html", {"form": form, "known": name}, status=status)


def _shown(found: CallSeen) -> dict[str, Any]:
    return {
        "call": found,
        "project": found.project,
        "frame": found.frame,
        "what": CURRENT.what(found.project.core_what),
        "where": CURRENT.where(found.project.core_where),
        "buyer": found.project.licensee or _("not known yet"),
    }

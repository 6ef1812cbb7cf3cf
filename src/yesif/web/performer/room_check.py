"""The room check: what a performer's room, gear and line are like, found in the browser and kept for the next time."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from yesif.apps.stage.actions import presence
from yesif.apps.stage.actions import room_check as actions
from yesif.apps.stage.queries import presence as counted
from yesif.apps.stage.queries import room_check as queries
from yesif.base.errors import BadInput
from yesif.web.access import performers_only, viewer_id
from yesif.web.clock import CLOCK

LONGEST_PROBE = 4_000_000


@require_GET
@performers_only
def page(request: HttpRequest) -> HttpResponse:
    """Check the room; what was found last time stands there already."""
    who = viewer_id(request)
    context = {"last": queries.last(who), "paid": counted.next_booking(who, now=CLOCK.now()) is not None}
    answer = render(request, "performer/room_check.html", context)
    # Isolated like the room itself, so that the check finds the clock the room will have.
    answer["Cross-Origin-Opener-Policy"] = "same-origin"
    answer["Cross-Origin-Embedder-Policy"] = "require-corp"
    answer["Permissions-Policy"] = "camera=(self), microphone=(self), display-capture=()"
    return answer


@require_POST
@performers_only
def speed(request: HttpRequest) -> HttpResponse:
    """Take in a few megabytes and throw them away: the browser times it."""
    read = 0
    while read < LONGEST_PROBE and (piece := request.read(65_536)):
        read += len(piece)
    return JsonResponse({"bytes": read})


@require_POST
@performers_only
def at_work(request: HttpRequest) -> HttpResponse:
    """The page is open: the server writes that down, and it is paid under the next booking."""
    presence.checking(performer_id=viewer_id(request), studio_ns=CLOCK.studio_ns(), now=CLOCK.now())
    return HttpResponse(status=204)


@require_POST
@performers_only
def keep(request: HttpRequest) -> HttpResponse:
    """Keep what the page found."""
    try:
        found: Any = json.loads(request.body[:20_000])
    except ValueError:
        raise BadInput("What was found is JSON.") from None
    actions.keep(performer_id=viewer_id(request), found=found, now=CLOCK.now())
    return JsonResponse({"kept": True})

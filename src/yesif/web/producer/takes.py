"""Takes coming in: how far each is, what the checks said, and going on without a side that never came."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from yesif.apps.footage.queries import intake
from yesif.flows import ingest
from yesif.web.access import producers_only, viewer_id
from yesif.web.clock import CLOCK

MOVING = ("rolling", "uploading", "ingesting")
"""States that still change by themselves: the page looks again every few seconds."""


@require_GET
@producers_only
def takes(request: HttpRequest) -> HttpResponse:
    """Every take of this producer's projects, newest first."""
    return render(request, "producer/takes.html", {"takes": intake.takes(viewer_id(request))})


@require_GET
@never_cache
@producers_only
def page(request: HttpRequest, take_id: str) -> HttpResponse:
    """One take: progress, tracks and what the checks said of each side."""
    return render(request, "producer/take.html", _shown(request, take_id))


@require_GET
@never_cache
@producers_only
def progress(request: HttpRequest, take_id: str) -> HttpResponse:
    """The part of the page that moves; once at rest the whole page is asked for again, with its findings."""
    shown = _shown(request, take_id)
    answer = render(request, "producer/parts/progress.html", shown)
    if not shown["moving"]:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
@producers_only
def go_on(request: HttpRequest, take_id: str) -> HttpResponse:
    """Seal the take without the side that is missing."""
    found = intake.take(take_id, viewer_id=viewer_id(request))
    ingest.go_on_without(found.id, now=CLOCK.now())
    messages.success(request, _("The take goes on with the side that is here."))
    return redirect("producer:take", take_id)


def _shown(request: HttpRequest, take_id: str) -> dict[str, Any]:
    found = intake.take(take_id, viewer_id=viewer_id(request))
    return {"take": found, "job": ingest.progress(found.id), "moving": found.state in MOVING}

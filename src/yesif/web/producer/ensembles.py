"""Ensembles of three to six: who could play together in each block and why. To look at; the room holds two."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from yesif.apps.casting import queries
from yesif.core.matching.casts import LARGEST, SMALLEST
from yesif.flows import ensembles
from yesif.web.access import producers_only, viewer_id
from yesif.web.clock import CLOCK


@never_cache
@require_safe
@producers_only
def page(request: HttpRequest, project_id: str) -> HttpResponse:
    """The ensembles of one size in every block ahead."""
    viewer = viewer_id(request)
    project = queries.project(project_id, viewer)
    asked = request.GET.get("size", str(SMALLEST))
    size = int(asked) if asked in map(str, range(SMALLEST, LARGEST + 1)) else 0
    found = ensembles.ensembles(project_id, viewer, size=size, now=CLOCK.now())
    context = {"project": project, "found": found, "sizes": range(SMALLEST, LARGEST + 1)}
    return render(request, "casting/ensembles.html", context)

"""What was measured of one's own performance: the same numbers as its producer is shown."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from yesif.apps.footage.actions import parts
from yesif.apps.footage.queries import sheets as queries
from yesif.web import sheets
from yesif.web.access import performers_only, viewer_id
from yesif.web.clock import CLOCK


@require_GET
@never_cache
@performers_only
def page(request: HttpRequest, performance_id: str) -> HttpResponse:
    """Films, picture, figures and findings of one's own side, and the partner's where both said yes."""
    who = viewer_id(request)
    found = queries.of_performance(performance_id, viewer_id=who)
    links = {form: reverse("performer:track-picture", args=[performance_id, form]) for form in ("svg", "png")}
    more = {**links, "performance_id": performance_id, "mine": True, "parts": parts.MEASURED_PARTS}
    return sheets.page(request, found, who, "performer/track.html", more)


@require_GET
@never_cache
@performers_only
def picture(request: HttpRequest, performance_id: str, form: str) -> HttpResponse:
    """The picture as a file, `svg` or `png`."""
    return sheets.export(queries.of_performance(performance_id, viewer_id=viewer_id(request)), form)


@require_POST
@performers_only
def delete(request: HttpRequest, performance_id: str) -> HttpResponse:
    """Delete what was measured of one part; the rest stays."""
    part = request.POST.get("part", "")
    count = parts.delete_measurements(
        performance_id=performance_id, performer_id=viewer_id(request), part=part, now=CLOCK.now()
    )
    told = _("Deleted: %(count)d tables. Nothing measures them again.") if count else _("There was nothing to delete.")
    messages.success(request, told % {"count": count} if count else told)
    return redirect("performer:track", performance_id)

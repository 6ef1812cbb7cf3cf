"""What was measured of a take, for its producer: only of the sides whose performers have released them."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from yesif.apps.footage.queries import sheets as queries
from yesif.web import sheets
from yesif.web.access import producers_only, viewer_id


@require_GET
@never_cache
@producers_only
def page(request: HttpRequest, take_id: str) -> HttpResponse:
    """Films, picture, figures and findings of the released sides of one take."""
    who = viewer_id(request)
    links = {form: reverse("producer:track-picture", args=[take_id, form]) for form in ("svg", "png")}
    return sheets.page(request, queries.of_take(take_id, viewer_id=who), who, "producer/track.html", links)


@require_GET
@never_cache
@producers_only
def picture(request: HttpRequest, take_id: str, form: str) -> HttpResponse:
    """The picture as a file, `svg` or `png`."""
    return sheets.export(queries.of_take(take_id, viewer_id=viewer_id(request)), form)

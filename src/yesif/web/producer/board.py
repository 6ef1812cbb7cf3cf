"""The live board of rooms, the chair in one of them, and the care desk with its clock."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yesif.apps.footage.actions import care as footage_care
from yesif.apps.footage.queries import care as footage
from yesif.apps.stage.actions import care as actions
from yesif.apps.stage.queries import board as queries
from yesif.apps.stage.queries import care, sessions
from yesif.base.errors import BadInput, Conflict, NotFound
from yesif.web.access import producers_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK
from yesif.web.media import address


@require_GET
@never_cache
@producers_only
def board(request: HttpRequest) -> HttpResponse:
    """Every room that is open or about to be; asked again every few seconds."""
    rooms = queries.rooms(viewer_id(request), now=CLOCK.now(), studio_ns=CLOCK.studio_ns())
    page = "producer/parts/board.html" if request.headers.get("hx-request") else "producer/board.html"
    return render(request, page, {"rooms": rooms})


@require_GET
@producers_only
def chair(request: HttpRequest, session_id: str) -> HttpResponse:
    """Sit in, seen by everyone in the room."""
    viewer = viewer_id(request)
    seen = sessions.session(session_id, viewer)
    if not sessions.is_producer_of(session_id, viewer):
        raise NotFound
    answer = render(request, "room/chair.html", {"session": seen})
    answer["Cache-Control"] = "no-store"
    return answer


@require_GET
@never_cache
@producers_only
def desk(request: HttpRequest) -> HttpResponse:
    """Calls for help and reports, what is due first, first."""
    return render(request, "producer/care.html", {"cases": care.desk(viewer_id(request), now=CLOCK.now())})


@require_http_methods(["GET", "POST"])
@never_cache
@producers_only
def case(request: HttpRequest, case_id: str) -> HttpResponse:
    """One case: what was said, what happened, the answer; and its end."""
    viewer = viewer_id(request)
    refusal = ""
    care.case(case_id, viewer, now=CLOCK.now())
    if request.method == "POST":
        try:
            return _act(request, case_id, viewer)
        except (BadInput, Conflict) as wrong:
            refusal = aloud(wrong)
    seen = care.case(case_id, viewer, now=CLOCK.now())
    context = {"case": seen, "refusal": refusal, "films": _films(seen.session_id, viewer)}
    return render(request, "producer/case.html", context, status=400 if refusal else 200)


def _films(session_id: str, viewer: str) -> list[tuple[footage.Film, str, str]]:
    """Each film, its address and its poster's, while the viewer looks into the session; the addresses are theirs."""

    def media(film: footage.Film, kind: str) -> str:
        return address(film.performance_id, kind=footage.PREFIX + kind, viewer_id=viewer) if film.is_there else ""

    found = footage.films(session_id, viewer_id=viewer, now=CLOCK.now())
    return [(film, media(film, "preview"), media(film, "poster")) for film in found]


def _act(request: HttpRequest, case_id: str, viewer: str) -> HttpResponse:
    if "words" in request.POST:
        actions.answer(case_id=case_id, by=viewer, words=request.POST["words"], now=CLOCK.now())
        messages.success(request, _("Answered. Whoever asked reads it now."))
    elif "look" in request.POST:
        actions.look(case_id=case_id, by=viewer, now=CLOCK.now())
        messages.success(request, _("Written down. The films stand below for half an hour."))
    else:
        keep = request.POST.get("sealed") != "lift"
        footage_care.close(case_id=case_id, by=viewer, keep_sealed=keep, now=CLOCK.now())
        messages.success(request, _("Closed."))
    return redirect("producer:case", case_id)

"""A producer's projects: list, make, look."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yesif.apps.casting import actions, queries
from yesif.apps.decks import queries as decks
from yesif.apps.market import queries as market
from yesif.apps.people import queries as people
from yesif.apps.stage.queries import sessions as stage
from yesif.base.errors import BadInput
from yesif.core.policy.uses import CURRENT
from yesif.web.access import producers_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK
from yesif.web.producer.forms import Project


@require_GET
@producers_only
def home(request: HttpRequest) -> HttpResponse:
    """Every project of this producer's."""
    return render(request, "producer/home.html", {"projects": queries.projects_of(viewer_id(request))})


@require_http_methods(["GET", "POST"])
@producers_only
def make(request: HttpRequest) -> HttpResponse:
    """Make a project with its core use, term and fee."""
    shelf = [(deck.id, f"{deck.title} {deck.version}: {deck.cards} cards") for deck in decks.decks()]
    form = Project(request.POST or None, decks=shelf)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.make_project(
                producer_id=viewer_id(request),
                now=CLOCK.now(),
                **form.terms(),
            )
        except BadInput as wrong:
            form.add_error(None, aloud(wrong))
        else:
            messages.success(request, _("The project is made. Nobody has an offer yet."))
            return redirect("producer:project", made)
    status = 400 if request.method == "POST" else 200
    context = {"form": form, "nevers": CURRENT.never, "shelf": shelf}
    return render(request, "producer/new_project.html", context, status=status)


@require_GET
@producers_only
def page(request: HttpRequest, project_id: str) -> HttpResponse:
    """One project: its terms, sessions, offers and releases."""
    viewer = viewer_id(request)
    project = queries.project(project_id, viewer)
    bookings = queries.bookings_of_project(project_id, viewer)
    names = people.stage_names({one.performer_id for one in bookings})
    context = {
        "project": project,
        "bookings": [(names.get(one.performer_id, ""), one) for one in bookings],
        "sessions": stage.sessions_of_project(project_id, viewer),
        "releases": market.releases_of_project(project_id, viewer_id=viewer),
    }
    return render(request, "producer/project.html", context)

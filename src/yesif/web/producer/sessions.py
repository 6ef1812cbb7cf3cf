"""Booking two performers into a session with cards and notes, and how sessions stand."""

from itertools import chain
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yesif.apps.casting import actions as casting
from yesif.apps.casting import queries as projects
from yesif.apps.decks import queries as decks
from yesif.apps.footage.queries import intake
from yesif.apps.people import queries as people
from yesif.apps.stage.actions import bookings
from yesif.apps.stage.queries import sessions as queries
from yesif.base.errors import BadInput, NotCovered, NotFound, Refused
from yesif.web.access import producers_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK
from yesif.web.producer.forms import Booking, Choice, Scene
from yesif.web.producer.money import to_pay_in


@require_GET
@producers_only
def sessions(request: HttpRequest) -> HttpResponse:
    """Every session of this producer's projects, newest first."""
    viewer = viewer_id(request)
    found = chain.from_iterable(queries.sessions_of_project(one.id, viewer) for one in projects.projects_of(viewer))
    listed = sorted(found, key=lambda one: one.number, reverse=True)
    return render(request, "producer/sessions.html", {"sessions": listed})


@require_GET
@producers_only
def page(request: HttpRequest, session_id: str) -> HttpResponse:
    """One session: cards in their order, and its takes."""
    viewer = viewer_id(request)
    found = queries.session(session_id, viewer)
    projects.project(found.project_id, viewer)  # a performer who also produces sees this page only of their own project
    context = {"session": found, "takes": intake.takes(viewer, session_id=session_id)}
    return render(request, "producer/session.html", context)


@require_http_methods(["GET", "POST"])
@producers_only
def book(request: HttpRequest, project_id: str) -> HttpResponse:
    """Put the terms to two performers and lay out what they will play."""
    viewer = viewer_id(request)
    project = projects.project(project_id, viewer)
    choice = _choice(project_id)
    form = Booking(request.POST or None, choice=choice)
    scenes = [Scene(request.POST or None, choice=choice, number=number) for number in (1, 2, 3)]
    if request.method == "POST" and all([form.is_valid(), *(scene.is_valid() for scene in scenes)]):
        try:
            made = _book(project_id, viewer, form, scenes)
        except (BadInput, Refused, NotFound) as wrong:
            form.add_error(None, to_pay_in(project_id, wrong) if isinstance(wrong, NotCovered) else aloud(wrong))
        else:
            messages.success(request, _("Both offers are out. The room opens for each as soon as they accept."))
            return redirect("producer:session", made)
    context = {"project": project, "form": form, "scenes": scenes, "choice": choice, "has_decks": bool(decks.decks())}
    return render(request, "producer/book.html", context, status=400 if request.method == "POST" else 200)


@transaction.atomic
def _book(project_id: str, producer_id: str, form: Booking, scenes: list[Scene]) -> str:
    """Both offers and the session, or nothing."""
    filled: dict[str, Any] = form.cleaned_data
    made = [
        casting.offer(
            project_id=project_id,
            producer_id=producer_id,
            performer_id=filled[position],
            starts_at=filled["starts"],
            minutes=filled["minutes"],
            now=CLOCK.now(),
        )
        for position in ("performer_a", "performer_b")
    ]
    plans = [bookings.ScenePlan(scene.card, {"a": scene.note_a, "b": scene.note_b}) for scene in scenes if scene.card]
    return bookings.book_session(
        project_id=project_id,
        producer_id=producer_id,
        booking_ids=made,
        scenes=plans,
        starts_at=filled["starts"],
        now=CLOCK.now(),
    )


def _choice(project_id: str) -> Choice:
    mine = projects.deck_ids_of(project_id)
    groups = people.split_groups()
    together: dict[str, list[tuple[str, str]]] = {}
    for one in people.performers():
        together.setdefault(groups.get(one.id, ""), []).append((one.id, one.stage_name))
    # Whoever stands under one heading may share a scene; which group of the dataset it is stays unsaid.
    headed = [(_("May play together ({number})").format(number=n), some) for n, some in enumerate(together.values(), 1)]
    heated = _("{card} (intensity {heat})")
    return Choice(
        performers=headed[0][1] if len(headed) == 1 else headed,
        enough=any(len(group) > 1 for group in together.values()),
        cards=[
            (card.id, heated.format(card=card.title, heat=card.intensity)) for one in mine for card in decks.cards(one)
        ],
        notes=[(note.id, note.label) for deck in mine for note in decks.notes(deck)],
    )

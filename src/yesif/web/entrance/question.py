"""A question opened from its letter: the link shows it to whoever holds it, and only a press of a button answers."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yesif.apps.consent.queries import questions
from yesif.base.errors import NotFound
from yesif.web.performer.questions import shown


@never_cache
@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, token: str) -> HttpResponse:
    """GET changes nothing, so a letter scanner may fetch it. A link that is damaged, or too old, is told so."""
    try:
        found = questions.of_token(token)
    except NotFound:
        return render(request, "entrance/old_question.html", status=404)
    return shown(request, found.question, found.performer, letter=True)

"""Questions a licence puts to a performer, answered with one press; and the same from a letter, without signing in."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yesif.apps.consent.queries import questions as queries
from yesif.base.errors import Conflict
from yesif.core.policy.uses import LISTS
from yesif.flows import revoke
from yesif.web.access import performers_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK


@require_GET
@never_cache
@performers_only
def questions(request: HttpRequest) -> HttpResponse:
    """Every question: those that wait, and what was said to the others."""
    found = queries.questions_of(viewer_id(request), now=CLOCK.now())
    context = {"waiting": [one for one in found if one.state == "open"],
               "past": [one for one in found if one.state != "open"]}  # fmt: skip
    return render(request, "performer/questions.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@performers_only
def question(request: HttpRequest, question_id: str) -> HttpResponse:
    """One question: GET shows it, POST answers it."""
    return shown(request, question_id, viewer_id(request))


def shown(request: HttpRequest, question_id: str, performer_id: str, *, letter: bool = False) -> HttpResponse:
    """The page of a question, from the performer's pages or from their letter; answering leads back to it."""
    found = queries.question(question_id, performer_id, now=CLOCK.now())
    refusal = ""
    said = request.POST.get("answer", "")
    if request.method == "POST" and said in ("yes", "no"):
        try:
            revoke.answer(question_id=found.id, performer_id=performer_id, yes=said == "yes", now=CLOCK.now())
        except Conflict as wrong:
            refusal = aloud(wrong)
        else:
            messages.success(request, _("You said Yes.") if said == "yes" else _("You said No."))
            return redirect(request.path)
    context = {
        "question": found,
        "what": LISTS[found.use.uses.version].what(found.use.what),
        "where": LISTS[found.use.uses.version].where(found.use.where),
        "refusal": refusal,
        "letter": letter,
    }
    return render(request, "performer/question.html", context, status=409 if refusal else 200)

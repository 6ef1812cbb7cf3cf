"""The curtain: coming down, would you play with them again, and reporting what should not have happened."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yesif.apps.footage.actions import care as footage_care
from yesif.apps.stage.actions import after as actions
from yesif.apps.stage.queries import after as queries
from yesif.apps.stage.queries import care, presence, sessions, standing
from yesif.base.errors import BadInput
from yesif.web.access import performers_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK
from yesif.web.performer.forms import Report


@require_GET
@never_cache
@performers_only
def curtain(request: HttpRequest, session_id: str) -> HttpResponse:
    """After a session: cool-down, uploads, the one question about the partner, and where to report something."""
    who = viewer_id(request)
    sessions.position(session_id, who)  # the cast's page, not the producer's
    seen = sessions.session(session_id, who)
    partners = [one for one in seen.places if one.performer_id != who]
    context = {
        "session": seen,
        "partners": partners,
        "cool_down_min": standing.cool_down_of(session_id) // 60,
        "answer": queries.answer_about(who, [one.performer_id for one in partners]),
        "cases": care.own(who, now=CLOCK.now(), session_id=session_id),
        "counted": presence.of_session(session_id, who),
        "answers": [("yes", _("Yes")), ("not-now", _("Not now")), ("never", _("Never"))],
    }
    return render(request, "performer/curtain.html", context)


@require_POST
@performers_only
def again(request: HttpRequest, session_id: str) -> HttpResponse:
    """Would you play with them again? The partner is never told."""
    try:
        actions.play_again(
            session_id=session_id,
            performer_id=viewer_id(request),
            answer=request.POST.get("answer", ""),
            now=CLOCK.now(),
        )
        messages.success(request, _("Kept. Only the matching reads it; nobody is told."))
    except BadInput as wrong:
        messages.error(request, aloud(wrong))
    return redirect("performer:curtain", session_id)


@require_POST
@performers_only
def block(request: HttpRequest, session_id: str) -> HttpResponse:
    """Never be matched with them again."""
    actions.block(session_id=session_id, performer_id=viewer_id(request), now=CLOCK.now())
    messages.success(request, _("Blocked. You two are never matched again. They are not told."))
    return redirect("performer:curtain", session_id)


@require_http_methods(["GET", "POST"])
@performers_only
def report(request: HttpRequest, session_id: str) -> HttpResponse:
    """Say what happened, to the care desk and to nobody else."""
    who = viewer_id(request)
    sessions.position(session_id, who)
    seen = sessions.session(session_id, who)
    form = Report(request.POST or None)
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data["words"]
        footage_care.report(session_id=session_id, performer_id=who, words=words, now=CLOCK.now())
        if form.cleaned_data["block"]:
            actions.block(session_id=session_id, performer_id=who, now=CLOCK.now())
        messages.success(request, _("Reported. The care desk answers within 24 hours; the answer stands below."))
        return redirect("performer:curtain", session_id)
    status = 400 if request.method == "POST" else 200
    return render(request, "performer/report.html", {"session": seen, "form": form}, status=status)

"""The quality desk and its rulings. Whoever proposes one needs a second person; an appeal needs a third. Never pay."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yesif.apps.footage.actions import rulings as actions
from yesif.apps.footage.queries import desk as queries
from yesif.apps.footage.queries import rulings
from yesif.base.errors import BadInput, Conflict, Refused
from yesif.web.access import producers_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK
from yesif.web.media import address
from yesif.web.performer.lanes import lanes
from yesif.web.producer.forms import RulingForm


@require_GET
@never_cache
@producers_only
def desk(request: HttpRequest) -> HttpResponse:
    """What somebody should look at, and the rulings that wait for somebody."""
    viewer = viewer_id(request)
    return render(request, "producer/quality.html", {"queue": queries.queue(viewer), "rulings": rulings.desk(viewer)})


@require_http_methods(["GET", "POST"])
@never_cache
@producers_only
def take(request: HttpRequest, take_id: str) -> HttpResponse:
    """Both tracks in step; a ruling is proposed here."""
    viewer = viewer_id(request)
    found = queries.take(take_id, viewer_id=viewer)
    form = RulingForm(request.POST or None, parts=[(part, name) for part, name, _found in found.parts])
    if request.method == "POST" and form.is_valid():
        try:
            actions.propose(by=viewer, now=CLOCK.now(), **form.proposal())
        except (BadInput, Conflict) as wrong:
            form.add_error(None, aloud(wrong))
        else:
            messages.success(request, _("Proposed. Nothing happens until a second person agrees."))
            return redirect("producer:quality-take", take_id)
    return render(request, "producer/quality_take.html", _shown(found, form, take_id, viewer), status=_status(request))


@require_http_methods(["GET", "POST"])
@never_cache
@producers_only
def ruling(request: HttpRequest, ruling_id: str) -> HttpResponse:
    """One ruling: agree, or not; decide its appeal."""
    viewer = viewer_id(request)
    found = rulings.one(ruling_id, viewer)
    refusal = ""
    if request.method == "POST":
        try:
            _answer(request, ruling_id, viewer)
        except (BadInput, Conflict, Refused) as wrong:
            refusal = aloud(wrong)
        else:
            return redirect("producer:ruling", ruling_id)
    context = {
        "ruling": found,
        "refusal": refusal,
        "may_second": found.state == "proposed" and viewer != found.proposed_by_id,
        "may_decide": found.state == "appealed" and viewer not in (found.proposed_by_id, found.seconded_by_id),
    }
    return render(request, "producer/ruling.html", context, status=409 if refusal else 200)


def _answer(request: HttpRequest, ruling_id: str, viewer: str) -> None:
    said = request.POST
    if "outcome" in said:
        actions.decide(
            ruling_id=ruling_id, by=viewer, outcome=said["outcome"], answer=said.get("answer", ""), now=CLOCK.now()
        )
        messages.success(request, _("Decided. The performer reads your answer now."))
    elif said.get("agrees") in ("yes", "no"):
        actions.second(ruling_id=ruling_id, by=viewer, agrees=said["agrees"] == "yes", now=CLOCK.now())
        messages.success(request, _("Said. It stands with your name."))
    else:
        raise BadInput(_("Agree, or do not."))


def _shown(found: queries.OnDesk, form: RulingForm, take_id: str, viewer: str) -> dict[str, Any]:
    def media(side: Any, kind: str) -> str:
        if side is None or not getattr(side, f"has_{kind}"):
            return ""
        return address(side.performance_id, kind=queries.PREFIX + kind, viewer_id=viewer)

    return {
        "desk": found,
        "review": found.review,
        "lanes": lanes(found.review, own=found.review.own.stage_name),
        "rulings": rulings.of_take(take_id, viewer),
        "form": form,
        "frame": "0.0333",
        "own_preview": media(found.review.own, "preview"),
        "own_poster": media(found.review.own, "poster"),
        "own_peaks": media(found.review.own, "peaks"),
        "partner_preview": media(found.review.partner, "preview"),
        "partner_poster": media(found.review.partner, "poster"),
    }


def _status(request: HttpRequest) -> int:
    return 400 if request.method == "POST" else 200

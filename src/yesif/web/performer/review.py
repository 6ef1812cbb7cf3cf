"""Reviewing a take: watch, seal, lift, watch together, release, withdraw. Every action asks whose performance it is."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yesif.apps.consent import queries as consent
from yesif.apps.footage.actions import review as actions
from yesif.apps.footage.queries import review as queries
from yesif.apps.footage.queries import withdrawal
from yesif.base.errors import BadInput
from yesif.core.policy.effects import of_withdrawal
from yesif.core.policy.grants import OnRevoke
from yesif.flows import ingest, revoke
from yesif.web.access import performers_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK
from yesif.web.media import address
from yesif.web.performer.forms import Seal
from yesif.web.performer.lanes import lanes


@require_GET
@performers_only
def takes(request: HttpRequest) -> HttpResponse:
    """Every take of the performer's own, newest first, and what the browser still has to send."""
    return render(request, "performer/takes.html", {"takes": queries.of_performer(viewer_id(request))})


@require_GET
@never_cache
@performers_only
def page(request: HttpRequest, performance_id: str) -> HttpResponse:
    """One take of the performer's own."""
    return _page(request, performance_id, Seal(), 200)


@require_GET
@never_cache
@performers_only
def picture(request: HttpRequest, performance_id: str) -> HttpResponse:
    """Player and timeline alone: asked again while a preview is being made."""
    found = queries.review(performance_id, viewer_id=viewer_id(request))
    return render(request, "performer/parts/picture.html", _shown(found, viewer_id(request)))


@require_POST
@performers_only
def seal(request: HttpRequest, performance_id: str) -> HttpResponse:
    """Seal a stretch; its preview goes at once and comes back without it."""
    form = Seal(request.POST)
    if not form.is_valid():
        return _page(request, performance_id, form, 400)
    try:
        with transaction.atomic():
            who = viewer_id(request)
            actions.seal(performance_id=performance_id, performer_id=who, now=CLOCK.now(), **form.stretch())
            ingest.rebuild_preview(performance_id, now=CLOCK.now())
    except BadInput as wrong:
        form.add_error("end", aloud(wrong))
        return _page(request, performance_id, form, 400)
    messages.success(request, _("Sealed. It is in nothing from now on."))
    return redirect("performer:review", performance_id)


@require_POST
@performers_only
def lift(request: HttpRequest, span_id: int) -> HttpResponse:
    """Undo a seal."""
    with transaction.atomic():
        performance_id = actions.lift(span_id=span_id, performer_id=viewer_id(request), now=CLOCK.now())
        ingest.rebuild_preview(performance_id, now=CLOCK.now())
    messages.success(request, _("The seal is lifted."))
    return redirect("performer:review", performance_id)


@require_POST
@performers_only
def together(request: HttpRequest, performance_id: str) -> HttpResponse:
    """Say whether the partner may watch this side in review."""
    allowed = request.POST.get("allowed") == "yes"
    who = viewer_id(request)
    actions.watch_together(performance_id=performance_id, performer_id=who, allowed=allowed, now=CLOCK.now())
    return redirect("performer:review", performance_id)


@require_http_methods(["GET", "POST"])
@performers_only
def release(request: HttpRequest, performance_id: str) -> HttpResponse:
    """What releasing means, then the release itself."""
    if request.method == "GET":
        found = queries.review(performance_id, viewer_id=viewer_id(request))
        return render(request, "performer/release.html", {"review": found})
    actions.release(performance_id=performance_id, performer_id=viewer_id(request), now=CLOCK.now())
    messages.success(request, _("Released for the uses you said yes to, and for no others."))
    return redirect("performer:review", performance_id)


@require_http_methods(["GET", "POST"])
@performers_only
def withdraw(request: HttpRequest, performance_id: str) -> HttpResponse:
    """What withdrawing stops, what others must do, what cannot be undone; then the withdrawal itself."""
    who = viewer_id(request)
    if request.method == "GET":
        found = queries.review(performance_id, viewer_id=who)
        seen, now = consent.answers_of(who), CLOCK.now()
        until = withdrawal.deletes_until(performance_id, viewer_id=who)
        effects = of_withdrawal(
            on_revoke=seen.grant.conditions.on_revoke if seen else OnRevoke.STOP_NEW,
            licensees=revoke.holders(who, performance_id=performance_id),
            deletes=now < until,
            now=now,
        )
        context = {"review": found, "effects": effects, "deletes": now < until, "until": until}
        return render(request, "performer/withdraw.html", context)
    done = revoke.withdraw(performance_id=performance_id, performer_id=who, now=CLOCK.now())
    messages.success(request, _("Withdrawn. Nothing built from now on holds it."))
    return redirect("performer:told") if done.notices else redirect("performer:review", performance_id)


def _page(request: HttpRequest, performance_id: str, form: Seal, status: int) -> HttpResponse:
    found = queries.review(performance_id, viewer_id=viewer_id(request))
    context = {**_shown(found, viewer_id(request)), "seal_form": form, "open": found.row.state in queries.REVIEWABLE}
    return render(request, "performer/review.html", context, status=status)


def _shown(found: queries.Review, viewer: str) -> dict[str, Any]:
    """What the player may show: signed addresses that die in ten minutes, only for what may be seen now."""

    def media(side: queries.Side | None, kind: str) -> str:
        there = side is not None and getattr(side, f"has_{kind}")
        return address(side.performance_id, kind=kind, viewer_id=viewer) if side is not None and there else ""

    return {
        "review": found,
        "lanes": lanes(found),
        "waiting": not found.own.has_preview and found.preview_expected,
        "frame": "0.0333",
        "own_preview": media(found.own, "preview"),
        "own_poster": media(found.own, "poster"),
        "own_peaks": media(found.own, "peaks"),
        "partner_preview": media(found.partner, "preview"),
        "partner_poster": media(found.partner, "poster"),
    }

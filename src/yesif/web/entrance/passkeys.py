"""Signing in by passkey, and one's own passkeys: added, listed, removed. The e-mail link always works beside them."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from yesif.apps.people import actions, passkeys
from yesif.base.errors import BadInput, NotFound
from yesif.web.access import safe_onward, signed_in, viewer_id
from yesif.web.aloud import aloud
from yesif.web.entrance.limits import within


@require_POST
def sign_in_options(request: HttpRequest) -> HttpResponse:
    """The challenge for a sign-in."""
    if not within("passkey", request.META.get("REMOTE_ADDR", ""), times=30, seconds=300):
        return JsonResponse({"said": _("Too many tries. Wait a few minutes, or use the letter.")}, status=429)
    return JsonResponse(passkeys.begin_sign_in(request))


@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """The browser's answer to it."""
    if not within("passkey-answer", request.META.get("REMOTE_ADDR", ""), times=30, seconds=300):
        return JsonResponse({"said": _("Too many tries. Wait a few minutes, or use the letter.")}, status=429)
    sent = _sent(request)
    try:
        who = passkeys.finish_sign_in(sent.get("credential") or {})
    except NotFound as wrong:
        return JsonResponse({"said": aloud(wrong)}, status=404)
    actions.sign_in_as(request, person_id=who)
    return JsonResponse({"next": safe_onward(request, str(sent.get("next") or "/"))})


@never_cache
@require_GET
@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """One's own passkeys."""
    return render(request, "entrance/passkeys.html", {"passkeys": passkeys.passkeys_of(viewer_id(request))})


@require_POST
@signed_in
def add_options(request: HttpRequest) -> HttpResponse:
    """The challenge for a new passkey."""
    return JsonResponse(passkeys.begin_adding(viewer_id(request)))


@require_POST
@signed_in
def add(request: HttpRequest) -> HttpResponse:
    """Keep the passkey that the browser made."""
    sent = _sent(request)
    try:
        passkeys.finish_adding(
            viewer_id(request), name=str(sent.get("name") or ""), credential=sent.get("credential") or {}
        )
    except BadInput as wrong:
        return JsonResponse({"said": aloud(wrong)}, status=400)
    messages.success(request, _("The passkey is kept. It signs you in on its own from now on."))
    return JsonResponse({"next": "/passkeys"})


@require_POST
@signed_in
def remove(request: HttpRequest, passkey_id: int) -> HttpResponse:
    """Remove one of one's own."""
    passkeys.remove(viewer_id(request), passkey_id=passkey_id)
    messages.success(request, _("Removed. The letter with a link still signs you in."))
    return redirect("entrance:passkeys")


def _sent(request: HttpRequest) -> dict[str, Any]:
    """The JSON a script sent; raises BadInput."""
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError) as wrong:
        raise BadInput("That is not JSON.") from wrong
    if not isinstance(found, dict) or not isinstance(found.get("credential", {}), dict | None):
        raise BadInput("That is not what a passkey's browser sends.")
    return found

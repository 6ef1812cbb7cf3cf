"""The door for programs: whose token it is, how often it knocks, what it says. No cookie opens it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from yesif.api.v1.errors import refusal
from yesif.apps.market.queries.organisations import organisation_of_token
from yesif.base.errors import BadInput, LimitReached, Refused, YesIfError

A_MINUTE = 240
"""Questions a minute from one organisation; and as many wrong tokens from one address."""
LARGEST = 1 << 20

View = Callable[..., HttpResponseBase]


def now() -> datetime:
    """Wall time."""
    return datetime.now(UTC)


def program(method: str) -> Callable[[View], View]:
    """A view for one method, called with `organisation_id=` and, for POST, `said=` (an object).

    Refusals become JSON; so does the wrong method.
    """

    def decorate(view: View) -> View:
        @csrf_exempt  # no cookie is read here, so there is nothing another site could ride on
        @wraps(view)
        def guarded(request: HttpRequest, **named: Any) -> HttpResponseBase:
            try:
                organisation = _organisation(request)
            except YesIfError as error:
                return refusal(error, status=0 if isinstance(error, LimitReached) else 401)
            try:
                if request.method != method:
                    raise BadInput(f"This address takes {method} only.")
                _count(organisation)
                said = {"said": _said(request)} if method == "POST" else {}
                answer = view(request, organisation_id=organisation, **said, **named)
            except YesIfError as error:
                return refusal(error)
            answer["Cache-Control"] = "no-store"
            return answer

        guarded.door = "program"  # type: ignore[attr-defined]  # read by the test that tries every address
        return guarded

    return decorate


def told(value: dict[str, Any]) -> JsonResponse:
    """An answer."""
    return JsonResponse(value)


def text(said: dict[str, Any], name: str) -> str:
    """A text that must be there. Raises BadInput."""
    value = said.get(name)
    if not isinstance(value, str) or not value:
        raise BadInput(f"“{name}” is missing, or is no text.")
    return value


def _organisation(request: HttpRequest) -> str:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        _count(request.META.get("REMOTE_ADDR", ""))
        raise Refused("A program shows its token: Authorization: Bearer yif_…")
    try:
        return organisation_of_token(secret.strip(), now=now())
    except Refused:
        _count(request.META.get("REMOTE_ADDR", ""))
        raise


def _count(who: str) -> None:
    """Raises LimitReached after `A_MINUTE` in one minute."""
    key = f"api:{who}:{int(now().timestamp()) // 60}"
    cache.add(key, 0, 120)
    if cache.incr(key) > A_MINUTE:
        raise LimitReached(f"More than {A_MINUTE} questions in a minute: wait until the next one.")


def _said(request: HttpRequest) -> dict[str, Any]:
    if int(request.headers.get("content-length") or 0) > LARGEST:
        raise BadInput(f"A question has at most {LARGEST} bytes.")
    try:
        said = json.loads(request.body)
    except (ValueError, RecursionError):
        raise BadInput("A question is one JSON object, in UTF-8.") from None
    if not isinstance(said, dict):
        raise BadInput("A question is one JSON object, in UTF-8.")
    return said

"""One place turns the house's errors into answers for people: what happened, what is safe, what to do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_noop as _

from yesif.base.errors import BadInput, Conflict, Damaged, LimitReached, NotFound, Refused, YesIfError
from yesif.web.aloud import aloud

STATUS: tuple[tuple[type[YesIfError], int], ...] = (
    (NotFound, 404),
    (Conflict, 409),
    (Refused, 403),
    (BadInput, 400),
    (LimitReached, 413),
    (Damaged, 422),
)


@dataclass(frozen=True, slots=True)
class Words:
    """What a person reads below the sentence of an error."""

    safe: str
    next: str


WORDS = {
    400: Words(_("Nothing was changed."), _("Go back, correct what the sentence names, and send it again.")),
    403: Words(_("Nothing was changed."), _("If you think this is wrong, write to the person who runs this studio.")),
    404: Words(
        _("It may not exist, or it may belong to someone else: the answer is the same for both. Nothing was changed."),
        _("If you followed a link from a letter, check that you are signed in with the address the letter went to."),
    ),
    409: Words(
        _("Nothing was changed: someone, or another window of yours, was there first."),
        _("Load the page again to see how it stands now."),
    ),
    413: Words(_("Nothing was lost."), _("Send less at a time, or wait a little and send it again.")),
    422: Words(_("What is stored was not touched."), _("Send it again; what arrived is not what was sent.")),
}
_ELSE = Words(
    _("Nothing was lost."), _("Load the page again; if it happens twice, tell the person who runs this studio.")
)

Answer = HttpResponseBase | Awaitable[HttpResponseBase]


def status_of(error: YesIfError) -> int:
    """The HTTP status of an error of the house."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


class ErrorsMiddleware:
    """Answer a house error with its sentence; anything else stays Django's. Works under plain and async views."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Answer]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Answer:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, YesIfError):
            return None
        return answer(request, error)


def answer(request: HttpRequest, error: YesIfError) -> HttpResponse:
    """The page, or the plain sentence for whoever did not ask for a page."""
    status = status_of(error)
    if "text/html" not in request.headers.get("accept", ""):
        return HttpResponse(aloud(error), status=status, content_type="text/plain; charset=utf-8")
    words = WORDS.get(status, _ELSE)
    context = {"sentence": aloud(error), "status": status, "safe": aloud(words.safe), "next": aloud(words.next)}
    return render(request, "error.html", context, status=status)

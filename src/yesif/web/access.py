"""Who may open a page: by role here, by object in the apps' queries. "Not there" and "not yours" are the same 404."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from yesif.apps.people import queries as people
from yesif.base.errors import NotFound

V = TypeVar("V", bound=Callable[..., HttpResponseBase | Awaitable[HttpResponseBase]])


def viewer_id(request: HttpRequest) -> str:
    """The id of whoever is signed in. Raises NotFound where nobody is."""
    if not request.user.is_authenticated:
        raise NotFound
    return request.user.pk


def only(role: str) -> Callable[[V], V]:
    """A page for one role. Signed out: to the sign-in page and back. Signed in without the role: 404, as if absent.

    Works on plain and on `async` views; reads the roles afresh each time, so a role taken away closes the next page.
    """

    def decorate(view: V) -> V:
        guarded = _guard_async(view, role) if iscoroutinefunction(view) else _guard(view, role)
        guarded.role = role  # type: ignore[attr-defined]  # read by the test that tries every role on every page
        return cast("V", guarded)

    return decorate


performers_only = only("performer")
producers_only = only("producer")
operators_only = only("operator")
licensees_only = only("licensee")


def signed_in(view: V) -> V:
    """A page for anyone signed in, whatever the role."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return view(request, *args, **kwargs) if request.user.is_authenticated else to_sign_in(request)

    return cast("V", guarded)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and back here afterwards; a script gets 401 instead of a page it did not ask for."""
    if "text/html" not in request.headers.get("accept", "text/html") and not request.headers.get("hx-request"):
        return HttpResponse(_("Sign in first."), status=401, content_type="text/plain; charset=utf-8")
    onward = request.get_full_path() if request.method == "GET" else ""
    query = f"?{urlencode({'next': onward})}" if onward not in ("", "/") else ""
    return HttpResponseRedirect(settings.LOGIN_URL + query)


def safe_onward(request: HttpRequest, path: str | None) -> str:
    """`path` if it is a path of this site, else the home page: a sign-in link must never lead somewhere else."""
    if path and path.startswith("/") and url_has_allowed_host_and_scheme(path, {request.get_host()}):
        return path
    return "/"


def _guard(view: Callable[..., Any], role: str) -> Callable[..., Any]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        if role not in people.roles_of(request.user.pk):
            raise NotFound
        return view(request, *args, **kwargs)

    return guarded


def _guard_async(view: Callable[..., Any], role: str) -> Callable[..., Any]:
    @wraps(view)
    async def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        person = await request.auser()
        if not person.is_authenticated:
            return to_sign_in(request)
        if role not in await sync_to_async(people.roles_of)(person.pk):
            raise NotFound
        return await view(request, *args, **kwargs)

    return guarded

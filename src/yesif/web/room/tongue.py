"""The language of a line to the room: LocaleMiddleware speaks for pages only."""

from http.cookies import CookieError, SimpleCookie
from typing import Any

from django.conf import settings
from django.utils import translation


class Tongue:
    """Speak the language that this browser's cookie, or else its first wish, names, for as long as the line is open."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        headers = {name: value.decode("latin-1") for name, value in scope.get("headers", ())}
        with translation.override(tongue_of(headers.get(b"cookie", ""), headers.get(b"accept-language", ""))):
            return await self.inner(scope, receive, send)


def tongue_of(cookies: str, wishes: str) -> str:
    """The offered language that is named first: by the cookie, then by the browser; else the studio's own."""
    try:
        kept = SimpleCookie(cookies).get(settings.LANGUAGE_COOKIE_NAME)
    except CookieError:
        kept = None
    wished = [kept.value if kept else "", *(wish.split(";")[0].strip() for wish in wishes.split(","))]
    for one in wished:
        try:
            return translation.get_supported_language_variant(one)
        except LookupError:
            continue
    return str(settings.LANGUAGE_CODE)

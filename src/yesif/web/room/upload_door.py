"""The PATCH of an upload, taken before Django: refused by its length before it is read, written straight to its file.

Django reads a whole body before a view may say no, and its middleware costs several times what writing 256 KiB and
fsyncing it does. Everything else about uploads is an ordinary view (`upload.py`).

Forgery: a page of another site cannot send a PATCH with this content type without a CORS preflight, which nothing here
ever allows, nor would the browser add the SameSite cookie; an Origin that is not ours is refused all the same.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections
from django.http import HttpRequest

from yesif.apps.footage.actions import uploads
from yesif.apps.footage.queries import uploads as queries
from yesif.base.errors import BadInput, Conflict, LimitReached, NotFound, YesIfError
from yesif.media import incoming
from yesif.web.aloud import aloud
from yesif.web.errors import status_of

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

VERSION = "1.0.0"
"""Of tus."""
LONGEST_PATCH = 512 * 1024
TRUST_SECONDS = 5.0
"""How long a session's right to one upload is remembered; signing out takes at most this long to reach an upload."""
SMALL = 32 * 1024
SMALL_PER_SECOND, SMALL_BURST = 20.0, 100.0
"""Small PATCHes cost an fsync each: a browser sends one a second and track, so this bounds a flood only."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What is remembered of an upload for a few seconds: whose it is was checked, and how far it may grow."""

    found: queries.Incoming
    until: float
    small: float
    small_at: float


class UploadDoor:
    """ASGI: PATCH below `prefix` is answered here, everything else by `inner`."""

    def __init__(self, inner: App, prefix: str = "/room/uploads/") -> None:
        self.inner = inner
        self.prefix = prefix
        self._passes: dict[tuple[str, str], Pass] = {}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        mine = scope["type"] == "http" and scope["method"] == "PATCH" and scope["path"].startswith(self.prefix)
        if not mine:
            await self.inner(scope, receive, send)
            return
        try:
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            offset = await self._patch(scope["path"].removeprefix(self.prefix), headers, receive)
        except _Answer as said:
            await _answer(send, said.status, aloud(said.sentence), said.headers)
        except incoming.WrongOffset as wrong:
            await _answer(send, 409, aloud(wrong), {"Upload-Offset": str(wrong.offset)})
        except uploads.TooOften as wait:
            await _answer(send, 429, aloud(wait), {"Retry-After": str(wait.seconds)})
        except YesIfError as error:
            await _answer(send, status_of(error), aloud(error), {})
        except _LeftError:
            return  # the connection broke in mid-body: nothing was written, nobody is there to answer
        else:
            await _answer(send, 204, "", {"Upload-Offset": str(offset)})

    async def _patch(self, upload_id: str, headers: dict[str, str], receive: Receive) -> int:
        length, at, checksum = _asked(headers)
        found = await self._allowed(upload_id, headers, length)
        await self._fits(found, at + length, headers)
        body = await _body(receive, length)
        return await asyncio.to_thread(_write, found.upload_id, at, body, checksum)

    async def _allowed(self, upload_id: str, headers: dict[str, str], length: int) -> queries.Incoming:
        """The upload, if whoever is signed in may write to it now. Raises NotFound, Conflict, TooOften."""
        key = (_session(headers), upload_id)
        now = time.monotonic()
        known = self._passes.get(key)
        if known is None or known.until < now:
            small = (known.small, known.small_at) if known else (SMALL_BURST, now)
            found = await sync_to_async(_ask)(*key)
            self._passes = {name: one for name, one in self._passes.items() if one.until > now}
            known = Pass(found, now + TRUST_SECONDS, *small)
        known = _counted(known, length, now)
        self._passes[key] = known
        return known.found

    async def _fits(self, found: queries.Incoming, end: int, headers: dict[str, str]) -> None:
        if end > found.limit:
            raise LimitReached(f"The {found.kind} of one take may bring {found.limit} bytes; this would make it {end}.")
        said = declared(headers.get("upload-length"))
        length = said if said is not None else found.length
        if length is not None and end > length:
            raise Conflict(f"This upload was declared to be {length} bytes long; this would make it {end}.")
        if said is not None:
            await sync_to_async(uploads.declare_length)(
                upload_id=found.upload_id, performer_id=found.performer_id, length=said
            )


def declared(header: str | None) -> int | None:
    """A count of bytes in a header, if there is one. Raises BadInput for anything but plain digits."""
    if header is None:
        return None
    if not (header.isascii() and header.isdigit() and len(header) <= 15):
        raise BadInput("A length or offset is a whole number of bytes.")
    return int(header)


class _Answer(Exception):
    """A status of HTTP or tus that no error of the house stands for."""

    def __init__(self, status: int, sentence: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.headers = status, sentence, headers or {}


class _LeftError(Exception):
    """Whoever was sending is gone."""


def _asked(headers: dict[str, str]) -> tuple[int, int, bytes]:
    """Length, offset and SHA-256 of a PATCH, from its headers alone."""
    if headers.get("tus-resumable") != VERSION:
        raise _Answer(412, f"This studio speaks tus {VERSION}.", {"Tus-Version": VERSION})
    if "content-length" not in headers:
        raise _Answer(411, "Say how long the body is.")
    length = declared(headers["content-length"]) or 0
    if length > LONGEST_PATCH:
        raise _Answer(413, f"One PATCH carries at most {LONGEST_PATCH} bytes, not {length}.", {"Connection": "close"})
    if headers.get("content-type") != "application/offset+octet-stream":
        raise _Answer(415, "A PATCH is application/offset+octet-stream.")
    at = declared(headers.get("upload-offset"))
    algorithm, _, value = headers.get("upload-checksum", "").partition(" ")
    if at is None or algorithm != "sha256":
        raise BadInput("A PATCH needs Upload-Offset, and Upload-Checksum with sha256.")
    if not _is_ours(headers):
        raise _Answer(403, "This request comes from another site.")
    try:
        return length, at, base64.b64decode(value, validate=True)
    except binascii.Error:
        raise BadInput("The checksum is not Base64.") from None


def _is_ours(headers: dict[str, str]) -> bool:
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host") or origin in settings.CSRF_TRUSTED_ORIGINS


def _session(headers: dict[str, str]) -> str:
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        cookie = None
    if cookie is None:
        raise _Answer(401, "Sign in first.")
    return cookie.value


def _ask(session_key: str, upload_id: str) -> queries.Incoming:
    """The upload as the session's own person may see it, if it still takes bytes."""
    close_old_connections()
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    person = get_user(request)
    if not person.is_authenticated:
        raise _Answer(401, "Sign in first.")
    found = queries.incoming(upload_id=upload_id, performer_id=str(person.pk))
    if found.stopped:
        raise _Answer(410, "This upload was thrown away.")
    if found.ended:
        raise Conflict("This upload is complete; nothing can be added to it.")
    return found


def _counted(known: Pass, length: int, now: float) -> Pass:
    """The pass after one more PATCH; small ones draw from a bucket that refills. Raises TooOften."""
    if length >= SMALL:
        return known
    left = min(SMALL_BURST, known.small + (now - known.small_at) * SMALL_PER_SECOND) - 1
    if left < 0:
        raise uploads.TooOften("Many small pieces in a row; wait a second and send larger ones.", 1)
    return replace(known, small=left, small_at=now)


async def _body(receive: Receive, length: int) -> list[bytes]:
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _LeftError
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            break
    if sum(map(len, parts)) != length:
        raise _LeftError
    return parts


def _write(upload_id: str, at: int, parts: Iterable[bytes], checksum: bytes) -> int:
    body = b"".join(parts)
    if not hmac.compare_digest(hashlib.sha256(body).digest(), checksum):
        raise _Answer(460, "The checksum and the bytes differ; send them again.")
    try:
        return incoming.append(queries.path_of(upload_id), at, body)
    except NotFound:
        raise Conflict("This upload is complete or was thrown away; nothing can be added to it.") from None


async def _answer(send: Send, status: int, sentence: str, headers: dict[str, str]) -> None:
    body = sentence.encode()
    all_headers = {"Tus-Resumable": VERSION, "Cache-Control": "no-store", **headers}
    if body:
        all_headers |= {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(body))}
    named = [(name.lower().encode(), value.encode()) for name, value in all_headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": named})
    await send({"type": "http.response.body", "body": body})

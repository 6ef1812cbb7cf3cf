"""Pictures and sound for the one person who may see them now: signed addresses that die in ten minutes.

An address names performance, kind and viewer, signed. Whoever opens it must be that viewer, signed in, and the footage
app is asked again at every request, so a seal or a withdrawal also stops an address already given out.
Ranges: RFC 9110 §14, one range a request.
"""

import asyncio
import re
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core import signing
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    StreamingHttpResponse,
)
from django.urls import reverse

from yesif.apps.footage.queries import care, desk, review
from yesif.apps.keys import queries as keys
from yesif.base.errors import NotFound
from yesif.core.vault.chunks import Opened
from yesif.media.strongbox import Sealed
from yesif.web.clock import CLOCK

LIFETIME_S = 10 * 60
"""How long an address lives, in seconds."""

_SALT = "yesif.web.media"
_PIECE = 256 * 1024  # bytes read from the store at a time
_RANGE = re.compile(r"^bytes=(\d{0,15})-(\d{0,15})$")


def address(performance_id: str, *, kind: str, viewer_id: str) -> str:
    """The address of one performance's preview, poster or peaks, for one viewer, for ten minutes."""
    token = signing.dumps([performance_id, kind, viewer_id], salt=_SALT, compress=True)
    return reverse("entrance:media", args=[token])


async def media(request: HttpRequest, token: str) -> HttpResponseBase:
    """Serve it (GET, HEAD), whole or a range. Expired, altered, someone else's and gone are one and the same 404."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    person = await request.auser()
    try:
        performance_id, kind, viewer_id = signing.loads(token, salt=_SALT, max_age=LIFETIME_S)
    except signing.BadSignature as wrong:
        raise NotFound from wrong
    if not person.is_authenticated or person.pk != viewer_id:
        raise NotFound
    if kind.startswith(desk.PREFIX):
        found = await sync_to_async(desk.media)(performance_id, viewer_id=viewer_id, kind=kind)
    elif kind.startswith(care.PREFIX):
        found = await sync_to_async(care.media)(performance_id, viewer_id=viewer_id, kind=kind, now=CLOCK.now())
    else:
        found = await sync_to_async(review.media)(performance_id, viewer_id=viewer_id, kind=kind, now=CLOCK.now())
    box = await sync_to_async(keys.box)(found.performance_id)
    opened = await asyncio.to_thread(Sealed(settings.STORAGE, box, found.sha256).opened)
    head = await asyncio.to_thread(opened.read, 0, 16)
    return _answer(request, opened, media_type(head))


def wanted(header: str, size: int) -> tuple[int, int] | None:
    """The [start, end) a Range header asks of `size` bytes; None for no or unreadable header: then all is sent.

    Raises ValueError where no byte of it exists (416).
    """
    match = _RANGE.match(header.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if first == "":  # the last n bytes
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < int(first):
            return None
    if start >= end:
        raise ValueError
    return start, end


def media_type(head: bytes) -> str:
    """What the first 16 bytes say a blob is: MP4 (ISO 14496-12), WebM (EBML, RFC 8794), PNG (RFC 2083), or our JSON."""
    if head[4:8] == b"ftyp":
        return "video/mp4"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "video/webm"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    return "application/json" if head.startswith(b"{") else "application/octet-stream"


def _answer(request: HttpRequest, opened: Opened, kind: str) -> HttpResponseBase:
    size = opened.size
    headers = {"Accept-Ranges": "bytes", "Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin"}
    try:
        part = wanted(request.headers.get("range", ""), size)
    except ValueError:
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    start, end = part or (0, size)
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    headers["Content-Length"] = str(end - start)
    headers["X-Content-Type-Options"] = "nosniff"
    status = 206 if part else 200
    if request.method == "HEAD":
        return HttpResponse(status=status, content_type=kind, headers=headers)
    return StreamingHttpResponse(_pieces(opened, start, end), status=status, content_type=kind, headers=headers)


async def _pieces(opened: Opened, start: int, end: int) -> AsyncIterator[bytes]:
    while start < end:
        try:
            piece = await asyncio.to_thread(opened.read, start, min(_PIECE, end - start))
        except NotFound:
            return  # deleted in between: the connection closes short of Content-Length, which players read as an end
        yield piece
        start += len(piece)

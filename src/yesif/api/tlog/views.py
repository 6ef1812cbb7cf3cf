"""Checkpoint, tiles, bundles of entries, and the policy that names the log's key. Nothing here needs a sign-in."""

import gzip

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from yesif.apps.record.shelf import Shelf
from yesif.base.errors import NotFound

_FOREVER = "public, max-age=31536000, immutable"


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The signed checkpoint; it changes, so nobody keeps it longer than a few seconds."""
    return _text(_read("checkpoint"))


@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    """The log's key and its witnesses, as a C2SP tlog-policy. Keep a copy: a key that changes is worth asking about."""
    return _text(Shelf().trust_text().encode())


@require_safe
def tile(request: HttpRequest, path: str) -> HttpResponse:
    """One immutable file. The address is matched in `urls`, so no other file can be asked for."""
    content = _read(f"tile/{path}")
    answer = HttpResponse(content, content_type="application/octet-stream")
    if path.startswith("entries/") and "gzip" in request.headers.get("accept-encoding", ""):
        answer.content = gzip.compress(content, mtime=0)
        answer["Content-Encoding"] = "gzip"
    answer["Vary"] = "Accept-Encoding"
    answer["Cache-Control"] = _FOREVER
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


def _text(content: bytes) -> HttpResponse:
    answer = HttpResponse(content, content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = "public, max-age=2"
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


def _read(path: str) -> bytes:
    where = Shelf().public / path
    if not where.is_file():
        raise NotFound
    return where.read_bytes()

"""Take logs come in here: tus 1.0 (tus.io/protocols/resumable-upload), the parts a growing log needs, and `seal`.

    OPTIONS  uploads            what we speak
    POST     uploads            open one: Upload-Defer-Length: 1, Upload-Metadata: take, kind, key (a P-256 public JWK)
    HEAD     uploads/<id>       how far is it?
    PATCH    uploads/<id>       bytes at an offset, with their SHA-256: see `upload_door.py`
    DELETE   uploads/<id>       throw it away
    POST     uploads/<id>/seal  compare with the signed chain; "safe" means the browser may forget its copy

Extensions: creation, creation-defer-length, checksum (sha256, required), termination.
"""

import base64
import binascii
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils import timezone

from yesif.apps.footage.actions import uploads
from yesif.apps.footage.queries import uploads as queries
from yesif.base.errors import BadInput
from yesif.flows import ingest
from yesif.media import incoming
from yesif.media.capture_receipt import Claim
from yesif.media.store import open_store
from yesif.web.access import performers_only
from yesif.web.aloud import aloud
from yesif.web.room.upload_door import VERSION, declared

SPOKEN = {
    "Tus-Resumable": VERSION,
    "Tus-Version": VERSION,
    "Tus-Extension": "creation,creation-defer-length,checksum,termination",
    "Tus-Checksum-Algorithm": "sha256",
    "Tus-Max-Size": str(max(map(queries.limit_bytes, queries.KINDS))),
}

View = Callable[..., HttpResponseBase]


def speaks_tus(view: View) -> View:
    """Only our version of tus; and every answer says so, and that it must not be kept."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
            return _say(f"This studio speaks tus {VERSION}.", 412, {"Tus-Version": VERSION})
        try:
            answer = view(request, *args, **kwargs)
        except uploads.TooOften as wait:
            answer = _say(str(wait), 429, {"Retry-After": str(wait.seconds)})
        answer["Tus-Resumable"] = VERSION
        answer["Cache-Control"] = "no-store"
        return answer

    return answered


@speaks_tus
@performers_only
def collection(request: HttpRequest) -> HttpResponseBase:
    """OPTIONS and POST."""
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers=SPOKEN)
    if request.method != "POST":
        return _say("Here one opens uploads, with POST.", 405, {"Allow": "OPTIONS, POST"})
    said = metadata(request.headers.get("Upload-Metadata", ""))
    length = declared(request.headers.get("Upload-Length"))
    if length is None and request.headers.get("Upload-Defer-Length") != "1":
        raise BadInput("Say Upload-Length, or Upload-Defer-Length: 1.")
    who = str(request.user.pk)
    opened = uploads.open_upload(
        take_id=said["take"], kind=said["kind"], performer_id=who, key=said["key"], now=timezone.now()
    )
    if length is not None:
        uploads.declare_length(upload_id=opened.upload_id, performer_id=who, length=length)
    location = reverse("room:upload", args=[opened.upload_id])
    return HttpResponse(status=201, headers={"Location": location, "Upload-Offset": str(opened.offset)})


@speaks_tus
@performers_only
def one(request: HttpRequest, upload_id: str) -> HttpResponseBase:
    """HEAD and DELETE; a PATCH never comes this far."""
    who = str(request.user.pk)
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers=SPOKEN)
    if request.method == "DELETE":
        uploads.stop(upload_id=upload_id, performer_id=who, now=timezone.now())
        return HttpResponse(status=204)
    if request.method != "HEAD":
        return _say("An upload answers HEAD, PATCH and DELETE.", 405, {"Allow": "OPTIONS, HEAD, PATCH, DELETE"})
    found = queries.incoming(upload_id=upload_id, performer_id=who)
    if found.stopped:
        return HttpResponse(status=410)
    arrived = found.log_bytes if found.log_bytes is not None else incoming.offset(queries.path_of(upload_id))
    headers = {"Upload-Offset": str(arrived)}
    headers |= {"Upload-Defer-Length": "1"} if found.length is None else {"Upload-Length": str(found.length)}
    headers |= {"Upload-Safe": found.log_sha256} if found.log_sha256 else {}
    return HttpResponse(status=200, headers=headers)


@speaks_tus
@performers_only
def seal(request: HttpRequest, upload_id: str) -> HttpResponseBase:
    """The browser says it has sent all: compare, keep, tell the ingest; repeatable when the answer was lost."""
    if request.method != "POST":
        return _say("An upload is sealed with POST.", 405, {"Allow": "POST"})
    who = str(request.user.pk)
    queries.incoming(upload_id=upload_id, performer_id=who)  # someone else's is not there, whatever the claim says
    claim = _claim(request.body)
    try:
        store, now = open_store(settings.STORAGE), timezone.now()
        agreed = uploads.agree(upload_id=upload_id, performer_id=who, claim=claim, store=store, now=now)
    except uploads.Disagrees as difference:
        return JsonResponse({"safe": False, "offset": difference.offset, "why": aloud(difference)}, status=409)
    ingest.upload_ended(agreed=agreed, now=timezone.now())
    uploads.clear(upload_id=upload_id)
    return JsonResponse({"safe": True, "sha256": agreed.sha256})


def metadata(header: str) -> dict[str, str]:
    """tus Upload-Metadata: pairs of key and Base64 value. Raises BadInput where one of ours is missing."""
    said: dict[str, str] = {}
    for pair in header.split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            said[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise BadInput("Upload-Metadata is not pairs of a name and Base64 text.") from None
    missing = [name for name in ("take", "kind", "key") if name not in said]
    if missing:
        raise BadInput(f"Upload-Metadata lacks {', '.join(missing)}.")
    return said


def _claim(body: bytes) -> Claim:
    """`{"bytes": n, "chain": hex, "signature": Base64, "pieces": Base64 of all pieces' SHA-256 in a row}`."""
    try:
        said = json.loads(body)
        pieces = base64.b64decode(said["pieces"], validate=True)
        signature = base64.b64decode(said["signature"], validate=True)
        length, chain = said["bytes"], said["chain"]
    except (ValueError, KeyError, TypeError):
        raise BadInput("A seal says bytes, chain, signature and pieces.") from None
    if not isinstance(length, int) or isinstance(length, bool) or length < 0 or not isinstance(chain, str):
        raise BadInput("A seal says bytes as a whole number and chain as text.")
    if len(pieces) % 32:
        raise BadInput("The pieces of a seal are SHA-256 digests, 32 bytes each.")
    return Claim(length, chain, signature, tuple(pieces[i : i + 32] for i in range(0, len(pieces), 32)))


def _say(sentence: str, status: int, headers: dict[str, str]) -> HttpResponse:
    return HttpResponse(aloud(sentence), status=status, headers=headers, content_type="text/plain; charset=utf-8")

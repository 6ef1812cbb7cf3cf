"""The performer's record: every use of me, by whom, for what, until when, with its proof; and all that is logged."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from yesif.apps.market import queries as market
from yesif.apps.people.everything import everything as everything_of
from yesif.apps.record import queries as record
from yesif.apps.record.queries import LineSeen
from yesif.base.errors import Conflict, NotFound
from yesif.web.access import performers_only, viewer_id
from yesif.web.numbers import whole_number
from yesif.web.performer import receipts

PAGE = 50
USES = ("release", "lease")
ANSWERS = ("grant", "revoke")
"""Kinds whose receipt also holds the answer for other systems (receipt.jsonld)."""

WORDS = {
    "grant": _("You answered what your work may be used for"),
    "revoke": _("You ended a yes"),
    "suspend": _("Your union stopped new licences for you"),
    "resume": _("Your union lifted the stop"),
    "session": _("A session opened"),
    "track-sealed": _("A recording of you was sealed"),
    "review": _("You reviewed a take"),
    "release": _("You are in a release"),
    "licence": _("A licence was signed"),
    "run-open": _("A run was opened"),
    "lease": _("Keys to your clips were leased"),
    "run-close": _("A run was closed"),
    "revocation-notice": _("A licensee was told to stop and purge"),
    "purge": _("A licensee says the clips are purged"),
    "royalty": _("A royalty was shared"),
    "payout": _("Money was sent to you"),
    "erasure": _("What the studio held of you was erased"),
    "finding": _("An auditor found something"),
    "key": _("A key was registered"),
    "notice": _("A notice was shown"),
}


@dataclass(frozen=True, slots=True)
class UseOfMe:
    """One use: by whom, for what, until when, of which takes."""

    line: int
    words: object
    at: datetime
    licensee: str
    what: str
    where: str
    until: datetime | None
    clips: tuple[str, ...]
    index: int | None


@performers_only
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Uses first, then every line; older lines on the next page."""
    who = viewer_id(request)
    lines = record.lines_about(who, limit=PAGE + 1, after=_before(request))
    chain = record.chain_of(who)
    context = {
        "uses": [_use(one) for one in record.lines_about(who, kinds=USES)],
        "lines": [(one, WORDS.get(one.kind, one.kind)) for one in lines[:PAGE]],
        "older": lines[PAGE - 1].seq if len(lines) > PAGE else None,
        "total": record.number_of_lines(who),
        "sequenced": chain.n if chain else 0,
        "key": record.log_key(),
    }
    return render(request, "performer/record.html", context)


@performers_only
@require_safe
def line(request: HttpRequest, seq: int) -> HttpResponse:
    """One line: what it says, and its proof."""
    found = record.line(seq, viewer=viewer_id(request))
    try:
        proof = record.leaf_proof(found.index) if found.index is not None else None
    except Conflict:
        proof = None
    context = {
        "line": found,
        "words": WORDS.get(found.kind, found.kind),
        "use": _use(found) if found.kind in USES else None,
        "body": json.dumps(found.body, indent=2, ensure_ascii=False) if found.body else "",
        "rows": [json.dumps(row, indent=2, ensure_ascii=False) for _place, row in sorted(found.rows.items())],
        "proof": proof,
        "proof_text": str(proof) if proof else "",
    }
    return render(request, "performer/record_line.html", context)


@performers_only
@require_safe
def receipt(request: HttpRequest, seq: int) -> HttpResponse:
    """The receipt of one line, to check without us."""
    who = viewer_id(request)
    found = record.line(seq, viewer=who)
    told = receipts.document(request, str(found.body["grant"])) if found.kind in ANSWERS and found.body else b""
    answer = HttpResponse(record.receipt_zip(seq, who, document=told), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="line-{seq}.zip"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@performers_only
@require_safe
def everything(request: HttpRequest) -> HttpResponse:
    """Everything logged about the viewer: the page equals the database. `?json` downloads it."""
    who = viewer_id(request)
    tables = everything_of(who)
    if "json" in request.GET:
        content = {
            f"{one.app}.{one.name}": [dict(zip(one.columns, row, strict=True)) for row in one.rows] for one in tables
        }
        answer = HttpResponse(json.dumps(content, indent=1, ensure_ascii=False), content_type="application/json")
        answer["Content-Disposition"] = 'attachment; filename="everything-about-me.json"'
        answer["Cache-Control"] = "private, no-store"
        return answer
    return render(
        request, "performer/everything.html", {"tables": tables, "rows": sum(len(one.rows) for one in tables)}
    )


def _use(one: LineSeen) -> UseOfMe:
    body = one.body or {}
    licensee, until = _terms(str(body.get("licence", "")))
    if isinstance(expires := body.get("expires_ms"), int):
        until = datetime.fromtimestamp(expires / 1000, UTC)
    clips = tuple(sorted(str(row["performance"]) for row in one.rows.values() if "performance" in row))
    return UseOfMe(
        one.seq, WORDS[one.kind], one.at, licensee, str(body.get("what", "")), str(body.get("where", "")), until, clips,
        one.index,
    )  # fmt: skip


def _terms(licence: str) -> tuple[str, datetime | None]:
    """Who licensed it, and until when; nothing where the line is for the project's own core use."""
    try:
        found = market.licence_terms(licence) if licence else None
    except NotFound:
        return "", None
    return (found.licensee, found.ends_at) if found else ("", None)


def _before(request: HttpRequest) -> int | None:
    return whole_number(request.GET.get("before", ""))

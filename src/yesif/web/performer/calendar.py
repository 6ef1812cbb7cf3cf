"""Blocks: which I can, when in both zones, confirm, one tap "I can't", and coming in."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import dateformat
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yesif.apps.casting.actions import blocks as acts
from yesif.apps.casting.queries import blocks as seen
from yesif.apps.casting.queries.blocks import MyBlock
from yesif.apps.people import queries as people
from yesif.base.errors import Conflict, Refused
from yesif.flows import blocks, remind
from yesif.web.access import performers_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK


@never_cache
@require_GET
@performers_only
def calendar(request: HttpRequest) -> HttpResponse:
    """Blocks ahead: those I may come to, and those I said yes to."""
    viewer, now = viewer_id(request), CLOCK.now()
    zone = people.self_of(viewer).time_zone or "UTC"
    rows = [_row(one, zone, now) for one in seen.calendar(viewer, now=now)]
    # Someone who is here and has nobody yet looks again by themselves: they may be paired at any moment.
    waits = any(row["block"].here and not row["block"].session_id for row in rows)
    context = {"rows": rows, "zone": zone, "notices": remind.notices(viewer), "waits": waits}
    return render(request, "casting/calendar.html", context)


@require_POST
@performers_only
def can(request: HttpRequest, block_id: str) -> HttpResponse:
    """I can."""
    try:
        acts.can(
            block_id=block_id,
            performer_id=viewer_id(request),
            would_stand_by=request.POST.get("stand_by") == "yes",
            now=CLOCK.now(),
        )
    except Conflict as wrong:
        messages.error(request, aloud(wrong))
    else:
        messages.success(request, _("Noted. You are told who you play with as soon as the block is settled."))
    return redirect("performer:calendar")


@never_cache
@require_http_methods(["GET", "POST"])
@performers_only
def cannot(request: HttpRequest, block_id: str) -> HttpResponse:
    """GET asks and changes nothing, so that a letter scanner may open it; POST is the one tap."""
    viewer = viewer_id(request)
    one = seen.my_block(block_id, viewer)
    if request.method == "GET":
        return render(request, "casting/cannot.html", {"this": one})
    step_back(request, block_id, viewer)
    return redirect("performer:calendar")


@require_POST
@performers_only
def confirm(request: HttpRequest, block_id: str) -> HttpResponse:
    """I'll be there."""
    acts.confirm(block_id=block_id, performer_id=viewer_id(request), now=CLOCK.now())
    messages.success(request, _("Good. The block opens 30 minutes before it starts."))
    return redirect("performer:calendar")


@require_POST
@performers_only
def come_in(request: HttpRequest, block_id: str) -> HttpResponse:
    """Here: into the room with my partner, or, as understudy, onto the page where I wait."""
    try:
        session_id = blocks.come_in(block_id, viewer_id(request), now=CLOCK.now())
    except (Refused, Conflict) as wrong:
        messages.error(request, aloud(wrong))
        return redirect("performer:calendar")
    if session_id:
        return redirect("room:room", session_id)
    messages.success(request, _("You are here and standing by, paid from now. Keep this page open."))
    return redirect("performer:calendar")


@require_GET
@performers_only
def ics(request: HttpRequest, block_id: str) -> HttpResponse:
    """The block as a file for one's own calendar (RFC 5545)."""
    one = seen.my_block(block_id, viewer_id(request))
    answer = HttpResponse(_ics(one, CLOCK.now()), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="block.ics"'
    return answer


def step_back(request: HttpRequest, block_id: str, who: str) -> None:
    """I can't: gone without a mark, and the understudy hears of it."""
    now = CLOCK.now()
    try:
        called = blocks.cannot(block_id, who, now=now)
    except Conflict as wrong:
        messages.error(request, aloud(wrong))
        return
    if called:
        remind.call_understudy(block_id, called)
    messages.success(request, _("Noted, and nothing of it is kept. Thank you for saying so."))


def _row(one: MyBlock, zone: str, now: datetime) -> dict[str, Any]:
    return {
        "block": one,
        "mine": _in_zone(one, zone),
        "theirs": _in_zone(one, one.partner_zone) if one.partner else "",
        "may_come_in": one.said and one.settled and one.starts_at - blocks.OPENS <= now <= one.ends_at,
        "before": now < one.starts_at,
        "to_confirm": _to_confirm(one, now),
    }


def to_confirm(viewer: str, now: datetime) -> list[MyBlock]:
    """Settled blocks ahead that wait for this performer's "I'll be there"."""
    return [one for one in seen.calendar(viewer, now=now) if _to_confirm(one, now)]


def _to_confirm(one: MyBlock, now: datetime) -> bool:
    return one.said and one.settled and not one.confirmed and now < one.starts_at


def _in_zone(one: MyBlock, zone: str) -> str:
    try:
        place = ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        place = ZoneInfo("UTC")
    starts, ends = one.starts_at.astimezone(place), one.ends_at.astimezone(place)
    return _("{day}, {start} to {end} ({zone})").format(
        day=dateformat.format(starts, _("D j M")),
        start=f"{starts:%H:%M}",
        end=f"{ends:%H:%M}",
        zone=place.key,
    )


def _ics(one: MyBlock, now: datetime) -> str:
    form = "%Y%m%dT%H%M%SZ"
    title = one.project_title.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", " ")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//yesif//block//EN",
        "BEGIN:VEVENT",
        f"UID:{one.id}@yesif",
        f"DTSTAMP:{now.astimezone(UTC):{form}}",
        f"DTSTART:{one.starts_at.astimezone(UTC):{form}}",
        f"DTEND:{one.ends_at.astimezone(UTC):{form}}",
        f"SUMMARY:{title}",
        f"URL:{settings.PUBLIC_URL}{reverse('performer:calendar')}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_('The block opens in 30 minutes')}",
        "TRIGGER:-PT1H",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "\r\n".join(_folded(line) for line in lines) + "\r\n"


def _folded(line: str) -> str:
    """RFC 5545 §3.1: no line longer than 75 octets."""
    parts, rest = [], line
    while len(rest.encode()) > 74:
        cut = 74
        while len(rest[:cut].encode()) > 74:
            cut -= 1
        parts.append(rest[:cut])
        rest = " " + rest[cut:]
    return "\r\n".join([*parts, rest])

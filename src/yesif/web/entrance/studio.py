"""The studio itself: founded once, by whoever started it; then the operator gives roles and, at home, reads letters."""

import email
from dataclasses import dataclass
from email.policy import default
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yesif.apps.consent.actions import seats
from yesif.apps.people import actions, queries
from yesif.base.errors import BadInput, Conflict, NotFound
from yesif.web.access import only
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK
from yesif.web.entrance.forms import Founding, Invite, UnionSeat

SHOWN = 50


@dataclass(frozen=True, slots=True)
class LetterSeen:
    """A letter that this studio wrote to its own folder instead of sending it."""

    to: str
    subject: str
    text: str


@never_cache
@require_http_methods(["GET", "POST"])
def founding(request: HttpRequest, code: str) -> HttpResponse:
    """The first person: producer and operator. The code is shown where the studio was started; it works once."""
    if queries.is_founded() or not constant_time_compare(code, queries.founding_code()):
        raise NotFound
    form = Founding(request.POST or None)
    if request.method == "POST" and form.is_valid():
        filled = form.cleaned_data
        try:
            who = actions.found(email=filled["email"], stage_name=filled["stage_name"], now=CLOCK.now())
        except (BadInput, Conflict) as wrong:
            form.add_error(None, aloud(wrong))
        else:
            actions.sign_in_as(request, person_id=who)
            messages.success(request, _("The studio is yours to run. Add a passkey, so that you can come back."))
            return redirect("entrance:passkeys")
    status = 400 if request.method == "POST" else 200
    return render(request, "entrance/founding.html", {"form": form}, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
@only("operator")
def studio(request: HttpRequest) -> HttpResponse:
    """Give someone a role, or a union its seat; and, where letters are kept in a folder, read them."""
    seating = request.POST.get("form") == "seat"
    form = Invite(None if seating else request.POST or None)
    seat = UnionSeat(request.POST if seating else None)
    if seating and seat.is_valid() and _seated(seat):
        messages.success(request, _("The seat is there. It has no power until performers appoint it."))
        return redirect("entrance:studio")
    if form.is_bound and form.is_valid():
        filled = form.cleaned_data
        try:
            actions.join(email=filled["email"], stage_name=filled["stage_name"], role=filled["role"], now=CLOCK.now())
        except BadInput as wrong:
            form.add_error(None, aloud(wrong))
        else:
            messages.success(request, _("Done. They sign in with their address."))
            return redirect("entrance:studio")
    status = 400 if request.method == "POST" else 200
    shown = {"form": form, "seat": seat, "letters": _letters(), "kept": _kept()}
    return render(request, "entrance/studio.html", shown, status=status)


def _seated(form: UnionSeat) -> bool:
    """Let a union's representative in, with their seat; both or neither."""
    filled, now = form.cleaned_data, CLOCK.now()
    try:
        with transaction.atomic():
            holder = actions.join(email=filled["seat_email"], stage_name=filled["seat_holder"], role="auditor", now=now)
            seats.open_seat(holder_id=holder, name=filled["seat_name"], now=now)
    except (BadInput, Conflict) as wrong:
        form.add_error(None, aloud(wrong))
        return False
    return True


def _kept() -> bool:
    return not settings.PRODUCTION and settings.EMAIL_BACKEND.endswith("filebased.EmailBackend")


def _letters() -> list[LetterSeen]:
    """The newest letters of the folder; none in production, where letters go out."""
    folder = Path(settings.EMAIL_FILE_PATH)
    if not _kept() or not folder.is_dir():
        return []
    newest = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime_ns, reverse=True)[:SHOWN]
    return [_letter(path) for path in newest]


def _letter(path: Path) -> LetterSeen:
    read = email.message_from_bytes(path.read_bytes(), policy=default)
    body = read.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    return LetterSeen(str(read["To"]), str(read["Subject"]), text.partition("-" * 79)[0].strip())

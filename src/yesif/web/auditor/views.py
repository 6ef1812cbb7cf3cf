"""The auditor's seat: five checks on one page, a seeded sample, findings with their answers. No face, no voice."""

import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yesif.apps.casting import queries as casting
from yesif.apps.footage.queries import review as footage
from yesif.apps.people import queries as people
from yesif.apps.record import actions, queries
from yesif.apps.record.queries import SeatSeen
from yesif.base.errors import BadInput, Conflict, NotFound
from yesif.core.tlog import sample
from yesif.core.tlog.audit import Finding, Outcome
from yesif.flows import audit_bundle
from yesif.web.access import only, viewer_id
from yesif.web.auditor.forms import FindingForm
from yesif.web.clock import CLOCK
from yesif.web.media import address

auditors_only = only("auditor")

FIVE = (
    ("use", _("Used without a yes"), _("Each release and lease is decided again, at its own moment.")),
    ("ended", _("Used after the end"), _("Ends of answers, licences and leases.")),
    ("late", _("Paid late"), _("What was due for more than 30 days.")),
    ("revoked", _("Revocation not honoured"), _("Leases after a no, and purges missing or late.")),
    ("drift", _("Used for something else"), _("Runs and leases against what was licensed.")),
)  # fmt: skip
"""The five questions people ask first; everything else that an audit finds stands below them."""
MOST_LEAVES = 20_000
"""A record longer than this is replayed on the auditor's own machine, not while a page waits."""
SAMPLE = 10


@dataclass(frozen=True, slots=True)
class Checked:
    """One of the five, with what it found."""

    name: str
    title: object
    how: object
    found: tuple[Finding, ...]


@auditors_only
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Every seat the viewer was given."""
    now = CLOCK.now()
    seats = queries.seats_of(viewer_id(request))
    context = {"seats": [(one, title(one.subject), one.open_at(now)) for one in seats], "key": queries.log_key()}
    return render(request, "auditor/home.html", context)


@auditors_only
@require_safe
def seat(request: HttpRequest, seat_id: int) -> HttpResponse:
    """The five checks, what else was found, the sample, and the findings that were put."""
    one = _seat(request, seat_id)
    outcome = _replayed(one)
    context = {
        "seat": one,
        "title": title(one.subject),
        "by": people.stage_names({one.given_by}).get(one.given_by, ""),
        "outcome": outcome,
        "five": _five(outcome),
        "others": [found for found in outcome.findings if found.check not in {name for name, *_ in FIVE}]
        if outcome
        else (),
        "sample": _sample(one, outcome),
        "shared": _shared(one),
        "findings": queries.findings_of(one.id),
        "form": FindingForm(),
        "most": MOST_LEAVES,
    }
    return render(request, "auditor/seat.html", context)


@auditors_only
@require_http_methods(["GET", "HEAD"])
def bundle(request: HttpRequest, seat_id: int) -> HttpResponseBase:
    """The bundle, for `yesif audit` on the auditor's own machine."""
    one = _seat(request, seat_id)
    with tempfile.TemporaryDirectory() as folder:
        path = audit_bundle.write(Path(folder) / "bundle.zip", audit_bundle.scope_of(one.subject), now=CLOCK.now())
        file = path.open("rb")  # stays readable after the folder is gone
    return FileResponse(file, as_attachment=True, filename=f"audit-{one.subject}.zip", content_type="application/zip")


@auditors_only
@require_POST
def find(request: HttpRequest, seat_id: int) -> HttpResponse:
    """Put a finding: it is on the record, and whoever gave the seat is asked to answer."""
    form = FindingForm(request.POST)
    if not form.is_valid():
        raise BadInput(" ".join(str(text) for texts in form.errors.values() for text in texts))
    said = form.cleaned_data
    actions.put_finding(
        seat_id=seat_id, auditor=viewer_id(request), check=said["check"], line=said["line"],
        sentence=said["sentence"], now=CLOCK.now(),
    )  # fmt: skip
    messages.success(request, _("The finding is on the record. Whoever gave you the seat is asked to answer."))
    return redirect("auditor:seat", seat_id)


def title(subject: str) -> str:
    """What a seat is about, in words."""
    if subject.startswith("per_"):
        return people.stage_names({subject}).get(subject, subject)
    try:
        return casting.project_title(subject)
    except NotFound:
        return subject


def _seat(request: HttpRequest, seat_id: int) -> SeatSeen:
    return queries.seat(seat_id, auditor=viewer_id(request), now=CLOCK.now())


def _replayed(one: SeatSeen) -> Outcome | None:
    """None where there is nothing yet, or too much for a page."""
    if not 0 < queries.size() <= MOST_LEAVES:
        return None
    try:
        return audit_bundle.replayed(audit_bundle.scope_of(one.subject), now=CLOCK.now())
    except Conflict:
        return None


def _five(outcome: Outcome | None) -> list[Checked]:
    by_check: dict[str, list[Finding]] = defaultdict(list)
    for found in outcome.findings if outcome else ():
        by_check[found.check].append(found)
    return [Checked(name, title, how, tuple(by_check[name])) for name, title, how in FIVE]


def _sample(one: SeatSeen, outcome: Outcome | None) -> list[tuple[str, list[int], str]]:
    """Performances drawn by the seat's seed: id, leaves that name it, and where the clip itself is, if it is shared."""
    leaves: dict[str, list[int]] = defaultdict(list)
    for line in outcome.lines if outcome else ():
        for row in line.rows if line.kind in ("lease", "release") else ():
            leaves[str(row["performance"])].append(line.index)
    return [(clip, leaves[clip], _film(one, clip)) for clip in sample.draw(leaves, SAMPLE, seed=one.seed)]


def _film(one: SeatSeen, clip: str) -> str:
    """A signed address that dies in ten minutes; "" where the performer does not share this clip with the auditor."""
    try:
        footage.media(clip, viewer_id=one.auditor, kind="preview", now=CLOCK.now())
    except NotFound:
        return ""
    return address(clip, kind="preview", viewer_id=one.auditor)


def _shared(one: SeatSeen) -> list[tuple[str, str]]:
    """Every clip shared with this seat, and where it can be seen."""
    return [(clip, film) for clip in one.shared if (film := _film(one, clip))]

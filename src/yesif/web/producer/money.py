"""A producer's money: escrow left, fees due, late ones in red, what an hour cost; deposits, disputes, licensees'
payments."""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yesif.apps.casting import queries as casting
from yesif.apps.casting.queries import ProjectSeen
from yesif.apps.footage.queries import intake
from yesif.apps.market.queries import licences
from yesif.apps.money.actions import fees as fee_actions
from yesif.apps.money.queries import books as book_queries
from yesif.apps.money.queries import fees, royalties
from yesif.apps.people import queries as people
from yesif.base.errors import BadInput, Conflict, NotCovered, NotFound
from yesif.base.money import MICRO, exponent
from yesif.flows import pay_fees, pay_in, pay_royalties
from yesif.web.access import producers_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK
from yesif.web.journals import journal_file
from yesif.web.producer.money_forms import Answer, Deposit, Payment
from yesif.web.templatetags.yesif import money as in_words

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Stands:
    """How one project stands; `hour_minor`: what an accepted hour has cost so far, None before the first."""

    project: ProjectSeen
    money: fees.ProjectMoney
    hour_minor: int | None
    accepted_ms: int


@require_GET
@producers_only
def page(request: HttpRequest) -> HttpResponse:
    """Every project: escrow left, due, late, cost of an accepted hour."""
    viewer = viewer_id(request)
    found = [_stands(one, viewer) for one in casting.projects_of(viewer)]
    context = {
        "projects": found,
        "late": [one for one in found if one.money.late],
    }
    return render(request, "producer/money.html", context)


def _stands(one: ProjectSeen, viewer: str) -> Stands:
    money = fees.project_money(one.id, one.currency, now=CLOCK.now())
    accepted = intake.accepted_ms(one.id, viewer)
    cost = money.fees * HOUR_MS // accepted // MICRO if accepted else None
    return Stands(one, money, cost, accepted)


@require_http_methods(["GET", "POST"])
@producers_only
def project(request: HttpRequest, project_id: str) -> HttpResponse:
    """One project's fees and disputes; pay in for it here."""
    viewer = viewer_id(request)
    found = casting.project(project_id, viewer)
    form = Deposit(request.POST or None, currency=found.currency, initial=_asked(request))
    if request.method == "POST" and form.is_valid():
        try:
            pay_in.fund_project(
                project_id=project_id,
                producer_id=viewer,
                money=form.money(),
                key=form.cleaned_data["key"],
                now=CLOCK.now(),
            )
        except (BadInput, Conflict) as wrong:
            form.add_error(None, aloud(wrong))
        else:
            messages.success(request, _("Paid in. It stands in escrow for this project's fees and nothing else."))
            return redirect("producer:money-project", project_id)
    earned = fees.of_project(project_id)
    open_fees = [one for one in earned if one.approved_at is None]
    context = {
        "stands": _stands(found, viewer),
        "form": form,
        "fees": earned[:100],
        "names": people.stage_names({one.performer for one in earned[:100]}),
        "open": open_fees,
        "shown_until": open_fees[0].earned_at.isoformat() if open_fees else "",
        "open_micro": sum(one.micro for one in open_fees),
        "claims": fees.claims_of_project(project_id),
        "answer": Answer(),
    }
    return render(request, "producer/money_project.html", context, status=400 if request.method == "POST" else 200)


def to_pay_in(project_id: str, wrong: NotCovered) -> SafeString:
    """What was refused for want of money, and a link to where it is paid in, the missing amount filled in."""
    address = f"{reverse('producer:money-project', args=[project_id])}?amount={_decimal(wrong)}#pay-in"
    lacking = _("Pay in {amount} for this project").format(amount=in_words(wrong.missing, wrong.currency))
    return format_html('{} <a href="{}">{}</a>', aloud(wrong), address, lacking)


def _decimal(wrong: NotCovered) -> Decimal:
    return Decimal(wrong.missing).scaleb(-exponent(wrong.currency))


def _asked(request: HttpRequest) -> dict[str, str]:
    """What the form begins with: a key, and the amount that a link brought along, if it is one."""
    asked = request.GET.get("amount", "")
    amount = {"amount": asked} if re.fullmatch(r"\d{1,10}(\.\d{1,3})?", asked, re.ASCII) else {}
    return {"key": secrets.token_hex(8), **amount}


@require_POST
@producers_only
def approve(request: HttpRequest, project_id: str) -> HttpResponse:
    """Approve the fees that the page showed, 500 at a time, before their 72 hours are over. It cannot be taken back
    here."""
    casting.project(project_id, viewer_id(request))
    try:
        until = datetime.fromisoformat(request.POST.get("shown_until", "")).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput("shown_until: the moment of the newest fee that was shown, like 2026-11-25T12:00:00Z.") from None
    many, left = fee_actions.approve_until(project=project_id, until=until, now=CLOCK.now())
    said = [ngettext("%d fee is approved.", "%d fees are approved.", many) % many]
    if many:
        said.append(_("They go out with the next pay run."))
    if left:
        said.append(ngettext("%d more waits: press again.", "%d more wait: press again.", left) % left)
    messages.success(request, " ".join(said))
    return redirect("producer:money-project", project_id)


@require_http_methods(["GET", "POST"])
@producers_only
def claim(request: HttpRequest, project_id: str, claim_id: int) -> HttpResponse:
    """Answer one dispute, with a reason that the performer reads."""
    viewer = viewer_id(request)
    casting.project(project_id, viewer)
    found = next((one for one in fees.claims_of_project(project_id) if one.id == claim_id), None)
    if found is None:
        raise NotFound
    form = Answer(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            pay_fees.answer_claim(
                claim_id=claim_id,
                project_id=project_id,
                producer_id=viewer,
                given_ms=form.cleaned_data["minutes"] * 60_000,
                said=form.cleaned_data["said"],
                now=CLOCK.now(),
            )
        except (BadInput, Conflict) as wrong:
            form.add_error(None, aloud(wrong))
        else:
            messages.success(request, _("Answered. What you gave is earned from now."))
            return redirect("producer:money-project", project_id)
    context = {"project_id": project_id, "claim": found, "form": form}
    return render(request, "producer/money_claim.html", context, status=400 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@producers_only
def received(request: HttpRequest) -> HttpResponse:
    """What licensees paid, shared or waiting; take one down here."""
    viewer = viewer_id(request)
    sold = licences.licences_sold(viewer)
    choice = [(one.id, f"{one.licensee}: {one.project}") for one in sold]
    form = Payment(request.POST or None, licences=choice, initial={"key": secrets.token_hex(8)})
    if request.method == "POST" and form.is_valid():
        try:
            pay_royalties.receive(now=CLOCK.now(), **form.payment())
        except (BadInput, Conflict) as wrong:
            form.add_error(None, aloud(wrong))
        else:
            messages.success(
                request, _("Taken down. It is shared when its time is over, among those whose clips were leased.")
            )
            return redirect("producer:money-received")
    mine = {one.id for one in sold}
    context = {"form": form, "found": [one for one in royalties.revenue() if one.licence in mine], "sold": sold}
    return render(request, "producer/money_received.html", context, status=400 if request.method == "POST" else 200)


@require_GET
@producers_only
def books(request: HttpRequest, project_id: str, form: str) -> HttpResponse:
    """One project's entries for beancount or hledger: ids, no names, nothing of other projects."""
    casting.project(project_id, viewer_id(request))
    return journal_file(form, book_queries.of_project(project_id), f"yesif-{project_id}")

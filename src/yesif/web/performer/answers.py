"""A performer's answers: give, change, see what they mean, end them. Ending takes no more steps than giving."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from yesif.apps.consent import queries
from yesif.apps.consent.queries import GrantSeen
from yesif.apps.footage.queries import review as footage
from yesif.base.errors import BadInput
from yesif.core.policy.effects import Effects, of_ending
from yesif.core.policy.explain import meaning
from yesif.core.policy.grants import Conditions, years_after
from yesif.core.policy.uses import CURRENT
from yesif.flows import revoke
from yesif.web.access import performers_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.performer.answers_form import Answers, of_grant, of_preset
from yesif.web.performer.row import row


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the history: a grant, and what it changed against the one before."""

    seen: GrantSeen
    lines: tuple[str, ...]


@require_http_methods(["GET", "POST"])
@never_cache
@performers_only
def answers(request: HttpRequest) -> HttpResponse:
    """The sixteen questions; posting them puts them in place of the former answers."""
    if request.method == "GET":
        return _page(request, Answers(initial=_initial(request)))
    form = Answers(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    moment = now()
    try:
        terms = form.conditions(now=moment)
        revoke.give(performer_id=viewer_id(request), answers=form.answers(), conditions=terms, now=moment)
    except BadInput as wrong:
        form.add_error(None, aloud(wrong))
        return _page(request, form, status=400)
    messages.success(request, _("Saved. These answers count from now on."))
    return redirect("performer:answers")


@require_POST
@performers_only
def told(request: HttpRequest) -> HttpResponse:
    """What the answers in the form would mean; nothing is saved. A sentence for htmx, the whole page without it."""
    form = Answers(request.POST)
    if request.headers.get("hx-request"):
        return render(request, "performer/parts/told.html", _told(viewer_id(request), form, now()))
    return _page(request, form)


@require_POST
@performers_only
def end(request: HttpRequest, grant_id: str) -> HttpResponse:
    """End a yes: standing answers, or the core use of an accepted offer."""
    revoke.end_yes(grant_id=grant_id, performer_id=viewer_id(request), now=now())
    messages.success(request, _("Ended. Nothing new is built with it from now on. Here is your receipt."))
    return redirect("performer:receipt", grant_id)


def _page(request: HttpRequest, form: Answers, *, status: int = 200) -> HttpResponse:
    who, moment = viewer_id(request), now()
    history = queries.history(who)
    standing = next((one for one in history if one.reach == "standing"), None)
    others = [one for one in history if one.reach in ("asked", "copy") and one.living(now=moment)]
    context = {
        **_told(who, form, moment),
        "form": form,
        "others": [(one, _ending(one, moment)) for one in others],
        "uses": CURRENT,
        "standing": standing,
        "standing_counts": standing is not None and standing.living(now=moment),
        "ending": _ending(standing, moment) if standing else None,
        "cores": [(one, _ending(one, moment)) for one in history if one.grant.scope.project and one.living(now=moment)],
        "changes": _changes(history),
        "takes": [row for row in footage.of_performer(who) if row.state != "withdrawn"],
    }
    return render(request, "performer/answers.html", context, status=status)


def _initial(request: HttpRequest) -> dict[str, object]:
    standing = queries.answers_of(viewer_id(request))
    initial = of_grant(standing.grant, counts=standing.living(now=now())) if standing else {}
    preset = next((one for one in CURRENT.presets if one.id == request.GET.get("fill")), None)
    return {**initial, **(of_preset(preset) if preset else {})}


def _told(who: str, form: Answers, moment: datetime) -> dict[str, object]:
    """In words, and as the row a buyer would get; terms that cannot be read yet are told as those that give least."""
    sent = form if form.is_bound else form.filled()
    terms = Conditions(until=years_after(moment, 1))
    if sent.is_valid():
        try:
            terms = sent.conditions(now=moment)
        except BadInput as wrong:
            return {"meaning": aloud(wrong), "row": None}
    said = sent.answers()
    yes, ask, no = ({item for item, answer in said.items() if answer == name} for name in ("yes", "ask", "no"))
    return {"meaning": meaning(yes=yes, ask=ask, no=no, terms=terms), "row": row(who, yes=yes, terms=terms)}


def _ending(seen: GrantSeen, moment: datetime) -> Effects:
    holders = revoke.holders(seen.grant.performer)
    return of_ending(on_revoke=seen.grant.conditions.on_revoke, licensees=holders, now=moment)


def _changes(history: list[GrantSeen]) -> list[Change]:
    """The history, newest first, each entry told against the answers it took the place of."""
    by_id = {one.grant.id: one for one in history}
    return [Change(one, _against(one, by_id.get(one.grant.replaces))) for one in history]


def _against(one: GrantSeen, former: GrantSeen | None) -> tuple[str, ...]:
    labels = CURRENT.labels
    names = {"yes": _("Yes"), "ask": _("Ask me"), "no": _("No"), "": _("no answer")}
    lines = []
    for item in sorted(one.grant.shown, key=list(labels).index):
        was = former.grant.answer(item) if former else ""
        answer = one.grant.answer(item)
        if answer != was:
            was_said = _(", was {answer}").format(answer=names[was]) if former else ""
            lines.append(f"{aloud(labels[item])}: {names[answer]}{was_said}")
    if former and _terms(one) != _terms(former):
        lines.append(_("Other conditions changed."))
    return tuple(lines)


def _terms(one: GrantSeen) -> tuple[object, ...]:
    terms = one.grant.conditions
    return (terms.form, terms.partner, terms.held_back, terms.on_revoke, terms.credit, terms.allowed, terms.refused,
            terms.territories, terms.floor)  # fmt: skip

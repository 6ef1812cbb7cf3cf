"""A copy of a voice or face: its own form, its own end, a second confirmation; never part of anything else."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yesif.apps.consent import actions
from yesif.base.errors import BadInput, Conflict
from yesif.core.policy.grants import COPY_MONTHS, years_after
from yesif.core.policy.uses import CURRENT, Form
from yesif.web.access import performers_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK

_SALT = "yesif.performer.copy/1"
_CONFIRM_WITHIN = timedelta(hours=1)


class Copy(forms.Form):
    """Nothing is chosen for anybody, and there is no name, project or day to begin with."""

    what = forms.ChoiceField(
        label=gettext_lazy("What would be copied?"),
        choices=[(what.id, gettext_lazy(what.label)) for what in CURRENT.whats if what.copies],
        widget=forms.RadioSelect,
    )
    wheres = forms.MultipleChoiceField(
        label=gettext_lazy("Where may the copy be used?"),
        choices=[(where.id, gettext_lazy(where.label)) for where in CURRENT.wheres],
        widget=forms.CheckboxSelectMultiple,
    )
    licensee = forms.CharField(
        label=gettext_lazy("Which one buyer may make it?"),
        max_length=120,
        help_text=gettext_lazy("The full name. No other buyer may use the copy."),
    )
    description = forms.CharField(
        label=gettext_lazy("For which one project?"),
        min_length=20,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Say what the copy will say or do. For other words, you must be asked again."),
    )
    until = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("At most 12 months from today."),
    )

    def clean_until(self) -> date:
        day: date = self.cleaned_data["until"]
        today = CLOCK.now()
        last = years_after(today, COPY_MONTHS // 12).date()
        if not today.date() <= day < last:
            raise forms.ValidationError(_("A copy ends within 12 months, and not before today."))
        return day


@require_http_methods(["GET", "POST"])
@never_cache
@performers_only
def copies(request: HttpRequest) -> HttpResponse:
    """Fill it in; then read it again and confirm, or not. Only the second press grants anything."""
    if request.method == "POST" and "sealed" in request.POST:
        return _confirmed(request)
    form = Copy(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        status = 200 if request.method == "GET" else 400
        return render(request, "performer/copies.html", {"form": form}, status=status)
    terms = {**form.cleaned_data, "until": form.cleaned_data["until"].isoformat()}
    return _confirm(request, terms)


def _confirm(request: HttpRequest, terms: dict[str, Any], refusal: str = "", status: int = 200) -> HttpResponse:
    context = {
        "terms": terms,
        "until": date.fromisoformat(terms["until"]),
        "what": CURRENT.what(terms["what"]),
        "wheres": [aloud(CURRENT.where(one).label) for one in terms["wheres"]],
        # Bound to the person, so that nobody can be made to confirm a form another one filled in.
        "sealed": signing.dumps([viewer_id(request), terms], salt=_SALT),
        "refusal": refusal,
    }
    return render(request, "performer/copy_confirm.html", context, status=status)


def _confirmed(request: HttpRequest) -> HttpResponse:
    try:
        who, terms = signing.loads(request.POST["sealed"], salt=_SALT, max_age=_CONFIRM_WITHIN)
    except BadSignature:
        raise BadInput(_("This confirmation is damaged or older than an hour. Fill in the form again.")) from None
    if who != viewer_id(request):
        raise BadInput(_("This confirmation belongs to someone else. Fill in the form again."))
    moment = CLOCK.now()
    try:
        grant = actions.give_copy(
            performer_id=who,
            what=terms["what"],
            wheres=frozenset(terms["wheres"]),
            licensee=terms["licensee"],
            description=terms["description"],
            until=datetime.combine(date.fromisoformat(terms["until"]), time(), UTC) + timedelta(days=1),
            form=Form.RECORDING,
            confirmed_at=moment,
            now=moment,
        )
    except Conflict as wrong:
        return _confirm(request, terms, aloud(wrong), 409)
    messages.success(request, _("Granted, to this buyer, for this project. You may end it at any time."))
    return redirect("performer:receipt", grant)

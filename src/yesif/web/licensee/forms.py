"""What a licensee fills in: a use to look for, a declaration, a key."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yesif.apps.consent.queries import end_of
from yesif.apps.market.actions.licences import Declaration
from yesif.core.policy.uses import CURRENT, Form
from yesif.web.clock import CLOCK


def _whats() -> list[tuple[str, Any]]:
    return [("", _("Choose one")), *((one.id, _(one.label)) for one in CURRENT.whats)]


def _wheres() -> list[tuple[str, Any]]:
    return [("", _("Choose one")), *((one.id, _(one.label)) for one in CURRENT.wheres)]


class UseWanted(forms.Form):
    """The use a catalogue is filtered by: first, before any project is named."""

    what = forms.ChoiceField(label=_("What your system learns"), choices=_whats)
    where = forms.ChoiceField(label=_("Where it will be used"), choices=_wheres)


class Declare(UseWanted):
    """A declared use."""

    touches = forms.MultipleChoiceField(
        label=_("Does it touch any of this?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(one.id, _(one.plain)) for one in CURRENT.never],
        help_text=_("Nobody may license these, for anyone. Tick what is true: then we tell you so now, not in court."),
    )
    description = forms.CharField(
        label=_("What you build"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Performers read this."),
    )
    model_family = forms.CharField(label=_("Model family"), max_length=120)
    hands = forms.CharField(
        label=_("Who of you will have it"), max_length=300, help_text=_("Teams and how many people, no names.")
    )
    until = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("At most five years from today."),
    )
    retention_days = forms.IntegerField(
        label=_("Days you keep copies after that"), min_value=0, max_value=366, initial=30
    )
    territories = forms.CharField(
        label=_("Countries"),
        required=False,
        max_length=200,
        help_text=_("Two letters each, by comma: DE, FR. Empty means anywhere, which fewer performers allow."),
    )
    form = forms.ChoiceField(
        label=_("What you need"),
        choices=[
            (Form.RECORDING.value, _("Recordings and measurements")),
            (Form.MEASUREMENTS.value, _("Measurements only, which more performers allow")),
        ],
    )
    plain = forms.BooleanField(
        label=_("As plain files, without encryption"),
        required=False,
        help_text=_("Only performances that were licensed to you with the offer itself can be had like this."),
    )

    def declaration(self) -> Declaration:
        """What `licences.declare` takes; only after `is_valid`."""
        filled = self.cleaned_data
        until: date = filled["until"]
        now = CLOCK.now()
        return Declaration(
            what=filled["what"],
            where=filled["where"],
            description=filled["description"],
            model_family=filled["model_family"],
            hands=filled["hands"],
            retention_days=filled["retention_days"],
            starts_at=now if until > now.date() else datetime.combine(until, time(), now.tzinfo) - timedelta(days=1),
            ends_at=end_of(until),
            territories=tuple(code.strip() for code in filled["territories"].split(",") if code.strip()),
            form=Form(filled["form"]),
            plain=filled["plain"],
            touches=tuple(filled["touches"]),
        )


class NewKey(forms.Form):
    """A public key of the organisation's programs."""

    public = forms.CharField(
        label=_("Public key"), max_length=60, help_text=_("As yesif open --new-account prints it.")
    )
    name = forms.CharField(label=_("Name it"), max_length=80)


class NewToken(forms.Form):
    """A token for the organisation's programs."""

    name = forms.CharField(
        label=_("Name it"), max_length=80, help_text=_("Where it will be used, so that you can end it.")
    )


class LetIn(forms.Form):
    """A colleague."""

    email = forms.EmailField(label=_("E-mail address"), max_length=200)
    stage_name = forms.CharField(label=_("Name"), max_length=80)


class Purged(forms.Form):
    """A licensee's word that withdrawn clips are gone."""

    removed = forms.IntegerField(
        label=_("Files you deleted"), min_value=0, max_value=10**9, help_text=_("0 where you had none.")
    )
    words = forms.CharField(
        label=_("What you did"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("On which machines and copies, backups too. Name nobody."),
    )
    sure = forms.BooleanField(label=_("No copy is left with us or with anyone we gave one to."))

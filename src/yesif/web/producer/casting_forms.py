"""What a producer fills in to frame a project, call for performers, make blocks and edit cards."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yesif.apps.casting.questions import ASKED, NOT_NOW
from yesif.base.money import Money, exponent
from yesif.web.numbers import whole_number
from yesif.web.producer.forms import zone_of
from yesif.web.tongues import choices


class Frame(forms.Form):
    """Budget, hours, targets, boundaries of content, gear."""

    budget = forms.DecimalField(label=_("Budget"), min_value=0, max_digits=11, decimal_places=2, required=False)
    hours = forms.IntegerField(
        label=_("Hours of played scenes wanted"), min_value=0, max_value=1_000_000, required=False
    )
    core_price = forms.DecimalField(
        label=_("Part of the hourly fee that is for the core use"),
        min_value=0,
        max_digits=9,
        decimal_places=2,
        required=False,
        help_text=_("Performers see it beside the fee. It is inside the fee, not on top."),
    )
    targets = forms.CharField(
        label=_("Targets"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line: what is counted, a colon, scenes wanted. For example: over 60: 40"),
    )
    language = forms.ChoiceField(label=_("Language"), choices=choices, initial="en")
    themes_out = forms.MultipleChoiceField(
        label=_("Themes this project never deals"), widget=forms.CheckboxSelectMultiple, required=False
    )
    most = forms.TypedChoiceField(
        label=_("Heaviest card"), choices=[(str(n), str(n)) for n in (1, 2, 3, 4)], coerce=int, initial="3"
    )
    gear = forms.CharField(label=_("Gear performers need"), widget=forms.Textarea(attrs={"rows": 3}), required=False)

    def __init__(self, *args: Any, themes: Sequence[tuple[str, str]], currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        found = self.fields["themes_out"]
        if isinstance(found, forms.MultipleChoiceField):
            found.choices = list(themes)

    def clean_targets(self) -> dict[str, int]:
        """Lines of "what: how many"."""
        wanted: dict[str, int] = {}
        for line in self.cleaned_data["targets"].splitlines():
            name, colon, number = line.rpartition(":")
            if not line.strip():
                continue
            if not colon or whole_number(number.strip()) is None or not 0 < len(name.strip()) <= 60:
                raise forms.ValidationError(_("Each line is: what is counted, a colon, a whole number."))
            wanted[name.strip()] = int(number)
        return wanted

    def frame(self) -> dict[str, Any]:
        """What `calls.frame` takes; only after `is_valid`."""
        filled = self.cleaned_data
        return {
            "budget": self._money(filled["budget"]),
            "core_price": self._money(filled["core_price"]),
            "hours": filled["hours"] or 0,
            **{name: filled[name] for name in ("targets", "language", "themes_out", "most", "gear")},
        }

    def _money(self, amount: Decimal | None) -> Money:
        return Money(int((amount or Decimal(0)) * 10 ** exponent(self.currency)), self.currency)


class Call(forms.Form):
    """The public call: who records, what a block is made of, and the questions the unions ask."""

    recorded_by = forms.CharField(label=_("Who records"), max_length=160, required=False)
    shape = forms.CharField(
        label=_("What a block is made of"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=_("For example: 90 minutes. 10 room check, three scenes of 8 to 10, breaks, 15 review."),
    )
    closes_on = forms.DateField(
        label=_("Apply by"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, question, who in ASKED:
            self.fields[f"answer_{name}"] = forms.CharField(
                label=_(question),
                help_text=_("%(who)s tells members to ask this.") % {"who": who},
                widget=forms.Textarea(attrs={"rows": 2}),
                required=False,
                max_length=2000,
            )

    def answers(self) -> dict[str, str]:
        """Answers by question; only after `is_valid`."""
        return {name: self.cleaned_data[f"answer_{name}"] for name, _question, _who in ASKED}


class Buyer(forms.Form):
    """Who buys; empty reads "not known yet"."""

    licensee = forms.CharField(
        label=_("Who buys"), max_length=120, required=False, help_text=_("Empty: not known yet, in those words.")
    )


class Aside(forms.Form):
    """Not now, and why."""

    why = forms.ChoiceField(
        label=_("Because"), choices=[("", _("Choose one")), *((one, _(words)) for one, words in NOT_NOW)]
    )


class Block(forms.Form):
    """A bookable stretch of time that holds several pairs."""

    starts = forms.DateTimeField(
        label=_("Starts"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    zone = forms.CharField(widget=forms.HiddenInput(attrs={"data-zone": ""}), initial="UTC", max_length=60)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=30, max_value=480, initial=90)
    seats = forms.IntegerField(
        label=_("Pairs it holds"), min_value=1, max_value=100, initial=8,
        help_text=_("For every eight pairs one understudy stands by, paid."),
    )  # fmt: skip
    scenes = forms.IntegerField(label=_("Cards dealt to a pair"), min_value=1, max_value=6, initial=3)

    def clean(self) -> dict[str, Any]:
        """The start as the producer meant it, in their own zone."""
        filled = super().clean() or {}
        starts: datetime | None = filled.get("starts")
        if starts is not None:
            filled["starts"] = starts.replace(tzinfo=zone_of(filled.get("zone", "")))
        return filled


class DeckFile(forms.Form):
    """A deck as a JSON file."""

    file = forms.FileField(label=_("Deck file (JSON, starter-deck/1)"), max_length=200)

    def clean_file(self) -> Mapping[str, Any]:
        """The file's content."""
        sent = self.cleaned_data["file"]
        if sent.size > 4 << 20:
            raise forms.ValidationError(_("A deck file has at most 4 MiB."))
        try:
            content = json.loads(sent.read())
        except (ValueError, RecursionError) as wrong:
            raise forms.ValidationError(_("That is not JSON.")) from wrong
        if not isinstance(content, dict):
            raise forms.ValidationError(_("A deck file holds one object."))
        return content


class Card(forms.Form):
    """One card. Saving makes a new version of the deck; the old one stays."""

    title = forms.CharField(label=_("Title"), max_length=200)
    relationship = forms.CharField(label=_("Who they are"), widget=forms.Textarea(attrs={"rows": 2}))
    where = forms.CharField(label=_("Where"), widget=forms.Textarea(attrs={"rows": 2}))
    moment_before = forms.CharField(label=_("The moment before"), widget=forms.Textarea(attrs={"rows": 2}))
    objective_a = forms.CharField(label=_("Only A is told"), widget=forms.Textarea(attrs={"rows": 2}))
    objective_b = forms.CharField(label=_("Only B is told"), widget=forms.Textarea(attrs={"rows": 2}))
    turn = forms.CharField(
        label=_("A turn, told to one side in the middle"), widget=forms.Textarea(attrs={"rows": 2}), required=False
    )
    intensity = forms.TypedChoiceField(
        label=_("How heavy"), choices=[(str(n), str(n)) for n in (1, 2, 3, 4)], coerce=int
    )
    seats = forms.TypedChoiceField(
        label=_("Written for, at most"), choices=[(str(n), str(n)) for n in range(2, 7)], coerce=int, initial="2"
    )
    themes = forms.MultipleChoiceField(label=_("Themes"), widget=forms.CheckboxSelectMultiple, required=False)
    delivery = forms.MultipleChoiceField(
        label=_("Ways of playing"), widget=forms.CheckboxSelectMultiple, required=False
    )
    warm_up = forms.BooleanField(label=_("This is a warm-up"), required=False)

    def __init__(self, *args: Any, vocabulary: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("themes", "delivery"):
            found = self.fields[name]
            words = vocabulary.get(name, {})
            if isinstance(found, forms.MultipleChoiceField):
                found.choices = [
                    (one, str(text["label"] if isinstance(text, dict) else text)) for one, text in words.items()
                ]


class Note(forms.Form):
    """One persona note: told to one performer, never to the partner."""

    label = forms.CharField(label=_("Name of the note"), max_length=80)
    note = forms.CharField(label=_("What the performer is told"), widget=forms.Textarea(attrs={"rows": 3}))
    want = forms.CharField(label=_("Wants"), max_length=400)
    fear = forms.CharField(label=_("Fears"), max_length=400)
    voice = forms.CharField(label=_("Voice"), max_length=400, required=False)
    tell = forms.CharField(label=_("Tell"), max_length=400, required=False)
    under_pressure = forms.CharField(label=_("Under pressure"), max_length=400, required=False)
    softens_when = forms.CharField(label=_("Softens when"), max_length=400, required=False)

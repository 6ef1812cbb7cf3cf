"""What a performer fills in while reviewing a take, and after a session."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _lazy

_NS = 1_000_000_000


class Report(forms.Form):
    """What happened, in one's own words; nothing else is asked."""

    words = forms.CharField(
        label=_lazy("What happened"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_lazy("As much or as little as you like. No form to fill in, no questions to answer."),
    )
    block = forms.BooleanField(label=_lazy("Never match me with them again"), required=False)


class Seal(forms.Form):
    """A stretch in seconds from action, and why it is sealed. Nothing is pre-selected."""

    start = forms.DecimalField(
        label=_lazy("From, in seconds"),
        min_value=Decimal(0),
        max_digits=9,
        decimal_places=3,
        widget=forms.NumberInput(attrs={"step": "0.01"}),
    )
    end = forms.DecimalField(
        label=_lazy("To, in seconds"),
        min_value=Decimal(0),
        max_digits=9,
        decimal_places=3,
        widget=forms.NumberInput(attrs={"step": "0.01"}),
    )
    why = forms.ChoiceField(
        label=_lazy("Because"),
        widget=forms.RadioSelect,
        choices=[("was-me", _lazy("That was me, not the character")), ("off-record", _lazy("This was off the record"))],
    )

    def stretch(self) -> dict[str, Any]:
        """The stretch in take time, in ns, and the reason; only after `is_valid`."""
        return {
            "start_ns": int(self.cleaned_data["start"] * _NS),
            "end_ns": int(self.cleaned_data["end"] * _NS),
            "why": self.cleaned_data["why"],
        }

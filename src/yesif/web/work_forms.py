"""Work that no page of the studio saw, written down by a producer or a performer: what both forms ask."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _lazy


class Work(forms.Form):
    """Under which booking, what, when, how long. The hidden key makes pressing twice one piece of work."""

    booking = forms.ChoiceField()
    kind = forms.ChoiceField(
        label=_lazy("What it was"), choices=[("training", _lazy("Training")), ("labelling", _lazy("Labelling"))]
    )
    day = forms.DateField(label=_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    minutes = forms.IntegerField(label=_lazy("Minutes"), min_value=1, max_value=480)
    said = forms.CharField(max_length=300)
    key = forms.CharField(widget=forms.HiddenInput, max_length=40)
    field_order: Sequence[str] = ("booking", "kind", "day", "minutes", "said", "key")

    def __init__(self, *args: Any, bookings: Sequence[tuple[str, str]], **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["booking"] = forms.ChoiceField(label=self.fields["booking"].label, choices=list(bookings))

    def work(self) -> dict[str, Any]:
        """What `pay_work.enter` and `pay_work.miss` take; only after `is_valid`."""
        filled = self.cleaned_data
        return {
            "booking_id": filled["booking"],
            "kind": filled["kind"],
            "day": filled["day"],
            "ms": filled["minutes"] * 60_000,
            "said": filled["said"],
            "key": filled["key"],
        }

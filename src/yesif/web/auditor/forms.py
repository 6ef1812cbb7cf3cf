"""What an auditor and those who invite one fill in."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from yesif.core.tlog.audit import CHECKS
from yesif.web.clock import CLOCK


class SeatForm(forms.Form):
    """Who may look, until when."""

    email = forms.EmailField(label=_("Their e-mail address"), max_length=254)
    name = forms.CharField(label=_("Their name, as you will see it"), max_length=80)
    until = forms.DateField(
        label=_("Until"),
        help_text=_("At most a year from today. You can end it any day."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["until"].initial = (CLOCK.now() + timedelta(days=30)).date()

    def clean_until(self) -> datetime:
        """The end of that day, in UTC."""
        day: date = self.cleaned_data["until"]
        if not CLOCK.now().date() < day <= CLOCK.now().date() + timedelta(days=365):
            raise forms.ValidationError(_("The last day lies after today and within a year."))
        return make_aware(datetime.combine(day, time(23, 59, 59)))


class FindingForm(forms.Form):
    """What does not add up."""

    check = forms.ChoiceField(
        label=_("Which check"), choices=[(name, words.capitalize()) for name, words in CHECKS.items()]
    )
    line = forms.IntegerField(
        label=_("Number in the tree, if it has one"), required=False, min_value=0, max_value=2**53
    )
    sentence = forms.CharField(
        label=_("What you found"),
        max_length=1000,
        min_length=3,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It goes onto the record. Name nobody."),
    )

"""What a producer fills in about money: deposits, answers, licensees' payments."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _lazy

from yesif.apps.money.actions.royalties import rate_from
from yesif.base.errors import BadInput
from yesif.base.money import Money, exponent
from yesif.core.ledger.royalty import REVENUE
from yesif.web.aloud import aloud
from yesif.web.producer.forms import CURRENCIES
from yesif.web.work_forms import Work


def _minor(amount: Decimal, currency: str) -> int:
    return int(amount.scaleb(exponent(currency)))


class Deposit(forms.Form):
    """Money for a project's fees. The hidden key makes pressing twice one deposit."""

    amount = forms.DecimalField(label=_lazy("Amount"), min_value=Decimal("0.01"), max_digits=12, decimal_places=2)
    key = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, currency: str, **named: Any) -> None:
        super().__init__(*args, **named)
        self.currency = currency
        self.fields["amount"].help_text = currency

    def money(self) -> Money:
        """Only after `is_valid`."""
        return Money(_minor(self.cleaned_data["amount"], self.currency), self.currency)


class Answer(forms.Form):
    """What a disputed line is given, and why."""

    minutes = forms.IntegerField(label=_lazy("Minutes you give"), min_value=0, max_value=480)
    said = forms.CharField(
        label=_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_lazy("The performer reads it."),
    )  # fmt: skip


class WrittenDown(Work):
    """Paid work that the studio could not see: for whom, what, when, how long."""

    booking = forms.ChoiceField(label=_lazy("For whom"))
    said = forms.CharField(
        label=_lazy("What was done"), max_length=300, help_text=_lazy("One sentence. The performer reads it first.")
    )


class Payment(forms.Form):
    """A licensee's payment, in the currency it came in; another one needs a rate and who says so."""

    licence = forms.ChoiceField(label=_lazy("Licence"))
    kind = forms.ChoiceField(label=_lazy("For"), choices=[(one, one.replace("-", " ")) for one in REVENUE])
    amount = forms.DecimalField(label=_lazy("Amount"), min_value=Decimal("0.01"), max_digits=12, decimal_places=2)
    currency = forms.ChoiceField(label=_lazy("Currency"), choices=[(one, one) for one in CURRENCIES])
    since = forms.DateField(
        label=_lazy("For leases from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=_lazy("To, not counting that day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    shared_in = forms.ChoiceField(label=_lazy("Shared in"), choices=[(one, one) for one in CURRENCIES])
    rate = forms.CharField(
        label=_lazy("Rate, if the currencies differ"), required=False, max_length=24,
        help_text=_lazy("What one unit that came in buys, like 0.9214."),
    )  # fmt: skip
    said_by = forms.CharField(label=_lazy("Source of the rate"), required=False, max_length=120)
    rate_day = forms.DateField(
        label=_lazy("Day of the rate"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, licences: Sequence[tuple[str, str]], **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["licence"] = forms.ChoiceField(label=_lazy("Licence"), choices=list(licences))

    def clean(self) -> dict[str, Any]:
        """A rate where the currencies differ, with its day and source."""
        filled: dict[str, Any] = super().clean() or {}
        if self.errors or filled["currency"] == filled["shared_in"]:
            return filled
        for field in ("rate", "said_by", "rate_day"):
            if not filled.get(field):
                self.add_error(field, _lazy("Another currency needs a rate, its day, and who says so."))
                return filled
        try:
            filled["exchange"] = rate_from(
                source=filled["currency"],
                target=filled["shared_in"],
                text=filled["rate"],
                day=filled["rate_day"],
                said_by=filled["said_by"],
            )
        except BadInput as wrong:
            self.add_error("rate", aloud(wrong))
        return filled

    def payment(self) -> dict[str, Any]:
        """What `pay_royalties.receive` takes; only after `is_valid`."""
        filled = self.cleaned_data
        return {
            "licence": filled["licence"],
            "kind": filled["kind"],
            "paid": Money(_minor(filled["amount"], filled["currency"]), filled["currency"]),
            "since": datetime.combine(filled["since"], time(), UTC),
            "until": datetime.combine(filled["until"], time(), UTC),
            "key": f"received:{filled['key']}",
            "rate": filled.get("exchange"),
        }

"""What a producer fills in about money: deposits, answers, licensees' payments, pay runs, the studio's own accounts."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _lazy

from yesif.apps.money.actions.royalties import rate_from
from yesif.base.errors import BadInput
from yesif.base.money import Money, exponent
from yesif.core.ledger.payout import aba, nacha
from yesif.core.ledger.royalty import REVENUE
from yesif.web.performer.money_forms import Account
from yesif.web.producer.forms import CURRENCIES


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


class Payment(forms.Form):
    """A licensee's payment, in the currency it came in; another one needs a rate and who says so."""

    licence = forms.ChoiceField(label=_lazy("Licence"))
    kind = forms.ChoiceField(label=_lazy("For"), choices=[(one, one.replace("-", " ")) for one in REVENUE])
    amount = forms.DecimalField(label=_lazy("Amount"), min_value=Decimal("0.01"), max_digits=12, decimal_places=2)
    currency = forms.ChoiceField(label=_lazy("Currency"), choices=[(one, one) for one in CURRENCIES])
    since = forms.DateField(label=_lazy("For leases from"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_lazy("To, not counting that day"), widget=forms.DateInput(attrs={"type": "date"}))
    shared_in = forms.ChoiceField(label=_lazy("Shared in"), choices=[(one, one) for one in CURRENCIES])
    rate = forms.CharField(
        label=_lazy("Rate, if the currencies differ"), required=False, max_length=24,
        help_text=_lazy("What one unit that came in buys, like 0.9214."),
    )  # fmt: skip
    said_by = forms.CharField(label=_lazy("Source of the rate"), required=False, max_length=120)
    rate_day = forms.DateField(
        label=_lazy("Day of the rate"), required=False, widget=forms.DateInput(attrs={"type": "date"})
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
            self.add_error("rate", str(wrong))
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


class Draft(forms.Form):
    """Currency, format and day of a pay run."""

    currency = forms.ChoiceField(label=_lazy("Currency"), choices=[(one, one) for one in CURRENCIES])
    file_format = forms.ChoiceField(
        label=_lazy("File for the bank"),
        choices=[
            ("pain001", "pain.001.001.09 (SEPA)"),
            ("aba", "ABA (Australia)"),
            ("nacha", "NACHA (United States)"),
            ("csv", "CSV"),
        ],
    )
    day = forms.DateField(
        label=_lazy("Day the bank pays"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def terms(self) -> dict[str, Any]:
        """Only after `is_valid`."""
        return {name: self.cleaned_data[name] for name in ("currency", "file_format", "day")}


class Returned(forms.Form):
    """The bank's list."""

    file = forms.CharField(
        label=_lazy("Payments that came back"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_lazy("One a line: the reference, a semicolon, the bank's reason. YI0000000012;account closed"),
    )  # fmt: skip


class Payer(Account):
    """The studio's own account, and what each kind of file asks beside it."""

    member_bank = forms.CharField(label=_lazy("ABA: bank, three letters"), required=False, max_length=3)
    member = forms.CharField(label=_lazy("ABA: user id from your bank"), required=False, max_length=6)
    bank_name = forms.CharField(label=_lazy("NACHA: name of your bank"), required=False, max_length=23)
    company = forms.CharField(label=_lazy("NACHA: company id from your bank"), required=False, max_length=10)

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        del self.fields["place"]

    def clean(self) -> dict[str, Any]:
        """What an ABA or NACHA file needs is asked for where it is needed."""
        filled = super().clean()
        if self.errors:
            return filled
        try:
            if filled["kind"] == "aba":
                aba.Member(filled["member_bank"], filled["member"])
            if filled["kind"] == "us":
                nacha.Origin(filled["bank"], filled["bank_name"], filled["company"])
        except BadInput as wrong:
            self.add_error("member" if filled["kind"] == "aba" else "company", str(wrong))
        return filled

    def extra(self) -> dict[str, str]:
        """What stands beside the account."""
        filled = self.cleaned_data
        if filled["kind"] == "aba":
            return {"bank": filled["member_bank"], "member": filled["member"]}
        if filled["kind"] == "us":
            return {"destination": filled["bank"], "bank_name": filled["bank_name"], "company": filled["company"]}
        return {}

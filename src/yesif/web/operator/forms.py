"""What an operator fills in: pay runs, what came back, the studio's own accounts, what is kept back for tax."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _lazy

from yesif.base.errors import BadInput
from yesif.core.ledger.payout import aba, nacha
from yesif.web.aloud import aloud
from yesif.web.performer.money_forms import Account
from yesif.web.producer.forms import CURRENCIES


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
            self.add_error("member" if filled["kind"] == "aba" else "company", aloud(wrong))
        return filled

    def extra(self) -> dict[str, str]:
        """What stands beside the account."""
        filled = self.cleaned_data
        if filled["kind"] == "aba":
            return {"bank": filled["member_bank"], "member": filled["member"]}
        if filled["kind"] == "us":
            return {"destination": filled["bank"], "bank_name": filled["bank_name"], "company": filled["company"]}
        return {}


class Look(forms.Form):
    """What is kept back because of a tax paper, and why."""

    percent = forms.IntegerField(
        label=_lazy("Kept back, per cent"), min_value=0, max_value=50,
        help_text=_lazy("Of every payment from the next pay run on, in whole coins. 0 keeps nothing back."),
    )  # fmt: skip
    why = forms.CharField(
        label=_lazy("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_lazy("The performer reads it. Name the law or the article."),
    )  # fmt: skip

"""What a performer fills in about money: where it goes, what was not counted, which tax paper they give."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _lazy

from yesif.apps.money.actions.papers import Paper
from yesif.base.errors import BadInput
from yesif.core.ledger.payout.bank import Account as BankAccount
from yesif.core.ledger.payout.bank import bsb, iban, routing
from yesif.core.ledger.tax import number
from yesif.web.aloud import aloud
from yesif.web.work_forms import Work


class Dispute(forms.Form):
    """How many more minutes, and why."""

    minutes = forms.IntegerField(label=_lazy("Minutes more that you worked"), min_value=1, max_value=480)
    said = forms.CharField(
        label=_lazy("What was not counted"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_lazy("A sentence is enough. The producer reads it and answers with a reason."),
    )


class Missed(Work):
    """Work that nobody counted: under which booking, what, when, how long."""

    booking = forms.ChoiceField(label=_lazy("Under which booking"))
    kind = forms.ChoiceField(
        label=_lazy("What it was"),
        choices=[
            ("training", _lazy("Training")),
            ("labelling", _lazy("Labelling")),
            ("claim", _lazy("Something else that was not counted")),
        ],
    )
    said = forms.CharField(
        label=_lazy("What you did"), max_length=300, help_text=_lazy("One sentence. The producer reads it.")
    )


class Account(forms.Form):
    """A bank account of one of three kinds, and the place someone works."""

    kind = forms.ChoiceField(
        label=_lazy("What kind of account"),
        choices=[
            ("iban", _lazy("IBAN (Europe)")),
            ("aba", _lazy("BSB and account number (Australia)")),
            ("us", _lazy("Routing and account number (United States)")),
        ],
    )
    name = forms.CharField(label=_lazy("Name on the account"), max_length=70)
    bank = forms.CharField(
        label=_lazy("BSB or routing number"), max_length=12, required=False, help_text=_lazy("Empty for an IBAN.")
    )
    number = forms.CharField(label=_lazy("IBAN or account number"), max_length=42)
    place = forms.RegexField(
        r"[A-Z]{2}(-[A-Z0-9]{1,5})?",
        label=_lazy("Where you work"),
        help_text=_lazy(
            "Two letters of the country, or with its part: DE, IE, US-CA. No fee goes below that place's legal minimum."
        ),
        error_messages={"invalid": _lazy("Two capital letters of a country, or with its part, like DE or US-CA.")},
    )

    def clean(self) -> dict[str, Any]:
        """Numbers as the files print them; what is wrong is said at its field."""
        filled: dict[str, Any] = super().clean() or {}
        if self.errors:
            return filled
        try:
            if filled["kind"] == "iban":
                filled["number"], filled["bank"] = iban(filled["number"]), ""
            else:
                read = bsb if filled["kind"] == "aba" else routing
                filled["bank"] = read(filled["bank"])
                filled["number"] = filled["number"].replace(" ", "").replace("-", "")
            BankAccount(filled["kind"], filled["name"], filled["number"], filled["bank"])
        except BadInput as wrong:
            field = "bank" if str(wrong).startswith(("BSB", "Routing")) else "number"
            self.add_error(field, aloud(wrong))
        return filled

    def account(self) -> BankAccount:
        """The account; only after `is_valid`."""
        filled = self.cleaned_data
        return BankAccount(filled["kind"], filled["name"], filled["number"], filled["bank"])


class TaxPaper(forms.Form):
    """A tax paper: its kind, where it is from, its number, and the treaty someone rests on, if any."""

    kind = forms.ChoiceField(
        label=_lazy("Which paper"),
        choices=[
            ("TIN", _lazy("Tax number (most countries)")),
            ("VAT-ID", _lazy("VAT number (Europe)")),
            ("ABN", _lazy("ABN (Australia)")),
            ("TFN", _lazy("TFN (Australia)")),
            ("W-9", _lazy("W-9 (United States)")),
            ("W-8BEN", _lazy("W-8BEN (paid from the United States, living elsewhere)")),
            ("none", _lazy("I give no paper")),
        ],
    )
    place = forms.RegexField(
        r"[A-Z]{2}(-[A-Z0-9]{1,5})?",
        label=_lazy("Country you pay tax in"),
        help_text=_lazy("Two letters, or with its part: DE, IE, US-CA."),
        error_messages={"invalid": _lazy("Two capital letters of a country, or with its part, like DE or US-CA.")},
    )
    number = forms.CharField(
        label=_lazy("The number on it"), max_length=30, required=False,
        help_text=_lazy("Kept sealed; pages show its last three characters. Empty if you give no paper."),
    )  # fmt: skip
    treaty = forms.CharField(
        label=_lazy("Tax treaty you rest on, with its article"), max_length=120, required=False,
        help_text=_lazy("Like: Germany–United States, article 12. Empty if none."),
    )  # fmt: skip
    treaty_percent = forms.IntegerField(
        label=_lazy("Rate that treaty sets, per cent"), min_value=0, max_value=50, required=False
    )
    expires = forms.DateField(
        label=_lazy("Valid until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_lazy("Empty if it does not expire."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """The number is checked as far as its kind can be."""
        filled: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                number(filled["kind"], filled["number"])
            except BadInput as wrong:
                self.add_error("number", aloud(wrong))
        return filled

    def paper(self) -> Paper:
        """Only after `is_valid`."""
        return Paper(**self.cleaned_data)

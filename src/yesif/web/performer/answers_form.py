"""The sixteen questions and their conditions as a form: nothing is selected for anybody, and open counts as No."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_lazy as _lazy

from yesif.base.errors import BadInput
from yesif.core.policy.grants import Conditions, Credit, Grant, OnRevoke, years_after
from yesif.core.policy.uses import CURRENT, Form, Part, Preset, Price, What, Where

_ANSWERS = [("yes", _lazy("✓ Yes")), ("ask", _lazy("? Ask me")), ("no", _lazy("– No"))]
_COPY_ANSWERS = _ANSWERS[1:]
"""A Yes to a copy needs a named project and a form of its own."""

_PARTS = [
    (Part.VOICE, _lazy("My voice")),
    (Part.FACE, _lazy("My face")),
    (Part.MOVEMENT, _lazy("How I move")),
    (Part.WORDS, _lazy("My words")),
    (Part.LABELS, _lazy("What people noted about my scenes")),
]


@dataclass(frozen=True, slots=True)
class Question:
    """One question as the page shows it. `open` says that it has no answer yet."""

    item: What | Where
    field: BoundField
    copies: bool
    open: bool


class Answers(forms.Form):
    """Sixteen answers and the terms they are given under."""

    years = forms.ChoiceField(
        label=_lazy("Until when"),
        choices=[("1", _lazy("1 year")), ("3", _lazy("3 years")), ("5", _lazy("5 years"))],
        initial="1",
        widget=forms.RadioSelect,
        help_text=_lazy("There is no “forever”. The time starts again each time you save."),
    )
    form = forms.ChoiceField(
        label=_lazy("May buyers receive the recording itself?"),
        choices=[
            ("recording", _lazy("Yes, the recording")),
            ("measurements", _lazy("No, only what is measured from it")),
        ],
        initial="measurements",
        widget=forms.RadioSelect,
        help_text=_lazy("A recording shows your face and your voice to everyone at the buyer who opens it."),
    )
    partner = forms.ChoiceField(
        label=_lazy("If my partner says no, may my own track still be used without theirs?"),
        choices=[("yes", _lazy("Yes")), ("no", _lazy("No"))],
        initial="no",
        widget=forms.RadioSelect,
    )
    held_back = forms.MultipleChoiceField(
        label=_lazy("Keep back from every use"),
        choices=[(part.value, words) for part, words in _PARTS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_lazy("This counts for accepted offers too."),
    )
    on_revoke = forms.ChoiceField(
        label=_lazy("If I end this, what must buyers do with models already trained?"),
        choices=[
            ("stop-new", _lazy("Train no further")),
            ("retire", _lazy("Take them out of service within 12 months")),
        ],
        initial="stop-new",
        widget=forms.RadioSelect,
        help_text=_lazy("A trained model cannot forget. It can only be left as it is or taken out of service."),
    )
    credit = forms.ChoiceField(
        label=_lazy("Credit"),
        choices=[("no-name", _lazy("No name")), ("stage-name", _lazy("My stage name in the dataset's credits"))],
        initial="no-name",
        widget=forms.RadioSelect,
    )
    refused = forms.CharField(
        label=_lazy("Never these buyers"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_lazy("One name a line. A name here beats any Yes."),
    )
    allowed = forms.CharField(
        label=_lazy("Only these buyers"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_lazy("One name a line. Leave it empty for any buyer you have not refused."),
    )
    territories = forms.CharField(
        label=_("Only in these countries"),
        required=False,
        max_length=200,
        help_text=_(
            "Two letters each, by comma: DE, FR. A buyer who wants it anywhere else, or everywhere, gets nothing."
            " Leave it empty for any country."
        ),
    )
    floor = forms.DecimalField(
        label=_lazy("Lowest price for a minute of me"),
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(10_000),
        decimal_places=2,
        help_text=_lazy("Below it, your scenes are left out, not sold cheaper. Leave it empty for no lowest price."),
    )
    currency = forms.RegexField(label=_lazy("Currency"), regex=r"^[A-Z]{3}$", initial="EUR", max_length=3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item, label in CURRENT.labels.items():
            choices = _COPY_ANSWERS if item in CURRENT.copies else _ANSWERS
            self.fields[item] = forms.ChoiceField(
                label=_lazy(label), choices=choices, required=False, widget=forms.RadioSelect
            )

    def whats(self) -> Iterator[Question]:
        """The eight questions on what a system may learn."""
        return (self._question(item, copies=item.copies) for item in CURRENT.whats)

    def wheres(self) -> Iterator[Question]:
        """The eight on where it may be used."""
        return (self._question(item, copies=False) for item in CURRENT.wheres)

    def terms(self) -> Iterator[BoundField]:
        """The fields of the conditions, in the order they are asked."""
        return (self[name] for name in self.base_fields)

    def filled(self) -> "Answers":
        """The same form as if it had been sent as it is shown."""
        return Answers({name: self[name].value() for name in self.fields})

    def answers(self) -> dict[str, str]:
        """Item → yes, ask, no or ""; only after `is_valid`."""
        return {item: self.cleaned_data.get(item, "") for item in CURRENT.items}

    def conditions(self, *, now: datetime) -> Conditions:
        """The terms; only after `is_valid`. Raises BadInput."""
        given = self.cleaned_data
        floor = given["floor"]
        return Conditions(
            until=years_after(now, int(given["years"])),
            form=Form(given["form"]),
            partner=given["partner"] == "yes",
            held_back=frozenset(Part(part) for part in given["held_back"]),
            on_revoke=OnRevoke(given["on_revoke"]),
            credit=Credit(given["credit"]),
            allowed=_names(given["allowed"]),
            refused=_names(given["refused"]),
            territories=frozenset(_countries(given["territories"])),
            floor=None if floor is None else Price(int(floor * 100), given["currency"]),
        )

    def clean_allowed(self) -> str:
        return self._checked("allowed")

    def clean_refused(self) -> str:
        return self._checked("refused")

    def clean_territories(self) -> str:
        """As it was typed, in capitals; small letters and spaces are understood."""
        codes = _countries(str(self.cleaned_data["territories"]))
        if any(len(code) != 2 or not (code.isascii() and code.isalpha()) for code in codes):
            raise forms.ValidationError(_("A country is two letters, as in DE. Put a comma between two."))
        return ", ".join(codes)

    def _checked(self, name: str) -> str:
        text = str(self.cleaned_data[name])
        if any(len(line.strip()) > 120 for line in text.splitlines()):
            raise forms.ValidationError(_lazy("A buyer's name has at most 120 characters, one name a line."))
        return text

    def _question(self, item: What | Where, *, copies: bool) -> Question:
        return Question(item, self[item.id], copies, not self[item.id].value())


def of_grant(grant: Grant, *, counts: bool) -> dict[str, Any]:
    """What to show where these answers stand. Where their yes no longer `counts`, only what they refused is left."""
    terms = grant.conditions
    answers = {item: grant.answer(item) for item in grant.shown}
    if not counts:
        answers = {item: answer if answer == "no" else "" for item, answer in answers.items()}
    return {
        **answers,
        "years": str(
            min((years for years in (1, 3, 5) if terms.until <= years_after(grant.given_at, years)), default=5)
        ),
        "form": terms.form.value,
        "partner": "yes" if terms.partner else "no",
        "held_back": [part.value for part in terms.held_back],
        "on_revoke": terms.on_revoke.value,
        "credit": terms.credit.value,
        "allowed": "\n".join(sorted(terms.allowed)),
        "refused": "\n".join(sorted(terms.refused)),
        "territories": ", ".join(sorted(terms.territories)),
        **({"floor": Decimal(terms.floor.minor) / 100, "currency": terms.floor.currency} if terms.floor else {}),
    }


def of_preset(preset: Preset) -> Mapping[str, str]:
    """The answers a preset pours into the form; every other question is left open."""
    return {item: "yes" if item in preset.yes else "ask" if item in preset.ask else "" for item in CURRENT.items}


def _countries(text: str) -> list[str]:
    """Codes out of "de, FR": each once, in their order."""
    return list(dict.fromkeys(code.strip().upper() for code in text.split(",") if code.strip()))


def _names(text: str) -> frozenset[str]:
    names = frozenset(line.strip() for line in text.splitlines() if line.strip())
    if len(names) > 50:
        raise BadInput("Fifty buyers are the most that can be named.")
    return names

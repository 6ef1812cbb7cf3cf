"""What a producer fills in: a project with its core use, a booking of two, a release for a use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import forms
from django.utils.translation import gettext_lazy as _lazy

from yesif.base.money import Money, exponent
from yesif.core.policy.uses import CURRENT
from yesif.web.clock import CLOCK

LONGEST_TERM = timedelta(days=5 * 365 + 1)
RULINGS = [
    (
        _lazy("Reject this part from the dataset"),
        [
            ("reject:sound", _lazy("The sound cannot be used")),
            ("reject:picture", _lazy("The picture cannot be used")),
            ("reject:out-of-step", _lazy("Sound and picture are out of step")),
            ("reject:other-scene", _lazy("Another scene than the card")),
            ("reject:nobody-there", _lazy("Nobody plays in this part")),
        ],
    ),
    (
        _lazy("Remove the performer from this project"),
        [
            ("remove:crossed-a-line", _lazy("Crossed a line they had agreed to")),
            ("remove:broke-the-contract", _lazy("Broke the contract")),
            ("remove:other-person", _lazy("Somebody else than the person booked")),
        ],
    ),
    (
        _lazy("Deactivate the performer"),
        [
            ("deactivate:crossed-a-line", _lazy("Crossed a line they had agreed to")),
            ("deactivate:other-person", _lazy("Somebody else than the person who joined")),
            ("deactivate:under-age", _lazy("Under 18")),
        ],
    ),
]
"""Kind and reason of a ruling, as they are chosen; the same lists as `footage.actions.rulings.REASONS`."""
CURRENCIES = ("EUR", "GBP", "USD", "AUD", "CAD", "CHF", "SEK", "PLN")


def _whats() -> list[tuple[str, Any]]:
    """A copy of one person is never a core use: it needs that person's own yes to a named project."""
    return [("", _lazy("Choose one")), *((one.id, _lazy(one.label)) for one in CURRENT.whats if not one.copies)]


def _wheres() -> list[tuple[str, Any]]:
    return [("", _lazy("Choose one")), *((one.id, _lazy(one.label)) for one in CURRENT.wheres)]


class UseFields(forms.Form):
    """One use: what a system learns and where it will be used."""

    what = forms.ChoiceField(label=_lazy("What a system learns"), choices=_whats)
    where = forms.ChoiceField(label=_lazy("Where it will be used"), choices=_wheres)
    licensee = forms.CharField(
        label=_lazy("Licensee"),
        max_length=120,
        required=False,
        help_text=_lazy("Leave empty if it is not known yet; the offer says so."),
    )
    until = forms.DateField(
        label=_lazy("Until"),
        help_text=_lazy("At most five years from today."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_until(self) -> date:
        """A day after today, at most five years off."""
        until: date = self.cleaned_data["until"]
        today = CLOCK.now().date()
        if not today < until <= today + LONGEST_TERM:
            raise forms.ValidationError(_lazy("The end lies after today and at most five years off."))
        return until


class RulingForm(forms.Form):
    """A ruling proposed: about whom, which, why, and the span it rests on. Nothing is pre-selected."""

    part = forms.ChoiceField(label=_lazy("About"), widget=forms.RadioSelect)
    why = forms.ChoiceField(label=_lazy("What, and why"), widget=forms.RadioSelect, choices=RULINGS)
    start = forms.DecimalField(label=_lazy("From, in seconds"), min_value=Decimal(0), max_digits=9, decimal_places=3)
    end = forms.DecimalField(label=_lazy("To, in seconds"), min_value=Decimal(0), max_digits=9, decimal_places=3)
    words = forms.CharField(
        label=_lazy("For the performer, in your words"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, parts: Sequence[tuple[str, str]], **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["part"].choices = list(parts)  # type: ignore[attr-defined]

    def proposal(self) -> dict[str, Any]:
        """What `rulings.propose` takes; only after `is_valid`."""
        kind, _, reason = self.cleaned_data["why"].partition(":")
        return {
            "kind": kind,
            "reason": reason,
            "performance_id": self.cleaned_data["part"],
            "start_ns": int(self.cleaned_data["start"] * 1_000_000_000),
            "end_ns": int(self.cleaned_data["end"] * 1_000_000_000),
            "words": self.cleaned_data["words"],
        }


class Project(UseFields):
    """A project: its core use is stated and priced in every offer."""

    title = forms.CharField(label=_lazy("Title"), max_length=200)
    about = forms.CharField(
        label=_lazy("What it is about"),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        max_length=4000,
        help_text=_lazy("Performers read this."),
    )
    fee = forms.DecimalField(
        label=_lazy("Fee per hour"),
        min_value=Decimal(0),
        max_digits=9,
        decimal_places=2,
        help_text=_lazy("For every hour of their time: set-up, waiting, scenes and review included."),
        widget=forms.NumberInput(attrs={"step": "0.01"}),
    )
    currency = forms.ChoiceField(label=_lazy("Currency"), choices=[(code, code) for code in CURRENCIES])
    decks = forms.MultipleChoiceField(
        label=_lazy("Decks it plays from"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _lazy("Choose a deck.")},
    )
    field_order = ("title", "about", "what", "where", "licensee", "until", "fee", "currency", "decks")

    def __init__(self, *args: Any, decks: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "decks", decks)
        self.fields["decks"].initial = [one for one, _ in decks]

    def terms(self) -> dict[str, Any]:
        """What `casting.actions.make_project` takes; only after `is_valid`."""
        filled = self.cleaned_data
        return {
            "title": filled["title"],
            "about": filled["about"],
            "core_what": filled["what"],
            "core_where": filled["where"],
            "licensee": filled["licensee"].strip(),
            "core_ends": filled["until"],
            "deck_ids": filled["decks"],
            "fee": Money(int(filled["fee"] * 10 ** exponent(filled["currency"])), filled["currency"]),
        }


class Release(UseFields):
    """The use a release is built for. Unlike a project's core use it names who gets it, and may be a copy."""

    what = forms.ChoiceField(
        label=_lazy("What a system learns"), choices=lambda: [(w.id, _lazy(w.label)) for w in CURRENT.whats]
    )
    licensee = forms.CharField(label=_lazy("Licensee"), max_length=120, required=False, help_text=_lazy("Who gets it."))

    def asked(self) -> dict[str, Any]:
        """What `build_release.use_of` takes; only after `is_valid`."""
        filled = self.cleaned_data
        return {name: filled[name] for name in ("what", "where", "licensee", "until")}


@dataclass(frozen=True, slots=True)
class Choice:
    """Who and what a booking may choose from; `performers` may be grouped by who may share a scene."""

    performers: Sequence[tuple[str, Any]]
    enough: bool
    cards: Sequence[tuple[str, str]]
    notes: Sequence[tuple[str, str]]

    @property
    def ready(self) -> bool:
        """Two who may play together, a card, and a note for each?"""
        return self.enough and bool(self.cards) and len(self.notes) > 1


class Booking(forms.Form):
    """Two performers and a time."""

    starts = forms.DateTimeField(
        label=_lazy("Starts"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    zone = forms.CharField(widget=forms.HiddenInput(attrs={"data-zone": ""}), initial="UTC", max_length=60)
    minutes = forms.IntegerField(
        label=_lazy("Minutes"),
        min_value=15,
        max_value=480,
        initial=90,
        help_text=_lazy("Set-up, waiting and review included."),
    )
    performer_a = forms.ChoiceField(label=_lazy("Position A"))
    performer_b = forms.ChoiceField(label=_lazy("Position B"))

    def __init__(self, *args: Any, choice: Choice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("performer_a", "performer_b"):
            _offer(self, name, [("", _lazy("Choose one")), *choice.performers])

    def clean(self) -> dict[str, Any]:
        """The start as the producer meant it, in their own zone; two different performers."""
        filled = super().clean() or {}
        starts: datetime | None = filled.get("starts")
        if starts is not None:
            filled["starts"] = starts.replace(tzinfo=zone_of(filled.get("zone", "")))
            if filled["starts"] < CLOCK.now() - timedelta(hours=1):
                self.add_error("starts", _lazy("That time has passed."))
        if filled.get("performer_a") and filled.get("performer_a") == filled.get("performer_b"):
            self.add_error("performer_b", _lazy("A scene needs two different performers."))
        return filled


class Scene(forms.Form):
    """One card and a note for each side; the first is needed, further ones may stay empty."""

    card_id = forms.ChoiceField(label=_lazy("Card"))
    note_a_id = forms.ChoiceField(label=_lazy("Only A is told"))
    note_b_id = forms.ChoiceField(label=_lazy("Only B is told"))

    def __init__(self, *args: Any, choice: Choice, number: int, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "prefix": f"scene{number}"})
        none = ("", _lazy("Choose one") if number == 1 else _lazy("None"))
        for name, found in (("card_id", choice.cards), ("note_a_id", choice.notes), ("note_b_id", choice.notes)):
            _offer(self, name, [none, *found])
            self.fields[name].required = number == 1

    def clean(self) -> dict[str, Any]:
        """All three or none; two different notes."""
        filled = super().clean() or {}
        given = [filled.get(name) for name in ("card_id", "note_a_id", "note_b_id")]
        if any(given) and not all(given) and not self.errors:
            self.add_error("card_id", _lazy("A scene has a card and a note for each side."))
        if given[1] and given[1] == given[2]:
            self.add_error("note_b_id", _lazy("The two are told different notes."))
        return filled

    @property
    def card(self) -> str:
        return str(self.cleaned_data.get("card_id", ""))

    @property
    def note_a(self) -> str:
        return str(self.cleaned_data.get("note_a_id", ""))

    @property
    def note_b(self) -> str:
        return str(self.cleaned_data.get("note_b_id", ""))


def _offer(form: forms.Form, name: str, choices: Sequence[tuple[str, Any]]) -> None:
    found = form.fields[name]
    if isinstance(found, forms.ChoiceField):
        found.choices = list(choices)


def zone_of(name: str) -> ZoneInfo:
    """The zone a browser named; UTC where it said nothing useful."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):  # a browser that says nothing useful
        return ZoneInfo("UTC")

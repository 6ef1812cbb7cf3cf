"""What a performer fills in to apply, to draw lines, and to say when."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yesif.apps.casting.questions import TIMES
from yesif.core.matching.sheet import HEAVIEST, LIGHT

LANGUAGES = (
    ("en", "English"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("fr", "Français"),
    ("it", "Italiano"),
    ("nl", "Nederlands"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("tr", "Türkçe"),
    ("uk", "Українська"),
    ("ar", "العربية"),
    ("hi", "हिन्दी"),
    ("ja", "日本語"),
    ("zh", "中文"),
)


class You(forms.Form):
    """What others see of you, and in which zone your times are shown."""

    stage_name = forms.CharField(label=_("Stage name"), max_length=80, help_text=_("What partners and producers see."))
    pronouns = forms.CharField(label=_("Pronouns"), max_length=40, required=False)
    languages = forms.MultipleChoiceField(
        label=_("Languages you play in"), choices=LANGUAGES, widget=forms.CheckboxSelectMultiple
    )
    time_zone = forms.CharField(
        label=_("Your time zone"), max_length=60, initial="UTC", help_text=_("For example Europe/Vienna.")
    )
    telephone = forms.CharField(
        label=_("Telephone, for reminders only"),
        max_length=40,
        required=False,
        help_text=_("Leave it empty and reminders come by letter and on your home page."),
    )


class Application(forms.Form):
    """What a project is told of you."""

    playing_range = forms.CharField(
        label=_("Playing range"), max_length=80, required=False, help_text=_("For example 25 to 45.")
    )
    availability = forms.MultipleChoiceField(
        label=_("When you usually can"),
        choices=[(one, _(words)) for one, words in TIMES],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    access_needs = forms.CharField(
        label=_("Access needs"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
        help_text=_("For booking only. Nobody chooses by it; it is shown after an offer, not before."),
    )
    about = forms.CharField(
        label=_("Anything else"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000, required=False
    )
    cells = forms.MultipleChoiceField(
        label=_("The project counts these. Which are you, if you want to say?"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    adult = forms.BooleanField(label=_("I am 18 or older"), required=True)

    def __init__(self, *args: Any, cells: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = self.fields["cells"]
        if isinstance(found, forms.MultipleChoiceField):
            found.choices = [(one, one) for one in cells]
        if not cells:
            del self.fields["cells"]


class Lines(forms.Form):
    """Ways of playing that are out, and how heavy; the themes are read by name, one by one."""

    limits = forms.MultipleChoiceField(
        label=_("I can't, where I play"), widget=forms.CheckboxSelectMultiple, required=False
    )
    most = forms.ChoiceField(
        label=_("How heavy, at most, today"),
        widget=forms.RadioSelect,
        choices=[
            ("1", _("1: light, playful or everyday")),
            ("2", _("2: friction, something matters")),
            ("3", _("3: heavy, strong feeling is likely")),
            ("4", _("4: very heavy, for today only")),
        ],
        initial="3",
    )

    def __init__(self, *args: Any, limits: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = self.fields["limits"]
        if isinstance(found, forms.MultipleChoiceField):
            found.choices = list(limits)

    def clean_most(self) -> int:
        """A number from 1 to 4."""
        most = int(self.cleaned_data["most"])
        if not LIGHT <= most <= HEAVIEST:
            raise forms.ValidationError(_("Choose one of the four."))
        return most

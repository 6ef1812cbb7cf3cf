"""What people fill in before the doors."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SignIn(forms.Form):
    """One field: the address that the link goes to."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
    )


class Join(forms.Form):
    """One field: what others call you."""

    stage_name = forms.CharField(
        label=_("Your stage name"),
        max_length=80,
        help_text=_("What partners and producers see. It need not be your legal name."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )


class Founding(SignIn):
    """The first person of a studio."""

    stage_name = forms.CharField(label=_("Your name, as performers see it"), max_length=80)


class Invite(forms.Form):
    """A role for someone."""

    email = forms.EmailField(label=_("Their e-mail address"), max_length=254)
    stage_name = forms.CharField(label=_("Name, if they are new"), max_length=80)
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[
            ("performer", _("Performer")),
            ("producer", _("Producer")),
            ("licensee", _("Licensee")),
            ("auditor", _("Auditor")),
            ("operator", _("Operator")),
        ],
    )


class UnionSeat(forms.Form):
    """The seat of a union that performers may appoint. Its fields' names are its own: two forms stand on one page."""

    seat_name = forms.CharField(label=_("Name of the union, as performers will read it"), min_length=2, max_length=120)
    seat_email = forms.EmailField(label=_("E-mail address of who acts for it"), max_length=254)
    seat_holder = forms.CharField(label=_("Their name"), max_length=80)

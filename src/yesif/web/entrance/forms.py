"""What people fill in before the doors."""

from django import forms


class SignIn(forms.Form):
    """One field: the address that the link goes to."""

    email = forms.EmailField(
        label="Your e-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
    )

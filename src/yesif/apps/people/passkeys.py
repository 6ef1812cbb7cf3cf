"""Passkeys (WebAuthn, through django-allauth and fido2): added while signed in, and then they sign in by themselves.

allauth keeps the keys and checks them; its own pages are not used. When a key was last used is not kept: it would tell
when someone works.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth as webauthn
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from yesif.apps.people.models import AgeCheck, Person
from yesif.base.errors import BadInput, LimitReached, NotFound

MOST = 10
_BROKEN = (ValidationError, ValueError, TypeError, KeyError, AttributeError)
"""What comes out where a browser, or someone who plays one, sends something that is no credential."""


@dataclass(frozen=True, slots=True)
class PasskeySeen:
    """A passkey as its owner sees it."""

    id: int
    name: str
    added_at: datetime


def passkeys_of(person_id: str) -> list[PasskeySeen]:
    """One's own passkeys, oldest first."""
    found = Authenticator.objects.filter(user_id=person_id, type="webauthn").order_by("created_at")
    return [PasskeySeen(one.pk, str(one.data["name"]), one.created_at) for one in found]


def begin_adding(person_id: str) -> dict[str, Any]:
    """What the browser needs to make a passkey; the challenge stays in this session. Raises NotFound, LimitReached."""
    if len(passkeys_of(person_id)) >= MOST:
        raise LimitReached(f"You have {MOST} passkeys; remove one first.")
    options: dict[str, Any] = webauthn.begin_registration(_living(person_id), passwordless=True)
    return options


def finish_adding(person_id: str, *, name: str, credential: Mapping[str, Any]) -> None:
    """Keep the passkey that the browser made. Raises NotFound, BadInput."""
    person = _living(person_id)
    try:
        webauthn.complete_registration(dict(credential))
    except _BROKEN as wrong:
        raise BadInput("That passkey could not be checked. Nothing was kept; try again.") from wrong
    webauthn.WebAuthn.add(person, " ".join(name.split())[:60] or "Passkey", dict(credential))


def remove(person_id: str, *, passkey_id: int) -> None:
    """Remove one of one's own passkeys. The e-mail link always stays. Raises NotFound."""
    gone, _ = Authenticator.objects.filter(pk=passkey_id, user_id=person_id, type="webauthn").delete()
    if not gone:
        raise NotFound


def begin_sign_in(request: HttpRequest) -> dict[str, Any]:
    """What the browser needs to sign in; it names nobody, so it tells nothing about who is here."""
    options: dict[str, Any] = webauthn.begin_authentication(None)
    return options


def finish_sign_in(credential: Mapping[str, Any]) -> str:
    """Whose passkey this is. Raises NotFound where it is nobody's, or its person has left."""
    try:
        person = webauthn.extract_user_from_response(dict(credential))
        webauthn.complete_authentication(person, dict(credential))
    except _BROKEN as wrong:
        raise NotFound("This passkey signs nobody in here.") from wrong
    return _living(str(person.pk)).id


def _living(person_id: str) -> Person:
    found = Person.objects.filter(pk=person_id, is_active=True).first()
    if found is None:
        raise NotFound("This passkey signs nobody in here.")
    return found


def forget(*, about: str) -> None:
    """Every passkey and age check of a person goes, and what they told of themselves. Twice is once."""
    Authenticator.objects.filter(user_id=about).delete()
    AgeCheck.objects.filter(person_id=about).delete()
    Person.objects.filter(pk=about).update(telephone="", time_zone="", pronouns="", languages=[])

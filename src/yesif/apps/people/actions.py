"""Joining the studio, and signing in and out."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sesame.utils
from django.contrib import auth
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from yesif.apps.people.models import AgeCheck, Person, Role
from yesif.apps.people.queries import ROLES
from yesif.base.errors import BadInput, Conflict, NotFound

_GROUPS = ("train",) * 8 + ("dev", "test")
"""Eighty, ten and ten in a hundred."""


@transaction.atomic
def join(*, email: str, stage_name: str, role: str, now: datetime) -> str:
    """Give a person a role, making the person at first mention; returns their id. The same call twice is one joining.

    A performer is sealed into one split group here, before any match, and keeps it for life. Raises BadInput.
    """
    if role not in ROLES:
        raise BadInput(f"A role is one of {', '.join(ROLES)}.")
    address = _address(email)
    person = Person.objects.select_for_update().filter(email=address).first()
    if person is None:
        person = Person.objects.create_user(address, _stage_name(stage_name))
        Person.objects.filter(pk=person.pk).update(joined_at=now)
    Role.objects.get_or_create(person=person, role=role)
    if role == "performer" and not person.split_group:
        person.split_group = split_group(person.id)
        person.save(update_fields=["split_group"])
    return person.id


@transaction.atomic
def found(*, email: str, stage_name: str, now: datetime) -> str:
    """The first person of a studio, its producer and operator; their id. Raises Conflict (somebody runs it already)."""
    if Role.objects.select_for_update().filter(role__in=("producer", "operator")).exists():
        raise Conflict("Somebody runs this studio already; ask them for a role.")
    join(email=email, stage_name=stage_name, role="producer", now=now)
    return join(email=email, stage_name=stage_name, role="operator", now=now)


def split_group(person_id: str) -> str:
    """train, dev or test, 80/10/10, by a keyed hash of the id: nobody can pick a group by picking a name or an hour."""
    keyed = salted_hmac("yesif.people.split", person_id, algorithm="sha256").digest()
    return _GROUPS[int.from_bytes(keyed[:8]) % len(_GROUPS)]


def sign_in(request: HttpRequest, *, token: str) -> str:
    """Sign in by link, in a fresh session; returns the person's id. Raises NotFound for a link that is not good."""
    person = sesame.utils.get_user(token, update_last_login=False)
    if not isinstance(person, Person):
        raise NotFound("This link no longer signs anyone in.")
    request.session.flush()
    auth.login(request, person)
    return person.id


def sign_in_as(request: HttpRequest, *, person_id: str) -> None:
    """Sign in someone whose address or passkey was just proved, in a fresh session. Raises NotFound."""
    person = Person.objects.filter(pk=person_id, is_active=True).first()
    if person is None:
        raise NotFound("This link no longer signs anyone in.")
    request.session.flush()
    auth.login(request, person, backend="sesame.backends.ModelBackend")


@transaction.atomic
def tell(
    *,
    person_id: str,
    stage_name: str,
    pronouns: str,
    languages: Sequence[str],
    time_zone: str,
    telephone: str = "",
) -> None:
    """What a person tells of themselves, whole. Raises NotFound, BadInput."""
    person = Person.objects.select_for_update().filter(pk=person_id, is_active=True).first()
    if person is None:
        raise NotFound
    if not languages or any(not 2 <= len(one) <= 8 or not one.isascii() for one in languages):
        raise BadInput("Choose at least one language.")
    if telephone and not (6 <= len(telephone) <= 40 and set(telephone) <= set("0123456789+ ()-/")):
        raise BadInput("A telephone number has digits, spaces and + ( ) - / only.")
    try:
        ZoneInfo(time_zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError) as wrong:
        raise BadInput("That is not a time zone.") from wrong
    person.stage_name, person.pronouns = _stage_name(stage_name), pronouns.strip()[:40]
    person.languages, person.time_zone, person.telephone = sorted(set(languages)), time_zone, telephone.strip()
    person.save(update_fields=["stage_name", "pronouns", "languages", "time_zone", "telephone"])


@transaction.atomic
def keep_age_check(*, person_id: str, verdict: bool, method: str, lasts: timedelta, now: datetime) -> None:
    """Keep what an 18+ check said: verdict, method, date, expiry. Nothing else of it enters the studio."""
    AgeCheck.objects.create(
        person_id=person_id, verdict=verdict, method=method[:60], checked_at=now, expires_at=now + lasts
    )


def sign_out(request: HttpRequest) -> None:
    """End the session. Signing out twice is no error."""
    auth.logout(request)


def _address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as wrong:
        raise BadInput("That is not an e-mail address.") from wrong
    return address


def _stage_name(text: str) -> str:
    """Any script, any length to 80; no control or direction marks, which could make one name show as another."""
    name = unicodedata.normalize("NFC", " ".join(text.split()))
    if not 1 <= len(name) <= 80:
        raise BadInput(f"A stage name has 1 to 80 characters, not {len(name)}.")
    if any(unicodedata.category(character) in ("Cc", "Cs", "Co") for character in name) or any(
        character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" for character in name
    ):
        raise BadInput("A stage name holds no control or direction marks.")
    return name

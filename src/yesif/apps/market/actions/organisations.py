"""Open an organisation, let people in, and give its programs keys and tokens."""

import base64
import binascii
import hashlib
import secrets
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import transaction

from yesif.apps.market.models import ApiToken, Member, Organisation, SigningKey
from yesif.apps.people.actions import join
from yesif.apps.people.models import Role
from yesif.apps.record import actions as record
from yesif.base.errors import BadInput, Conflict, NotFound
from yesif.core.policy.uses import licensee_key

TOKEN_DAYS = 180


@transaction.atomic
def open_organisation(*, name: str, producer_id: str, now: datetime) -> str:
    """A licensee's organisation, opened by a producer who knows it by that name; returns its id.

    Raises NotFound, BadInput, Conflict (another one has that name).
    """
    if not Role.objects.filter(person_id=producer_id, role="producer", person__is_active=True).exists():
        raise NotFound
    told = " ".join(name.split())
    if not 2 <= len(told) <= 120:
        raise BadInput(f"An organisation's name has 2 to 120 characters, not {len(told)}.")
    if Organisation.objects.filter(key=licensee_key(told)).exists():
        raise Conflict("There is an organisation of that name already.")
    return Organisation.objects.create(name=told, key=licensee_key(told), opened_by_id=producer_id, opened_at=now).id


@transaction.atomic
def let_in(*, organisation_id: str, email: str, stage_name: str, by: str, now: datetime) -> str:
    """Let a person act for an organisation: asked by one of its people, or by the producer who opened it.

    Returns the person's id; twice is once. Raises NotFound, Conflict (they act for another one).
    """
    one = Organisation.objects.filter(pk=organisation_id).first()
    if one is None or (one.opened_by_id != by and not one.members.filter(person_id=by).exists()):
        raise NotFound
    person = join(email=email, stage_name=stage_name, role="licensee", now=now)
    member, _ = Member.objects.get_or_create(person_id=person, defaults={"organisation": one, "joined_at": now})
    if member.organisation_id != one.id:
        raise Conflict("This person acts for another organisation.")
    return person


@transaction.atomic
def add_key(*, person_id: str, public: str, name: str, now: datetime) -> int:
    """A public key (Ed25519, base64) with which the organisation's programs sign; a line `key` says so.

    Raises NotFound, BadInput, Conflict (someone has this key already).
    """
    one = _organisation(person_id)
    try:
        raw = base64.b64decode(public.strip(), validate=True)
        Ed25519PublicKey.from_public_bytes(raw)
    except (binascii.Error, ValueError):
        raise BadInput("A signing key is the base64 of 32 bytes, as `yesif open --new-key` prints it.") from None
    text = base64.b64encode(raw).decode()
    if SigningKey.objects.filter(public=text).exists():
        raise Conflict("This key was added before.")
    made = SigningKey.objects.create(
        organisation=one, public=text, name=name.strip()[:80] or "key", added_by_id=person_id, added_at=now
    )
    record.append(kind="key", body={"owner": one.id, "role": "licensee", "key": text}, about=[one.id], now=now)
    return made.pk


@transaction.atomic
def end_key(*, person_id: str, key_id: int, now: datetime) -> None:
    """No run is opened or signed with this key any more. Twice is once. Raises NotFound."""
    found = SigningKey.objects.select_for_update().filter(pk=key_id, organisation=_organisation(person_id)).first()
    if found is None:
        raise NotFound
    if found.ended_at is None:
        found.ended_at = now
        found.save(update_fields=["ended_at"])


@transaction.atomic
def make_token(*, person_id: str, name: str, now: datetime) -> str:
    """A token for the organisation's programs, told once, here. It lives half a year. Raises NotFound."""
    one = _organisation(person_id)
    secret = f"yif_{secrets.token_urlsafe(32)}"
    ApiToken.objects.create(
        organisation=one,
        sha256=hashlib.sha256(secret.encode()).hexdigest(),
        name=name.strip()[:80] or "token",
        made_by_id=person_id,
        made_at=now,
        ends_at=now + timedelta(days=TOKEN_DAYS),
    )
    return secret


@transaction.atomic
def end_token(*, person_id: str, token_id: int, now: datetime) -> None:
    """This token opens nothing from now on. Twice is once. Raises NotFound."""
    found = ApiToken.objects.select_for_update().filter(pk=token_id, organisation=_organisation(person_id)).first()
    if found is None:
        raise NotFound
    if found.ended_at is None:
        found.ended_at = now
        found.save(update_fields=["ended_at"])


def _organisation(person_id: str) -> Organisation:
    found = Member.objects.filter(person_id=person_id).select_related("organisation").first()
    if found is None:
        raise NotFound
    return found.organisation

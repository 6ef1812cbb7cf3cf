"""Who someone is, which roles they hold, and the link that signs them in."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

import sesame.utils
from django.conf import settings
from django.utils.crypto import salted_hmac

from yesif.apps.people.models import AgeCheck, Person, Role
from yesif.base.errors import NotFound

ROLES = ("performer", "producer", "licensee", "auditor", "operator")
"""Every role, in the order a page names them."""


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """A person as others in the studio see them: never the address."""

    id: str
    stage_name: str
    pronouns: str
    roles: tuple[str, ...]


def person(person_id: str) -> PersonSeen:
    """One living person. Raises NotFound."""
    found = Person.objects.filter(pk=person_id, is_active=True).prefetch_related("roles").first()
    if found is None:
        raise NotFound
    return _seen(found)


def roles_of(person_id: str) -> tuple[str, ...]:
    """The roles a person holds, in the order of `ROLES`; none for a stranger or someone who left."""
    held = set(
        Role.objects.filter(person_id=person_id, person__is_active=True).values_list("role", flat=True),
    )
    return tuple(role for role in ROLES if role in held)


def performers() -> list[PersonSeen]:
    """Everyone who can be booked, by stage name."""
    found = Person.objects.filter(roles__role="performer", is_active=True).prefetch_related("roles")
    return [_seen(one) for one in found.order_by("stage_name", "id")]


def how_many(role: str) -> int:
    """How many living people hold a role."""
    return Role.objects.filter(role=role, person__is_active=True).count()


def is_founded() -> bool:
    """Does anybody run this studio yet?"""
    return Role.objects.filter(role__in=("producer", "operator")).exists()


def founding_code() -> str:
    """What whoever started the studio is shown, and nobody else: it opens the founding page while nobody runs it."""
    return salted_hmac("yesif.people.founding", "first", algorithm="sha256").hexdigest()[:24]


def founding_link() -> str:
    """Where the first person founds the studio; "" once somebody runs it."""
    return "" if is_founded() else f"{settings.PUBLIC_URL}/found/{founding_code()}"


def split_groups() -> dict[str, str]:
    """Each performer's sealed group. Only those of one group may share a scene: no release could hold another."""
    found = Person.objects.filter(roles__role="performer", is_active=True)
    return dict(found.values_list("id", "split_group"))


def stage_names(person_ids: set[str]) -> dict[str, str]:
    """Stage names by id; an id nobody has is absent."""
    return dict(Person.objects.filter(pk__in=person_ids).values_list("id", "stage_name"))


def id_of_address(email: str) -> str | None:
    """Whose address this is. For sign-in and joining only: no page may show whether someone is here."""
    found = Person.objects.filter(email=email.strip().lower(), is_active=True).values_list("id", flat=True)
    return found.first()


def address_of(person_id: str) -> str:
    """Where letters to this person go. Raises NotFound."""
    found = Person.objects.filter(pk=person_id, is_active=True).values_list("email", flat=True).first()
    if found is None:
        raise NotFound
    return found


def sign_in_link(person_id: str, *, onward: str = "") -> str:
    """The whole address that offers to sign this person in, for `SESAME_MAX_AGE` seconds from now.

    Opening it changes nothing, so letter scanners may fetch it; the button on its page signs in. `onward` is a path of
    this site to open afterwards. Raises NotFound.
    """
    found = Person.objects.filter(pk=person_id, is_active=True).first()
    if found is None:
        raise NotFound
    address = f"{settings.PUBLIC_URL}{settings.LOGIN_URL}/{sesame.utils.get_token(found)}"
    return address + (f"?{urlencode({'next': onward})}" if onward else "")


def person_of_link(token: str) -> PersonSeen | None:
    """Whom a sign-in link is for; None where it is too old, altered, or its person has left."""
    found = sesame.utils.get_user(token, update_last_login=False)
    return _seen(found) if isinstance(found, Person) else None


@dataclass(frozen=True, slots=True)
class AgeSeen:
    """All that is kept of an 18+ check."""

    verdict: bool
    method: str
    checked_at: datetime
    expires_at: datetime


def age_check(person_id: str) -> AgeSeen | None:
    """The newest 18+ check of this person."""
    found = AgeCheck.objects.filter(person_id=person_id).order_by("-checked_at").first()
    return AgeSeen(found.verdict, found.method, found.checked_at, found.expires_at) if found else None


def age_checked(person_id: str, *, now: datetime) -> bool:
    """Is there a check that says 18 or older and has not run out?"""
    found = age_check(person_id)
    return found is not None and found.verdict and found.expires_at > now


@dataclass(frozen=True, slots=True)
class Self:
    """What a person told the studio of themselves, as they see it."""

    stage_name: str
    pronouns: str
    languages: tuple[str, ...]
    time_zone: str
    telephone: str


def self_of(person_id: str) -> Self:
    """One's own details. Raises NotFound."""
    found = Person.objects.filter(pk=person_id, is_active=True).first()
    if found is None:
        raise NotFound
    return Self(found.stage_name, found.pronouns, tuple(found.languages), found.time_zone, found.telephone)


def _seen(found: Person) -> PersonSeen:
    held = {role.role for role in found.roles.all()}
    return PersonSeen(found.id, found.stage_name, found.pronouns, tuple(role for role in ROLES if role in held))

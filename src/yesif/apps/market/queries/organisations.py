"""Whom an organisation is, who acts for it, and whose token a program shows."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from yesif.apps.market.models import ApiToken, Member, Organisation
from yesif.base.errors import NotFound, Refused


@dataclass(frozen=True, slots=True)
class KeySeen:
    """A signing key or a token as its organisation sees it; of a token never the secret."""

    id: int
    name: str
    public: str
    since: datetime
    ends_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class OrganisationSeen:
    """An organisation as its own people see it."""

    id: str
    name: str
    people: tuple[str, ...]
    keys: tuple[KeySeen, ...]
    tokens: tuple[KeySeen, ...]


def organisation_of(person_id: str) -> OrganisationSeen:
    """The organisation a person acts for. Raises NotFound."""
    found = Member.objects.filter(person_id=person_id).select_related("organisation").first()
    if found is None:
        raise NotFound
    return _seen(found.organisation)


def organisation_id_of(person_id: str) -> str | None:
    """Its id alone; None where a person acts for nobody yet."""
    return Member.objects.filter(person_id=person_id).values_list("organisation_id", flat=True).first()


def organisation_of_token(secret: str, *, now: datetime) -> str:
    """Whose program this is. Raises Refused: the sentence is the same for a token that never was and one that ended."""
    digest = hashlib.sha256(secret.encode()).hexdigest()
    found = ApiToken.objects.filter(sha256=digest, ended_at=None, ends_at__gt=now).first()
    if found is None:
        raise Refused("This token opens nothing: it is unknown, or has ended.")
    return found.organisation_id


def organisations_opened_by(producer_id: str) -> list[tuple[str, str, int]]:
    """(id, name, number of people) of those a producer opened, by name."""
    rows = Organisation.objects.filter(opened_by_id=producer_id).order_by("name", "id")
    return [(one.id, one.name, one.members.count()) for one in rows]


def _seen(one: Organisation) -> OrganisationSeen:
    keys = (KeySeen(k.pk, k.name, k.public, k.added_at, None, k.ended_at) for k in one.keys.order_by("-added_at"))
    tokens = (KeySeen(t.pk, t.name, "", t.made_at, t.ends_at, t.ended_at) for t in one.tokens.order_by("-made_at"))
    people = one.members.order_by("joined_at", "pk").values_list("person_id", flat=True)
    return OrganisationSeen(one.id, one.name, tuple(people), tuple(keys), tuple(tokens))

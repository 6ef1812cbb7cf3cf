"""Publish a price, declare a use, and sign for it with two people."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from yesif.apps.casting.models import Project
from yesif.apps.market.models import Licence, Organisation, Signature, Tariff
from yesif.apps.market.queries import licences
from yesif.apps.market.queries.organisations import organisation_id_of
from yesif.apps.market.queries.preview import Preview, preview, price_of
from yesif.apps.market.wording import words
from yesif.apps.record import actions as record
from yesif.base.canonical import digest
from yesif.base.errors import BadInput, Conflict, LimitReached, NotFound, Refused
from yesif.base.money import Money
from yesif.core.policy import odrl
from yesif.core.policy.grants import LONGEST_YEARS, years_after
from yesif.core.policy.uses import CURRENT, Form, Use, licensee_key

SIGNERS = 2
A_DAY = timedelta(hours=24)
MOST_A_DAY = 20
"""Declarations of one organisation in 24 hours: each of them puts questions to people."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a licensee says it will do. `touches` are entries of the never-list that it touches, by its own word."""

    what: str
    where: str
    description: str
    model_family: str
    hands: str
    retention_days: int
    starts_at: datetime
    ends_at: datetime
    territories: tuple[str, ...] = ()
    form: Form = Form.RECORDING
    plain: bool = False
    touches: Collection[str] = ()


@transaction.atomic
def publish_price(*, project_id: str, producer_id: str, minute: Money, now: datetime, licensee: str = "") -> None:
    """The price for a minute of one performance: published, or a quote to one organisation. The former one ends.

    Raises NotFound: not the producer's project, or no such organisation.
    """
    project = Project.objects.select_for_update().filter(pk=project_id, producer_id=producer_id).first()
    buyer = Organisation.objects.filter(key=licensee_key(licensee)).first() if licensee else None
    if project is None or (licensee and buyer is None):
        raise NotFound
    if minute.minor < 0:
        raise BadInput("A price is not below zero.")
    Tariff.objects.filter(project=project, organisation=buyer, ended_at=None).update(ended_at=now)
    Tariff.objects.create(
        project=project, organisation=buyer, minute_minor=minute.minor, currency=minute.currency, published_at=now
    )


@transaction.atomic
def declare(*, project_id: str, person_id: str, told: Declaration, now: datetime) -> str:
    """Declare a use of a project's performances; returns the licence's id. Nothing is bought yet.

    Locks the organisation. Raises NotFound, BadInput, Conflict (no price), Refused (it touches what nobody may
    license), LimitReached (`MOST_A_DAY`).
    """
    mine = Organisation.objects.select_for_update().filter(pk=organisation_id_of(person_id) or "-")
    organisation = mine.first()
    if organisation is None or not Project.objects.filter(pk=project_id).exists():
        raise NotFound
    _refuse(told, organisation.name, now)
    if Licence.objects.filter(organisation=organisation, declared_at__gt=now - A_DAY).count() >= MOST_A_DAY:
        raise LimitReached(
            f"Your organisation declared {MOST_A_DAY} uses in the last 24 hours, and each puts questions to people."
            " Nothing was changed; try again tomorrow."
        )
    price = price_of(project_id, organisation.id)
    if price is None:
        raise Conflict("This project has no published price. Ask its producer for a quote.")
    made = Licence.objects.create(
        organisation=organisation,
        project_id=project_id,
        what=told.what,
        where=told.where,
        description=told.description.strip(),
        model_family=told.model_family.strip(),
        hands=told.hands.strip(),
        retention_days=told.retention_days,
        territories=",".join(sorted(told.territories)),
        form=told.form.value,
        plain=told.plain,
        starts_at=told.starts_at,
        ends_at=told.ends_at,
        minute_minor=price.minor,
        currency=price.currency,
        declared_by_id=person_id,
        declared_at=now,
    )
    return made.id


def sign(*, licence_id: str, person_id: str, words_sha256: str, now: datetime) -> str:
    """Sign the words whose digest this is; returns "declared" after the first signature, "signed" after the second.

    The first fixes number and price, for the words hold both. Where either has changed by the second, nothing is
    signed and both sign anew. Locks the licence. Raises NotFound, Conflict, Refused (nothing may be used).
    """
    state = _sign(licence_id, person_id, words_sha256, now)
    if state == "changed":  # told after the commit, which took the first signature away
        raise Conflict(
            "What may be used has changed since these words were shown. Read them again; both of you sign anew."
        )
    return state


@transaction.atomic
def _sign(licence_id: str, person_id: str, words_sha256: str, now: datetime) -> str:
    row = Licence.objects.select_for_update().filter(pk=licence_id).first()
    if row is None or row.organisation_id != organisation_id_of(person_id):
        raise NotFound
    if row.state != "declared":
        raise Conflict("This licence is not waiting for a signature.")
    if row.signatures.filter(person_id=person_id).exists():
        raise Conflict("You have signed. The second signature is another person's.")
    one = licences.seen(row)
    now_shown = offer(one, now=now)
    if now_shown.found.performances == 0:
        raise Refused("No performance may be used for this today, so there is nothing to buy.")
    if now_shown.sha256 != words_sha256:
        row.signatures.all().delete()
        return "changed"
    Signature.objects.create(licence=row, person_id=person_id, words_sha256=words_sha256, at=now)
    if row.signatures.count() < SIGNERS:
        return "declared"
    _conclude(row, now_shown, now)
    return "signed"


@transaction.atomic
def drop(*, licence_id: str, person_id: str) -> None:
    """Take a declaration back. A signed licence stays. Raises NotFound, Conflict."""
    row = Licence.objects.select_for_update().filter(pk=licence_id).first()
    if row is None or row.organisation_id != organisation_id_of(person_id):
        raise NotFound
    if row.state == "signed":
        raise Conflict("This licence is signed; it ends on its day.")
    row.state = "dropped"
    row.save(update_fields=["state"])


@dataclass(frozen=True, slots=True)
class Offer:
    """What is put to the signers: what may be used now, what it costs, and the words."""

    found: Preview
    price_minor: int
    words: str

    @property
    def sha256(self) -> str:
        """The digest a signature covers."""
        return hashlib.sha256(self.words.encode()).hexdigest()


def offer(one: licences.LicenceSeen, *, now: datetime) -> Offer:
    """The words as they stand now. A signed licence's own words are in `LicenceSeen.words`."""
    found = preview(project_id=one.project_id, use=licences.use_of(one), now=max(now, one.starts_at), subject=one.id)
    cost = found.cost_minor(one.minute_minor)
    return Offer(found, cost, words(one, performances=found.performances, minutes=found.minutes, price_minor=cost))


def _conclude(row: Licence, shown: Offer, now: datetime) -> None:
    row.state, row.signed_at, row.words = "signed", now, shown.words
    row.performances, row.price_minor = shown.found.performances, shown.price_minor
    row.agreement = odrl.agreement(row.id, row.organisation.name, licences.use_of(licences.seen(row)))
    signers = [signature.person_id for signature in row.signatures.all()]
    row.line = record.append(
        kind="licence",
        body={
            "licence": row.id,
            "licensee": digest(licensee_key(row.organisation.name)),
            "project": row.project_id,
            "what": row.what,
            "where": row.where,
            "starts_ms": _ms(row.starts_at),
            "ends_ms": _ms(row.ends_at),
            "price_minor": row.price_minor,
            "currency": row.currency,
            "minute_minor": row.minute_minor,
            "performances": row.performances,
            "form": row.form,
            "territories": row.territories,
            "words": shown.sha256,
            "agreement": digest(row.agreement),
            "signers": len(signers),
        },
        about=[row.id, row.project_id, row.organisation_id, *signers],
        now=now,
    )
    row.save()


def _refuse(told: Declaration, licensee: str, now: datetime) -> None:
    for never in CURRENT.never:
        if never.id in told.touches:
            raise Refused(f"Nobody may license this, whoever asks: {never.plain}")
    for name, text in (("what you build", told.description), ("who will have it", told.hands)):
        if len(text.strip()) < 3:
            raise BadInput(f"Say {name}: performers read it.")
    if not told.model_family.strip():
        raise BadInput("Say which family of models will learn from it.")
    if not 0 <= told.retention_days <= 366:
        raise BadInput(f"Copies are kept for 0 to 366 days after the end, not {told.retention_days}.")
    if told.ends_at > years_after(now, LONGEST_YEARS) or told.ends_at <= now:
        raise BadInput(f"A licence ends after today and within {LONGEST_YEARS} years.")
    if any(len(code) != 2 or not (code.isascii() and code.isupper()) for code in told.territories):
        raise BadInput("A territory is two capital letters, as in DE.")
    Use(told.what, told.where, licensee, told.starts_at, told.ends_at)


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)

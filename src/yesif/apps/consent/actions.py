"""Answers given, offers accepted, a yes ended: each with its line on the record, in one transaction.

Taking one performance out of everything is `footage.actions.review.withdraw`: it is a fact of the performance.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from yesif.apps.casting.models import Booking
from yesif.apps.consent import queries
from yesif.apps.consent.models import Grant as GrantRow
from yesif.apps.consent.models import GrantItem, GrantName, Revocation
from yesif.apps.people.models import Person
from yesif.apps.record import actions as record
from yesif.base import ids
from yesif.base.canonical import digest
from yesif.base.errors import BadInput, Conflict, NotFound
from yesif.core.policy.grants import LONGEST_YEARS, STANDING, Conditions, Grant, Scope, years_after
from yesif.core.policy.uses import CURRENT, Form, licensee_key


@transaction.atomic
def give(*, performer_id: str, answers: Mapping[str, str], conditions: Conditions, now: datetime) -> str:
    """Put these standing answers in place of the former ones; returns the grant's id.

    `answers`: item → yes, ask, no, or "" (left open, as is every item not named). Locks the performer's row, so that
    answers given twice at once come one after the other. Raises NotFound, BadInput.
    """
    _locked_performer(performer_id)
    strange = set(answers.values()) - {"yes", "ask", "no", ""}
    if strange:
        raise BadInput("An answer is yes, ask or no.")
    if set(answers) - CURRENT.items:
        raise BadInput(f"“{min(set(answers) - CURRENT.items)[:60]}” is not on the lists of uses.")
    former = queries.answers_of(performer_id)
    grant = Grant(
        id=ids.new("grt"),
        performer=performer_id,
        given_at=now,
        shown=CURRENT.items,
        conditions=conditions,
        yes=frozenset(item for item, answer in answers.items() if answer == "yes"),
        ask=frozenset(item for item, answer in answers.items() if answer == "ask"),
        no=frozenset(item for item, answer in answers.items() if answer == "no"),
        scope=STANDING,
        replaces=former.grant.id if former else "",
        uses_version=CURRENT.version,
    )
    _write(grant)
    _line(grant, now)
    return grant.id


@transaction.atomic
def accept_core(*, booking_id: str, performer_id: str, now: datetime) -> str:
    """Accept an offer: it licenses the project's core use, as the offer states it, and nothing else.

    Returns the grant's id; accepting twice is once. The recording itself is part of the core use: the offer says so.
    Raises NotFound, Conflict (declined, or a standing No would beat this yes), BadInput (a term beyond five years).
    """
    booking = Booking.objects.select_for_update().filter(pk=booking_id, performer_id=performer_id).first()
    if booking is None:
        raise NotFound
    accepted = GrantRow.objects.filter(booking=booking).values_list("id", flat=True).first()
    if accepted is not None:
        return accepted
    if booking.declined_at is not None:
        raise Conflict("You declined this offer; it cannot be accepted any more.")
    core = frozenset({booking.core_what, booking.core_where})
    _refuse_in_vain(performer_id, core)
    grant = Grant(
        id=ids.new("grt"),
        performer=performer_id,
        given_at=now,
        shown=core,
        conditions=Conditions(
            until=_core_end(booking, now),
            form=Form.RECORDING,
            allowed=frozenset({booking.licensee}),  # "": not known yet, and then nobody until asked again
        ),
        yes=core,
        scope=Scope(project=booking.project_id),
        uses_version=CURRENT.version,
    )
    if booking.accepted_at is None:
        booking.accepted_at = now
        booking.save(update_fields=["accepted_at"])
    _write(grant, booking_id=booking.id)
    _line(grant, now)
    return grant.id


@transaction.atomic
def revoke(*, grant_id: str, performer_id: str, now: datetime) -> None:
    """End a grant's yes from this commit on; what it said no to stays said. Twice is once. Raises NotFound."""
    grant = GrantRow.objects.select_for_update().filter(pk=grant_id, performer_id=performer_id).first()
    if grant is None:
        raise NotFound
    _, is_new = Revocation.objects.get_or_create(grant=grant, defaults={"at": now})
    if is_new:
        about = [performer_id, *([grant.project_id] if grant.project_id else [])]
        body = {"grant": grant.id, "performer": performer_id, "on_revoke": grant.on_revoke}
        record.append(kind="revoke", body=body, about=about, now=now)


def _locked_performer(performer_id: str) -> None:
    people = Person.objects.select_for_update().filter(pk=performer_id, is_active=True)
    if not people.filter(roles__role="performer").exists():
        raise NotFound


def _refuse_in_vain(performer_id: str, core: frozenset[str]) -> None:
    """A No beats any yes (RULES D2): accepting over it would bring a scene nobody may use."""
    standing = queries.answers_of(performer_id)
    against = sorted(core & standing.grant.no) if standing else []
    if against:
        raise Conflict(
            "Your own answers say No to what this offer is for, and a No beats any Yes."
            " Change that answer first, or decline the offer."
        )


def _core_end(booking: Booking, now: datetime) -> datetime:
    longest = years_after(now, LONGEST_YEARS)
    end = queries.end_of(booking.core_ends)
    return min(end, longest) if booking.core_ends <= longest.date() else end


def _write(grant: Grant, *, booking_id: str | None = None) -> None:
    terms = grant.conditions
    row = GrantRow.objects.create(
        id=grant.id,
        performer_id=grant.performer,
        given_at=grant.given_at,
        until=terms.until,
        uses_version=grant.uses_version,
        replaces_id=grant.replaces or None,
        reach="core" if grant.scope.project else "standing",
        project_id=grant.scope.project or None,
        booking_id=booking_id,
        form=terms.form,
        partner=terms.partner,
        on_revoke=terms.on_revoke,
        credit=terms.credit,
        floor_minor=terms.floor.minor if terms.floor else None,
        floor_currency=terms.floor.currency if terms.floor else "",
    )
    GrantItem.objects.bulk_create(
        GrantItem(grant=row, item=item, answer=grant.answer(item)) for item in sorted(grant.shown)
    )
    GrantName.objects.bulk_create(
        GrantName(grant=row, kind=kind, name=name) for kind, names in _names(terms).items() for name in sorted(names)
    )


def _names(terms: Conditions) -> dict[str, frozenset[str]]:
    return {
        "allowed": terms.allowed,
        "refused": terms.refused,
        "territory": terms.territories,
        "held-back": frozenset(part.value for part in terms.held_back),
    }


def _line(grant: Grant, now: datetime) -> None:
    """The line holds every term, licensees by the digest of their names: whoever knows a name can check it."""
    terms = grant.conditions
    names: dict[str, object] = {kind: sorted(one) for kind, one in _names(terms).items()}
    for kind in ("allowed", "refused"):
        names[kind] = sorted(digest(licensee_key(name)) for name in _names(terms)[kind])
    body: dict[str, object] = {
        "grant": grant.id,
        "performer": grant.performer,
        "uses": grant.uses_version,
        "answers": {item: grant.answer(item) for item in sorted(grant.shown)},
        "until": terms.until.isoformat(),
        "form": terms.form.value,
        "partner": "yes" if terms.partner else "no",
        "on_revoke": terms.on_revoke.value,
        "credit": terms.credit.value,
        "names": names,
        "floor": [terms.floor.minor, terms.floor.currency] if terms.floor else [],
        "project": grant.scope.project,
        "replaces": grant.replaces,
    }
    about = [grant.performer, *([grant.scope.project] if grant.scope.project else [])]
    record.append(kind="grant", body=body, about=about, now=now)

"""Answers given, offers accepted, a copy granted, a yes ended: each with its line on the record, in one transaction.

Taking one performance out of everything is `footage.actions.review.withdraw`: it is a fact of the performance.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from yesif.apps.casting.models import Booking
from yesif.apps.consent import queries
from yesif.apps.consent.actions import grants
from yesif.apps.consent.actions.hold import own
from yesif.apps.consent.models import Grant as GrantRow
from yesif.base import ids
from yesif.base.errors import BadInput, Conflict, NotFound
from yesif.core.policy.grants import (
    LONGEST_YEARS,
    STANDING,
    Conditions,
    CopyTerms,
    Grant,
    OnRevoke,
    Scope,
    years_after,
)
from yesif.core.policy.uses import CURRENT, Form


@transaction.atomic
def give(*, performer_id: str, answers: Mapping[str, str], conditions: Conditions, now: datetime) -> str:
    """Put these standing answers in place of the former ones; returns the grant's id.

    `answers`: item → yes, ask, no, or "" (left open, as is every item not named). Locks the performer's row, so that
    answers given twice at once come one after the other. Raises NotFound, BadInput.
    """
    own(performer_id)
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
    grants.put(grant, now=now)
    return grant.id


@transaction.atomic
def accept_core(*, booking_id: str, performer_id: str, now: datetime) -> str:
    """Accept an offer: it licenses the project's core use, as the offer states it, and nothing else.

    Returns the grant's id; accepting twice is once. The recording itself is part of the core use: the offer says so.
    Raises NotFound, Conflict (declined, or a standing No would beat this yes), BadInput (a term beyond five years).
    """
    own(performer_id)
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
    grants.put(grant, now=now, booking_id=booking.id)
    return grant.id


@transaction.atomic
def give_copy(
    *, performer_id: str, what: str, wheres: frozenset[str], licensee: str, description: str, until: datetime,
    form: Form, confirmed_at: datetime, now: datetime,
) -> str:  # fmt: skip
    """Grant a copy of a voice or face: one licensee by name, one described project, at most 12 months.

    `confirmed_at` is when the performer confirmed for the second time. It stands beside the standing answers and never
    in a bundle. Returns the grant's id. Raises NotFound, BadInput, Conflict (a standing No would beat it).
    """
    own(performer_id)
    if what not in CURRENT.copies or not wheres:
        raise BadInput("A copy names what is copied, and at least one place where it may be used.")
    asked = frozenset({what}) | wheres
    _refuse_in_vain(performer_id, asked, "this copy")
    grant = Grant(
        id=ids.new("grt"),
        performer=performer_id,
        given_at=now,
        shown=asked,
        conditions=Conditions(
            until=until, form=form, on_revoke=OnRevoke.DESTROY, allowed=frozenset({licensee.strip()})
        ),
        yes=asked,
        copy=CopyTerms(description.strip(), confirmed_at),
        uses_version=CURRENT.version,
    )
    grants.put(grant, now=now)
    return grant.id


@transaction.atomic
def revoke(*, grant_id: str, performer_id: str, now: datetime) -> None:
    """End a grant's yes from this commit on; what it said no to stays said. Twice is once. Raises NotFound."""
    own(performer_id)
    grant = GrantRow.objects.filter(pk=grant_id, performer_id=performer_id).first()
    if grant is None:
        raise NotFound
    grants.end(grant, now=now)


def _refuse_in_vain(performer_id: str, asked: frozenset[str], asking: str = "this offer") -> None:
    """A No beats any yes (RULES D2): a yes over it would bring something nobody may use."""
    standing = queries.answers_of(performer_id)
    if standing and asked & standing.grant.no:
        raise Conflict(
            f"Your own answers say No to what {asking} is for, and a No beats any Yes."
            " Change that answer first, or say no here too."
        )


def _core_end(booking: Booking, now: datetime) -> datetime:
    longest = years_after(now, LONGEST_YEARS)
    end = queries.end_of(booking.core_ends)
    return min(end, longest) if booking.core_ends <= longest.date() else end

"""A project's frame and its call: terms changed, questions answered, published, applied to."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from yesif.apps.casting.actions.owned import owned_project
from yesif.apps.casting.models import Application, Call, Offer, Project
from yesif.apps.casting.questions import ASKED, NOT_NOW, TIMES
from yesif.apps.people.models import Role
from yesif.base.errors import BadInput, Conflict, NotFound, Refused
from yesif.base.money import Money

MOST_TARGETS = 40


@transaction.atomic
def frame(
    *,
    project_id: str,
    producer_id: str,
    budget: Money,
    hours: int,
    core_price: Money,
    targets: Mapping[str, int],
    language: str,
    themes_out: Sequence[str],
    most: int,
    gear: str,
) -> None:
    """Say what the project is made of: money, hours, targets, boundaries, gear. Raises NotFound, BadInput."""
    project = owned_project(project_id, producer_id)
    if {budget.currency, core_price.currency} != {project.currency}:
        raise BadInput(f"This project pays in {project.currency}.")
    if not 0 <= core_price.minor <= project.fee_minor:
        raise BadInput("What the core use is worth is a part of the fee: no more than the fee, and not below zero.")
    if budget.minor < 0 or hours < 0 or not 1 <= most <= 4:
        raise BadInput("Budget and hours are not below zero; the heaviest card is 1 to 4.")
    if len(targets) > MOST_TARGETS or any(not 0 < wanted <= 100_000 for wanted in targets.values()):
        raise BadInput(f"A project counts at most {MOST_TARGETS} targets, each from 1 to 100,000 scenes.")
    Project.objects.filter(pk=project.pk).update(
        budget_minor=budget.minor,
        hours=hours,
        core_price_minor=core_price.minor,
        targets=dict(targets),
        language=language.strip()[:20] or "en",
        themes_out=list(themes_out),
        most=most,
        gear=gear.strip(),
    )


@transaction.atomic
def write_call(
    *,
    project_id: str,
    producer_id: str,
    recorded_by: str,
    answers: Mapping[str, str],
    shape: str,
    closes_on: date | None,
) -> None:
    """Write the call. A published one stays published only while it is complete. Raises NotFound, Refused."""
    project = owned_project(project_id, producer_id)
    call, _ = Call.objects.get_or_create(project=project)
    call.recorded_by = recorded_by.strip()
    call.answers = {name: text for name, _, _ in ASKED if (text := answers.get(name, "").strip())}
    call.shape, call.closes_on = shape.strip(), closes_on
    if call.published_at:
        _refuse_gaps(call)
    call.save()


@transaction.atomic
def publish(*, project_id: str, producer_id: str, now: datetime) -> None:
    """Open the call to everyone; twice is once. Raises NotFound, Refused (a question has no answer)."""
    call = _call(project_id, producer_id)
    _refuse_gaps(call)
    if call.published_at is None:
        call.published_at = now
        call.save(update_fields=["published_at"])


@transaction.atomic
def close(*, project_id: str, producer_id: str) -> None:
    """Take the call off the public page; twice is once. Raises NotFound."""
    call = _call(project_id, producer_id)
    call.published_at = None
    call.save(update_fields=["published_at"])


@transaction.atomic
def change_buyer(*, project_id: str, producer_id: str, licensee: str, now: datetime) -> int:
    """Name another buyer, and ask everyone again: their old yes names the old buyer and covers no other.

    Every living offer ends and stands again with the new name, unanswered. Returns how many are asked. Raises NotFound.
    """
    project = owned_project(project_id, producer_id)
    name = licensee.strip()[:120]
    if name == project.licensee:
        return 0
    project.licensee = name
    project.save(update_fields=["licensee"])
    living = list(Offer.objects.select_for_update().filter(project=project, declined_at=None, ended_at=None))
    Offer.objects.filter(pk__in=[one.pk for one in living]).update(ended_at=now)
    Offer.objects.bulk_create([copied(project, one.performer_id, now) for one in living])
    return len(living)


@transaction.atomic
def apply(
    *,
    project_id: str,
    performer_id: str,
    playing_range: str,
    availability: Sequence[str],
    access_needs: str,
    about: str,
    cells: Sequence[str] = (),
    now: datetime,
) -> None:
    """Apply to a published call; a second time changes what was said. Raises NotFound, BadInput."""
    call = Call.objects.filter(pk=project_id, published_at__isnull=False).select_related("project").first()
    if call is None or (call.closes_on and call.closes_on < now.date()):
        raise NotFound("This call is closed.")
    if not Role.objects.filter(person_id=performer_id, role="performer").exists():
        raise NotFound
    if set(availability) - {name for name, _ in TIMES}:
        raise BadInput("A time is one of those on the list.")
    Application.objects.update_or_create(
        project_id=project_id,
        performer_id=performer_id,
        defaults={
            "playing_range": playing_range.strip()[:80],
            "availability": list(availability),
            "access_needs": access_needs.strip()[:2000],
            "about": about.strip()[:2000],
            "cells": [cell for cell in cells if cell in call.project.targets],
        },
        create_defaults={
            "applied_at": now,
            "playing_range": playing_range.strip()[:80],
            "availability": list(availability),
            "access_needs": access_needs.strip()[:2000],
            "about": about.strip()[:2000],
            "cells": [cell for cell in cells if cell in call.project.targets],
        },
    )


@transaction.atomic
def put_aside(*, project_id: str, producer_id: str, performer_id: str, why: str, now: datetime) -> None:
    """Not now, for a reason from the list, which the performer reads. Raises NotFound, BadInput, Conflict."""
    owned_project(project_id, producer_id)
    if why not in dict(NOT_NOW):
        raise BadInput("Choose a reason: the performer is told it.")
    found = Application.objects.filter(project_id=project_id, performer_id=performer_id).first()
    if found is None:
        raise NotFound
    if Offer.objects.filter(project_id=project_id, performer_id=performer_id, declined_at=None, ended_at=None).exists():
        raise Conflict("They have an offer already.")
    found.not_now_at, found.not_now_why = now, why
    found.save(update_fields=["not_now_at", "not_now_why"])


def copied(project: Project, performer_id: str, now: datetime) -> Offer:
    """The project's terms as they are now, for one performer; not saved."""
    return Offer(
        project=project,
        performer_id=performer_id,
        core_what=project.core_what,
        core_where=project.core_where,
        licensee=project.licensee,
        core_ends=project.core_ends,
        fee_minor=project.fee_minor,
        core_price_minor=project.core_price_minor,
        currency=project.currency,
        offered_at=now,
    )


def _call(project_id: str, producer_id: str) -> Call:
    project = owned_project(project_id, producer_id)
    return Call.objects.select_for_update().get_or_create(project=project)[0]


def _refuse_gaps(call: Call) -> None:
    if not call.recorded_by:
        raise Refused("Say who records before this is published.")
    for name, question, who in ASKED:
        if not call.answers.get(name):
            raise Refused(f"“{question}” has no answer yet. {who} tells members to ask it.")

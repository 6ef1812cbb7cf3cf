"""Calls for help and reports: somebody at the care desk answers by a clock. The other performer is told nothing."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from yesif.apps.people.models import Person, Role
from yesif.apps.stage.models import CareCase, Place
from yesif.base.canonical import digest
from yesif.base.errors import BadInput, Conflict, NotFound

DUE = {"help": timedelta(minutes=5), "report": timedelta(hours=24)}
LONGEST_WORDS = 4000


@transaction.atomic
def call(*, session_id: str, performer_id: str, now: datetime) -> str:
    """Ask for a person, from the room; asking again while nobody has answered is the same call. Raises NotFound."""
    hold(performer_id)
    _in_cast(session_id, performer_id)
    waiting = CareCase.objects.filter(session_id=session_id, by_id=performer_id, kind="help", answered_at=None).first()
    if waiting is not None:
        return waiting.id
    return _open(session_id, performer_id, "help", "", {}, now)


@transaction.atomic
def report(*, session_id: str, performer_id: str, words: str, evidence: Mapping[str, object], now: datetime) -> str:
    """Report what happened in a session, in one's own words. `evidence` is frozen here, with its digest. Raises
    NotFound, BadInput."""
    hold(performer_id)
    _in_cast(session_id, performer_id)
    if not words.strip() or len(words) > LONGEST_WORDS:
        raise BadInput(f"Say in 1 to {LONGEST_WORDS} characters what happened.")
    return _open(session_id, performer_id, "report", words.strip(), evidence, now)


@transaction.atomic
def answer(*, case_id: str, by: str, words: str, now: datetime) -> None:
    """The care desk answers; the one who asked reads it. Raises NotFound, BadInput, Conflict."""
    case = of_desk(case_id, by)
    if not words.strip() or len(words) > LONGEST_WORDS:
        raise BadInput(f"An answer has 1 to {LONGEST_WORDS} characters.")
    if case.by_id == by:
        raise Conflict("Somebody else answers what you asked.")
    case.answer = words.strip()
    case.answered_by_id, case.answered_at = by, case.answered_at or now
    case.save(update_fields=["answer", "answered_by", "answered_at"])


@transaction.atomic
def look(*, case_id: str, by: str, now: datetime) -> None:
    """Write down that somebody of the care desk looks at the films of a reported session; for half an hour they may.
    Whoever reported reads who looked, and when. Raises NotFound, Conflict."""
    case = of_desk(case_id, by)
    if case.kind != "report" or case.closed_at is not None:
        raise Conflict("Films are shown for a report, until it is closed.")
    if Place.objects.filter(session_id=case.session_id, performer_id=by).exists():
        raise Conflict("Somebody who was not in the room looks into this.")
    case.looks = [*case.looks, {"by": by, "at": now.isoformat()}]
    case.save(update_fields=["looks"])


@transaction.atomic
def close(*, case_id: str, by: str, now: datetime) -> None:
    """Nothing is left to do. Only what has been answered can be closed. Raises NotFound, Conflict."""
    case = of_desk(case_id, by)
    if case.answered_at is None:
        raise Conflict("Answer first; then it can be closed.")
    case.closed_at = case.closed_at or now
    case.save(update_fields=["closed_at"])


def of_desk(case_id: str, viewer: str) -> CareCase:
    """A case, locked, to its project's producer or an operator. Raises NotFound."""
    case = CareCase.objects.select_for_update().filter(pk=case_id).first()
    if case is None or not (
        case.session.project.producer_id == viewer or Role.objects.filter(person_id=viewer, role="operator").exists()
    ):
        raise NotFound
    return case


def _open(
    session_id: str, performer_id: str, kind: str, words: str, evidence: Mapping[str, object], now: datetime
) -> str:
    frozen = {**evidence, "digest": digest(dict(evidence))} if evidence else {}
    return CareCase.objects.create(
        session_id=session_id,
        kind=kind,
        by_id=performer_id,
        words=words,
        evidence=frozen,
        made_at=now,
        due_at=now + DUE[kind],
    ).id


def hold(performer_id: str) -> None:
    """Before anything is read: what one person asks for, reports and is answered comes one after the other. To the end
    of the transaction."""
    list(Person.objects.select_for_update(no_key=True).filter(pk=performer_id).values("id"))


def _in_cast(session_id: str, performer_id: str) -> None:
    if not Place.objects.filter(session_id=session_id, performer_id=performer_id).exists():
        raise NotFound

"""Give and end an auditor's seat; put a finding, and answer it. Each leaves its line."""

import secrets
from datetime import datetime

from django.db import transaction

from yesif.apps.record.actions.append import append
from yesif.apps.record.models import FindingRow, Seat
from yesif.base.canonical import digest
from yesif.base.errors import BadInput, Conflict, NotFound
from yesif.core.tlog.audit import CHECKS

_LONGEST_DAYS = 366


@transaction.atomic
def give_seat(*, auditor: str, subject: str, given_by: str, until: datetime, now: datetime) -> int:
    """An auditor may see the lines of `subject` (a project, or the giver themselves) until a day; the seat's number.
    The sample's seed is drawn here, so that nobody picks it after seeing the lines. The caller has checked that the
    subject is the giver's. Raises BadInput."""
    if auditor == given_by:
        raise BadInput("An auditor is somebody else than who is audited.")
    if not 0 < (until - now).days + 1 <= _LONGEST_DAYS:
        raise BadInput("A seat ends after today and within a year.")
    made = Seat.objects.create(
        auditor=auditor, subject=subject, given_by=given_by, given_at=now, until=until, seed=secrets.token_hex(8)
    )
    body = {"notice": f"seat {made.pk}", "digest": made.seed, "subject": subject, "until_ms": _ms(until)}
    append(kind="notice", body=body, about={auditor, subject, given_by}, now=now)
    return made.pk


@transaction.atomic
def end_seat(*, seat_id: int, given_by: str, now: datetime) -> None:
    """Whoever gave a seat ends it, at once; twice is once. Raises NotFound."""
    found = Seat.objects.select_for_update().filter(pk=seat_id, given_by=given_by).first()
    if found is None:
        raise NotFound
    if found.ended_at is None:
        found.ended_at = now
        found.save(update_fields=["ended_at"])


@transaction.atomic
def share_clip(*, seat_id: int, given_by: str, performance: str, shared: bool) -> None:
    """A performer who gave a seat lets the auditor see and hear one clip, or stops that. Raises NotFound."""
    found = Seat.objects.select_for_update().filter(pk=seat_id, given_by=given_by, subject=given_by).first()
    if found is None:
        raise NotFound
    found.shared = sorted({*found.shared, performance} if shared else {*found.shared} - {performance})
    found.save(update_fields=["shared"])


@transaction.atomic
def put_finding(*, seat_id: int, auditor: str, check: str, line: int | None, sentence: str, now: datetime) -> int:
    """An auditor says what does not add up; it is on the record, and whoever gave the seat is asked to answer.
    Raises NotFound for a seat that is not open, BadInput."""
    seat = Seat.objects.filter(pk=seat_id, auditor=auditor, ended_at=None, until__gt=now).first()
    if seat is None:
        raise NotFound
    if check not in CHECKS:
        raise BadInput("Say which check found it.")
    if not 3 <= len(sentence.strip()) <= 1000:
        raise BadInput("Say what you found, in 3 to 1,000 characters.")
    made = FindingRow.objects.create(seat=seat, check_name=check, line=line, sentence=sentence.strip(), found_at=now)
    body = {
        "finding": str(made.pk),
        "check": check,
        "line": line if line is not None else "",
        "words": digest(made.sentence),
    }
    append(kind="finding", body=body, about={auditor, seat.given_by, seat.subject}, now=now)
    return made.pk


@transaction.atomic
def answer_finding(*, finding_id: int, giver: str, answer: str, now: datetime) -> None:
    """Whoever gave the seat answers, once. Raises NotFound, BadInput, Conflict."""
    found = FindingRow.objects.select_for_update().filter(pk=finding_id, seat__given_by=giver).first()
    if found is None:
        raise NotFound
    if not 3 <= len(answer.strip()) <= 1000:
        raise BadInput("An answer has 3 to 1,000 characters.")
    if found.answered_at is not None:
        raise Conflict("This finding was answered; the answer stays as it was given.")
    found.answer, found.answered_at = answer.strip(), now
    found.save(update_fields=["answer", "answered_at"])


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)

"""A pay run from draft to bank: two people, one file, its digest and total on the record, and what comes back.

draft → first approval → second approval: money in flight, file written, payout line → paid, or returned one by one
"""

from datetime import date, datetime

from django.db import transaction

from yesif.apps.money.actions import payruns
from yesif.apps.people import queries as people
from yesif.apps.record import actions as record
from yesif.base.errors import NotFound

MAY_PAY = {"operator"}


def draft(*, currency: str, file_format: str, day: date, by: str, now: datetime) -> str:
    """Draft a run; its id. Raises NotFound for someone who may not pay, BadInput, Conflict, Refused."""
    _may_pay(by)
    return payruns.draft(currency=currency, file_format=file_format, day=day, by=by, now=now)


def drop(*, run_id: str, by: str, now: datetime) -> None:
    """Drop a draft. Raises NotFound, Conflict."""
    _may_pay(by)
    payruns.drop(run_id=run_id, now=now)


@transaction.atomic
def approve(*, run_id: str, by: str, now: datetime) -> bool:
    """Approve a run; True where that was the second approval and the file is ready. Raises NotFound, Conflict, Refused,
    BadInput; then nothing moved and no file is there."""
    _may_pay(by)
    sent = payruns.approve(run_id=run_id, by=by, now=now)
    if sent is None:
        return False
    body: dict[str, object] = {
        "batch": sent.run_id,
        "currency": sent.currency,
        "total_minor": sent.total_minor,
        "file": sent.sha256,
        "count": len(sent.rows),
    }
    rows = [record.Row(who, {"performer": who, "minor": minor}) for who, minor in sent.rows]
    line = record.append(kind="payout", body=body, about=[], now=now, rows=rows)
    payruns.put_in_flight(sent=sent, line=line, now=now)
    return True


@transaction.atomic
def paid(*, run_id: str, by: str, now: datetime) -> int:
    """The bank carried the run out. Raises NotFound, Conflict."""
    _may_pay(by)
    return payruns.paid(run_id=run_id, now=now)


def returned(*, text: str, by: str, now: datetime) -> list[str]:
    """The bank's list of payments that came back, `reference;reason` a line. Raises NotFound, BadInput, Conflict."""
    _may_pay(by)
    return payruns.read_returns(text=text, now=now)


def _may_pay(person_id: str) -> None:
    if not MAY_PAY & set(people.roles_of(person_id)):
        raise NotFound

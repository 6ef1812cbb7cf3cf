"""Read work that was written down and is not a fee yet, or was."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from yesif.apps.money.models import Entered, Fee
from yesif.base.errors import NotFound


@dataclass(frozen=True, slots=True)
class EnteredSeen:
    """Work as it was entered, by whom, and whether the other has looked at it. `fee`: key of the fee it became, ""
    where it is none: not settled, nothing of it given, or nothing paid for an hour."""

    id: int
    performer: str
    project: str
    booking: str
    kind: str
    ms: int
    day: date
    said: str
    settle_by: datetime
    settled_at: datetime | None
    seen: bool
    by_performer: bool
    given_ms: int | None
    answer: str
    fee: str


def key_of(booking: str, entered_id: int, kind: str) -> str:
    """Under which key entered work stands in the books."""
    return f"fee:{booking}:entered-{entered_id}:{kind}"


def open_to(performer: str) -> list[EnteredSeen]:
    """What waits for this performer's look. For themselves."""
    waiting = Entered.objects.filter(performer=performer, settled_at=None).exclude(entered_by=performer)
    return _all_seen(waiting)


def by_performer(performer: str) -> list[EnteredSeen]:
    """What this performer wrote down, newest first, with its answers. For themselves."""
    return _all_seen(Entered.objects.filter(performer=performer, entered_by=performer))


def of_project(project: str) -> list[EnteredSeen]:
    """Everything entered for a project, newest first. The caller has checked whose project it is."""
    return _all_seen(Entered.objects.filter(project=project))


def entered(entered_id: int, performer: str) -> EnteredSeen:
    """One of this performer's. Raises NotFound."""
    found = Entered.objects.filter(pk=entered_id, performer=performer).first()
    if found is None:
        raise NotFound
    return _all_seen([found])[0]


def _all_seen(found: Iterable[Entered]) -> list[EnteredSeen]:
    keys = {one.pk: key_of(one.booking, one.pk, one.kind) for one in found}
    posted = set(Fee.objects.filter(booking__in={one.booking for one in found}).values_list("key", flat=True))
    return [_seen(one, keys[one.pk] if keys[one.pk] in posted else "") for one in found]


def _seen(one: Entered, fee: str) -> EnteredSeen:
    return EnteredSeen(
        one.pk,
        one.performer,
        one.project,
        one.booking,
        one.kind,
        one.ms,
        one.day,
        one.said,
        one.settle_by,
        one.settled_at,
        one.seen,
        one.entered_by == one.performer,
        one.given_ms,
        one.answer,
        fee,
    )

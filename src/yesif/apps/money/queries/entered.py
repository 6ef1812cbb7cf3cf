"""Read work that was written down and is not a fee yet, or was."""

from dataclasses import dataclass
from datetime import date, datetime

from yesif.apps.money.models import Entered
from yesif.base.errors import NotFound


@dataclass(frozen=True, slots=True)
class EnteredSeen:
    """Work as it was entered, by whom, and whether the other has looked at it. `fee`: key of the fee it became."""

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

    @property
    def fee(self) -> str:
        return key_of(self.booking, self.id, self.kind) if self.settled_at and self.given_ms != 0 else ""


def key_of(booking: str, entered_id: int, kind: str) -> str:
    """Under which key entered work stands in the books."""
    return f"fee:{booking}:entered-{entered_id}:{kind}"


def open_to(performer: str) -> list[EnteredSeen]:
    """What waits for this performer's look. For themselves."""
    waiting = Entered.objects.filter(performer=performer, settled_at=None).exclude(entered_by=performer)
    return [_seen(one) for one in waiting]


def by_performer(performer: str) -> list[EnteredSeen]:
    """What this performer wrote down, newest first, with its answers. For themselves."""
    return [_seen(one) for one in Entered.objects.filter(performer=performer, entered_by=performer)]


def of_project(project: str) -> list[EnteredSeen]:
    """Everything entered for a project, newest first. The caller has checked whose project it is."""
    return [_seen(one) for one in Entered.objects.filter(project=project)]


def entered(entered_id: int, performer: str) -> EnteredSeen:
    """One of this performer's. Raises NotFound."""
    found = Entered.objects.filter(pk=entered_id, performer=performer).first()
    if found is None:
        raise NotFound
    return _seen(found)


def _seen(one: Entered) -> EnteredSeen:
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
    )

"""Seats of auditors: given by a producer for a project or by a performer for themselves, until a day; and findings."""

from dataclasses import dataclass
from datetime import datetime

from yesif.apps.record.models import FindingRow, Seat
from yesif.base.errors import NotFound


@dataclass(frozen=True, slots=True)
class SeatSeen:
    """One seat. `subject` is a project's or a performer's id; `seed` draws the sample, published with the seat."""

    id: int
    auditor: str
    subject: str
    given_by: str
    given_at: datetime
    until: datetime
    ended_at: datetime | None
    seed: str
    shared: tuple[str, ...]

    def open_at(self, now: datetime) -> bool:
        """May the auditor see now?"""
        return self.ended_at is None and now < self.until


@dataclass(frozen=True, slots=True)
class FindingSeen:
    """One finding of an auditor, with the answer of whom it was put to."""

    id: int
    seat: int
    check: str
    line: int | None
    sentence: str
    found_at: datetime
    answer: str
    answered_at: datetime | None


def seat(seat_id: int, *, auditor: str, now: datetime) -> SeatSeen:
    """One open seat of this auditor. Raises NotFound."""
    found = Seat.objects.filter(pk=seat_id, auditor=auditor, ended_at=None, until__gt=now).first()
    if found is None:
        raise NotFound
    return _seen(found)


def seats_of(auditor: str) -> list[SeatSeen]:
    """Every seat an auditor was given, newest first."""
    return [_seen(one) for one in Seat.objects.filter(auditor=auditor).order_by("-given_at", "-pk")]


def seats_given(giver: str, *, subject: str | None = None) -> list[SeatSeen]:
    """Every seat someone gave, newest first."""
    found = Seat.objects.filter(given_by=giver)
    if subject is not None:
        found = found.filter(subject=subject)
    return [_seen(one) for one in found.order_by("-given_at", "-pk")]


def findings_of(seat_id: int) -> list[FindingSeen]:
    """The findings of one seat, oldest first."""
    return [_finding(one) for one in FindingRow.objects.filter(seat_id=seat_id).order_by("pk")]


def findings_for(giver: str) -> list[tuple[FindingSeen, str]]:
    """Findings of every seat someone gave, newest first, with what each is about: theirs to answer."""
    found = FindingRow.objects.filter(seat__given_by=giver).select_related("seat").order_by("-pk")
    return [(_finding(one), one.seat.subject) for one in found]


def clips_shared(auditor: str, *, now: datetime) -> set[tuple[str, str]]:
    """(performance, who shares it) of every clip shared with this auditor now. Whether it is theirs to share is for
    whoever knows the performances."""
    found = Seat.objects.filter(auditor=auditor, ended_at=None, until__gt=now)
    return {(clip, one.given_by) for one in found for clip in one.shared}


def _seen(one: Seat) -> SeatSeen:
    return SeatSeen(
        one.pk,
        one.auditor,
        one.subject,
        one.given_by,
        one.given_at,
        one.until,
        one.ended_at,
        one.seed,
        tuple(one.shared),
    )


def _finding(one: FindingRow) -> FindingSeen:
    return FindingSeen(
        one.pk, one.seat_id, one.check_name, one.line, one.sentence, one.found_at, one.answer, one.answered_at
    )

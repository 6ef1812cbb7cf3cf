"""Write down that someone is there, and turn it into fees: from the room's socket and the pages' beats, by the server.

A fee is posted when a performer leaves, when a session ends, and by a flow for whoever just went: only what has come
since the last time, under keys that make each stretch of time one fee however often this runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from yesif.apps.casting.models import Booking
from yesif.apps.money.actions import books, fees
from yesif.apps.money.actions.fees import Work
from yesif.apps.money.queries import fees as fee_queries
from yesif.apps.record import actions as record
from yesif.apps.stage.models import Place, Presence, Session
from yesif.apps.stage.queries import presence as queries
from yesif.base.errors import NotFound
from yesif.core.ledger.fee import LONGEST_MS, STANDING_BY_PERCENT, Rate, fee_micro
from yesif.core.ledger.presence import BEAT_NS, posted_difference

KINDS = ("training", "review", "labelling")
_HOLE_NS = 3 * BEAT_NS


@transaction.atomic
def here(*, session_id: str, performer_id: str, studio_ns: int, fresh: bool = False) -> None:
    """This performer is in the room now. `fresh`: they just came in, so a new stretch begins. Raises NotFound."""
    place = Place.objects.filter(session_id=session_id, performer_id=performer_id).first()
    if place is None:
        raise NotFound
    _grow(_Where(performer_id, place.booking_id, session_id, "room"), studio_ns, fresh=fresh)


@transaction.atomic
def gone(*, session_id: str, performer_id: str, studio_ns: int, now: datetime) -> None:
    """This performer left for good: counted up to now, and paid at once. Raises NotFound."""
    place = Place.objects.filter(session_id=session_id, performer_id=performer_id).first()
    if place is None:
        raise NotFound
    _locked(place.booking_id)  # before its presence, as `settle` does
    here(session_id=session_id, performer_id=performer_id, studio_ns=studio_ns)
    if place.booking_id is not None:
        settle(booking_id=place.booking_id, now=now)


@transaction.atomic
def at_work(*, session_id: str, performer_id: str, kind: str, studio_ns: int) -> None:
    """A page of paid work (review, labelling, training) is open. Raises NotFound for who is not in that session."""
    place = Place.objects.filter(session_id=session_id, performer_id=performer_id).first()
    if place is None or kind not in KINDS:
        raise NotFound
    _grow(_Where(performer_id, place.booking_id, session_id, kind), studio_ns)


@transaction.atomic
def in_training(*, booking_id: str, performer_id: str, studio_ns: int) -> None:
    """A performer is being trained for a booking. Raises NotFound."""
    if not Booking.objects.filter(pk=booking_id, performer_id=performer_id).exists():
        raise NotFound
    _grow(_Where(performer_id, booking_id, None, "training"), studio_ns)


@transaction.atomic
def checking(*, performer_id: str, studio_ns: int, now: datetime) -> bool:
    """The page of the long room check is open: paid under the performer's next booking. False where there is none."""
    booking = queries.next_booking(performer_id, now=now)
    if booking is not None:
        _grow(_Where(performer_id, booking, None, "room-check"), studio_ns)
    return booking is not None


@dataclass(frozen=True, slots=True)
class _Where:
    performer: str
    booking: str | None
    session: str | None
    kind: str


def _grow(where: _Where, studio_ns: int, *, fresh: bool = False) -> None:
    """Stretch the newest span of this place, or begin another where there is a hole. Time never runs back."""
    newest = (
        Presence.objects.select_for_update()
        .filter(performer_id=where.performer, session_id=where.session, kind=where.kind, booking_id=where.booking)
        .order_by("-last_ns")
        .first()
    )
    if newest is None or fresh or studio_ns - newest.last_ns > _HOLE_NS:
        begins = max(studio_ns, newest.last_ns) if newest is not None else studio_ns
        Presence.objects.create(
            performer_id=where.performer,
            booking_id=where.booking,
            session_id=where.session,
            kind=where.kind,
            began_ns=begins,
            last_ns=begins,
        )
    elif studio_ns > newest.last_ns:
        newest.last_ns, newest.settled = studio_ns, False
        newest.save(update_fields=["last_ns", "settled"])


@transaction.atomic
def settle(*, booking_id: str, now: datetime) -> int:
    """Post what this booking's time has come to since the last time; micro-units. Raises NotFound.

    What was paid before (a stood-up fee for the whole time, say) is not paid again: only what is more."""
    booking = _locked(booking_id)
    if booking is None:
        raise NotFound
    # Marked before it is counted: a beat that comes meanwhile waits for these rows, or makes one that is not marked.
    Presence.objects.filter(booking_id=booking_id, settled=False).update(settled=True)
    posted = fee_queries.posted_ms(booking_id)
    apart = {kind: ms for kind, ms in posted.items() if kind not in ("claim", "standing-by")}
    due = posted_difference(queries.of_booking(booking_id).by_kind, apart)
    if queries.was_stood_up(booking_id) and not posted.get("stood-up"):
        due["stood-up"] = max(0, booking.minutes * 60_000 - _worked(posted) - sum(due.values()))
    if any(ms > LONGEST_MS for ms in due.values()):  # a line left open for days: one fee a day, the rest comes next
        due = {kind: min(ms, LONGEST_MS) for kind, ms in due.items()}
        Presence.objects.filter(booking_id=booking_id).update(settled=False)
    return _post(booking, due, mark=str(sum(posted.values())), now=now)


def _locked(booking_id: str | None) -> Booking | None:
    """The books, then the booking, then its presence: all who take them in turn never wait for each other in a ring."""
    books.guard()
    return Booking.objects.select_for_update().filter(pk=booking_id).first()


def _worked(posted: Mapping[str, int]) -> int:
    """What was posted of the booked time. What a claim was given is for time that was not counted, and beside it."""
    return sum(ms for kind, ms in posted.items() if kind != "claim")


@transaction.atomic
def settle_all(*, performer_id: str, now: datetime) -> None:
    """Post all of a performer's time that is not paid yet: they are leaving."""
    books.guard()
    waiting = Presence.objects.filter(performer_id=performer_id, settled=False).exclude(booking=None)
    for booking in sorted(set(waiting.values_list("booking_id", flat=True))):
        while settle(booking_id=str(booking), now=now) and waiting.filter(booking_id=booking).exists():
            pass


@transaction.atomic
def stood_up(*, session_id: str, performer_id: str, now: datetime) -> int:
    """The partner did not come within ten minutes: the one who waited is paid the whole booked time, less what was paid
    already. Once a session. Micro-units. Raises NotFound."""
    place = Place.objects.filter(session_id=session_id, performer_id=performer_id).first()
    if place is None:
        raise NotFound
    if place.booking_id is None:
        return 0
    settle(booking_id=place.booking_id, now=now)
    booking = Booking.objects.get(pk=place.booking_id)
    posted = fee_queries.posted_ms(booking.pk)
    if posted.get("stood-up"):
        return 0
    rest = booking.minutes * 60_000 - _worked(posted)
    return _post(booking, {"stood-up": rest} if rest > 0 else {}, mark="stood-up", now=now)


@transaction.atomic
def stood_by(*, booking_id: str, now: datetime, called: bool = False) -> int:
    """An understudy stood by for a block and did not play: half the rate for all of it, the whole rate for one who was
    called and came; once. One who played is paid by presence, and this adds nothing. Micro-units. Raises NotFound."""
    booking = _locked(booking_id)
    if booking is None:
        raise NotFound
    if _worked(fee_queries.posted_ms(booking_id)):
        return 0
    due = {"standing-by": booking.minutes * 60_000}
    return _post(booking, due, mark="standing-by", now=now, percent=100 if called else STANDING_BY_PERCENT)


@transaction.atomic
def give_claim(*, claim_id: int, work: Work, given_ms: int, now: datetime) -> int:
    """Post what a disputed line was given. Micro-units."""
    booking = Booking.objects.filter(pk=work.booking).first()
    if booking is None or given_ms == 0:
        return 0
    return _post(booking, {"claim": given_ms}, mark=f"claim-{claim_id}", now=now)


@transaction.atomic
def entered(*, booking_id: str, entered_id: int, kind: str, ms: int, entered_by: str, now: datetime) -> int:
    """Post work that no page saw and its performer has looked at. It is apart from what is counted: neither is taken
    off the other. Micro-units. Raises NotFound."""
    booking = _locked(booking_id)
    if booking is None:
        raise NotFound
    more: dict[str, object] = {"entered_by": entered_by}
    return _post(booking, {kind: ms}, mark=f"entered-{entered_id}", now=now, more=more)


def _post(
    booking: Booking,
    due: dict[str, int],
    *,
    mark: str,
    now: datetime,
    percent: int = 100,
    more: Mapping[str, object] | None = None,
) -> int:
    """One line on the record for all of it, and one fee a kind."""
    rate = Rate(booking.fee_minor, booking.currency)
    work = Work(booking.performer_id, booking.project_id, booking.pk, rate)
    paid_rate = fees.locked_rate(work, now)
    due = {kind: ms for kind, ms in due.items() if ms > 0 and fee_micro(ms, paid_rate, percent=percent)}
    if not due:
        return 0
    micro = sum(fee_micro(ms, paid_rate, percent=percent) for ms in due.values())
    key = f"fee:{booking.pk}:{mark}"
    body: dict[str, object] = {
        "fee": key,
        "performer": booking.performer_id,
        "project": booking.project_id,
        "booking": booking.pk,
        "currency": paid_rate.currency,
        "rate_minor": paid_rate.minor,
        "percent": percent,
        "kinds": due,
        "micro": str(micro),
        **(more or {}),
    }
    line = record.append(kind="fee", body=body, about=[booking.performer_id, booking.project_id], now=now)
    return sum(
        fees.earn(key=f"{key}:{kind}", work=work, kind=kind, ms=ms, line=line, now=now, percent=percent)
        for kind, ms in due.items()
    )


@transaction.atomic
def settle_session(*, session_id: str, now: datetime) -> None:
    """Everyone of a session that is over is paid up. Raises NotFound."""
    if not Session.objects.filter(pk=session_id).exists():
        raise NotFound
    for booking in (
        Place.objects.filter(session_id=session_id).exclude(booking=None).values_list("booking_id", flat=True)
    ):
        settle(booking_id=str(booking), now=now)

"""How long was someone there, and what kind of time was it? Counted from what the server saw, never from a browser."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from yesif.apps.casting.models import Booking
from yesif.apps.stage.models import Event, Place, Presence, Session
from yesif.core.ledger.presence import GRACE_NS, Room, Span, by_kind, total_ms, window, words

_SECOND_NS = 1_000_000_000
REVIEW_TIMES = 3
REVIEW_AT_LEAST_MS = 15 * 60_000
"""A review is paid for as long as its page was open, up to three times what was played, and 15 minutes in any case: a
page forgotten overnight is not work."""

CHECK_AT_MOST_MS = 10 * 60_000
"""The long room check, on a page of its own, takes two minutes; ten are paid for each booking, in case it fails."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Paid time of one booking, by kind, in milliseconds."""

    by_kind: Mapping[str, int] = field(default_factory=dict)

    @property
    def ms(self) -> int:
        return sum(self.by_kind.values())

    @property
    def words(self) -> str:
        """ "42 min 10 s"."""
        return words(self.ms)


@dataclass(frozen=True, slots=True)
class Ticking:
    """What the room shows beside the clock: what is counted, and whether it goes on counting now."""

    ms: int
    goes_on: bool
    sentence: str


def of_session(session_id: str, performer_id: str) -> Counted:
    """What is counted for one performer in one session so far. For themselves and for the fee."""
    session = Session.objects.filter(pk=session_id).first()
    if session is None or session.opened_ns is None:
        return Counted()
    spans = _spans(performer_id, session_id=session_id, kind="room")
    return _counted(session, performer_id, spans, _room(session, performer_id))


def _counted(session: Session, performer_id: str, spans: list[Span], room: Room) -> Counted:
    found = by_kind(spans, room)
    cool_down = sum(
        int(str(body.get("cool_down_s", 0))) * 1000
        for body in Event.objects.filter(session=session, kind="left", who_id=performer_id)
        .order_by("-seq")
        .values_list("body", flat=True)[:1]
    )
    return Counted({**found, "cool-down": cool_down})


def of_booking(booking_id: str) -> Counted:
    """What is counted under one booking: its sessions, and what was done on pages of their own."""
    whole: dict[str, int] = {}
    for place in Place.objects.filter(booking_id=booking_id):
        for kind, ms in of_session(place.session_id, place.performer_id).by_kind.items():
            whole[kind] = whole.get(kind, 0) + ms
    for kind in ("training", "review", "labelling"):
        spans = Presence.objects.filter(booking_id=booking_id, kind=kind).values_list("began_ns", "last_ns")
        whole[kind] = total_ms(spans)
    checks = Presence.objects.filter(booking_id=booking_id, kind="room-check").values_list("began_ns", "last_ns")
    whole["room-check"] = whole.get("room-check", 0) + min(total_ms(checks), CHECK_AT_MOST_MS)
    longest = max(REVIEW_AT_LEAST_MS, REVIEW_TIMES * whole.get("scenes", 0))
    whole["review"] = min(whole["review"], longest)
    return Counted(whole)


def next_booking(performer_id: str, *, now: datetime) -> str | None:
    """The accepted booking of this performer that ends next, if there is one."""
    ahead = Booking.objects.filter(performer_id=performer_id, declined_at=None, starts_at__gt=now - timedelta(days=1))
    ends = [(one.starts_at + timedelta(minutes=one.minutes), one.pk) for one in ahead.exclude(accepted_at=None)]
    return min((one for one in ends if one[0] > now), default=(now, None))[1]


def was_stood_up(booking_id: str) -> bool:
    """Did the room write down that this booking's performer waited ten minutes for a partner who did not come?"""
    places = Place.objects.filter(booking_id=booking_id)
    return Event.objects.filter(
        kind="stood-up", session__in=places.values("session_id"), who_id__in=places.values("performer_id")
    ).exists()


def ticking(session_id: str, performer_id: str) -> Ticking:
    """What the room says beside the clock: "42 min 10 s counted", and whether the seconds run on."""
    session = Session.objects.filter(pk=session_id).first()
    if session is None or session.opened_ns is None:
        return Ticking(0, goes_on=False, sentence=f"{words(0)} counted")
    spans = _spans(performer_id, session_id=session_id, kind="room")
    room = _room(session, performer_id)
    found = _counted(session, performer_id, spans, room)
    last = max((end for _, end in spans), default=0)
    begins, ends = room.window or (last, last)
    goes_on = session.phase in ("countdown", "playing") or begins <= last < ends
    time = words(found.ms)
    if goes_on:
        said = f"{time} counted"
    elif last < begins:
        said = f"{time} counted; it begins 30 minutes before the session"
    else:
        said = f"{time} counted; the booked time is over"
    return Ticking(found.ms, goes_on, said)


def sentence(session_id: str, performer_id: str) -> str:
    """The words of it alone."""
    return ticking(session_id, performer_id).sentence


def to_settle(*, before_ns: int, at_most: int = 200) -> list[str]:
    """Bookings with time that is not paid yet and to which nothing was added since `before_ns`."""
    found = Presence.objects.filter(settled=False, last_ns__lte=before_ns).exclude(booking=None).order_by("last_ns")
    return list(dict.fromkeys(str(one) for one in found.values_list("booking_id", flat=True)[:at_most]))


def over(booking_ids: Collection[str], *, before: datetime) -> set[str]:
    """Those of the bookings that began before then, with every session of theirs, and whose time is all paid."""
    found = Booking.objects.filter(pk__in=booking_ids, starts_at__lt=before)
    ahead = Place.objects.filter(booking__in=found, session__starts_at__gte=before).values("booking_id")
    unpaid = Presence.objects.filter(booking__in=found, settled=False).values("booking_id")
    return set(found.exclude(pk__in=ahead).exclude(pk__in=unpaid).values_list("pk", flat=True))


def _spans(performer_id: str, *, session_id: str, kind: str) -> list[Span]:
    found = Presence.objects.filter(performer_id=performer_id, session_id=session_id, kind=kind)
    return list(found.values_list("began_ns", "last_ns"))


def _room(session: Session, performer_id: str) -> Room:
    """Scenes, and when this performer was first ready: in studio time, from the room's own timeline."""
    opened = session.opened_ns or 0
    scenes: list[Span] = []
    began: int | None = None
    for kind, at_ns in session.events.filter(kind__in=["action", "cut"]).order_by("seq").values_list("kind", "at_ns"):
        if kind == "action":
            began = at_ns
        elif began is not None:
            scenes.append((opened + began, opened + at_ns))
            began = None
    if began is not None:
        latest = session.presence.order_by("-last_ns").values_list("last_ns", flat=True).first()
        scenes.append((opened + began, max(opened + began, latest or 0)))
    ready = session.events.filter(kind="ready", who_id=performer_id).order_by("seq").values_list("at_ns", flat=True)
    first = ready.first()
    booked = session.places.filter(performer_id=performer_id).values_list("booking__minutes", flat=True).first() or 60
    counts = window(int(session.starts_at.timestamp()) * _SECOND_NS, opened, booked * 60 * _SECOND_NS)
    return Room(tuple(scenes), None if first is None else opened + first, counts)


GRACE = GRACE_NS
"""Whoever is away for longer is not counted until they are back."""

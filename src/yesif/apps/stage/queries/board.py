"""The live board: each room of a producer that is open or about to be, and what is wrong in it. No picture or note."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from yesif.apps.stage.models import CareCase, Event, Place, Session
from yesif.apps.stage.queries.standing import RoomStands, room_stands

BEFORE, AFTER = timedelta(hours=12), timedelta(hours=2)
"""How far ahead, and how long after its start with nobody in it, a room stands on the board."""
MOVES = ("joined", "away", "left")


@dataclass(frozen=True, slots=True)
class Seat:
    """One performer's place on the board. `here`: here, away, gone or not-come; `faults` from their device check."""

    stage_name: str
    here: str
    ready: bool
    faults: tuple[str, ...]
    waits: str  # "", offered, stood-up or wants-another


@dataclass(frozen=True, slots=True)
class Room:
    """One room on the board. `calls`: calls for help nobody has answered."""

    id: str
    number: int
    project: str
    starts_at: datetime
    phase: str
    card: str
    order: int
    of: int
    playing_s: int | None
    seats: tuple[Seat, ...]
    stands: RoomStands
    calls: int

    @property
    def wrong(self) -> bool:
        """Should somebody look?"""
        stuck = self.phase != "lobby" and any(seat.here == "away" for seat in self.seats)
        return bool(self.calls) or stuck or any(seat.waits for seat in self.seats)


def rooms(producer_id: str, *, now: datetime, studio_ns: int) -> list[Room]:
    """Rooms of the producer's own projects, those somebody should look at first."""
    found = (
        Session.objects.filter(project__producer_id=producer_id, starts_at__lt=now + BEFORE)
        .exclude(phase="ended")
        .annotate(last_ns=Max("events__at_ns"))
        .select_related("project")
        .order_by("starts_at", "number")
    )
    shown = [one for one in found if _is_live(one, now, studio_ns)]
    return sorted((_room(one, studio_ns) for one in shown), key=lambda one: not one.wrong)


def _is_live(one: Session, now: datetime, studio_ns: int) -> bool:
    if one.starts_at > now - AFTER or one.opened_ns is None:
        return one.starts_at > now - AFTER
    last_ns: int = one.last_ns or 0  # type: ignore[attr-defined]  # annotated
    return studio_ns - one.opened_ns - last_ns < AFTER.total_seconds() * 1e9


def _room(one: Session, studio_ns: int) -> Room:
    scene = one.scenes.select_related("card").filter(order=one.scene_order).first()
    playing = one.phase == "playing" and one.opened_ns is not None and one.action_ns is not None
    return Room(
        id=one.id,
        number=one.number,
        project=one.project.title,
        starts_at=one.starts_at,
        phase=one.phase,
        card=scene.card.title if scene else "",
        order=one.scene_order,
        of=one.scenes.count(),
        playing_s=(studio_ns - (one.opened_ns or 0) - (one.action_ns or 0)) // 1_000_000_000 if playing else None,
        seats=tuple(_seat(place) for place in one.places.select_related("performer").order_by("position")),
        stands=room_stands(one.id),
        calls=CareCase.objects.filter(session=one, kind="help", answered_at=None).count(),
    )


def _seat(place: Place) -> Seat:
    own = Event.objects.filter(session_id=place.session_id, who_id=place.performer_id).order_by("-seq")
    last = own.filter(kind__in=MOVES).values_list("kind", flat=True).first()
    here = {"joined": "here", "away": "away", "left": "gone"}.get(last or "", "not-come")
    kinds = set(own.values_list("kind", flat=True)) if place.session.phase == "lobby" else set()
    waits = next((words for kind, words in _WAITS if kind in kinds), "")
    return Seat(place.performer.stage_name, here, place.ready, _faults(place.device_check or {}), waits)


_WAITS = (("wants-another", "wants-another"), ("stood-up", "stood-up"), ("re-pair-offered", "offered"))


def _faults(found: dict[str, object]) -> tuple[str, ...]:
    """What the device check found wanting, in words the performer has read as well."""

    def number(name: str) -> float:
        value = found.get(name)
        return float(value) if isinstance(value, int | float) else 0.0

    if not found:
        return ()
    faults = []
    if number("height") < 720:
        faults.append("small picture")
    if number("loudest_db") <= -50:
        faults.append("nothing heard")
    if found.get("bluetooth"):
        faults.append("Bluetooth microphone")
    if number("free_mb") < 800:
        faults.append("little space")
    return tuple(faults)

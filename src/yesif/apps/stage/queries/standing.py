"""How a room stands right now: paused, off the record, softer, and who sits in. For those who are in it."""

from dataclasses import dataclass

from yesif.apps.people.models import Person
from yesif.apps.stage.models import Event, Session
from yesif.core.timeline.seals import Moment, standing

COOL_DOWN_S = {1: 0, 2: 0, 3: 120, 4: 300}
"""Intensity of the heaviest card that was played → seconds of cool-down, paid whether or not anyone sits them."""
MARKS = ("softened", "paused", "resumed", "off-record", "on-record")


@dataclass(frozen=True, slots=True)
class RoomStands:
    """`paused` and `off` hold performers' ids; `chairs` stage names of producers who sit in; `line` what one of them
    said last, in this scene, and `line_seq` which line it is."""

    paused: frozenset[str]
    off: frozenset[str]
    softened: bool
    chairs: tuple[str, ...]
    line: str
    line_seq: int


def moments_of(session: Session) -> list[Moment]:
    """What was marked since the scene on the table last began."""
    begun = Event.objects.filter(session=session, kind="action").order_by("-seq").values_list("seq", flat=True).first()
    if begun is None:
        return []
    found = Event.objects.filter(session=session, seq__gt=begun, kind__in=MARKS).order_by("seq")
    return [Moment(at_ns, kind, who or "") for at_ns, kind, who in found.values_list("at_ns", "kind", "who_id")]


def chairs_of(session: Session) -> list[str]:
    """Ids of producers whose chair stands in the room."""
    chairs: dict[tuple[str, str], None] = {}  # two pages of one producer are one chair, until both are gone
    for event in Event.objects.filter(session=session, kind__in=("chair-taken", "chair-left")).order_by("seq"):
        chair = str(event.body.get("by")), str(event.body.get("page"))
        if event.kind == "chair-taken":
            chairs[chair] = None
        else:
            chairs.pop(chair, None)
    return list(dict.fromkeys(by for by, _ in chairs))


def cool_down_s(session: Session) -> int:
    """Paid seconds to come down from the heaviest card that was played."""
    played = Event.objects.filter(session=session, kind="action", scene__isnull=False)
    intensities = played.values_list("scene__card__intensity", flat=True)
    return max((COOL_DOWN_S.get(one, 300) for one in intensities), default=0)


def cool_down_of(session_id: str) -> int:
    """The same, for a page that has checked who asks."""
    return cool_down_s(Session.objects.get(pk=session_id))


def room_stands(session_id: str) -> RoomStands:
    """For the room's own pages, which have checked who asks."""
    session = Session.objects.get(pk=session_id)
    now = standing(moments_of(session)) if session.phase == "playing" else standing(())
    chairs = chairs_of(session)
    names = dict(Person.objects.filter(pk__in=chairs).values_list("id", "stage_name")) if chairs else {}
    last = Event.objects.filter(session=session, kind__in=("coached", "next-card", "swapped")).order_by("-seq").first()
    said = last if last is not None and last.kind == "coached" else None
    return RoomStands(
        paused=now.paused,
        off=now.off,
        softened=now.softened,
        chairs=tuple(names.get(one) or "The producer" for one in chairs),
        line=str(said.body.get("line", "")) if said else "",
        line_seq=said.seq if said else 0,
    )

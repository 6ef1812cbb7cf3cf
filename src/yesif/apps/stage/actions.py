"""Book sessions and move the room: every move is an event of the server, numbered, on the session clock.

    lobby → countdown → playing → between → (countdown …) → ended

Every function locks the session's row first, so events are numbered without gaps and two hands that press at once come
one after the other. `studio_ns` is studio time; what is stored is the session clock (studio time − opened_ns), and it
never steps back from one event to the next. A countdown that ran out is written down by whoever touches the room next,
at the moment that was announced, so a server that was killed meanwhile changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import IntegrityError, transaction
from django.db.models import Max

from yesif.apps.casting.models import Booking
from yesif.apps.decks.models import Card, PersonaNote
from yesif.apps.record import actions as record
from yesif.apps.stage.models import Dealing, Event, Place, Scene, Session
from yesif.base.errors import BadInput, Conflict, NotFound, Refused

COUNTDOWN_NS = 3_500_000_000
POSITIONS = "abcdef"
_NUMBERING_TRIES = 8


@dataclass(frozen=True, slots=True)
class ScenePlan:
    """One scene to play: the card, and the persona note for each position."""

    card_id: str
    notes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Counting:
    """Everyone is ready: action comes at `action_ns` (session clock)."""

    scene_id: str
    opened_ns: int
    action_ns: int


@dataclass(frozen=True, slots=True)
class CutSeen:
    """A scene was cut at `cut_ns` (session clock), or its countdown was called off (`played` is False)."""

    scene_id: str
    action_ns: int
    cut_ns: int
    played: bool


@transaction.atomic
def book_session(
    *,
    project_id: str,
    producer_id: str,
    booking_ids: Sequence[str],
    scenes: Sequence[ScenePlan],
    starts_at: datetime,
    now: datetime,
) -> str:
    """Book performers into a session with its cards and notes; returns its id.

    The bookings are of this producer's project and not declined; the performers are of one split group, since no
    release could hold a scene across two. Raises NotFound, BadInput, Refused.
    """
    bookings = list(
        Booking.objects.filter(
            pk__in=booking_ids, project_id=project_id, project__producer_id=producer_id, declined_at=None
        ).select_related("performer")
    )
    bookings.sort(key=lambda one: list(booking_ids).index(one.id))
    if len(bookings) != len(booking_ids):
        raise NotFound
    performers = {one.performer_id for one in bookings}
    if len(performers) < 2 or len(performers) != len(bookings) or len(bookings) > len(POSITIONS):
        raise BadInput("A session has two to six different performers.")
    if len({one.performer.split_group for one in bookings}) > 1:
        raise Refused("These performers are in different groups of the dataset; no release could hold their scene.")
    if not scenes:
        raise BadInput("A session plays at least one card.")
    session = _numbered(project_id, starts_at)
    places = {
        position: Place.objects.create(session=session, performer_id=one.performer_id, booking=one, position=position)
        for position, one in zip(POSITIONS, bookings, strict=False)
    }
    for order, plan in enumerate(scenes, 1):
        _deal(session, order, plan, places)
    return session.id


def _numbered(project_id: str, starts_at: datetime) -> Session:
    """The next session of the studio. Where two are booked at once, one of them takes the number after."""
    for _ in range(_NUMBERING_TRIES):
        number = (Session.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        try:
            with transaction.atomic():
                return Session.objects.create(project_id=project_id, number=number, starts_at=starts_at)
        except IntegrityError:
            continue
    raise Conflict("Many sessions are being booked at once; book this one again.")


def _deal(session: Session, order: int, plan: ScenePlan, places: Mapping[str, Place]) -> None:
    card = Card.objects.filter(pk=plan.card_id, deck__projects=session.project_id).first()
    if card is None:
        raise NotFound("That card is in none of the project's decks.")
    if set(plan.notes) != set(places):
        raise BadInput("Each performer is dealt one persona note for each card.")
    if len(set(plan.notes.values())) != len(plan.notes):
        raise BadInput("Two performers of one scene are dealt different persona notes.")
    scene = Scene.objects.create(session=session, card=card, order=order)
    for position, note_id in plan.notes.items():
        note = PersonaNote.objects.filter(pk=note_id, deck__projects=session.project_id).first()
        if note is None:
            raise NotFound("That persona note is in none of the project's decks.")
        Dealing.objects.create(scene=scene, place=places[position], note=note)


@transaction.atomic
def enter(*, session_id: str, performer_id: str, studio_ns: int, now: datetime) -> None:
    """A performer comes in, or back. The first one in opens the session clock. Raises NotFound, Refused."""
    session, place = _locked(session_id, performer_id, studio_ns)
    if session.phase == "ended":
        raise Refused("This session is over.")
    if place.booking is not None and place.booking.accepted_at is None:
        raise Refused("Accept the offer first; then the room opens for you.")
    if session.opened_ns is None:
        session.opened_ns = studio_ns
        session.save(update_fields=["opened_ns"])
        _write(session, "opened", studio_ns, place)
        body: dict[str, object] = {"session": session.id, "project": session.project_id}
        about = [*session.places.values_list("performer_id", flat=True), session.project_id]
        record.append(kind="session", body=body, about=about, now=now)
    _write(session, "joined", studio_ns, place)


@transaction.atomic
def away(*, session_id: str, performer_id: str, studio_ns: int) -> None:
    """A performer's connection went: nothing is cut, they may come back. Raises NotFound."""
    session, place = _locked(session_id, performer_id, studio_ns)
    if session.opened_ns is not None and session.phase != "ended":
        if place.ready and session.phase in ("lobby", "between"):
            place.ready = False  # nobody counts down for someone who is not there
            place.save(update_fields=["ready"])
        _write(session, "away", studio_ns, place)


@transaction.atomic
def check(*, session_id: str, performer_id: str, found: Mapping[str, object], studio_ns: int) -> None:
    """Keep what a performer's device check found. Raises NotFound."""
    session, place = _open(session_id, performer_id, studio_ns)
    place.device_check = dict(found)
    place.save(update_fields=["device_check"])
    _write(session, "checked", studio_ns, place)


@transaction.atomic
def ready(*, session_id: str, performer_id: str, is_ready: bool, studio_ns: int) -> Counting | None:
    """A performer is ready, or not yet. When all are, the countdown begins. Raises NotFound, Conflict."""
    session, place = _open(session_id, performer_id, studio_ns)
    if session.phase not in ("lobby", "between"):
        raise Conflict("The countdown has begun already.")
    scene = session.scenes.filter(order=session.scene_order).first()
    if scene is None:
        raise Conflict("There is no card left to play.")
    place.ready = is_ready
    place.save(update_fields=["ready"])
    at_ns = _write(session, "ready" if is_ready else "not-ready", studio_ns, place)
    if not is_ready or session.places.filter(ready=False).exists():
        return None
    opened_ns = _opened(session)
    session.phase, session.action_ns = "countdown", at_ns + COUNTDOWN_NS
    session.save(update_fields=["phase", "action_ns"])
    _write(session, "countdown", studio_ns, None, scene, action_ns=str(session.action_ns))
    return Counting(scene.id, opened_ns, session.action_ns)


@transaction.atomic
def action(*, session_id: str, studio_ns: int) -> bool:
    """The countdown is over: the scene plays from the moment that was announced, however late this is called.
    False where there is nothing to begin (called off, or begun already). Raises NotFound."""
    session = Session.objects.select_for_update().filter(pk=session_id).first()
    if session is None:
        raise NotFound
    return _act(session, studio_ns)


@transaction.atomic
def cut(*, session_id: str, performer_id: str, studio_ns: int) -> CutSeen | None:
    """Anyone cuts; both stop. In the countdown it calls the scene off. None where nothing plays. Raises NotFound."""
    session, place = _open(session_id, performer_id, studio_ns)
    scene = session.scenes.filter(order=session.scene_order).first()
    if session.action_ns is None or scene is None:
        return None
    return _cut(session, studio_ns, place, scene)


@transaction.atomic
def cut_abandoned(*, session_id: str, studio_ns: int, after_ns: int) -> CutSeen | None:
    """Cut a scene that nobody plays any more: since `after_ns` nobody was in the room. The cut is dated to the moment
    the last one went. None where somebody is there, or nothing plays. Raises NotFound."""
    session = _session(session_id, studio_ns)
    scene = session.scenes.filter(order=session.scene_order).first()
    last = _last_moves(session)
    if session.action_ns is None or scene is None or any(kind == "joined" for kind, _ in last.values()):
        return None
    went_ns = _opened(session) + max(at_ns for _, at_ns in last.values())
    if studio_ns - went_ns < after_ns:
        return None
    return _cut(session, went_ns, None, scene)


@transaction.atomic
def next_card(*, session_id: str, performer_id: str, studio_ns: int, after: int | None = None) -> bool:
    """Lay the next card on the table; False where there is none. `after` is the card the performer looked at: when both
    press at once, one card is turned, not two. Raises NotFound, Conflict while a scene plays."""
    session, place = _open(session_id, performer_id, studio_ns)
    if session.phase not in ("lobby", "between"):
        raise Conflict("Cut this scene before the next card.")
    if after is not None and after != session.scene_order:
        return True
    scene = session.scenes.filter(order=session.scene_order + 1).first()
    if scene is None:
        return False
    session.scene_order = scene.order
    session.save(update_fields=["scene_order"])
    session.places.update(ready=False)
    _write(session, "next-card", studio_ns, place, scene)
    return True


@transaction.atomic
def leave(*, session_id: str, performer_id: str, studio_ns: int) -> bool:
    """A performer leaves for good; when the last one has, the session ends (True). No reason is asked. Cut first: the
    caller does, in the same transaction. Raises NotFound."""
    session, place = _open(session_id, performer_id, studio_ns)
    place.ready = False
    place.save(update_fields=["ready"])
    _write(session, "left", studio_ns, place)
    if all(kind == "left" for kind in _last_steps(session).values()):
        session.phase, session.ended_at = "ended", datetime.fromtimestamp(studio_ns / 1e9, UTC)
        session.save(update_fields=["phase", "ended_at"])
        _write(session, "ended", studio_ns, None)
        return True
    return False


def _last_steps(session: Session) -> dict[str, str]:
    """Each performer's last step in or out: joined, left, or "" for one who never came."""
    steps = dict.fromkeys(session.places.values_list("performer_id", flat=True), "")
    steps.update(session.events.filter(kind__in=["joined", "left"]).order_by("seq").values_list("who_id", "kind"))
    return steps


def _last_moves(session: Session) -> dict[str, tuple[str, int]]:
    """For each performer who ever came: joined, away or left, and when (session clock)."""
    moves = session.events.filter(kind__in=["joined", "away", "left"]).order_by("seq")
    return {who: (kind, at_ns) for who, kind, at_ns in moves.values_list("who_id", "kind", "at_ns")}


def _cut(session: Session, studio_ns: int, place: Place | None, scene: Scene) -> CutSeen:
    action_ns, played = session.action_ns or 0, session.phase == "playing"
    session.phase, session.action_ns = "between", None
    session.save(update_fields=["phase", "action_ns"])
    session.places.update(ready=False)
    at_ns = _write(session, "cut" if played else "called-off", studio_ns, place, scene)
    return CutSeen(scene.id, action_ns, at_ns, played)


def _act(session: Session, studio_ns: int) -> bool:
    if session.phase != "countdown" or session.action_ns is None:
        return False
    if studio_ns - _opened(session) < session.action_ns:
        return False
    session.phase = "playing"
    session.save(update_fields=["phase"])
    scene = session.scenes.filter(order=session.scene_order).first()
    _write(session, "action", _opened(session) + session.action_ns, None, scene)
    return True


def _session(session_id: str, studio_ns: int) -> Session:
    """The session, its row locked, brought up to date: a countdown that ran out is "action"."""
    session = Session.objects.select_for_update().filter(pk=session_id).first()
    if session is None:
        raise NotFound
    _act(session, studio_ns)
    return session


def _locked(session_id: str, performer_id: str, studio_ns: int) -> tuple[Session, Place]:
    session = _session(session_id, studio_ns)
    place = Place.objects.filter(session_id=session_id, performer_id=performer_id).select_related("booking").first()
    if place is None:
        raise NotFound
    return session, place


def _open(session_id: str, performer_id: str, studio_ns: int) -> tuple[Session, Place]:
    session, place = _locked(session_id, performer_id, studio_ns)
    if session.opened_ns is None or session.phase == "ended":
        raise Conflict("Come into the room first." if session.opened_ns is None else "This session is over.")
    return session, place


def _opened(session: Session) -> int:
    if session.opened_ns is None:
        raise Conflict("Nobody has come into this room yet.")
    return session.opened_ns


def _write(
    session: Session, kind: str, studio_ns: int, place: Place | None, scene: Scene | None = None, **body: object
) -> int:
    """Number and keep one event; returns its time on the session clock, never before the event before it.

    The session's row is locked by the caller, so numbers have no gaps."""
    last = Event.objects.filter(session=session).aggregate(seq=Max("seq"), at_ns=Max("at_ns"))
    at_ns = max(studio_ns - _opened(session), last["at_ns"] or 0)
    Event.objects.create(
        session=session,
        seq=(last["seq"] or 0) + 1,
        at_ns=at_ns,
        kind=kind,
        who_id=place.performer_id if place else None,
        scene=scene,
        body=body,
    )
    return at_ns

"""Move the room: every move is an event of the server, numbered, on the session clock.

    lobby → countdown → playing → between → (countdown …) → ended

Every function locks the session's row first, so events are numbered without gaps and two hands that press at once come
one after the other. `studio_ns` is studio time; what is stored is the session clock (studio time − opened_ns), and it
never steps back from one event to the next. A countdown that ran out is written down by whoever touches the room next,
at the moment that was announced, so a server that was killed meanwhile changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction

from yesif.apps.people.models import Role
from yesif.apps.record import actions as record
from yesif.apps.stage.actions import presence
from yesif.apps.stage.actions.timeline import act, in_room, locked, opened, session_of, write
from yesif.apps.stage.models import Place, Scene, Session
from yesif.apps.stage.queries.sessions import BARRED
from yesif.apps.stage.queries.standing import cool_down_s
from yesif.base.errors import Conflict, NotFound, Refused

COUNTDOWN_NS = 3_500_000_000


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
    how: str = "cut"


@transaction.atomic
def enter(*, session_id: str, performer_id: str, studio_ns: int, now: datetime) -> None:
    """A performer comes in, or back. The first one in opens the session clock. Raises NotFound, Refused."""
    session, place = locked(session_id, performer_id, studio_ns)
    if session.phase == "ended":
        raise Refused("This session is over.")
    if Role.objects.filter(person_id=performer_id, role=BARRED).exists():
        raise Refused("You cannot play at the moment. The reason stands under “Decisions about you”.")
    if place.booking is not None and place.booking.accepted_at is None:
        raise Refused("Accept the offer first; then the room opens for you.")
    if session.opened_ns is None:
        session.opened_ns = studio_ns
        session.save(update_fields=["opened_ns"])
        write(session, "opened", studio_ns, place)
        body: dict[str, object] = {"session": session.id, "project": session.project_id}
        about = [*session.places.values_list("performer_id", flat=True), session.project_id]
        record.append(kind="session", body=body, about=about, now=now)
    write(session, "joined", studio_ns, place)
    presence.here(session_id=session_id, performer_id=performer_id, studio_ns=studio_ns, fresh=True)


@transaction.atomic
def away(*, session_id: str, performer_id: str, studio_ns: int) -> None:
    """A performer's connection went: nothing is cut, they may come back. Raises NotFound."""
    session, place = locked(session_id, performer_id, studio_ns)
    if session.opened_ns is not None and session.phase != "ended":
        if place.ready and session.phase in ("lobby", "between"):
            place.ready = False  # nobody counts down for someone who is not there
            place.save(update_fields=["ready"])
        write(session, "away", studio_ns, place)
        presence.here(session_id=session_id, performer_id=performer_id, studio_ns=studio_ns)


@transaction.atomic
def check(*, session_id: str, performer_id: str, found: Mapping[str, object], studio_ns: int) -> None:
    """Keep what a performer's device check found. Raises NotFound."""
    session, place = in_room(session_id, performer_id, studio_ns)
    place.device_check = dict(found)
    place.save(update_fields=["device_check"])
    write(session, "checked", studio_ns, place)


@transaction.atomic
def ready(*, session_id: str, performer_id: str, is_ready: bool, studio_ns: int) -> Counting | None:
    """A performer is ready, or not yet. When all are, the countdown begins. Raises NotFound, Conflict."""
    session, place = in_room(session_id, performer_id, studio_ns)
    if session.phase not in ("lobby", "between"):
        raise Conflict("The countdown has begun already.")
    scene = session.scenes.filter(order=session.scene_order).first()
    if scene is None:
        raise Conflict("There is no card left to play.")
    place.ready = is_ready
    place.save(update_fields=["ready"])
    at_ns = write(session, "ready" if is_ready else "not-ready", studio_ns, place)
    if not is_ready or session.places.filter(ready=False).exists():
        return None
    opened_ns = opened(session)
    session.phase, session.action_ns = "countdown", at_ns + COUNTDOWN_NS
    session.save(update_fields=["phase", "action_ns"])
    write(session, "countdown", studio_ns, None, scene, action_ns=str(session.action_ns))
    return Counting(scene.id, opened_ns, session.action_ns)


@transaction.atomic
def action(*, session_id: str, studio_ns: int) -> bool:
    """The countdown is over: the scene plays from the moment that was announced, however late this is called.
    False where there is nothing to begin (called off, or begun already). Raises NotFound."""
    session = Session.objects.select_for_update().filter(pk=session_id).first()
    if session is None:
        raise NotFound
    return act(session, studio_ns)


@transaction.atomic
def cut(*, session_id: str, performer_id: str, studio_ns: int, how: str = "cut") -> CutSeen | None:
    """Anyone cuts; both stop. In the countdown it calls the scene off. None where nothing plays. `how`: "cut" (stop
    now), "end" (the scene is over), "left" (its performer goes). Raises NotFound."""
    session, place = in_room(session_id, performer_id, studio_ns)
    scene = session.scenes.filter(order=session.scene_order).first()
    if session.action_ns is None or scene is None:
        return None
    return _cut(session, studio_ns, place, scene, how)


@transaction.atomic
def cut_abandoned(*, session_id: str, studio_ns: int, after_ns: int) -> CutSeen | None:
    """Cut a scene that nobody plays any more: since `after_ns` nobody was in the room. The cut is dated to the moment
    the last one went. None where somebody is there, or nothing plays. Raises NotFound."""
    session = session_of(session_id, studio_ns)
    scene = session.scenes.filter(order=session.scene_order).first()
    last = _last_moves(session)
    if session.action_ns is None or scene is None or any(kind == "joined" for kind, _ in last.values()):
        return None
    went_ns = opened(session) + max(at_ns for _, at_ns in last.values())
    if studio_ns - went_ns < after_ns:
        return None
    return _cut(session, went_ns, None, scene, "abandoned")


@transaction.atomic
def next_card(*, session_id: str, performer_id: str, studio_ns: int, after: int | None = None) -> bool:
    """Lay the next card on the table; False where there is none. `after` is the card the performer looked at: when both
    press at once, one card is turned, not two. Raises NotFound, Conflict while a scene plays."""
    session, place = in_room(session_id, performer_id, studio_ns)
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
    write(session, "next-card", studio_ns, place, scene)
    return True


@transaction.atomic
def leave(*, session_id: str, performer_id: str, studio_ns: int) -> bool:
    """A performer leaves for good; when the last one has, the session ends (True). No reason is asked. Cut first: the
    caller does, in the same transaction. Raises NotFound."""
    session, place = in_room(session_id, performer_id, studio_ns)
    place.ready = False
    place.save(update_fields=["ready"])
    write(session, "left", studio_ns, place, cool_down_s=cool_down_s(session))
    left_at = datetime.fromtimestamp(studio_ns / 1e9, UTC)
    presence.gone(session_id=session_id, performer_id=performer_id, studio_ns=studio_ns, now=left_at)
    if all(kind == "left" for kind in _last_steps(session).values()):
        session.phase, session.ended_at = "ended", left_at
        session.save(update_fields=["phase", "ended_at"])
        write(session, "ended", studio_ns, None)
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


def _cut(session: Session, studio_ns: int, place: Place | None, scene: Scene, how: str) -> CutSeen:
    action_ns, played = session.action_ns or 0, session.phase == "playing"
    session.phase, session.action_ns = "between", None
    session.save(update_fields=["phase", "action_ns"])
    session.places.update(ready=False)
    at_ns = write(session, "cut" if played else "called-off", studio_ns, place, scene, how=how)
    return CutSeen(scene.id, action_ns, at_ns, played, how)

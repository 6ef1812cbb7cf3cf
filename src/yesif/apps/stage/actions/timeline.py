"""The room's own timeline: lock the session, bring it up to date, number and keep one event. For the other actions."""

from django.db.models import Max

from yesif.apps.stage.models import Event, Place, Scene, Session
from yesif.base.errors import Conflict, NotFound


def act(session: Session, studio_ns: int) -> bool:
    if session.phase != "countdown" or session.action_ns is None:
        return False
    if studio_ns - opened(session) < session.action_ns:
        return False
    session.phase = "playing"
    session.save(update_fields=["phase"])
    scene = session.scenes.filter(order=session.scene_order).first()
    write(session, "action", opened(session) + session.action_ns, None, scene)
    return True


def session_of(session_id: str, studio_ns: int) -> Session:
    """The session, its row locked, brought up to date: a countdown that ran out is "action"."""
    session = Session.objects.select_for_update().filter(pk=session_id).first()
    if session is None:
        raise NotFound
    act(session, studio_ns)
    return session


def locked(session_id: str, performer_id: str, studio_ns: int) -> tuple[Session, Place]:
    session = session_of(session_id, studio_ns)
    place = Place.objects.filter(session_id=session_id, performer_id=performer_id).select_related("booking").first()
    if place is None:
        raise NotFound
    return session, place


def in_room(session_id: str, performer_id: str, studio_ns: int) -> tuple[Session, Place]:
    session, place = locked(session_id, performer_id, studio_ns)
    if session.opened_ns is None or session.phase == "ended":
        raise Conflict("Come into the room first." if session.opened_ns is None else "This session is over.")
    return session, place


def opened(session: Session) -> int:
    if session.opened_ns is None:
        raise Conflict("Nobody has come into this room yet.")
    return session.opened_ns


def write(
    session: Session, kind: str, studio_ns: int, place: Place | None, scene: Scene | None = None, **body: object
) -> int:
    """Number and keep one event; returns its time on the session clock, never before the event before it.

    The session's row is locked by the caller, so numbers have no gaps."""
    last = Event.objects.filter(session=session).aggregate(seq=Max("seq"), at_ns=Max("at_ns"))
    at_ns = max(studio_ns - opened(session), last["at_ns"] or 0)
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

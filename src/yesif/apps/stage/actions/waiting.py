"""A partner who does not come: after 5 minutes another one is offered, after 10 the stood-up fee is due.

    starts, and I am here ──5 min── re-pair-offered ──10 min── stood-up

Each is written once, as an event of the room, whoever looks; only for one who came, while the other never did.
"""

from django.conf import settings
from django.db import transaction

from yesif.apps.stage.actions.timeline import in_room, session_of, write
from yesif.apps.stage.models import Event, Place, Session
from yesif.base.errors import Conflict

_S = 1_000_000_000


@transaction.atomic
def look(*, session_id: str, studio_ns: int) -> tuple[tuple[str, str], ...]:
    """Write what the waiting has come to; (kind, performer) of what is new. Raises NotFound."""
    session = session_of(session_id, studio_ns)
    if session.opened_ns is None or session.phase != "lobby":
        return ()
    came = _first_joined(session)
    places = list(session.places.order_by("position"))
    if len(came) == len(places):
        return ()
    new = []
    for place in places:
        if place.performer_id in came and _here(session, place):
            waited_ns = studio_ns - max(_starts_ns(session), session.opened_ns + came[place.performer_id])
            for kind, after_s in (("re-pair-offered", settings.WAIT_OFFER_S), ("stood-up", settings.WAIT_STOOD_UP_S)):
                if waited_ns >= after_s * _S and not session.events.filter(kind=kind, who=place.performer).exists():
                    write(session, kind, studio_ns, place, None, waited_s=waited_ns // _S)
                    new.append((kind, place.performer_id))
    return tuple(new)


@transaction.atomic
def ask_another(*, session_id: str, performer_id: str, studio_ns: int) -> None:
    """One who waits says: pair me with somebody else who is here. Once offered. Raises NotFound, Conflict."""
    session, place = in_room(session_id, performer_id, studio_ns)
    if not session.events.filter(kind="re-pair-offered", who=place.performer).exists():
        raise Conflict("Your partner may still come; another one is offered after 5 minutes.")
    if not session.events.filter(kind="wants-another", who=place.performer).exists():
        write(session, "wants-another", studio_ns, place)


def _first_joined(session: Session) -> dict[str, int]:
    joined = Event.objects.filter(session=session, kind="joined").order_by("-seq")
    return {who: at_ns for who, at_ns in joined.values_list("who_id", "at_ns") if who is not None}


def _here(session: Session, place: Place) -> bool:
    moves = session.events.filter(kind__in=("joined", "away", "left"), who=place.performer).order_by("-seq")
    return moves.values_list("kind", flat=True).first() == "joined"


def _starts_ns(session: Session) -> int:
    return int(session.starts_at.timestamp()) * _S

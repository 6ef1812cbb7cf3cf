"""Read takes: what rolls in a room right now, and the takes of a session for its producer."""

from dataclasses import dataclass

from yesif.apps.footage.models import Performance, SealedSpan, Take
from yesif.apps.stage.queries.sessions import session


@dataclass(frozen=True, slots=True)
class Rolling:
    """The take that counts down or plays, as one of its performers sees it; times on the session clock."""

    take_id: str
    performance_id: str
    action_ns: int


def rolling(*, session_id: str, performer_id: str) -> Rolling | None:
    """The take a performer who comes back must go on with, if one rolls."""
    found = (
        Performance.objects.filter(take__scene__session_id=session_id, performer_id=performer_id, take__state="rolling")
        .select_related("take")
        .order_by("-take__number")
        .first()
    )
    return Rolling(found.take_id, found.id, found.take.action_ns) if found else None


@dataclass(frozen=True, slots=True)
class Over:
    """A take that was cut at `cut_ns` (session clock), or called off before it began. `sealed_ns`: how much of its end
    the cut sealed."""

    take_id: str
    cut_ns: int
    played: bool
    sealed_ns: int


def last_over(*, session_id: str, performer_id: str) -> Over | None:
    """The last take of a session that ended: a browser whose line was down at the cut learns of it by this."""
    found = (
        Take.objects.filter(scene__session_id=session_id, performances__performer_id=performer_id, cut_ns__isnull=False)
        .order_by("-action_ns")
        .first()
    )
    if found is None:
        return None
    seal = SealedSpan.objects.filter(performance__take=found, why="cut").first()
    return Over(found.id, found.cut_ns or 0, found.state != "called-off", seal.end_ns - seal.start_ns if seal else 0)


def rooms_that_roll() -> list[str]:
    """Sessions in which a take counts down or plays, for whoever looks after rooms that were left."""
    rolling = Take.objects.filter(state="rolling", source="room")
    return list(rolling.order_by("scene__session_id").values_list("scene__session_id", flat=True).distinct())


def take_ids(*, session_id: str, person_id: str) -> list[str]:
    """The takes of a session the person may see, in the order they were played. Raises NotFound."""
    session(session_id, person_id)
    found = Take.objects.filter(scene__session_id=session_id).exclude(state="called-off")
    return list(found.order_by("scene__order", "number").values_list("id", flat=True))

"""Takes begin and end with the room's events, in the same transaction: what the server's timeline says is the take."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Max

from yesif.apps.footage.actions import seals
from yesif.apps.footage.models import Performance, Take
from yesif.apps.stage.actions import room as stage
from yesif.apps.stage.models import Place


@dataclass(frozen=True, slots=True)
class Begun:
    """A take whose countdown runs. `performances` by performer's id; times on the session clock but `opened_ns`."""

    take_id: str
    scene_id: str
    opened_ns: int
    action_ns: int
    performances: dict[str, str]


@dataclass(frozen=True, slots=True)
class Ended:
    """A take was cut at `cut_ns` (session clock), or its countdown called off: then nothing of it is kept."""

    take_id: str
    action_ns: int
    cut_ns: int
    played: bool


@transaction.atomic
def ready(*, session_id: str, performer_id: str, is_ready: bool, studio_ns: int) -> Begun | None:
    """A performer is ready, or not yet; when all are, the countdown and its take begin. Raises NotFound, Conflict."""
    counting = stage.ready(session_id=session_id, performer_id=performer_id, is_ready=is_ready, studio_ns=studio_ns)
    if counting is None:
        return None
    last = Take.objects.filter(scene_id=counting.scene_id).aggregate(last=Max("number"))["last"]
    take = Take.objects.create(scene_id=counting.scene_id, number=(last or 0) + 1, action_ns=counting.action_ns)
    performances = [
        Performance(take=take, performer_id=place.performer_id, position=place.position)
        for place in Place.objects.filter(session_id=session_id).order_by("position")
    ]
    Performance.objects.bulk_create(performances)
    return Begun(
        take.id,
        counting.scene_id,
        counting.opened_ns,
        counting.action_ns,
        {one.performer_id: one.id for one in performances},
    )


@transaction.atomic
def cut(*, session_id: str, performer_id: str, studio_ns: int, how: str = "cut") -> Ended | None:
    """Stop the take that rolls; in the countdown, call it off. None where nothing rolls. What the room sealed of it
    (the last 30 s before a cut first of all) is sealed for everyone, in this transaction. Raises NotFound."""
    seen = stage.cut(session_id=session_id, performer_id=performer_id, studio_ns=studio_ns, how=how)
    return _end(seen, studio_ns) if seen else None


@transaction.atomic
def cut_abandoned(*, session_id: str, studio_ns: int, after_ns: int) -> Ended | None:
    """Cut the take of a room in which nobody has been for `after_ns`. None where there is none. Raises NotFound."""
    seen = stage.cut_abandoned(session_id=session_id, studio_ns=studio_ns, after_ns=after_ns)
    return _end(seen, studio_ns) if seen else None


@transaction.atomic
def leave(*, session_id: str, performer_id: str, studio_ns: int) -> tuple[Ended | None, bool]:
    """Leave for good: whatever plays is cut first. Returns the cut take, and whether the session is over."""
    ended = cut(session_id=session_id, performer_id=performer_id, studio_ns=studio_ns, how="left")
    return ended, stage.leave(session_id=session_id, performer_id=performer_id, studio_ns=studio_ns)


def _end(seen: stage.CutSeen, studio_ns: int) -> Ended | None:
    take = Take.objects.filter(scene_id=seen.scene_id, state="rolling").order_by("-number").first()
    if take is None:
        return None
    take.cut_ns = max(seen.cut_ns, seen.action_ns)
    take.state = "uploading" if seen.played else "called-off"
    take.save(update_fields=["cut_ns", "state"])
    if seen.played:
        seals.seal_from_the_room(take, how=seen.how, now=datetime.fromtimestamp(studio_ns / 1e9, UTC))
    return Ended(take.id, seen.action_ns, take.cut_ns, seen.played)

"""The films of a session that was reported, for the care desk alone: while the case is open, and only after whoever
looks has written down that they do (`stage.actions.care.look`). What a performer sealed of their own is in none."""

from dataclasses import dataclass
from datetime import datetime

from yesif.apps.footage.models import Performance
from yesif.apps.footage.queries.review import (
    KINDS_OF_MEDIA,
    REVIEWABLE,
    Media,
    leaves_out,
    pair_seals,
    performances,
)
from yesif.apps.stage.queries import care
from yesif.base.errors import NotFound

PREFIX = "care-"


@dataclass(frozen=True, slots=True)
class Film:
    """One side of one take; without `is_there` it is withdrawn, not made yet, or shows what was sealed since."""

    performance_id: str
    stage_name: str
    title: str
    number: int
    is_there: bool


def films(session_id: str, *, viewer_id: str, now: datetime) -> tuple[Film, ...]:
    """Both sides of every take of a session, to whoever looks into a report of it now; to anyone else, none."""
    if not care.looks_into(session_id, viewer_id, now=now):
        return ()
    found = performances().filter(take__scene__session_id=session_id).exclude(take__state="called-off")
    return tuple(_film(one) for one in found.order_by("take_id", "position"))


def media(performance_id: str, *, viewer_id: str, kind: str, now: datetime) -> Media:
    """What the care desk may fetch of a performance now; asked again for every piece of a film. Raises NotFound."""
    one = performances().filter(pk=performance_id).first()
    plain = kind.removeprefix(PREFIX)
    if one is None or plain not in KINDS_OF_MEDIA or not kind.startswith(PREFIX):
        raise NotFound
    digest = getattr(one, f"{plain}_sha256")
    if not digest or not _open(one) or not care.looks_into(one.take.scene.session_id, viewer_id, now=now):
        raise NotFound
    return Media(performance_id, digest, plain)


def _film(one: Performance) -> Film:
    is_there = bool(one.preview_sha256) and _open(one)
    return Film(one.id, one.performer.stage_name, one.take.scene.card.title, one.take.number, is_there)


def _open(one: Performance) -> bool:
    """Is it there to look at, and does it show nothing that one of its cast sealed? Only a report's own seal opens."""
    parts = Performance.objects.filter(take_id=one.take_id).values_list("id", flat=True)
    sealed = [span for part in parts for span in pair_seals(part)]
    return one.state in REVIEWABLE and leaves_out(one, sealed)

"""What ingest must know of a take: who played, when, and which bytes are there."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from yesif.apps.footage.models import Performance, Take, Track
from yesif.apps.stage.models import Event, Place, Scene
from yesif.base.errors import NotFound

TAKE_EVENTS = ("card-shown", "action", "cut")
"""Kinds of room event without which a take has no prompt, no beginning or no end."""


@dataclass(frozen=True, slots=True)
class TrackHere:
    """One track: `log` names the take log's blob, `sha256` the finished track's; empty where there is none."""

    id: str
    kind: str
    log: str
    receipt: dict[str, object] | None
    sha256: str
    manifest: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PerformanceHere:
    """One performer's part, with the tracks that arrived."""

    id: str
    performer_id: str
    position: str
    state: str
    tracks: tuple[TrackHere, ...]

    def track(self, kind: str) -> TrackHere | None:
        """The track of this kind."""
        return next((track for track in self.tracks if track.kind == kind), None)


@dataclass(frozen=True, slots=True)
class TakeHere:
    """One take: `opened_ns` studio time, `action_ns` and `cut_ns` session clock."""

    id: str
    state: str
    source: str
    session_id: str
    opened_ns: int
    action_ns: int
    cut_ns: int
    performances: tuple[PerformanceHere, ...]

    @property
    def span_ns(self) -> tuple[int, int]:
        """From action to cut, in take time."""
        return 0, max(0, self.cut_ns - self.action_ns)


@dataclass(frozen=True, slots=True)
class SceneHere:
    """One scene and who plays it: position to performer."""

    id: str
    places: dict[str, str]


def take(take_id: str) -> TakeHere:
    """One take, for the house's own flows: no viewer, no access. Raises NotFound."""
    found = Take.objects.filter(pk=take_id).select_related("scene__session").first()
    if found is None:
        raise NotFound
    parts = Performance.objects.filter(take=found).order_by("position").prefetch_related("tracks")
    return TakeHere(
        found.id,
        found.state,
        found.source,
        found.scene.session_id,
        found.scene.session.opened_ns or 0,
        found.action_ns,
        found.cut_ns if found.cut_ns is not None else found.action_ns,
        tuple(_performance(part) for part in parts),
    )


def performance(performance_id: str) -> tuple[TakeHere, PerformanceHere]:
    """One performance with its take, for the house's own flows. Raises NotFound."""
    found = Performance.objects.filter(pk=performance_id).values_list("take_id", flat=True).first()
    if found is None:
        raise NotFound
    here = take(found)
    return here, next(part for part in here.performances if part.id == performance_id)


def events(take_id: str) -> list[list[Any]]:
    """What the room wrote of the take's scene, [kind, take time], in its order. Raises NotFound."""
    found = Take.objects.filter(pk=take_id).select_related("scene").first()
    if found is None:
        raise NotFound
    seen = Event.objects.filter(scene_id=found.scene_id, kind__in=TAKE_EVENTS).order_by("seq")
    return [[kind, at_ns - found.action_ns] for kind, at_ns in seen.values_list("kind", "at_ns")]


def scene_for(session_id: str, *, card_key: str = "") -> SceneHere:
    """The scene of a session that a recording made elsewhere belongs to: of that card, else the first not yet played.

    Raises NotFound.
    """
    scenes = Scene.objects.filter(session_id=session_id).order_by("order")
    if card_key:
        scenes = scenes.filter(card__key=card_key)
    found = scenes.filter(takes=None).first() or scenes.first()
    if found is None:
        raise NotFound("That session has no such scene.")
    return SceneHere(
        found.id, dict(Place.objects.filter(session_id=session_id).values_list("position", "performer_id"))
    )


def places(scene_id: str) -> dict[str, str]:
    """Who plays a scene: position to performer."""
    return dict(Place.objects.filter(session__scenes=scene_id).values_list("position", "performer_id"))


def overdue(*, hours: int, now: datetime) -> list[str]:
    """Takes of which something is here whole and whose missing side had `hours` to arrive since then."""
    here = Track.objects.filter(state="complete", uploads__ended_at__lt=now - timedelta(hours=hours))
    found = Take.objects.filter(state="uploading", performances__tracks__in=here)
    return list(found.distinct().values_list("id", flat=True))


def _performance(part: Performance) -> PerformanceHere:
    tracks = sorted(part.tracks.all(), key=lambda track: track.kind)
    return PerformanceHere(
        part.id,
        part.performer_id,
        part.position,
        part.state,
        tuple(
            TrackHere(track.id, track.kind, track.log_sha256, track.receipt, track.sha256, track.manifest)
            for track in tracks
        ),
    )

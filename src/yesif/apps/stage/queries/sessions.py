"""Read sessions: each only to the cast and the producer; a private note only to the one it was dealt to."""

from dataclasses import dataclass
from datetime import datetime

from yesif.apps.decks.queries import CardSeen, card_seen
from yesif.apps.stage.models import Dealing, Event, Place, Scene, Session
from yesif.base.errors import NotFound

BARRED = "barred"
"""The mark of a performer who was deactivated by a ruling: no booking and no room, but everything else of theirs."""


@dataclass(frozen=True, slots=True)
class PlaceSeen:
    """One performer's place, as the other one sees it."""

    position: str
    performer_id: str
    stage_name: str
    pronouns: str
    languages: tuple[str, ...]
    ready: bool


@dataclass(frozen=True, slots=True)
class SceneSeen:
    """One scene of a session with what both may see of its card."""

    id: str
    order: int
    card: CardSeen


@dataclass(frozen=True, slots=True)
class SessionSeen:
    """One session. Times `*_ns` count on the session clock, but `opened_ns`, which is studio time."""

    id: str
    number: int
    project_id: str
    project_title: str
    language: str
    starts_at: datetime
    opened_ns: int | None
    phase: str
    scene_order: int
    action_ns: int | None
    places: tuple[PlaceSeen, ...]
    scenes: tuple[SceneSeen, ...]

    @property
    def scene(self) -> SceneSeen | None:
        """The scene on the table."""
        return next((scene for scene in self.scenes if scene.order == self.scene_order), None)


@dataclass(frozen=True, slots=True)
class PrivateNote:
    """What one performer is told and the partner is not."""

    objective: str
    label: str
    note: str
    want: str
    fear: str
    voice: str
    tell: str
    under_pressure: str
    softens_when: str


@dataclass(frozen=True, slots=True)
class EventSeen:
    """One event of the room; `at_ns` on the session clock."""

    seq: int
    at_ns: int
    kind: str
    who: str | None
    scene_id: str | None
    body: dict[str, object]


def session(session_id: str, person_id: str) -> SessionSeen:
    """A session, to its cast or its project's producer. Raises NotFound."""
    found = Session.objects.filter(pk=session_id).select_related("project").first()
    if found is None or not (
        found.project.producer_id == person_id or found.places.filter(performer_id=person_id).exists()
    ):
        raise NotFound
    return _session(found)


def is_producer_of(session_id: str, person_id: str) -> bool:
    """Is the session of this person's own project?"""
    return Session.objects.filter(pk=session_id, project__producer_id=person_id).exists()


def moved_to(session_id: str, performer_id: str) -> str:
    """Where a performer plays instead, when their session was called off for another pair; "" where it was not."""
    old = Session.objects.filter(pk=session_id, phase="ended").first()
    if old is None or old.events.filter(kind="ended").exists():
        return ""
    others = Session.objects.filter(project_id=old.project_id, starts_at=old.starts_at, number__gt=old.number)
    found = others.filter(places__performer_id=performer_id).exclude(phase="ended").order_by("-number")
    return found.values_list("id", flat=True).first() or ""


def position(session_id: str, performer_id: str) -> str:
    """Where in the session's cast a performer stands. Raises NotFound."""
    found = Place.objects.filter(session_id=session_id, performer_id=performer_id).values_list("position", flat=True)
    letter = found.first()
    if letter is None:
        raise NotFound
    return letter


def sessions_of_project(project_id: str, producer_id: str) -> list[SessionSeen]:
    """The sessions of a producer's own project, newest first."""
    found = Session.objects.filter(project_id=project_id, project__producer_id=producer_id)
    return [_session(one) for one in found.select_related("project").order_by("-number")]


def sessions_of(performer_id: str) -> list[SessionSeen]:
    """The sessions a performer is in, soonest first."""
    found = Session.objects.filter(places__performer_id=performer_id)
    return [_session(one) for one in found.select_related("project").order_by("starts_at")]


def private_note(*, session_id: str, performer_id: str) -> PrivateNote:
    """The objective and the persona note of the scene on the table, for the performer they were dealt to and nobody
    else. The only way to a note: nothing else in the house reads one for a page or a socket. Raises NotFound."""
    dealt = (
        Dealing.objects.filter(place__session_id=session_id, place__performer_id=performer_id)
        .filter(scene__order=_scene_order(session_id))
        .select_related("scene__card", "place", "note")
        .first()
    )
    if dealt is None:
        raise NotFound
    card, content = dealt.scene.card, dealt.note.content
    told = {name: str(content.get(name, "")) for name in PrivateNote.__slots__ if name != "objective"}
    return PrivateNote(objective=card.objective_a if dealt.place.position == "a" else card.objective_b, **told)


def events(session_id: str, person_id: str) -> list[EventSeen]:
    """The timeline of a session the person may see, in order. Raises NotFound."""
    session(session_id, person_id)
    return [
        EventSeen(event.seq, event.at_ns, event.kind, event.who_id, event.scene_id, event.body)
        for event in Event.objects.filter(session_id=session_id).order_by("seq")
    ]


def _scene_order(session_id: str) -> int:
    found = Session.objects.filter(pk=session_id).values_list("scene_order", flat=True).first()
    if found is None:
        raise NotFound
    return found


def _session(one: Session) -> SessionSeen:
    places = tuple(
        PlaceSeen(
            place.position,
            place.performer_id,
            place.performer.stage_name,
            place.performer.pronouns,
            tuple(place.performer.languages),
            place.ready,
        )
        for place in Place.objects.filter(session=one).select_related("performer").order_by("position")
    )
    scenes = tuple(
        SceneSeen(scene.id, scene.order, card_seen(scene.card))
        for scene in Scene.objects.filter(session=one).select_related("card").order_by("order")
    )
    return SessionSeen(
        one.id,
        one.number,
        one.project_id,
        one.project.title,
        one.project.language,
        one.starts_at,
        one.opened_ns,
        one.phase,
        one.scene_order,
        one.action_ns,
        places,
        scenes,
    )

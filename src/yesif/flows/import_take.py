"""Two recordings made elsewhere become a take: of a session that is booked, or of one made for them on the fly.

Nothing is agreed to on anybody's behalf: whoever is booked here gets an offer, and until they have accepted, answered
and released their part themselves, no release holds it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from yesif.apps.casting import actions as casting
from yesif.apps.casting import queries as casting_queries
from yesif.apps.decks import actions as deck_actions
from yesif.apps.decks import queries as decks
from yesif.apps.footage.actions import ingest as actions
from yesif.apps.footage.actions.ingest import Recording
from yesif.apps.footage.queries import tracks
from yesif.apps.keys import actions as keys
from yesif.apps.market import queries as market
from yesif.apps.people import actions as people
from yesif.apps.stage.actions import bookings as stage
from yesif.apps.stage.actions.bookings import ScenePlan
from yesif.base import ids
from yesif.base.errors import BadInput, Conflict, NotFound
from yesif.base.money import Money
from yesif.flows.ingest import start_ingest
from yesif.media import strongbox
from yesif.media.probe import Probe, probe
from yesif.media.store import open_store

PROJECT = "Imported scenes"
CORE = ("understand-speech", "research")


@dataclass(frozen=True, slots=True)
class Found:
    """One recording, looked at: which tracks it holds, and how long it is."""

    path: Path
    kinds: tuple[str, ...]
    length_ns: int


def look(path: Path) -> Found:
    """Is this a recording we can take? Raises NotFound, BadInput, Damaged, LimitReached."""
    seen = probe(path, to_the_end=False)
    if seen.length_ns is None:
        seen = probe(path)
    kinds = tuple(kind for kind, medium in (("camera", seen.camera), ("voice", seen.voice)) if medium)
    return Found(path, kinds, _length_ns(seen))


def start_import(*, scene_id: str, found: Mapping[str, Found], offset_ns: int, studio_ns: int, now: datetime) -> str:
    """Put recordings (by position) into the store and ask for their ingest; returns the take's id.

    `offset_ns`: when b's recording began, on a's clock; negative where b began first. Raises NotFound, Conflict.
    """
    store, places = open_store(settings.STORAGE), tracks.places(scene_id)
    if set(places) != set(found):
        raise Conflict(f"This session has {len(places)} performers, and {len(found)} recordings were given.")
    late = {"a": max(-offset_ns, 0), "b": max(offset_ns, 0)}
    recordings = {}
    for position, one in found.items():
        own = ids.new("prf")
        box = keys.box_for(box_id=own, owners=[places[position]], now=now)
        blob = strongbox.put_file(store, box, one.path)
        recordings[position] = Recording(own, blob.sha256, blob.size, one.kinds, late.get(position, 0))
    length_ns = max(one.length_ns + late.get(position, 0) for position, one in found.items())
    # The blobs are durable before the facts that name them: killed here, nothing is left but bytes without a name.
    with transaction.atomic():
        take_id = actions.take_in(
            scene_id=scene_id, recordings=recordings, length_ns=length_ns, studio_ns=studio_ns, now=now
        )
        start_ingest(take_id=take_id, now=now)
    return take_id


def deck_named(name: str) -> str:
    """The id of a deck: one that is here, by key; the starter deck; or a file. Raises NotFound, BadInput."""
    if name.endswith(".json"):
        return deck_actions.import_deck(content=_file(Path(name)))
    starter = decks.starter_deck()
    head = starter["deck"]
    if isinstance(head, dict) and head.get("id") == name:
        return deck_actions.import_deck(content=starter)
    return decks.deck_by_key(name).id


@transaction.atomic
def book(*, deck: str, card: str, project: str, performers: Mapping[str, str], now: datetime) -> str:
    """Book two performers (position to e-mail address; none: two made up) for one card; returns the session's id.

    Raises NotFound, BadInput, Refused (performers of different groups of the dataset).
    """
    deck_id = deck_named(deck)
    card_id = decks.card_id(deck_id, card) if card else decks.cards(deck_id)[0].id
    notes = decks.notes(deck_id)
    if len(notes) < 2:
        raise BadInput("That deck has fewer than two persona notes.")
    project_id, producer_id = _project(project, deck_id, now)
    cast = _cast(performers, now)
    bookings = [
        casting.offer(
            project_id=project_id,
            producer_id=producer_id,
            performer_id=performer_id,
            starts_at=now,
            minutes=60,
            now=now,
        )
        for performer_id in cast
    ]
    return stage.book_session(
        project_id=project_id,
        producer_id=producer_id,
        booking_ids=bookings,
        scenes=[ScenePlan(card_id, {"a": notes[0].id, "b": notes[1].id})],
        starts_at=now,
        now=now,
    )


def scene_of(session_id: str, *, card: str = "") -> str:
    """The scene of a booked session that the recordings belong to. Raises NotFound."""
    return tracks.scene_for(session_id, card_key=card).id


def _project(name: str, deck_id: str, now: datetime) -> tuple[str, str]:
    """The project of that id or title; without a name, the one for imports, made at its first use."""
    try:
        project_id, producer_id = market.project_named(name or PROJECT)
    except NotFound:
        if name:
            raise
        producer_id = people.join(email="imports@example.invalid", stage_name="Imports", role="producer", now=now)
        project_id = casting.make_project(
            producer_id=producer_id,
            title=PROJECT,
            about="Scenes recorded elsewhere, brought in with yesif import.",
            core_what=CORE[0],
            core_where=CORE[1],
            licensee="",
            core_ends=(now + timedelta(days=365)).date(),
            fee=Money(0, "EUR"),
            deck_ids=[deck_id],
            now=now,
        )
    if deck_id not in casting_queries.deck_ids_of(project_id):
        raise BadInput("That project does not play that deck.")
    return project_id, producer_id


def _cast(performers: Mapping[str, str], now: datetime) -> list[str]:
    if performers:
        return [_performer(address, now) for _, address in sorted(performers.items())]
    # Of four people, two are of one group: there are three. Nobody can be dealt into a group, only found in one.
    made_up = [_performer(f"performer-{number}@example.invalid", now) for number in range(1, 5)]
    by_group: dict[str, list[str]] = {}
    for one in made_up:
        by_group.setdefault(people.split_group(one), []).append(one)
    return max(by_group.values(), key=len)[:2]


def _performer(address: str, now: datetime) -> str:
    name = address.partition("@")[0].replace("-", " ").title()
    return people.join(email=address, stage_name=name, role="performer", now=now)


def _length_ns(seen: Probe) -> int:
    if seen.length_ns is not None:
        return seen.length_ns
    voice = seen.samples * 1_000_000_000 // seen.voice.rate if seen.voice and seen.voice.rate else 0
    fps = seen.camera.fps_milli if seen.camera else 0
    return max(voice, seen.frames * 1_000_000_000_000 // fps if fps else 0)


def _file(path: Path) -> dict[str, object]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise NotFound("There is no such deck file.") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as wrong:
        raise BadInput("That deck file is not JSON.") from wrong
    if not isinstance(content, dict):
        raise BadInput("A deck file holds one object.")
    return content

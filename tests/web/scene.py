"""A take that Ana and Bo have played, whole and ready for review, with a small preview in the store."""

import json
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.timezone import now

from tests.people import person
from yesif.apps.casting.models import Project
from yesif.apps.decks.models import Card, Deck
from yesif.apps.footage.models import Finding, Performance, Take, Track
from yesif.apps.keys import actions as keys
from yesif.apps.stage.models import Event, Place, Scene, Session
from yesif.media import strongbox
from yesif.media.store import Store, open_store

S = 1_000_000_000
ACTION = 5 * S
LENGTH = 60 * S


@dataclass(frozen=True, slots=True)
class Played:
    """Ids of what was played; `ana` and `bo` are their performances."""

    project: str
    session: str
    take: str
    ana: str
    bo: str


def store() -> Store:
    return open_store(settings.STORAGE)


def played(*, state: str = "in-review", title: str = "Unit 114") -> Played:
    """One take of 60 s, with findings, turns, events, and a preview each."""
    deck = Deck.objects.create(key="d", version=str(Deck.objects.count()), title="Open Door", language="en")
    card = Card.objects.create(
        deck=deck,
        key="c",
        title=title,
        relationship="r",
        where="w",
        moment_before="m",
        objective_a="a",
        objective_b="b",
    )
    pia = person("pia")
    project = Project.objects.create(
        producer=pia,
        title="Small talk",
        core_what="understand-speech",
        core_where="research",
        core_ends=date(2027, 1, 1),
    )
    session = Session.objects.create(project=project, number=Session.objects.count() + 1, starts_at=now(), opened_ns=0)
    scene = Scene.objects.create(session=session, card=card, order=1)
    take = Take.objects.create(scene=scene, action_ns=ACTION, cut_ns=ACTION + LENGTH, state="sealed", sealed_at=now())
    for seq, (at, kind) in enumerate([(ACTION, "action"), (ACTION + 30 * S, "paused"), (ACTION + LENGTH, "cut")]):
        Event.objects.create(session=session, seq=seq, at_ns=at, kind=kind, scene=scene)
    ids = {name: _performance(session, take, name, position, state) for name, position in (("ana", "a"), ("bo", "b"))}
    return Played(project.id, session.id, take.id, ids["ana"], ids["bo"])


def show_preview(performance_id: str, content: bytes, *, leaves_out: list[list[int]] | None = None) -> None:
    """Give a performance a preview of these bytes, as ingest would."""
    owner = Performance.objects.get(pk=performance_id).performer_id
    box = keys.box_for(box_id=performance_id, owners=[owner], now=now())
    peaks = json.dumps({"peaks": [0.1, 0.5, 0.9]}).encode()
    Performance.objects.filter(pk=performance_id).update(
        preview_sha256=strongbox.put_bytes(store(), box, content).sha256,
        poster_sha256=strongbox.put_bytes(store(), box, b"poster " + content[:20]).sha256,
        peaks_sha256=strongbox.put_bytes(store(), box, peaks).sha256,
        preview_leaves_out=leaves_out or [],
    )


def _performance(session: Session, take: Take, name: str, position: str, state: str) -> str:
    Place.objects.create(session=session, performer=person(name), position=position)
    one = Performance.objects.create(
        take=take,
        performer=person(name),
        position=position,
        state=state,
        summary={"turns": [[2 * S, 9 * S], [20 * S, 31 * S]]},
    )
    Track.objects.create(performance=one, kind="camera", state="sealed")
    Finding.objects.create(
        performance=one, check_name="clipping", verdict="warn", value=0.4, unit="%", threshold=0.1,
        start_ns=3 * S, end_ns=4 * S, sentence="0.4 % of the voice is clipped; the limit is 0.1 %.",
    )  # fmt: skip
    show_preview(one.id, (f"{name} plays " * 4000).encode())
    return one.id

"""The studio the access matrix is tried on: one of everything, each of someone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.test import Client
from django.utils.timezone import now

from tests.apps.signing import BrowserKey
from tests.people import person
from tests.web.scene import S, played, show_preview
from yesif.apps.casting import actions as casting
from yesif.apps.consent import actions as consent
from yesif.apps.decks import actions as decks
from yesif.apps.decks import queries as shelf
from yesif.apps.footage.actions import review, uploads
from yesif.apps.footage.models import Take
from yesif.apps.market.models import Release
from yesif.apps.people.models import Person, Role
from yesif.core.policy.grants import Conditions
from yesif.core.policy.uses import CURRENT
from yesif.flows.release.uses import kept, use_of
from yesif.web import media

OTHERS = {"max": "producer", "op": "operator"}


@dataclass(frozen=True)
class World:
    """Who looks, and the ids that fill the parts of addresses, by the parts' names."""

    viewers: Mapping[str, Client]
    ids: Mapping[str, str]


def world() -> World:
    """Everything in it is Ana's as a performer or Pia's as a producer."""
    scene, ana = played(), person("ana")
    deck = decks.import_deck(content=shelf.starter_deck())
    booking = casting.offer(
        project_id=scene.project,
        producer_id=person("pia").id,
        performer_id=ana.id,
        starts_at=now() + timedelta(days=1),
        minutes=60,
        now=now(),
    )
    token = media.address(scene.ana, kind="peaks", viewer_id=ana.id).rsplit("/", 1)[-1]
    uses = kept(use_of(project_id=scene.project, what="words-only", where="research", licensee="Lab", now=now()))
    ids = {
        "session_id": scene.session,
        "take_id": scene.take,
        "performance_id": scene.ana,
        "project_id": scene.project,
        "deck_id": deck,
        "booking_id": booking,
        "token": token,
        "span_id": str(_sealed(scene.ana)),
        "grant_id": _answered(ana.id),
        "upload_id": _upload(scene.take, ana.id),
        "release_id": Release.objects.create(
            project_id=scene.project, requested_by=person("pia"), use=uses, line="x", made_at=now(), state="empty"
        ).id,
        "what": "README.md",
        "path": "README.md",
    }
    return World({name: _client(name) for name in (*_NAMES, "stranger")}, ids)


_NAMES = ("ana", "bo", "cy", "pia", "max", "lab", "una", "op")


def _client(name: str) -> Client:
    client = Client()
    if name in OTHERS:
        one = Person.objects.create_user(f"{name}@example.test", name.title())
        Role.objects.create(person=one, role=OTHERS[name])
        client.force_login(one)
    elif name != "stranger":
        client.force_login(person(name))
    return client


def _sealed(performance_id: str) -> int:
    """A seal of Ana's, lifted already: lifting it again changes nothing. Sealing dropped her films; they are back."""
    ana = person("ana").id
    span = review.seal(performance_id=performance_id, performer_id=ana, start_ns=0, end_ns=S, why="was-me", now=now())
    review.lift(span_id=span, performer_id=ana, now=now())
    show_preview(performance_id, b"ana again " * 100)
    return span


def _answered(performer_id: str) -> str:
    items = {one.id: "yes" for one in (*CURRENT.whats, *CURRENT.wheres) if getattr(one, "bundle", True)}
    return consent.give(
        performer_id=performer_id, answers=items, conditions=Conditions(until=now() + timedelta(days=90)), now=now()
    )


def _upload(take_id: str, performer_id: str) -> str:
    """One that is still on its way: for that the take is, too."""
    Take.objects.filter(pk=take_id).update(state="uploading")
    key = BrowserKey()
    opened = uploads.open_upload(take_id=take_id, kind="voice", performer_id=performer_id, key=key.jwk, now=now())
    Take.objects.filter(pk=take_id).update(state="sealed")
    return opened.upload_id

"""A studio with something on every page, told with real cards and stage names: what the walk of all pages looks at.

One performer (Ana), one producer (Pia), one operator (Ola), one licensee (Lab) and one auditor (Una) own what is shown;
Nour and Max have just joined, so that their pages are empty.
"""

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from django.core import signing
from PIL import Image, ImageDraw

from tests.apps import casting_cast, market_cast, room_cast
from tests.browser.world_money import paid
from tests.flows import licensed, released
from tests.people import person
from tests.web import scene as scenes
from yesif.apps.casting.actions import terms
from yesif.apps.casting.models import Project
from yesif.apps.consent.actions import questions
from yesif.apps.consent.actions import seats as unions
from yesif.apps.consent.models import Grant
from yesif.apps.consent.queries.questions import token_of
from yesif.apps.decks.models import Card, Deck
from yesif.apps.footage.actions import care, rulings
from yesif.apps.footage.models import Finding, Performance
from yesif.apps.keys import actions as keys
from yesif.apps.market.models import Release
from yesif.apps.people import actions as people
from yesif.apps.people import queries as people_queries
from yesif.apps.people.models import Person, Role
from yesif.apps.record.actions import seats
from yesif.apps.record.models import Line
from yesif.apps.stage.models import Session
from yesif.base import ids
from yesif.core.policy.uses import Use
from yesif.flows import blocks, remind, revoke, sequence_record
from yesif.media import strongbox
from yesif.web.entrance import calls

NAMES = {
    "ana": "Ana Morel",
    "bo": "Bo Lindqvist",
    "cy": "Cy Adeyemi",
    "dora": "Dora Haas",
    "emil": "Emil Novák",
    "fay": "Fay O'Connor",
    "gus": "Gus Tanaka",
    "hal": "Hal Okafor",
    "pia": "Pia Sandoval",
    "lab": "Lena Brandt",
    "lin": "Lin Zhao",
    "una": "Una Kowalska",
    "ola": "Ola Berg",
    "oz": "Oz Demir",
}
S = scenes.S
CASTS = (casting_cast, market_cast, released, room_cast)
"""Modules whose date the world moves to today: whoever makes it in a process with other tests puts it back."""


def world() -> dict[str, Any]:
    """Make it; answers with who looks (by door) and the ids that fill the parts of addresses."""
    now = datetime.now(UTC)
    for cast in CASTS:
        cast.NOW = now  # type: ignore[attr-defined]
    parts = {**_casting(now), **_room(now)}
    parts |= _scene(now) | _licences(now) | paid(now)
    parts |= _letters(parts, now) | _seats(parts, now)
    _named()
    sequence_record.now()
    line = Line.objects.filter(concerns__about=person("ana").id).order_by("seq").last()
    parts["seq"] = str(line.seq if line else 0)
    return {"parts": parts, "people": {name: one.id for name, one in _people().items()}}


def _people() -> dict[str, Person]:
    return {one.email.split("@")[0]: one for one in Person.objects.all()}


def _named() -> None:
    for name, stage_name in NAMES.items():
        Person.objects.filter(email=f"{name}@example.test").update(stage_name=stage_name)
    for name, stage_name, role in (("nour", "Nour Haddad", "performer"), ("max", "Max Weber", "producer")):
        people.join(email=f"{name}@example.test", stage_name=stage_name, role=role, now=datetime.now(UTC))
    Project.objects.filter(title__startswith="A studio of two").update(title="Night shift", about="Two at work, late.")


def _casting(now: datetime) -> dict[str, str]:
    """A published call, six under contract, one open and one settled block, one contract put to Hal."""
    project = casting_cast.published()
    who = [casting_cast.under_contract(project, name) for name in ("ana", "bo", "dora", "emil", "fay", "gus")]
    settled, still_open = casting_cast.block(project), casting_cast.block(project, in_hours=100)
    for one in who:
        casting_cast.can(settled, one, would_stand_by=True)
        casting_cast.can(still_open, one)
    pia, hal, ivo = person("pia").id, casting_cast.performer("hal"), casting_cast.performer("ivo")
    blocks.settle(settled, pia, now=now)
    for one in (hal, ivo):
        casting_cast.apply(project, one)
    people.keep_age_check(person_id=hal, verdict=True, method="test", lasts=timedelta(days=300), now=now)
    offer = terms.put_offer(project_id=project, producer_id=pia, performer_id=hal, now=now)
    deck = Deck.objects.get(key="starter-en-1")
    casting_cast.draw(who[0], **{"family-tension": "ask"})
    return {
        "project_id": project, "block_id": settled, "offer_id": offer, "deck_id": deck.id, "card:key": "prm-001",
        "note:key": deck.notes.order_by("key").values_list("key", flat=True)[0], "performer_id": ivo,
    }  # fmt: skip


def _room(now: datetime) -> dict[str, str]:
    """A session of today that Ana and Bo are in, a session offered to Ana, and a scene that both have played."""
    made = room_cast.booked()
    room_cast.come_in(made, "ana", "bo", at_ns=int(now.timestamp()) * S)
    offered = room_cast.offer(made.project, "ana", accepted=False)
    return {"session_id": made.session, "booking_id": offered, "played_for": made.project, "room": made.session}


def _scene(now: datetime) -> dict[str, str]:
    """A take of a real card to review, with films; Bo's was ruled about, and Ana has reported it."""
    found = scenes.played(title="Unit 114")
    real = Card.objects.filter(deck__key="starter-en-1").order_by("key")[0]
    told = ("title", "relationship", "where", "moment_before", "objective_a", "objective_b")
    Card.objects.filter(deck__key="d").update(**{name: getattr(real, name) for name in told})
    Deck.objects.filter(key="d").update(title="Open Door")
    for number, one in enumerate((found.ana, found.bo)):
        _film(one, number, now)
        Finding.objects.create(
            performance_id=one, check_name="snr", verdict="pass", value=31.0, unit="dB", threshold=20.0,
            sentence="Speech is 31 dB above the room.",
        )  # fmt: skip
    Performance.objects.filter(pk__in=[found.ana, found.bo]).update(partner_may_watch=True)
    other = scenes.played(state="released", title=real.title)
    _played_at(now - timedelta(days=2), found, other)
    ana = person("ana").id
    case = care.report(
        session_id=other.session, performer_id=ana, words="The line about my mother was not on any card.", now=now
    )
    ruling = rulings.propose(
        kind="reject", performance_id=other.ana, by=person("pia").id, reason="sound", start_ns=S, end_ns=9 * S,
        words="A mains hum under the whole stretch.", now=now,
    )  # fmt: skip
    rulings.second(ruling_id=ruling, by=person("ola").id, agrees=True, now=now)
    return {
        "performance_id": found.ana, "take_id": found.take, "case_id": case, "ruling_id": ruling,
        "played_session": other.session, "played_take": other.take,
    }  # fmt: skip


def _played_at(when: datetime, *those: scenes.Played) -> None:
    """Sessions of tests were opened at the studio's zero; people would read 1970."""
    for one in those:
        Session.objects.filter(pk=one.session).update(opened_ns=int(when.timestamp()) * S)


def _film(performance_id: str, number: int, now: datetime) -> None:
    """A short film of cells in the studio's colours, a poster, and the loudness that its timeline draws."""
    from tests import footage

    owner = Performance.objects.get(pk=performance_id).performer_id
    box = keys.box_for(box_id=performance_id, owners=[owner], now=now)
    film = footage.recording(number, 4.0, (320, 180), barcode=False).read_bytes()
    peaks = [abs((step * 37 % 19) / 19 - 0.4) for step in range(600)]
    picture, content = Image.new("RGB", (320, 180), ("#17594A", "#6A4C93")[number]), BytesIO()
    ImageDraw.Draw(picture).ellipse((110, 20, 210, 140), fill="#F6F0E6")
    picture.save(content, "JPEG")
    store = scenes.store()
    Performance.objects.filter(pk=performance_id).update(
        preview_sha256=strongbox.put_bytes(store, box, film).sha256,
        poster_sha256=strongbox.put_bytes(store, box, content.getvalue()).sha256,
        peaks_sha256=strongbox.put_bytes(store, box, json.dumps({"peaks": peaks}).encode()).sha256,
    )


def _licences(now: datetime) -> dict[str, str]:
    """A licence that two signed, its release, another that waits for a signature; and a Yes that Bo ended."""
    for name in ("ana", "bo"):
        released.answer(name, now=now)
    released.play("ana", "bo", takes=2)
    licensed.program()
    licence = licensed.licence()
    licensed.build(licence)
    project = released.project().id
    market_cast.declared(project, what=released.WHAT, where=released.WHERE)
    bo = Grant.objects.filter(performer=person("bo"), reach="standing").latest("given_at")
    (notice,) = revoke.end_yes(grant_id=bo.id, performer_id=person("bo").id, now=now).notices
    grant = Grant.objects.filter(performer=person("ana")).latest("given_at")
    return {
        "licence_id": licence, "notice_id": notice, "release_id": Release.objects.latest("made_at").id,
        "licensed_project": project, "grant_id": grant.id,
    }  # fmt: skip


def _letters(parts: dict[str, str], now: datetime) -> dict[str, str]:
    """Links as letters carry them: to sign in, to join, to answer a reminder, to answer a question."""
    ana = person("ana").id
    use = Use("understand-feeling", "care", "Lab", now - timedelta(days=1), now + timedelta(days=90))
    by = now + timedelta(days=7)
    (asked,) = questions.ask(subject=ids.new("lic"), use=use, performers={ana: 3}, answer_by=by, now=now)
    return {
        "question_id": asked,
        "link:token": people_queries.sign_in_link(ana).rsplit("/", 1)[-1],
        "join:token": signing.dumps({"e": "new@example.test", "next": "/"}, salt=calls.SALT),
        "answer:token": signing.dumps({"b": parts["block_id"], "p": ana}, salt=remind.SALT),
        "question:token": token_of(asked, ana),
    }


def _seats(parts: dict[str, str], now: datetime) -> dict[str, str]:
    """An auditor's seat on the project that was licensed, and a union that Ana appointed."""
    una, ana = person("una"), person("ana").id
    Role.objects.get_or_create(person=una, role="auditor")
    until = now + timedelta(days=30)
    seat = seats.give_seat(
        auditor=una.id, subject=parts["licensed_project"], given_by=person("pia").id, until=until, now=now
    )
    seats.give_seat(auditor=una.id, subject=ana, given_by=ana, until=until, now=now)
    union = unions.open_seat(holder_id=una.id, name="Performers Union", now=now)
    unions.appoint(seat_id=union, performer_id=ana, now=now)
    return {"seat_id": str(seat)}

"""The demo's people and their project: made once per studio, booked into a fresh session at every run."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from yesif.apps.casting import actions as casting
from yesif.apps.consent import actions as consent
from yesif.apps.decks import actions as deck_actions
from yesif.apps.decks import queries as decks
from yesif.apps.people import actions as people
from yesif.apps.people import queries as people_queries
from yesif.apps.stage.actions import bookings as stage
from yesif.apps.stage.actions.bookings import ScenePlan
from yesif.base.money import Money
from yesif.core.policy.grants import Conditions
from yesif.core.policy.uses import Form
from yesif.flows import pay_in

NAMES = ("Ana", "Bo", "Cy", "Dee", "Eli", "Fay")
USE = ("understand-feeling", "research")
LICENSEE = "Open Speech Lab"
YES = (
    "understand-speech",
    "understand-feeling",
    "speak-like-people",
    "move-like-people",
    "words-only",
    "test-only",
    "research",
    "access",
    "learning",
)


@dataclass(frozen=True, slots=True)
class Booked:
    """One booked session: ids by position a, b."""

    project_id: str
    producer_id: str
    session_id: str
    performers: dict[str, str]
    names: dict[str, str]


def book(*, cards: int = 2) -> Booked:
    """People, project, two accepted offers, answers, and a session with `cards` cards."""
    now = timezone.now()
    producer = people.join(email="pia@example.test", stage_name="Pia", role="producer", now=now)
    people.join(email="pia@example.test", stage_name="Pia", role="operator", now=now)  # as who founds a studio is
    people.join(email="lab@example.test", stage_name=LICENSEE, role="licensee", now=now)
    people.join(email="una@example.test", stage_name="Una", role="auditor", now=now)
    pair = _pair_of_one_group()
    deck = decks.deck(deck_actions.import_deck(content=decks.starter_deck()))
    project = _project(producer, deck.id, now)
    bookings = []
    for performer in pair.values():
        booking = casting.offer(
            project_id=project,
            producer_id=producer,
            performer_id=performer,
            starts_at=now + timedelta(minutes=5),
            minutes=60,
            now=now,
        )
        consent.accept_core(booking_id=booking, performer_id=performer, now=now)
        consent.give(
            performer_id=performer,
            answers={**dict.fromkeys(YES, "yes"), "companions": "no", "selling": "no"},
            conditions=Conditions(until=now + timedelta(days=365), form=Form.RECORDING),
            now=now,
        )
        bookings.append(booking)
    plans = _plans(deck.id, cards)
    session = stage.book_session(
        project_id=project,
        producer_id=producer,
        booking_ids=bookings,
        scenes=plans,
        starts_at=now + timedelta(minutes=5),
        now=now,
    )
    names = people_queries.stage_names(set(pair.values()))
    return Booked(project, producer, session, pair, {place: names[who] for place, who in pair.items()})


def _project(producer: str, deck_id: str, now: datetime) -> str:
    """Pia's project, with money in escrow for its fees."""
    project = casting.make_project(
        producer_id=producer,
        title="Open Door",
        about="Two-person scenes for research into how feeling sounds and looks.",
        core_what=USE[0],
        core_where=USE[1],
        licensee=LICENSEE,
        core_ends=(now + timedelta(days=365)).date(),
        fee=Money(4500, "EUR"),
        deck_ids=[deck_id],
        now=now,
    )
    pay_in.fund_project(project_id=project, producer_id=producer, money=Money(100_000, "EUR"), key="demo", now=now)
    return project


def _pair_of_one_group() -> dict[str, str]:
    """Two performers of one sealed group: a pair across groups could be in no release. Six people always hold a pair,
    because there are three groups."""
    now = timezone.now()
    joined = [
        people.join(email=f"{name.lower()}@example.test", stage_name=name, role="performer", now=now) for name in NAMES
    ]
    by_group: dict[str, list[str]] = {}
    for person in joined:
        by_group.setdefault(people.split_group(person), []).append(person)
    most = max(by_group.values(), key=len)
    return {"a": most[0], "b": most[1]}


def _plans(deck_id: str, cards: int) -> list[ScenePlan]:
    light = [card for card in decks.cards(deck_id) if card.intensity == 1]
    notes = decks.notes(deck_id)
    return [
        ScenePlan(card.id, {"a": notes[2 * number].id, "b": notes[2 * number + 1].id})
        for number, card in enumerate(light[:cards])
    ]


def addresses(booked: Booked) -> dict[str, str]:
    """A sign-in address for each role."""
    people_by_role = {
        f"performer {booked.names['a']}": booked.performers["a"],
        f"performer {booked.names['b']}": booked.performers["b"],
        "producer Pia": booked.producer_id,
    }
    for name, role in (("lab", "licensee"), ("una", "auditor")):
        person = people_queries.id_of_address(f"{name}@example.test")
        if person:
            people_by_role[role] = person
    return {who: people_queries.sign_in_link(person) for who, person in people_by_role.items()}

"""Ana and Bo, booked by Pia into a session of two cards from the starter deck, by the house's own actions."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from tests.funds import fund
from tests.people import person
from yesif.apps.casting import actions as casting
from yesif.apps.consent import actions as consent
from yesif.apps.decks import actions as decks
from yesif.apps.decks import queries as deck_queries
from yesif.apps.stage.actions import bookings
from yesif.apps.stage.actions import room as stage
from yesif.base.money import Money

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
S = 1_000_000_000
OPENED = int(NOW.timestamp()) * S
"""Studio time at which the tests' rooms open: as their session starts."""


@dataclass(frozen=True, slots=True)
class Booked:
    """Ids of a session to play; `notes` by position, for the first card and the second."""

    session: str
    project: str
    ana: str
    bo: str
    bookings: tuple[str, ...]
    notes: tuple[dict[str, str], dict[str, str]]


def starter_deck() -> str:
    """The starter deck's id, taken in at first mention."""
    known = [deck.id for deck in deck_queries.decks() if deck.key == "starter-en-1"]
    return known[0] if known else decks.import_deck(content=deck_queries.starter_deck())


def project(*, fee: int = 7400, escrow_minor: int = 10_000_000) -> str:
    """A project of Pia's that plays from the starter deck, with money in escrow for its fees."""
    made = casting.make_project(
        producer_id=person("pia").id,
        title="Small talk",
        about="Two people, one room.",
        core_what="understand-speech",
        core_where="research",
        licensee="Lab",
        core_ends=date(2027, 11, 1),
        fee=Money(fee, "EUR"),
        deck_ids=[starter_deck()],
        now=NOW,
    )
    return fund(made, escrow_minor) if escrow_minor else made


def offer(project_id: str, name: str, *, accepted: bool = True) -> str:
    """Put the project's terms to someone of the cast; the booking's id."""
    booking = casting.offer(
        project_id=project_id,
        producer_id=person("pia").id,
        performer_id=person(name).id,
        starts_at=NOW,
        minutes=60,
        now=NOW,
    )
    if accepted:
        consent.accept_core(booking_id=booking, performer_id=person(name).id, now=NOW)
    return booking


def booked(*, accepted: bool = True) -> Booked:
    """A session for Ana (a) and Bo (b), with two cards."""
    made = project()
    deck = starter_deck()
    cards, notes = deck_queries.cards(deck), deck_queries.notes(deck)
    dealt = ({"a": notes[0].id, "b": notes[1].id}, {"a": notes[2].id, "b": notes[3].id})
    offered = (offer(made, "ana", accepted=accepted), offer(made, "bo", accepted=accepted))
    session = bookings.book_session(
        project_id=made,
        producer_id=person("pia").id,
        booking_ids=offered,
        scenes=[bookings.ScenePlan(cards[0].id, dealt[0]), bookings.ScenePlan(cards[1].id, dealt[1])],
        starts_at=NOW,
        now=NOW,
    )
    return Booked(session, made, person("ana").id, person("bo").id, offered, dealt)


def come_in(session: Booked, *names: str, at_ns: int = OPENED) -> None:
    """These performers come into the room."""
    for name in names:
        stage.enter(session_id=session.session, performer_id=getattr(session, name), studio_ns=at_ns, now=NOW)

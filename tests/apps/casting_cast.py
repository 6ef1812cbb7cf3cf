"""A project with a call, contracts accepted, and a block to come to: what the casting tests start from."""

from datetime import UTC, datetime, timedelta

from tests.funds import fund
from tests.people import person
from yesif.apps.casting import actions as casting
from yesif.apps.casting.actions import blocks, calls, sheets, terms
from yesif.apps.casting.questions import ASKED
from yesif.apps.decks import actions as decks
from yesif.apps.decks import queries as shelf
from yesif.apps.people import actions as people
from yesif.apps.people.models import Person, Role
from yesif.base.money import Money

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ANSWERS = {name: "Said plainly." for name, _, _ in ASKED}


def project() -> str:
    """Pia's project, with the starter deck."""
    made = casting.make_project(
        producer_id=person("pia").id,
        title="Warm calls",
        about="Two people on the phone.",
        core_what="understand-speech",
        core_where="research",
        licensee="Lab",
        core_ends=(NOW + timedelta(days=300)).date(),
        fee=Money(7400, "EUR"),
        deck_ids=[decks.import_deck(content=shelf.starter_deck())],
        now=NOW,
    )
    return fund(made)


def published() -> str:
    """A project whose call is open."""
    made = project()
    calls.write_call(
        project_id=made,
        producer_id=person("pia").id,
        recorded_by="Studio North",
        answers=ANSWERS,
        shape="90 minutes, three scenes.",
        closes_on=None,
    )
    calls.publish(project_id=made, producer_id=person("pia").id, now=NOW)
    return made


def performer(name: str, **other: str) -> str:
    """A performer of the train group who speaks English; the cast's own, or one more."""
    found = Person.objects.filter(email=f"{name}@example.test").first()
    if found is None:
        found = Person.objects.create_user(f"{name}@example.test", name.title())
        Role.objects.create(person=found, role="performer")
    found.split_group, found.languages = other.get("split", "train"), ["en"]
    found.save()
    return found.id


def under_contract(project_id: str, name: str, **other: str) -> str:
    """Someone who applied, was checked, got the contract and accepted it."""
    who = performer(name, **other)
    apply(project_id, who)
    people.keep_age_check(person_id=who, verdict=True, method="test", lasts=timedelta(days=365), now=NOW)
    made = terms.put_offer(project_id=project_id, producer_id=person("pia").id, performer_id=who, now=NOW)
    terms.accept(offer_id=made, performer_id=who, waive=True, now=NOW)
    return who


def apply(project_id: str, who: str) -> None:
    calls.apply(
        project_id=project_id,
        performer_id=who,
        playing_range="20–40",
        availability=["mon-evening"],
        access_needs="Captions.",
        about="",
        now=NOW,
    )


def block(project_id: str, *, seats: int = 4, in_hours: int = 80) -> str:
    """A block of 90 minutes."""
    return blocks.make_block(
        project_id=project_id,
        producer_id=person("pia").id,
        starts_at=NOW + timedelta(hours=in_hours),
        minutes=90,
        seats=seats,
        scenes=3,
        now=NOW,
    )


def can(block_id: str, who: str, *, would_stand_by: bool = False) -> None:
    blocks.can(block_id=block_id, performer_id=who, would_stand_by=would_stand_by, now=NOW)


def draw(who: str, **lines: str) -> None:
    """Someone's sheet: lines at themes."""
    sheets.write(performer_id=who, lines=lines, agreed=[], limits=[], most=3, on=NOW.date(), now=NOW)

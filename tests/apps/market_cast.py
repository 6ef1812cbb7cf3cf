"""Lab, an organisation of two people; Pia's project with a price; scenes that Ana and Bo played."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.apps.takes_cast import take_of
from tests.people import person
from yesif.apps.consent import actions as consent
from yesif.apps.footage.models import Performance, Take
from yesif.apps.market.actions import licences, organisations
from yesif.apps.market.actions.licences import Declaration
from yesif.apps.market.queries.licences import licence
from yesif.base.money import Money
from yesif.core.policy.grants import Conditions
from yesif.core.policy.uses import CURRENT, Form

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
USE = ("understand-feeling", "research")


def lab() -> str:
    """Pia opens Lab for two people; its id."""
    made = organisations.open_organisation(name="Lab", producer_id=person("pia").id, now=NOW)
    for who in ("lab", "lin"):
        person(who)
        organisations.let_in(
            organisation_id=made, email=f"{who}@example.test", stage_name=who, by=person("pia").id, now=NOW
        )
    return made


def answered(name: str, value: str = "yes", **conditions: Any) -> str:
    """Every question that is no copy, answered the day before; the grant's id."""
    items = {w.id: value for w in CURRENT.whats if w.bundle} | {w.id: value for w in CURRENT.wheres}
    terms = Conditions(**{"until": NOW + timedelta(days=300), "form": Form.RECORDING, **conditions})
    return consent.give(performer_id=person(name).id, answers=items, conditions=terms, now=NOW - timedelta(days=1))


def played(*names: str) -> Take:
    """A take of a minute, handed over by everyone in it."""
    take = take_of(*names, over=True)
    Take.objects.filter(pk=take.pk).update(state="sealed")
    Performance.objects.filter(take=take).update(state="released")
    return take


def project_of(take: Take) -> str:
    """The project a take was played for."""
    return take.scene.session.project_id


def priced(project: str, minor: int = 200) -> None:
    """Two euros a minute."""
    licences.publish_price(project_id=project, producer_id=person("pia").id, minute=Money(minor, "EUR"), now=NOW)


def told(**said: Any) -> Declaration:
    """A declaration in which nothing is wrong but what is said otherwise."""
    return Declaration(
        **{
            "what": USE[0],
            "where": USE[1],
            "description": "A model that hears how a voice feels.",
            "model_family": "small audio transformers",
            "hands": "four people of the speech group",
            "retention_days": 30,
            "starts_at": NOW - timedelta(hours=1),
            "ends_at": NOW + timedelta(days=200),
            **said,
        }
    )


def declared(project: str, **said: Any) -> str:
    return licences.declare(project_id=project, person_id=person("lab").id, told=told(**said), now=NOW)


def signed(project: str, **said: Any) -> str:
    """A licence that both of Lab's people signed."""
    made = declared(project, **said)
    for who in ("lab", "lin"):
        sign(made, who)
    return made


def sign(licence_id: str, who: str, *, now: datetime = NOW) -> str:
    """One of them signs what is shown now."""
    shown = licences.offer(licence(licence_id, viewer_id=person("lab").id), now=now)
    return licences.sign(licence_id=licence_id, person_id=person(who).id, words_sha256=shown.sha256, now=now)

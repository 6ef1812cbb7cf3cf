"""The answers page: nothing is selected for anybody, and ending takes no more steps than giving."""

from datetime import date
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils.timezone import now

from tests.people import person
from yesif.apps.casting.models import Booking, Project
from yesif.apps.consent import actions, queries
from yesif.core.policy.grants import Conditions, years_after
from yesif.core.policy.uses import CURRENT, Form, Part

pytestmark = pytest.mark.django_db

PAGE = "/performer/answers"
TERMS = {"years": "1", "form": "measurements", "partner": "no", "on_revoke": "stop-new", "credit": "no-name"}
TERMS |= {"currency": "EUR"}
YES = {"understand-speech": "yes", "research": "yes"}


@pytest.fixture
def ana(client: Client) -> Client:
    client.force_login(person("ana"))
    return client


class Chosen(HTMLParser):
    """Names and values of the radio buttons of a page, and which are chosen."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.offered: dict[str, list[str]] = {}
        self.chosen: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "input" and told.get("type") == "radio":
            name, value = str(told["name"]), str(told["value"])
            self.offered.setdefault(name, []).append(value)
            if "checked" in told:
                self.chosen[name] = value


def page(client: Client, path: str = PAGE) -> tuple[str, Chosen]:
    text = client.get(path).content.decode()
    return text, Chosen(text)


def given() -> queries.GrantSeen | None:
    return queries.answers_of(person("ana").id)


def test_nothing_is_selected_for_anybody(ana: Client) -> None:
    text, radios = page(ana)
    assert not set(radios.chosen) & CURRENT.items
    assert text.count("No answer yet: counts as No.") == 16
    assert "No one may use your scenes by these answers." in text


def test_every_question_shows_its_sentence_its_limit_and_the_same_three_answers(ana: Client) -> None:
    text, radios = page(ana)
    for what in CURRENT.whats:
        assert what.label in text
        assert what.limit in text
    for item in CURRENT.items - CURRENT.copies:
        assert radios.offered[item] == ["yes", "ask", "no"]


def test_a_copy_cannot_be_said_yes_to_here(ana: Client) -> None:
    _, radios = page(ana)
    for item in CURRENT.copies:
        assert radios.offered[item] == ["ask", "no"]
    assert ana.post(PAGE, {**TERMS, "copy-my-voice": "yes"}).status_code == 400
    assert given() is None


def test_the_unpleasant_part_comes_before_the_first_question(ana: Client) -> None:
    text, _ = page(ana)
    assert text.index("cannot forget you") < text.index('type="radio"')


def test_answers_saved_are_shown_and_explained(ana: Client) -> None:
    sent = {**TERMS, **YES, "selling": "no", "care": "ask", "form": "recording", "years": "3", "held_back": ["face"]}
    answer = ana.post(PAGE, {**sent, "refused": "Acme\nBrand & Sons", "floor": "0.40"}, follow=True)
    assert "Saved." in answer.content.decode()
    seen = given()
    assert seen is not None
    assert seen.grant.yes == {"understand-speech", "research"}
    assert seen.grant.conditions.form is Form.RECORDING
    assert seen.grant.conditions.held_back == {Part.FACE}
    assert seen.grant.conditions.refused == {"acme", "brand & sons"}
    assert seen.grant.conditions.floor is not None
    assert seen.grant.conditions.floor.minor == 40
    text, radios = page(ana)
    assert {item: radios.chosen.get(item) for item in (*YES, "selling", "care")} == {
        **YES,
        "selling": "no",
        "care": "ask",
    }
    assert radios.chosen["years"] == "3"
    assert "Buyers get the recording itself" in text
    assert "Kept back from all: face." in text


@pytest.mark.parametrize(
    "wrong", [{"research": "perhaps"}, {"years": "50"}, {"floor": "-1"}, {"currency": "euro"}, {"refused": "x" * 121}]
)
def test_what_cannot_be_read_saves_nothing_and_says_so(ana: Client, wrong: dict[str, str]) -> None:
    answer = ana.post(PAGE, {**TERMS, **YES, **wrong})
    assert answer.status_code == 400
    assert "Nothing was saved." in answer.content.decode()
    assert given() is None


def test_a_preset_fills_the_form_and_saves_nothing(ana: Client) -> None:
    _, radios = page(ana, PAGE + "?fill=research-only")
    assert radios.chosen["research"] == "yes"
    assert "selling" not in radios.chosen
    _, radios = page(ana, PAGE + "?fill=ask-me")
    assert not set(radios.chosen) & CURRENT.copies
    assert given() is None
    assert ana.get(PAGE + "?fill=everything").status_code == 200


def test_the_sentence_follows_the_form_without_saving(ana: Client) -> None:
    live = ana.post(PAGE + "/meaning", {**TERMS, **YES}, headers={"hx-request": "true"})
    assert live.content.decode().startswith("<p>A model that has learned from you cannot forget you.")
    whole = ana.post(PAGE + "/meaning", {**TERMS, **YES}).content.decode()
    assert "You say Yes to “Understand speech”." in whole.replace("&quot;", '"')
    assert Chosen(whole).chosen["research"] == "yes"
    assert given() is None


def test_the_sentence_answers_a_form_it_cannot_read(ana: Client) -> None:
    live = ana.post(PAGE + "/meaning", {"research": "perhaps"}, headers={"hx-request": "true"})
    assert live.status_code == 200
    assert "No one may use your scenes" in live.content.decode()


def test_ending_takes_no_more_steps_than_giving(ana: Client) -> None:
    """Giving: open the page, choose, save. Ending: open the page, unfold, end."""
    ana.post(PAGE, {**TERMS, **YES, "selling": "no"})
    seen = given()
    assert seen is not None
    address = f"{PAGE}/{seen.grant.id}/end"
    text, _ = page(ana)
    assert f'action="{address}"' in text
    for column in ("Cannot be undone", "Others must do", "Stops now"):
        assert text.index(column) < text.index(f'action="{address}"')
    assert "Ended." in ana.post(address, follow=True).content.decode()
    text, radios = page(ana)
    assert "Nothing counts as Yes now." in text
    assert radios.chosen["selling"] == "no"
    assert "research" not in radios.chosen
    assert address not in text


def test_the_history_tells_each_change(ana: Client) -> None:
    ana.post(PAGE, {**TERMS, **YES})
    ana.post(PAGE, {**TERMS, **YES, "research": "no"})
    text, _ = page(ana)
    assert "Public research: No, was Yes" in text
    assert "Public research: Yes</li>" in text


def test_an_accepted_offer_is_listed_and_can_be_ended_alone(ana: Client) -> None:
    terms = {"core_what": "understand-feeling", "core_where": "games-film", "core_ends": date(now().year + 1, 1, 1)}
    project = Project.objects.create(producer=person("pia"), title="Small talk", **terms)
    booking = Booking.objects.create(
        project=project,
        performer=person("ana"),
        starts_at=now(),
        fee_minor=1,
        currency="EUR",
        offered_at=now(),
        **terms,
    )
    grant = actions.accept_core(booking_id=booking.id, performer_id=person("ana").id, now=now())
    text, _ = page(ana)
    assert "End the core use of Small talk" in text
    ana.post(f"{PAGE}/{grant}/end")
    assert queries.living_grants(person("ana").id, now=now()) == []


def test_nobody_sees_or_ends_anothers_answers(ana: Client, client: Client) -> None:
    terms = Conditions(until=years_after(now(), 1))
    bos = actions.give(performer_id=person("bo").id, answers=YES, conditions=terms, now=now())
    assert bos not in page(ana)[0]
    assert ana.post(f"{PAGE}/{bos}/end").status_code == 404
    assert queries.living_grants(person("bo").id, now=now())


@pytest.mark.parametrize("name", ["pia", "lab", "una"])
def test_the_page_is_for_performers_only(client: Client, name: str) -> None:
    client.force_login(person(name))
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, {**TERMS, **YES}).status_code == 404


def test_countries_are_a_condition_that_is_kept_shown_and_told(ana: Client) -> None:
    assert ana.post(PAGE, {**TERMS, **YES, "territories": " de, FR,de "}).status_code == 302
    seen = given()
    assert seen is not None
    assert seen.grant.conditions.territories == {"DE", "FR"}
    text, _ = page(ana)
    assert 'value="DE, FR"' in text
    assert "Only for use in DE and FR." in text
    assert ana.post(PAGE, {**TERMS, **YES, "territories": ""}).status_code == 302
    again = given()
    assert again is not None
    assert again.grant.conditions.territories == frozenset()
    assert "Other conditions changed." in page(ana)[0]


@pytest.mark.parametrize("wrong", ["Germany", "D", "D1", "ÄÖ", "DE FR", "DE;FR", "D" * 300])
def test_a_country_that_cannot_be_read_saves_nothing(ana: Client, wrong: str) -> None:
    assert ana.post(PAGE, {**TERMS, **YES, "territories": wrong}).status_code == 400
    assert given() is None

"""From the public listing to a booked session, page by page: Pia calls, Ana and Bo apply, a block is played."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from tests.apps.casting_cast import ANSWERS, NOW, block, can, published, under_contract
from tests.funds import fund
from tests.people import person
from tests.web.reading import faults
from yesif.apps.casting import queries as casting
from yesif.apps.casting.actions import blocks as acts
from yesif.apps.casting.queries import blocks as seen
from yesif.apps.decks import actions as decks
from yesif.apps.decks import queries as shelf
from yesif.apps.decks.models import Card
from yesif.apps.people import queries as people
from yesif.apps.people.models import Person
from yesif.flows import blocks, remind
from yesif.web.clock import CLOCK
from yesif.web.entrance import letters

pytestmark = pytest.mark.django_db


ENSEMBLES = "/producer/projects/{}/ensembles"


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address, headers={"accept": "text/html"})
    assert answer.status_code == status, (address, answer.status_code)
    text = answer.content.decode()
    assert faults(text) == [], address
    return text


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(Person.objects.get(email=f"{name}@example.test"))
    return client


def applied(listing: str, name: str) -> Client:
    """Someone new goes from the listing to an application, by letter."""
    client = Client()
    mail.outbox.clear()
    assert client.post(f"{listing}/apply", {"email": f"{name}@example.test"}).status_code == 200
    letters.settle()
    (link,) = re.findall(r"/join/\S+", str(mail.outbox[0].body))
    assert not Person.objects.filter(email=f"{name}@example.test").exists()
    page(client, link)
    assert not Person.objects.filter(email=f"{name}@example.test").exists(), "opening the link joins nobody"
    onward = client.post(link, {"stage_name": name.title()})
    Person.objects.filter(email=f"{name}@example.test").update(split_group="train")
    assert onward.status_code == 302
    page(client, onward["location"])
    sent = client.post(onward["location"], APPLICATION | {"stage_name": name.title()})
    assert sent.status_code == 302, sent.content.decode()
    return client


APPLICATION = {
    "pronouns": "she/her",
    "languages": ["en"],
    "time_zone": "Europe/Vienna",
    "playing_range": "25 to 40",
    "availability": ["mon-evening"],
    "access_needs": "Captions, please.",
    "adult": "on",
}


def made_by_pia(pia: Client) -> str:
    """A project with its frame and a published call; returns its id."""
    deck = decks.import_deck(content=shelf.starter_deck())
    until = (CLOCK.now() + timedelta(days=300)).date().isoformat()
    terms = {"title": "Warm calls", "about": "Two on the phone.", "what": "understand-speech", "where": "research"}
    more = {"licensee": "", "fee": "74", "currency": "EUR", "until": until, "decks": [deck]}
    assert pia.post("/producer/projects/new", {**terms, **more}).status_code == 302
    project = casting.projects_of(person("pia").id)[0].id
    frame = {
        "budget": "9000",
        "hours": "40",
        "core_price": "24",
        "targets": "over 60: 20",
        "language": "en",
        "most": "3",
    }
    assert pia.post(f"/producer/projects/{project}/frame", {**frame, "gear": "Headphones"}).status_code == 302
    call = {"recorded_by": "Studio North", "shape": "90 minutes"}
    pia.post(f"/producer/projects/{project}/call", {**call, **{f"answer_{k}": v for k, v in ANSWERS.items()}})
    pia.post(f"/producer/projects/{project}/call/publish")
    return project


class TestTheJourney:
    def test_from_the_public_listing_to_a_booked_session(self, monkeypatch: pytest.MonkeyPatch) -> None:
        pia = Client()
        pia.force_login(person("pia"))
        project = made_by_pia(pia)
        listing = f"/calls/{project}"
        assert "Warm calls" in page(Client(), "/calls")
        text = page(Client(), listing)
        for needed in ("Studio North", "not known yet", "EUR 74.00 per hour", "EUR 24.00", "Headphones", "Equity UK"):
            assert needed in text
        page(Client(), f"{listing}/contract")
        ana, bo = applied(listing, "ana"), applied(listing, "bo")
        assert people.age_check(Person.objects.get(email="ana@example.test").id) is not None
        shown = page(pia, f"/producer/projects/{project}/funnel")
        assert "Ana" in shown
        assert "Captions" not in shown, "access needs are not there at the first look"
        for client, name in ((ana, "ana"), (bo, "bo")):
            who = Person.objects.get(email=f"{name}@example.test").id
            assert pia.post(f"/producer/projects/{project}/offer/{who}").status_code == 302
            (contract,) = re.findall(r"/performer/contracts/\w+", page(client, "/performer/"))
            page(client, contract)
            page(client, f"{contract}/paper")
            wrong = client.post(contract, {"license": "yes", "paid": "yes", "forget": "no", "answer": "accept"})
            assert "It does not. It licenses the core use only" in wrong.content.decode()
            right = {"license": "no", "paid": "yes", "forget": "no", "answer": "accept"}
            assert client.post(contract, right).status_code == 409, "48 hours to think"
            assert client.post(contract, right | {"waive": "yes"}).status_code == 302
        starts = (CLOCK.now() + timedelta(minutes=25)).strftime("%Y-%m-%dT%H:%M")
        new = {"starts": starts, "zone": "UTC", "minutes": "90", "seats": "8", "scenes": "2"}
        assert pia.post(f"/producer/projects/{project}/board", new).status_code == 302
        (at,) = [one.id for one in seen.blocks(project, person("pia").id)]
        fund(project)
        for client in (ana, bo):
            assert "Warm calls" in page(client, "/performer/calendar")
            client.post(f"/performer/blocks/{at}/can")
        board = page(pia, f"/producer/projects/{project}/board")
        assert "cards fit both" in board
        assert pia.post(f"/producer/blocks/{at}/settle").status_code == 302
        page(pia, f"/producer/blocks/{at}")
        calendar = page(ana, "/performer/calendar")
        assert "You play with Bo" in calendar
        assert calendar.count("(Europe/Vienna)") == 2, "both zones on the slot"
        assert ana.post(f"/performer/blocks/{at}/confirm").status_code == 302
        rooms = {client.post(f"/performer/blocks/{at}/come-in")["location"] for client in (ana, bo)}
        assert len(rooms) == 1
        assert rooms.pop().startswith("/room/")
        assert "Open" in page(pia, f"/producer/blocks/{at}")


class TestTheListing:
    def test_a_call_that_is_not_published_is_not_there(self) -> None:
        assert Client().get("/calls/prj_00000000000000000000000000").status_code == 404

    def test_no_call_says_so(self) -> None:
        assert "No call is open" in page(Client(), "/calls")

    def test_a_known_and_an_unknown_address_get_the_same_answer(self) -> None:
        made = published()
        person("ana")
        answers = [
            Client().post(f"/calls/{made}/apply", {"email": one}) for one in ("ana@example.test", "x@example.test")
        ]
        assert len({re.sub(rb"token.*?>", b"", one.content) for one in answers}) == 1

    @pytest.mark.parametrize("token", ["x", "eyJhIjoxfQ:1:2"])
    def test_a_link_that_is_not_good_joins_nobody(self, token: str) -> None:
        assert Client().post(f"/join/{token}", {"stage_name": "Ana"}).status_code == 404

    @pytest.mark.parametrize(
        ("field", "value"), [("languages", []), ("time_zone", "Mars/North"), ("adult", ""), ("stage_name", "")]
    )
    def test_an_application_that_lacks_something_says_what(self, field: str, value: object) -> None:
        made = published()
        client = Client()
        client.force_login(person("ana"))
        answer = client.post(f"/performer/calls/{made}/apply", APPLICATION | {"stage_name": "Ana", field: value})
        assert answer.status_code == 400
        assert faults(answer.content.decode()) == []


class TestLines:
    def test_lines_are_saved_counted_and_deleted(self) -> None:
        decks.import_deck(content=shelf.starter_deck())
        client = Client()
        client.force_login(person("ana"))
        assert "25 cards can be dealt" in page(client, "/performer/lines")
        sent = {"theme-family": "never", "theme-grief": "ask", "yes-grief": "yes", "most": "2"}
        assert client.post("/performer/lines", {**sent, "limits": ["raised_voice"]}).status_code == 302
        from_page = page(client, "/performer/lines")
        assert "Delete all of it" in from_page
        client.post("/performer/lines/delete")
        assert "Delete all of it" not in page(client, "/performer/lines")

    def test_a_wrong_number_is_refused(self) -> None:
        client = Client()
        client.force_login(person("ana"))
        assert client.post("/performer/lines", {"most": "9"}).status_code == 400


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> str:
    """Ana and Bo in a settled block in 80 hours."""
    made = published()
    ana, bo = under_contract(made, "ana"), under_contract(made, "bo")
    at = block(made)
    can(at, ana)
    can(at, bo)
    blocks.settle(at, person("pia").id, now=NOW)
    monkeypatch.setattr(CLOCK, "now", lambda: NOW) if hasattr(CLOCK, "__dict__") else None
    return at


class TestReminders:
    def test_three_on_two_ways_each_once(self, soon: str) -> None:
        start = NOW + timedelta(hours=80)
        mail.outbox.clear()
        for hours in (71, 70, 23, 1):
            remind.send_due(start - timedelta(hours=hours))
        to_ana = [one for one in mail.outbox if one.to == ["ana@example.test"]]
        assert len(to_ana) == 3
        assert len(remind.notices(person("ana").id)) == 1

    def test_the_link_in_a_letter_answers_with_one_tap_and_opening_it_changes_nothing(self, soon: str) -> None:
        mail.outbox.clear()
        remind.send_due(NOW + timedelta(hours=10))
        letter = next(one for one in mail.outbox if one.to == ["ana@example.test"])
        (link,) = re.findall(r"/answer/\S+", str(letter.body))
        page(Client(), link)
        assert not any(one.confirmed for one in seen.block_of_flow(soon).coming)
        Client().post(link, {"answer": "there"})
        assert [one.confirmed for one in seen.block_of_flow(soon).coming].count(True) == 1

    def test_i_cannot_from_a_letter_deletes(self, soon: str, monkeypatch: pytest.MonkeyPatch) -> None:
        mail.outbox.clear()
        remind.send_due(NOW + timedelta(hours=10))
        letter = next(one for one in mail.outbox if one.to == ["ana@example.test"])
        (link,) = re.findall(r"/answer/\S+", str(letter.body))
        Client().post(link, {"answer": "cannot"})
        assert [one.stage_name for one in seen.block_of_flow(soon).coming] == ["Bo"]

    def test_someone_silent_two_hours_before_calls_the_understudy(self) -> None:
        made = published()
        who = [under_contract(made, name) for name in ("ana", "bo", "cy")]
        at = block(made)
        for one in who:
            can(at, one, would_stand_by=True)
        blocks.settle(at, person("pia").id, now=NOW)
        mail.outbox.clear()
        remind.send_due(NOW + timedelta(hours=79))
        assert sum(one.called for one in seen.block_of_flow(at).coming) == 1
        assert any("understudy" in one.subject for one in mail.outbox)

    def test_a_calendar_file_has_the_hour_in_utc_and_short_lines(self, soon: str) -> None:
        answer = signed_in("ana").get(f"/performer/blocks/{soon}/block.ics")
        text = answer.content.decode()
        assert "DTSTART:20261128T200000Z" in text
        assert "DTEND:20261128T213000Z" in text
        assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


class TestDecks:
    def deck(self) -> str:
        return decks.import_deck(content=shelf.starter_deck())

    def test_the_dry_run_says_how_many_pairs_it_can_serve(self) -> None:
        client = Client()
        client.force_login(person("pia"))
        assert re.search(r"Pairs with at least 3 cards: \d+ %", page(client, f"/producer/decks/{self.deck()}"))

    def test_a_changed_card_makes_a_new_version_and_the_old_one_stays(self) -> None:
        client = Client()
        client.force_login(person("pia"))
        old = self.deck()
        page(client, f"/producer/decks/{old}/cards/prm-001")
        card = {
            "title": "Unit 115", "relationship": "Siblings", "where": "Here", "moment_before": "Now",
            "objective_a": "A", "objective_b": "B", "intensity": "2", "seats": "2", "themes": ["family"], "turn": "",
        }  # fmt: skip
        answer = client.post(f"/producer/decks/{old}/cards/prm-001", card)
        new = answer["location"].rpartition("/")[2]
        assert (shelf.deck(old).version, shelf.deck(new).version) == ("1.0.0", "1.0.1")
        assert {one.title for one in shelf.cards(new)} - {one.title for one in shelf.cards(old)} == {"Unit 115"}
        page(client, f"/producer/decks/{new}/cards/new")

    def test_a_deck_goes_out_as_a_file_and_comes_in_again(self) -> None:
        client = Client()
        client.force_login(person("pia"))
        sent: HttpResponse = client.get(f"/producer/decks/{self.deck()}/export")
        assert sent.json()["schema"] == "starter-deck/1"

    @pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"schema": "other"}'])
    def test_a_file_that_is_no_deck_is_refused_in_words(self, content: bytes) -> None:
        client = Client()
        client.force_login(person("pia"))
        file = SimpleUploadedFile("deck.json", content)
        client.post("/producer/decks/import", {"file": file})
        assert "notice bad" in page(client, "/producer/decks")
        assert shelf.decks() == []


class TestFounding:
    def test_the_first_person_founds_the_studio_once(self, settings: Any, tmp_path: Path) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
        settings.EMAIL_FILE_PATH = tmp_path
        link = people.founding_link().removeprefix(settings.PUBLIC_URL)
        founder = Client()
        page(founder, link)
        assert founder.post(link, {"email": "pia@example.test", "stage_name": "Pia"}).status_code == 302
        who = Person.objects.get(email="pia@example.test").id
        assert people.roles_of(who) == ("producer", "operator")
        assert people.founding_link() == ""
        assert Client().post(link, {"email": "x@example.test", "stage_name": "X"}).status_code == 404
        invited = {"email": "una@example.test", "stage_name": "Una", "role": "auditor"}
        assert founder.post("/studio", invited).status_code == 302
        made = published()
        Client().post(f"/calls/{made}/apply", {"email": "ana@example.test"})
        letters.settle()
        assert "/join/" in page(founder, "/studio"), "at home the operator reads the letters"

    def test_a_wrong_code_founds_nothing(self) -> None:
        assert Client().post("/found/123", {"email": "x@example.test", "stage_name": "X"}).status_code == 404

    def test_only_an_operator_opens_the_studio_page(self) -> None:
        for name in ("pia", "ana"):
            client = Client()
            client.force_login(person(name))
            assert client.get("/studio").status_code == 404


class TestEnsembles:
    def world(self) -> tuple[str, list[str], Client]:
        """Three who can, and a deck whose cards are written for four."""
        made = published()
        Card.objects.update(rest={"seats": 4})
        who = [under_contract(made, name) for name in ("ana", "bo", "cy")]
        at = block(made)
        for one in who:
            can(at, one)
        return made, who, signed_in("pia")

    def test_a_producer_reads_who_could_play_in_threes_and_that_it_cannot_be_booked_yet(self) -> None:
        made, _, pia = self.world()
        text = page(pia, ENSEMBLES.format(made))
        assert "Ana · Bo · Cy" in text
        assert "cards fit all 3; all play in English." in text
        assert "cannot be booked here yet" in text
        assert ENSEMBLES.format(made) in page(pia, f"/producer/projects/{made}/board")

    def test_forbidden_two_stand_in_no_ensemble_and_a_deck_for_two_has_none(self) -> None:
        made, (ana, bo, _), pia = self.world()
        acts.wish(project_id=made, producer_id=person("pia").id, a=ana, b=bo, kind="forbid")
        assert "whom you forbade on the match board" in page(pia, ENSEMBLES.format(made))
        acts.wish(project_id=made, producer_id=person("pia").id, a=ana, b=bo, kind="")
        Card.objects.update(rest={})
        text = page(pia, ENSEMBLES.format(made))
        assert "0 cards of your decks are written for 3" in text
        assert "whoever comes: no card of your decks is written for 3" in text
        (address,) = re.findall(r'href="(/producer/decks/[^"]*/cards/new)"', text)
        assert 'name="seats"' in page(pia, address), "the link leads to the editor"

    def test_too_few_people_and_no_common_language_are_named_as_the_cause(self) -> None:
        made, (ana, _, _), pia = self.world()
        assert "3 said they can, and it takes 4" in page(pia, ENSEMBLES.format(made) + "?size=4")
        Person.objects.filter(pk=ana).update(languages=["de"])
        assert "share a language that this project plays in" in page(pia, ENSEMBLES.format(made))

    @pytest.mark.parametrize("size", ["2", "7", "x", "3 "])
    def test_a_size_there_is_not_is_refused_in_words_and_anothers_project_is_not_there(self, size: str) -> None:
        made, _, pia = self.world()
        assert pia.get(ENSEMBLES.format(made), {"size": size}).status_code == 400
        assert signed_in("ana").get(ENSEMBLES.format(made)).status_code in (403, 404)

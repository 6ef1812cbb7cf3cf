"""A producer's pages: make a project, book two, follow takes; each sees only their own."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils.timezone import now

from tests.funds import fund
from tests.people import person
from tests.web.reading import faults
from tests.web.scene import Played, S, played
from yesif.apps.casting import queries as casting
from yesif.apps.decks import actions as decks
from yesif.apps.decks import queries as shelf
from yesif.apps.footage.models import Finding, Performance, Take
from yesif.apps.market import queries as market
from yesif.apps.market.models import Release
from yesif.apps.people import actions as people
from yesif.apps.people.models import Person
from yesif.apps.stage.queries import sessions as stage

pytestmark = pytest.mark.django_db

TERMS = {
    "title": "Warm calls",
    "about": "Two people on the phone.",
    "what": "understand-speech",
    "where": "research",
    "licensee": "",
    "fee": "74",
    "currency": "EUR",
}


@pytest.fixture
def pia(client: Client) -> Client:
    client.force_login(person("pia"))
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(address, headers={"accept": "text/html"})
    assert answer.status_code == 200, address
    text = answer.content.decode()
    assert faults(text) == [], address
    return text


def make(client: Client, **other: object) -> HttpResponse:
    deck = decks.import_deck(content=shelf.starter_deck())
    until = (now() + timedelta(days=300)).date().isoformat()
    return client.post("/producer/projects/new", {**TERMS, "until": until, "decks": [deck], **other})


def project(client: Client) -> str:
    make(client)
    return fund(casting.projects_of(person("pia").id)[0].id)


def plan(project_id: str, **other: object) -> dict[str, object]:
    deck = casting.deck_ids_of(project_id)[0]
    cards, notes = shelf.cards(deck), shelf.notes(deck)
    return {
        "starts": (now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M"),
        "zone": "Europe/Vienna",
        "minutes": "90",
        "performer_a": person("ana").id,
        "performer_b": person("bo").id,
        "scene1-card_id": cards[0].id,
        "scene1-note_a_id": notes[0].id,
        "scene1-note_b_id": notes[1].id,
        **other,
    }


class TestProjects:
    def test_no_project_yet_says_what_to_do(self, pia: Client) -> None:
        assert "No project yet" in page(pia, "/producer/")

    def test_a_project_is_made_with_its_core_use_term_and_fee(self, pia: Client) -> None:
        assert make(pia).status_code == 302
        made = casting.projects_of(person("pia").id)[0]
        assert (made.fee_minor, made.currency, made.licensee_name) == (7400, "EUR", "not known yet")
        text = page(pia, f"/producer/projects/{made.id}")
        assert "EUR 74.00 per hour" in text
        assert "Understand speech, for public research" in text

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("title", ""),
            ("title", "x" * 201),
            ("what", "copy-my-voice"),
            ("what", "everything"),
            ("where", "police"),
            ("until", "2001-01-01"),
            ("until", "2099-01-01"),
            ("until", "soon"),
            ("fee", "-1"),
            ("fee", "NaN"),
            ("fee", "1e99"),
            ("currency", "XXX"),
            ("decks", "dek_00000000000000000000000000"),
            ("decks", []),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_made(self, pia: Client, field: str, value: object) -> None:
        answer = make(pia, **{field: value})
        assert answer.status_code == 400
        assert 'aria-invalid="true"' in answer.content.decode() or 'class="wrong"' in answer.content.decode()
        assert faults(answer.content.decode()) == []
        assert casting.projects_of(person("pia").id) == []

    def test_a_title_is_shown_as_text(self, pia: Client) -> None:
        make(pia, title="<script>alert(1)</script> أنا 李")
        assert "<script>alert" not in page(pia, "/producer/")

    def test_another_producers_project_is_not_there(self, pia: Client) -> None:
        mine = project(pia)
        other = Client()
        people.join(email="quin@example.test", stage_name="Quin", role="producer", now=now())
        other.force_login(Person.objects.get(email="quin@example.test"))
        for address in (f"projects/{mine}", f"projects/{mine}/book", f"projects/{mine}/release"):
            assert other.get(f"/producer/{address}").status_code == 404
            assert other.post(f"/producer/{address}", plan(mine)).status_code in (404, 405)


class TestDecks:
    def test_the_starter_deck_comes_in_once(self, pia: Client) -> None:
        assert "No deck yet" in page(pia, "/producer/decks")
        first = pia.post("/producer/decks/starter")["location"]
        assert pia.post("/producer/decks/starter")["location"] == first
        assert len(shelf.decks()) == 1
        text = page(pia, first)
        assert "25 cards" in text
        assert "25 persona notes" in text
        assert "Only A is told" in text


class TestBooking:
    def test_two_performers_get_offers_and_a_session_with_a_card_and_a_note_each(self, pia: Client) -> None:
        mine = project(pia)
        person("ana"), person("bo")
        page(pia, f"/producer/projects/{mine}/book")
        there = pia.post(f"/producer/projects/{mine}/book", plan(mine))
        assert there.status_code == 302, there.content.decode()
        session = stage.session(there["location"].rsplit("/", 1)[1], person("pia").id)
        assert [place.stage_name for place in session.places] == ["Ana", "Bo"]
        assert len(session.scenes) == 1
        assert [one.state for one in casting.bookings_of_project(mine, person("pia").id)] == ["offered", "offered"]
        assert "Ana and Bo" in page(pia, "/producer/sessions")
        page(pia, there["location"])
        page(pia, f"/producer/projects/{mine}")

    def test_the_start_is_read_in_the_producers_own_zone(self, pia: Client) -> None:
        mine = project(pia)
        person("ana"), person("bo")
        pia.post(f"/producer/projects/{mine}/book", plan(mine, starts="2031-07-01T20:00"))
        assert (
            casting.bookings_of_project(mine, person("pia").id)[0].starts_at.isoformat() == "2031-07-01T18:00:00+00:00"
        )

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("performer_b", "ana"),
            ("performer_a", "per_00000000000000000000000000"),
            ("performer_a", "pia"),
            ("starts", "2001-01-01T00:00"),
            ("starts", ""),
            ("minutes", "0"),
            ("minutes", "100000"),
            ("scene1-card_id", ""),
            ("scene1-note_b_id", "same"),
            ("scene2-card_id", "first"),
        ],
    )
    def test_a_wrong_booking_makes_no_offer(self, pia: Client, field: str, value: str) -> None:
        mine = project(pia)
        person("ana"), person("bo")
        form = plan(mine)
        known = {"ana": person("ana").id, "pia": person("pia").id, "same": form["scene1-note_a_id"]}
        form[field] = {**known, "first": form["scene1-card_id"]}.get(value, value)
        answer = pia.post(f"/producer/projects/{mine}/book", form)
        assert answer.status_code == 400
        assert faults(answer.content.decode()) == []
        assert casting.bookings_of_project(mine, person("pia").id) == []

    def test_two_whose_scene_no_release_could_hold_are_refused_whole(self, pia: Client) -> None:
        mine = project(pia)
        person("ana")
        bo = person("bo")
        bo.split_group = "test"
        bo.save()
        person("cy")  # of Ana's group: so somebody can be booked at all
        answer = pia.post(f"/producer/projects/{mine}/book", plan(mine))
        assert answer.status_code == 400
        assert "different groups" in answer.content.decode()
        assert casting.bookings_of_project(mine, person("pia").id) == []

    def test_a_studio_with_nobody_to_book_says_so(self, pia: Client) -> None:
        assert "cannot be booked yet" in page(pia, f"/producer/projects/{project(pia)}/book")


class TestTakes:
    @pytest.fixture
    def scene(self) -> Played:
        return played()

    def test_no_take_yet_says_so(self, pia: Client) -> None:
        assert "No take yet" in page(pia, "/producer/takes")
        assert "No session yet" in page(pia, "/producer/sessions")

    def test_producer_and_performer_see_the_same_numbers(self, pia: Client, scene: Played) -> None:
        mine = page(pia, f"/producer/takes/{scene.take}")
        ana = Client()
        ana.force_login(person("ana"))
        hers = page(ana, f"/performer/takes/{scene.ana}")
        table = re.compile(r'<div class="findings stack">.*?</div>', re.S)
        assert table.findall(hers)[0] == table.findall(mine)[0]
        assert "0.4 %" in mine
        assert "0.1 %" in mine

    def test_a_take_that_moves_says_how_far_it_is_and_looks_again(self, pia: Client, scene: Played) -> None:
        Take.objects.update(state="uploading")
        Performance.objects.filter(pk=scene.bo).update(state="expected")
        text = page(pia, f"/producer/takes/{scene.take}")
        assert "Bo&#x27;s side is not here yet" in text or "Bo's side is not here yet" in text
        assert "Go on without the missing side" in text
        assert 'hx-trigger="every 3s"' in text
        part = pia.get(f"/producer/takes/{scene.take}/progress").content.decode()
        assert "<html" not in part
        assert "hx-refresh" not in pia.get(f"/producer/takes/{scene.take}/progress")
        Take.objects.update(state="sealed")
        assert "hx-trigger" not in page(pia, f"/producer/takes/{scene.take}")
        assert pia.get(f"/producer/takes/{scene.take}/progress")["hx-refresh"] == "true"

    def test_a_failed_take_says_why_and_what_is_safe(self, pia: Client, scene: Played) -> None:
        Take.objects.update(state="failed", reason="The camera's log ends before action.")
        text = page(pia, f"/producer/takes/{scene.take}")
        assert "ends before action" in text
        assert "kept whole" in text

    def test_a_producer_gets_no_picture(self, pia: Client, scene: Played) -> None:
        text = page(pia, f"/producer/takes/{scene.take}")
        assert "/media/" not in text
        assert "<video" not in text

    def test_a_list_of_many_takes_costs_no_more_questions(
        self, pia: Client, scene: Played, django_assert_max_num_queries: object
    ) -> None:
        for _ in range(5):
            played()
        Finding.objects.filter(start_ns__lt=S).delete()
        with django_assert_max_num_queries(14):  # type: ignore[operator]
            pia.get("/producer/takes")


async def _read(pieces: Any) -> bytes:
    return b"".join([piece async for piece in pieces])


class TestReleases:
    @pytest.fixture
    def scene(self) -> Played:
        return played(state="released")

    def ask(self, pia: Client, scene: Played, **other: str) -> HttpResponse:
        until = (now() + timedelta(days=20)).date().isoformat()
        use = {"what": "understand-speech", "where": "research", "licensee": "Lab", "until": until, **other}
        return pia.post(f"/producer/projects/{scene.project}/release", use)

    def test_a_release_is_asked_for_and_says_how_far_it_is(self, pia: Client, scene: Played) -> None:
        assert "No release yet" in page(pia, "/producer/releases")
        form = page(pia, f"/producer/projects/{scene.project}/release")
        assert re.search(r'type="date"[^>]* value="2027-01-01"|value="2027-01-01"[^>]* type="date"', form)
        there = self.ask(pia, scene)["location"]
        text = page(pia, there)
        assert "Being built" in text
        assert 'hx-trigger="every 3s"' in text
        assert "Waiting for a worker" in text
        assert "<html" not in pia.get(f"{there}/body").content.decode()
        assert "Understand speech, for public research" in page(pia, "/producer/releases")

    @pytest.mark.parametrize(
        ("field", "value"),
        [("what", "all"), ("where", ""), ("until", "2001-01-01"), ("until", ""), ("licensee", "x" * 200)],
    )
    def test_what_is_no_use_is_not_built(self, pia: Client, scene: Played, field: str, value: str) -> None:
        answer = self.ask(pia, scene, **{field: value})
        assert answer.status_code == 400
        assert faults(answer.content.decode()) == []
        assert market.releases_of_project(scene.project, viewer_id=person("pia").id) == []

    def test_what_was_left_out_is_counted_by_reason_and_names_nobody(self, pia: Client, scene: Played) -> None:
        there = self.ask(pia, scene)["location"]
        counts = {"answered-no": 3, "not-reviewed": 2}
        Release.objects.update(state="published", counts=counts, samples=7, digest="ab" * 32, published_at=now())
        text = page(pia, there)
        assert re.search(r"The answer is no</th><td[^>]*>3<", text)
        assert re.search(r"Its performer has not handed it over</th><td[^>]*>2<", text)
        assert "Ana" not in text
        assert "hx-trigger" not in text

    def test_the_manifest_is_fetched_by_the_projects_producer_alone(
        self, pia: Client, scene: Played, tmp_path: Path
    ) -> None:
        there = self.ask(pia, scene)["location"]
        (tmp_path / "SHA256SUMS").write_text("ab  README.md\n")
        (tmp_path / "secret").write_text("no")
        address = f"{there}/fetch/sums"
        assert pia.get(address).status_code == 404, "not before it is published"
        Release.objects.update(state="published", folder=str(tmp_path))
        answer = pia.get(address)
        assert asyncio.run(_read(answer.streaming_content)) == b"ab  README.md\n"
        assert "attachment" in answer["content-disposition"]
        for wrong in ("manifest", "secret", "..%2Fsecret"):
            assert pia.get(f"{there}/fetch/{wrong}").status_code == 404
        other = Client()
        people.join(email="quin@example.test", stage_name="Quin", role="producer", now=now())
        other.force_login(Person.objects.get(email="quin@example.test"))
        assert other.get(address).status_code == 404
        assert other.get(there).status_code == 404

"""Copies, receipts, seats and what buyers were told: each page whole, each person's own, the unpleasant part first."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now

import yesif.web
from tests.core.test_policy_explain import grade
from tests.people import person
from tests.web.reading import faults
from tests.web.scene import played
from yesif.apps.consent import actions, queries
from yesif.apps.consent.actions import seats
from yesif.apps.consent.models import Grant, Suspension
from yesif.apps.consent.queries.seats import held_by
from yesif.apps.people.models import Person
from yesif.apps.record import queries as record
from yesif.core.policy.grants import Conditions, OnRevoke, years_after
from yesif.core.policy.uses import Use
from yesif.core.tlog.lines import LINES

pytestmark = pytest.mark.django_db

COPIES = "/performer/answers/copies"
ASKED = "A talking map in a museum, in my voice, for a year."


@pytest.fixture
def ana(client: Client) -> Client:
    client.force_login(person("ana"))
    return client


def give(name: str = "ana", **answers: str) -> str:
    said = {"understand-speech": "yes", "research": "yes"} | {k.replace("_", "-"): v for k, v in answers.items()}
    terms = Conditions(until=years_after(now(), 1))
    return actions.give(performer_id=person(name).id, answers=said, conditions=terms, now=now())


def form(**more: Any) -> dict[str, Any]:
    day = (now() + timedelta(days=200)).date().isoformat()
    return {
        "what": "copy-my-voice",
        "wheres": ["games-film"],
        "licensee": "Lab",
        "description": ASKED,
        "until": day,
    } | more


def sealed(page: str) -> str:
    return page.split('name="sealed" value="')[1].split('"')[0]


def test_a_copy_is_granted_only_by_the_second_press(ana: Client) -> None:
    first = ana.get(COPIES).content.decode()
    assert faults(first) == []
    assert "checked" not in first
    confirm = ana.post(COPIES, form()).content.decode()
    assert faults(confirm) == []
    assert ASKED in confirm
    assert confirm.index("no one can call it back") < confirm.index('name="sealed"')
    assert not Grant.objects.exists()
    ana.post(COPIES, {"sealed": sealed(confirm)})
    (seen,) = queries.living_grants(person("ana").id, now=now())
    assert seen.reach == "copy"
    assert seen.grant.conditions.on_revoke is OnRevoke.DESTROY
    assert seen.grant.conditions.allowed == {"lab"}
    assert queries.answers_of(person("ana").id) is None, "it is apart from the standing answers"


@pytest.mark.parametrize(
    "wrong",
    [{"licensee": ""}, {"description": "short"}, {"until": "2019-01-01"}, {"until": "2099-01-01"}, {"what": "care"},
     {"wheres": []}, {"wheres": ["policing"]}],
)  # fmt: skip
def test_a_copy_without_its_terms_is_not_even_asked_to_be_confirmed(ana: Client, wrong: dict[str, Any]) -> None:
    answer = ana.post(COPIES, form(**wrong))
    assert answer.status_code == 400
    assert "Nothing was granted." in answer.content.decode()


def test_a_confirmation_is_ones_own_and_cannot_be_altered(ana: Client) -> None:
    mine = sealed(ana.post(COPIES, form()).content.decode())
    bo = Client()
    bo.force_login(person("bo"))
    for who, sent in ((bo, mine), (ana, mine[:-2]), (ana, "x")):
        answer = who.post(COPIES, {"sealed": sent}, headers={"accept": "text/html"})
        assert answer.status_code == 400
        assert "Fill in the form again." in answer.content.decode()
    assert not Grant.objects.exists()


def test_a_standing_no_to_copies_beats_the_form(ana: Client) -> None:
    give(copy_my_voice="no")
    confirm = sealed(ana.post(COPIES, form()).content.decode())
    answer = ana.post(COPIES, {"sealed": confirm})
    assert answer.status_code == 409
    assert "a No beats any Yes" in answer.content.decode()


def test_a_change_has_its_receipt_on_a_page_and_as_files(ana: Client) -> None:
    grant = give()
    page = ana.get(f"/performer/answers/{grant}/receipt").content.decode()
    assert faults(page) == []
    assert page.index("Cannot be undone") < page.index("Stops now")
    ana.post(f"/performer/answers/{grant}/end")
    ended = ana.get(f"/performer/answers/{grant}/receipt").content.decode()
    assert faults(ended) == []
    assert "You ended this Yes" in ended
    file = json.loads(ana.get(f"/performer/answers/{grant}/receipt.jsonld").content)
    assert [one["@type"] for one in file["dpv:hasConsentStatus"]] == ["dpv:ConsentGiven", "dpv:ConsentWithdrawn"]
    assert file["yi:cannotBeUndone"]
    offer = json.loads(ana.get("/performer/answers/my-answers.odrl.jsonld").content)
    assert offer["@type"] == "Offer"
    assert len(offer["permission"]) == 1


def test_nobody_reads_anothers_receipt(ana: Client) -> None:
    bos = give("bo")
    for rest in ("receipt", "receipt.jsonld"):
        assert ana.get(f"/performer/answers/{bos}/{rest}").status_code == 404


def test_the_row_a_buyer_would_get_is_of_ones_own_newest_take(ana: Client) -> None:
    played(state="released", title="Unit 7")
    sent = {"years": "1", "form": "measurements", "partner": "no", "on_revoke": "stop-new", "credit": "no-name",
            "currency": "EUR", "understand-speech": "yes", "research": "yes", "held_back": ["words"]}  # fmt: skip
    row = ana.post("/performer/answers/meaning", sent, headers={"hx-request": "true"}).content.decode()
    assert "Unit 7" in row
    assert "numbers measured from it" in row
    assert "a number, not your name" in row
    assert row.count("left out") == 4, "face, movement, words and labels"
    none = ana.post("/performer/answers/meaning", {**sent, "research": ""}, headers={"hx-request": "true"})
    assert "nothing of you leaves" in none.content.decode()
    assert faults(ana.post("/performer/answers/meaning", sent).content.decode()) == []


def test_what_buyers_were_told_and_the_unions_are_whole_when_empty(ana: Client) -> None:
    for address in ("told", "unions"):
        page = ana.get(f"/performer/answers/{address}").content.decode()
        assert faults(page) == []
        assert 'class="empty' in page


def test_a_seat_pauses_new_licences_for_those_who_appointed_it_and_lifts_that(client: Client) -> None:
    scene = played(state="released")
    give(), give("bo")
    una, ana = Client(), Client()
    una.force_login(person("una"))
    ana.force_login(person("ana"))
    seats.open_seat(holder_id=person("una").id, name="Performers Union", now=now())
    (seat,) = (one.id for one in held_by(person("una").id))
    assert "nobody to pause" in una.post(f"/union/{seat}/suspend", follow=True).content.decode()
    ana.post(f"/performer/answers/unions/{seat}/appoint")
    page = una.get("/union/").content.decode()
    assert faults(page) == []
    assert "1 performer appointed it." in page
    assert "Ana" not in page
    una.post(f"/union/{seat}/suspend")
    signed, new = licence(now() - timedelta(days=1)), licence(None)
    told = queries.decisions(performance_ids=[scene.ana], use=new, now=now())[scene.ana]
    assert told.reason == "suspended"
    assert queries.eligible(use=new, now=now()) == {}
    assert queries.decisions(performance_ids=[scene.ana], use=signed, now=now())[scene.ana].permitted
    assert next(line.kind for line in record.lines_about(person("ana").id)) == "suspend"
    assert "paused since" in ana.get("/performer/answers/unions").content.decode()
    una.post(f"/union/{seat}/resume")
    assert queries.decisions(performance_ids=[scene.ana], use=new, now=now())[scene.ana].permitted
    una.post(f"/union/{seat}/suspend")
    ana.post(f"/performer/answers/unions/{seat}/leave")
    assert not Suspension.objects.filter(lifted_at=None).exists(), "leaving ends the pause"


def licence(at: Any) -> Use:
    moment = now()
    return Use("understand-speech", "research", "Lab", moment - timedelta(days=9), moment + timedelta(days=90),
               licensed_at=at)  # fmt: skip


def test_whoever_appoints_a_seat_that_has_paused_is_paused_too() -> None:
    seat = seats.open_seat(holder_id=person("una").id, name="Union", now=now())
    seats.appoint(seat_id=seat, performer_id=person("ana").id, now=now())
    seats.suspend(seat_id=seat, holder_id=person("una").id, now=now())
    seats.appoint(seat_id=seat, performer_id=person("bo").id, now=now())
    assert Suspension.objects.filter(lifted_at=None).count() == 2


@pytest.mark.parametrize("name", ["ana", "pia", "lab"])
def test_a_seat_is_for_its_holder_only(client: Client, name: str) -> None:
    seat = seats.open_seat(holder_id=person("una").id, name="Union", now=now())
    client.force_login(person(name))
    assert client.get("/union/").status_code == 404
    assert client.post(f"/union/{seat}/suspend").status_code == 404


@pytest.mark.parametrize("name", ["", "x", " union "])
def test_a_seat_with_a_wrong_or_taken_name_is_told_in_one_sentence(client: Client, name: str) -> None:
    seats.open_seat(holder_id=person("una").id, name="Union", now=now())
    client.force_login(person("una"))
    answer = client.post("/union/", {"name": name})
    assert answer.status_code == 400
    assert faults(answer.content.decode()) == []


def test_only_the_operator_gives_a_first_seat_and_a_holder_may_add_one(client: Client) -> None:
    client.force_login(person("una"))
    assert client.post("/union/", {"name": "The Union"}).status_code == 404, "nobody may call themselves a union"
    assert 'name="name"' not in client.get("/union/").content.decode()
    operator, form = Client(), {"form": "seat", "seat_name": "The Union", "seat_holder": "Una"}
    op = person("pia")
    op.roles.create(role="operator")
    operator.force_login(op)
    assert operator.post("/studio", {**form, "seat_email": "no address"}).status_code == 400
    assert faults(operator.get("/studio").content.decode()) == []
    assert operator.post("/studio", {**form, "seat_email": person("una").email}).status_code == 302
    again = operator.post("/studio", {**form, "seat_email": "new@example.test"})
    assert again.status_code == 400
    assert "a seat of that name already" in again.content.decode()
    assert not Person.objects.filter(email="new@example.test").exists(), "both or neither"
    assert [one.name for one in held_by(person("una").id)] == ["The Union"]
    for name in ("Its branch", "Actors' Guild", "The Unionists", "A friend of The Union"):
        refused = client.post("/union/", {"name": name})
        assert refused.status_code == 400, "a holder is let in under one name, not under any"
        assert "begins with the name of your first: The Union." in refused.content.decode()
    assert faults(refused.content.decode()) == []
    assert client.post("/union/", {"name": "the  union, Madrid"}).status_code == 302
    assert len(held_by(person("una").id)) == 2
    assert client.post("/studio", {**form, "seat_name": "x", "seat_email": "a@example.test"}).status_code == 404


def test_lines_of_consent_hold_what_an_auditor_needs(ana: Client) -> None:
    grant = give()
    actions.revoke(grant_id=grant, performer_id=person("ana").id, now=now())
    for line in record.lines_about(person("ana").id):
        assert set(LINES[line.kind].body) <= set(line.body or {})


def test_sentences_of_these_pages_read_at_grade_eight() -> None:
    folder = Path(yesif.web.__file__).parent / "templates"
    names = ["question", "questions", "copies", "copy_confirm", "receipt", "unions", "notices"]
    for path in [*(folder / "performer" / f"{name}.html" for name in names), folder / "union" / "seats.html"]:
        for sentence in re.findall(r'{% translate "([^"]{40,})" %}', path.read_text()):
            assert grade(sentence) <= 8, sentence

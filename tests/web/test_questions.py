"""One question for each licence: on the page, from the letter, safe to prefetch; silence is no."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils.timezone import now

from tests.people import person
from tests.web.reading import faults
from tests.web.scene import played
from yesif.apps.consent import actions, queries
from yesif.apps.consent.actions import questions
from yesif.apps.consent.models import Question
from yesif.apps.consent.queries import questions as asked
from yesif.base.errors import BadInput, Conflict, NotFound
from yesif.core.policy.grants import Conditions, years_after
from yesif.core.policy.uses import Form, Price, Use
from yesif.flows import ask

pytestmark = pytest.mark.django_db


def use(**more: Any) -> Use:
    moment = now()
    terms: dict[str, Any] = {"licensee": "Lab", "form": Form.MEASUREMENTS, "price": Price(40, "EUR"), **more}
    return Use("understand-speech", "research", starts=moment - timedelta(days=1), ends=moment + timedelta(days=90),
               **terms)  # fmt: skip


def give(name: str, **answers: str) -> None:
    said = {"understand-speech": "ask", "research": "yes"} | {k.replace("_", "-"): v for k, v in answers.items()}
    terms = Conditions(until=years_after(now(), 1))
    actions.give(performer_id=person(name).id, answers=said, conditions=terms, now=now())


@pytest.fixture
def put() -> str:
    """A question to Ana about Lab's licence, with its letter."""
    played(state="released")
    give("ana")
    (made,) = put_to_them()
    assert ask.write("lic_1", now=now()) == 0
    return made


def put_to_them(licence: str = "lic_1") -> list[str]:
    """What the worker does: look who wants to be asked, and ask them."""
    return ask.ask(licence_id=licence, use=use(), performers=ask.awaiting(use(), now=now()), now=now())


def link() -> str:
    text = str(mail.outbox[-1].body)
    return re.findall(r"https?://[^/]+(/questions/\S+)", text)[0]


def permitted(performance_id: str) -> bool:
    return queries.decisions(performance_ids=[performance_id], use=use(), now=now())[performance_id].permitted


def test_ask_turns_a_licence_into_one_question_with_one_letter(put: str) -> None:
    assert Question.objects.get().performances == 1
    assert [one.to for one in mail.outbox] == [["ana@example.test"]]
    assert "cannot forget" in str(mail.outbox[0].body).split("asks to use")[0], "the unpleasant part comes first"
    assert put_to_them() == [], "nobody is asked twice about a licence"
    assert ask.write("lic_1", now=now()) == 0
    assert len(mail.outbox) == 1, "and nobody gets a letter twice"
    assert len(put_to_them("lic_2")) == 1


def test_a_letter_that_could_not_leave_is_sent_again_until_the_question_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    played(state="released")
    give("ana")
    put_to_them()

    def unreachable(*_: Any) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr(ask, "send_mail", unreachable)
        assert ask.write("lic_1", now=now()) == 1
        assert ask.write("lic_1", now=now() + timedelta(days=8)) == 0, "a question that is over needs no letter"
    assert ask.write("lic_1", now=now()) == 0
    assert len(mail.outbox) == 1
    assert Question.objects.get().told_at is not None


def test_opening_the_letters_link_answers_nothing(client: Client, put: str) -> None:
    for _ in range(3):
        page = client.get(link()).content.decode()
    assert faults(page) == []
    assert page.index("cannot forget") < page.index('value="yes"')
    assert Question.objects.get().answer == ""
    assert page.count('class="button same"') == 2, "Yes and No are of one size"


def test_a_press_in_the_letter_answers_without_signing_in(client: Client, put: str) -> None:
    assert client.post(link(), {"answer": "yes"}).status_code == 302
    found = Question.objects.get()
    assert found.answer == "yes"
    assert found.grant is not None
    grant = queries.grant_of(found.grant_id or "", person("ana").id).grant
    assert grant.yes == {"understand-speech", "research"}
    assert grant.conditions.allowed == {"lab"}
    assert grant.conditions.until == found.ends


def test_the_same_answer_again_changes_nothing_and_a_no_ends_the_yes(client: Client, put: str) -> None:
    client.force_login(person("ana"))
    address = f"/performer/questions/{put}"
    for _ in range(2):
        client.post(address, {"answer": "yes"})
    assert len(queries.living_grants(person("ana").id, now=now())) == 2, "the standing answers, and this one"
    client.post(address, {"answer": "no"})
    assert [one.reach for one in queries.living_grants(person("ana").id, now=now())] == ["standing"]
    client.post(address, {"answer": "perhaps"})
    assert Question.objects.get().answer == "no"


def test_a_yes_permits_and_silence_does_not() -> None:
    scene = played(state="released")
    give("ana")
    give("bo", understand_speech="yes")
    assert not permitted(scene.ana)
    (put,) = put_to_them()
    assert not permitted(scene.ana), "asked is not answered"
    questions.answer(question_id=put, performer_id=person("ana").id, yes=True, now=now())
    assert permitted(scene.ana)


def test_silence_at_the_deadline_is_no_and_stays_it(client: Client, put: str) -> None:
    ana, late = person("ana").id, now() + timedelta(days=8)
    assert asked.question(put, ana, now=late).state == "silent"
    assert asked.open_to(ana, now=late) == []
    with pytest.raises(Conflict, match="The time to answer is over"):
        questions.answer(question_id=put, performer_id=ana, yes=True, now=late)
    assert asked.states_of("lic_1", now=late) == {"open": 0, "yes": 0, "no": 0, "silent": 1}


def test_a_yes_over_a_standing_no_is_refused_in_one_sentence(client: Client, put: str) -> None:
    give("ana", research="no")
    client.force_login(person("ana"))
    answer = client.post(f"/performer/questions/{put}", {"answer": "yes"})
    assert answer.status_code == 409
    assert "a No beats any Yes" in answer.content.decode()
    assert Question.objects.get().answer == ""


@pytest.mark.parametrize("spoil", [lambda token: token[:-3], lambda token: token + "x", lambda _: "x" * 400])
def test_a_damaged_link_is_one_clear_sentence(client: Client, put: str, spoil: Any) -> None:
    damaged = "/questions/" + spoil(link().removeprefix("/questions/"))
    for method in (client.get, client.post):
        answer = method(damaged, {"answer": "yes"})
        assert answer.status_code == 404
        assert "It is damaged, or too old. Nothing was changed." in answer.content.decode()
    assert Question.objects.get().answer == ""


def test_a_link_too_old_or_of_someone_else_opens_nothing(put: str, monkeypatch: pytest.MonkeyPatch) -> None:
    token = link().removeprefix("/questions/")
    assert asked.of_token(token).question == put
    monkeypatch.setattr(asked, "_LINK_LIVES", timedelta(seconds=-1))
    with pytest.raises(NotFound):
        asked.of_token(token)
    foreign = asked.token_of(put, person("bo").id)
    assert Client().get(f"/questions/{foreign}").status_code == 404


def test_a_question_is_its_performers_own(client: Client, put: str) -> None:
    client.force_login(person("bo"))
    for method in (client.get, client.post):
        assert method(f"/performer/questions/{put}", {"answer": "yes"}).status_code == 404
    with pytest.raises(BadInput):
        questions.ask(subject="lic_9", use=use(), performers={person("ana").id: 1}, answer_by=now(), now=now())


def test_the_lists_and_the_home_page_show_what_waits(client: Client, put: str) -> None:
    client.force_login(person("ana"))
    assert f"/performer/questions/{put}" in client.get("/performer/").content.decode()
    page = client.get("/performer/questions").content.decode()
    assert faults(page) == []
    assert f"/performer/questions/{put}" in page
    client.post(f"/performer/questions/{put}", {"answer": "no"})
    assert "you said No" in client.get("/performer/questions").content.decode()

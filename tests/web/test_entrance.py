"""Signing in by link: nothing to remember, nothing to learn about who is here, and opening a link changes nothing."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.core import mail
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from tests.people import person
from yesif.apps.people import actions, queries
from yesif.base.errors import BadInput
from yesif.site.logs import WithoutTokens
from yesif.web.entrance import letters

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_has_asked_yet() -> Iterator[None]:
    cache.clear()
    yield
    letters.settle()


def ask(client: Client, email: str, **more: str) -> HttpResponse:
    return client.post("/sign-in", {"email": email, **more})


def path_of(link: str) -> str:
    return re.sub(r"^https?://[^/]+", "", link)


def test_a_known_and_an_unknown_address_get_the_same_answer(client: Client) -> None:
    person("ana")
    known, unknown = ask(client, "ana@example.test"), ask(client, "nobody@example.test")
    letters.settle()
    assert {(one.status_code, one["location"]) for one in (known, unknown)} == {(302, "/sign-in/sent")}
    assert client.get("/sign-in/sent").status_code == 200
    assert [letter.to for letter in mail.outbox] == [["ana@example.test"]]


def test_the_letter_carries_a_link_that_signs_in(client: Client) -> None:
    person("ana")
    ask(client, " Ana@Example.test ")
    letters.settle()
    (path,) = re.findall(r"http\S+?(/sign-in/\S+)", mail.outbox[0].body)
    assert "Ana" not in mail.outbox[0].body
    client.post(path)
    assert client.get("/performer/").status_code == 200


def test_opening_a_link_changes_nothing(client: Client) -> None:
    link = path_of(queries.sign_in_link(person("ana").id))
    page = client.get(link)
    assert "Continue as Ana" in page.content.decode()
    assert client.get("/performer/").status_code == 302
    assert "sessionid" not in client.cookies
    assert client.post(link)["location"] == "/"
    assert client.get("/performer/").status_code == 200


def test_an_old_link_signs_nobody_in_and_offers_a_new_one(client: Client, settings: Settings) -> None:
    link = path_of(queries.sign_in_link(person("ana").id))
    settings.SESAME_MAX_AGE = 0
    answer = client.post(link)
    assert answer.status_code == 404
    assert "Send me a new link" in answer.content.decode()
    assert client.get("/performer/").status_code == 302


@pytest.mark.parametrize("token", ["x", "AAAA", "../../etc", "%00", "sent2", "ü", "A" * 4000])
def test_an_altered_link_signs_nobody_in(client: Client, token: str) -> None:
    assert client.post(f"/sign-in/{token}").status_code in (404, 400)
    link = path_of(queries.sign_in_link(person("ana").id))
    assert client.post(link[:-1] + ("A" if link[-1] != "A" else "B")).status_code == 404
    assert client.post(link[:-4]).status_code == 404


def test_someone_who_left_cannot_sign_in(client: Client) -> None:
    ana = person("ana")
    link = path_of(queries.sign_in_link(ana.id))
    ana.is_active = False
    ana.save()
    assert client.post(link).status_code == 404
    ask(client, ana.email)
    letters.settle()
    assert mail.outbox == []


def test_signing_in_starts_a_fresh_session_and_keeps_no_date(client: Client) -> None:
    client.force_login(person("bo"))
    before = client.cookies["sessionid"].value
    client.post(path_of(queries.sign_in_link(person("ana").id)))
    assert client.cookies["sessionid"].value != before
    assert client.session["_auth_user_id"] == person("ana").id
    assert not hasattr(type(person("ana")), "last_login") or type(person("ana")).last_login is None


def test_asking_too_often_is_refused_alike_for_everyone(client: Client) -> None:
    person("ana")
    for email in ("ana@example.test", "nobody@example.test"):
        answers = [ask(client, email).status_code for _ in range(7)]
        assert answers == [302] * 5 + [429] * 2


def test_one_machine_cannot_ask_for_a_whole_list(client: Client) -> None:
    answers = [ask(client, f"guess{n}@example.test").status_code for n in range(33)]
    assert answers == [302] * 30 + [429] * 3


@pytest.mark.parametrize("email", ["", "no", "a@b", "x" * 300 + "@example.test", "a\r\nBcc: b@example.test"])
def test_what_is_no_address_is_said_at_the_field(client: Client, email: str) -> None:
    answer = ask(client, email)
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.content.decode()


@pytest.mark.parametrize("onward", ["https://evil.test/", "//evil.test", "javascript:alert(1)", "\\\\evil.test"])
def test_a_link_never_leads_to_another_site(client: Client, onward: str) -> None:
    link = path_of(queries.sign_in_link(person("ana").id))
    assert client.post(link, {"next": onward})["location"] == "/"


def test_signing_in_leads_back_to_where_one_was_going(client: Client) -> None:
    person("ana")
    there = client.get("/performer/takes")["location"]
    assert there == "/sign-in?next=%2Fperformer%2Ftakes"
    ask(client, "ana@example.test", next="/performer/takes")
    letters.settle()
    assert "?next=%2Fperformer%2Ftakes" in mail.outbox[0].body


def test_signing_out_needs_a_form_and_ends_the_session(client: Client) -> None:
    client.force_login(person("ana"))
    assert client.get("/sign-out").status_code == 405
    client.post("/sign-out")
    assert client.get("/performer/").status_code == 302


def test_home_is_the_one_door_or_all_of_them(client: Client) -> None:
    assert client.get("/").status_code == 200
    ana = person("ana")
    client.force_login(ana)
    assert client.get("/")["location"] == "/performer/"
    actions.join(email=ana.email, stage_name="", role="producer", now=NOW)
    page = client.get("/").content.decode()
    assert "Performer" in page
    assert "Producer" in page


@pytest.mark.parametrize("name", ["lab", "una"])
def test_a_role_without_pages_is_told_so(client: Client, name: str) -> None:
    client.force_login(person(name))
    assert "no pages for this role yet" in client.get("/").content.decode()


class TestJoining:
    def test_joining_twice_is_joining_once(self) -> None:
        first = actions.join(email="Dee@example.test", stage_name="Dee", role="performer", now=NOW)
        again = actions.join(email="dee@example.test ", stage_name="Other", role="performer", now=NOW)
        assert first == again
        assert queries.person(first).stage_name == "Dee"
        assert queries.roles_of(first) == ("performer",)

    def test_a_performer_is_sealed_into_a_group_and_others_into_none(self) -> None:
        one = actions.join(email="dee@example.test", stage_name="Dee", role="producer", now=NOW)
        person_of = type(person("ana")).objects
        assert person_of.get(pk=one).split_group == ""
        actions.join(email="dee@example.test", stage_name="Dee", role="performer", now=NOW)
        assert person_of.get(pk=one).split_group == actions.split_group(one)

    def test_the_groups_are_eighty_ten_ten(self) -> None:
        groups = [actions.split_group(f"per_{n}") for n in range(4000)]
        shares = {name: groups.count(name) / len(groups) for name in ("train", "dev", "test")}
        assert shares == pytest.approx({"train": 0.8, "dev": 0.1, "test": 0.1}, abs=0.02)

    @pytest.mark.parametrize("name", ["Zoë", "李小龍", "أنا", "O'Brien-Čapek", "<b>Bo</b>", "../../x", "𝒜na"])
    def test_a_stage_name_may_be_of_any_script_and_shows_as_text(self, client: Client, name: str) -> None:
        one = actions.join(email="dee@example.test", stage_name=name, role="performer", now=NOW)
        page = client.get(path_of(queries.sign_in_link(one))).content.decode()
        assert "<b>Bo</b>" not in page
        assert queries.person(one).stage_name == name

    @pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\x00b", "ab\u202ecd"])
    def test_a_name_that_deceives_is_refused(self, name: str) -> None:
        with pytest.raises(BadInput):
            actions.join(email="dee@example.test", stage_name=name, role="performer", now=NOW)

    def test_an_unknown_role_is_refused(self) -> None:
        with pytest.raises(BadInput):
            actions.join(email="dee@example.test", stage_name="Dee", role="admin", now=NOW)


def test_a_letters_link_is_not_written_into_the_programs_log(
    client: Client, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    for path in ("/sign-in/", "/join/", "/answer/", "/questions/", "/found/", "/media/"):
        assert client.get(f"{path}s3cret-token").status_code == 404
    logged = [one for one in caplog.records if one.name == "django.request"]
    assert len(logged) == 6
    assert all(WithoutTokens().filter(one) for one in logged)
    assert not [one for one in logged if "s3cret" in one.getMessage()]
    assert settings.LOGGING["handlers"]["stderr"]["filters"] == ["without-tokens"]


def test_answers_to_a_passkey_challenge_are_limited_too(client: Client) -> None:
    tries = [client.post("/passkey/sign-in", "{}", content_type="application/json").status_code for _ in range(31)]
    assert set(tries[:30]) == {404}
    assert tries[30] == 429

"""A page that says no, or that something waits, also leads on: to where it is paid in, confirmed, read."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils.timezone import now
from pytest_django.fixtures import Settings

from tests.apps.casting_cast import NOW, block, can, published, under_contract
from tests.apps.room_cast import booked
from tests.people import person
from tests.web.reading import faults
from tests.web.scene import played
from yesif.apps.casting.queries import blocks as seen
from yesif.apps.footage.models import Take
from yesif.apps.money.actions import escrow
from yesif.apps.money.models import Fee
from yesif.apps.stage.models import Session
from yesif.flows import blocks
from yesif.web.clock import CLOCK
from yesif.web.entrance import letters

pytestmark = pytest.mark.django_db


def page(client: Client, address: str) -> str:
    answer = client.get(address, headers={"accept": "text/html"}, follow=True)
    assert answer.status_code == 200, address
    text = answer.content.decode()
    assert faults(text) == [], address
    return text


def of(name: str) -> Client:
    client = Client()
    client.force_login(person(name))
    return client


@pytest.fixture
def block_of_two(monkeypatch: pytest.MonkeyPatch) -> str:
    """Ana and Bo said they can, in 80 hours; nothing is settled."""
    monkeypatch.setattr(type(CLOCK), "now", lambda _: NOW)
    made = published()
    at = block(made)
    for name in ("ana", "bo"):
        can(at, under_contract(made, name))
    return at


class TestMoney:
    def test_a_block_that_is_not_covered_leads_to_where_the_missing_money_is_paid_in(self, block_of_two: str) -> None:
        project, pia = seen.block_of_flow(block_of_two).project_id, of("pia")
        escrow.reserve(
            project_id=project, holding="rest", micro=99_900 * 100 * 1_000_000, currency="EUR", line=lambda _: 1,
            now=NOW,
        )  # fmt: skip
        assert pia.post(f"/producer/blocks/{block_of_two}/settle").status_code == 302
        text = page(pia, f"/producer/projects/{project}/board")
        (link, said) = re.findall(r'<a href="(/producer/money/projects/[^"]+)">([^<]+)</a>', text)[0]
        asked = re.search(r"amount=([\d.]+)#pay-in$", link)
        assert asked, link
        assert asked[1] in said, "the link says how much"
        form = page(pia, link)
        assert f'value="{asked[1]}"' in form
        key = re.search(r'name="key" value="(\w+)"', form)
        assert key
        assert pia.post(link.split("?")[0], {"amount": asked[1], "key": key[1]}).status_code == 302
        assert pia.post(f"/producer/blocks/{block_of_two}/settle")["location"] == f"/producer/blocks/{block_of_two}"

    @pytest.mark.parametrize("asked", ["x", "-1", "1e9", '"><b>', "1" * 40])
    def test_an_amount_that_is_none_is_left_out_of_the_form(self, block_of_two: str, asked: str) -> None:
        project = seen.block_of_flow(block_of_two).project_id
        answer = of("pia").get(f"/producer/money/projects/{project}", {"amount": asked})
        assert answer.context["form"]["amount"].value() is None

    def test_a_fee_of_no_time_and_no_money_is_no_line_and_one_with_money_is(self) -> None:
        room = booked()
        common = {
            "performer": room.ana, "project": room.project, "booking": room.bookings[0], "kind": "scenes",
            "rate_minor": 7400, "percent": 100, "currency": "EUR", "earned_at": now(), "approve_at": now(),
        }  # fmt: skip
        Fee.objects.create(key="fee:none", ms=0, micro=0, **common)
        Fee.objects.create(key="fee:some", ms=0, micro=5_000_000, **common)
        text = page(of("ana"), "/performer/money")
        assert "fee:none" not in text
        assert "fee:some" in text


def test_played_is_when_the_take_was_played_and_not_when_the_session_was_planned() -> None:
    room = played()
    planned, later = datetime(2026, 11, 1, 9, 0, tzinfo=UTC), datetime(2026, 11, 2, 18, 30, tzinfo=UTC)
    Session.objects.update(starts_at=planned, opened_ns=int(later.timestamp()) * 10**9)
    Take.objects.filter(pk=room.take).update(action_ns=7 * 60 * 10**9)
    text = page(of("ana"), "/performer/takes")
    assert "2026-11-02T18:37:00+00:00" in text
    assert planned.isoformat() not in text


class TestLetters:
    @pytest.fixture(autouse=True)
    def nobody_has_asked_yet(self) -> None:
        cache.clear()

    @pytest.mark.parametrize(("backend", "said"), [("filebased", "<code>letters</code>"), ("console", "printed where")])
    def test_a_studio_that_sends_no_e_mail_says_so_to_known_and_unknown_alike(
        self, settings: Settings, tmp_path: Path, backend: str, said: str
    ) -> None:
        settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
        settings.EMAIL_FILE_PATH = tmp_path
        texts = []
        for email in (person("ana").email, "nobody@example.test"):
            client = Client()
            client.post("/sign-in", {"email": email})
            letters.settle()
            texts.append(page(client, "/sign-in/sent"))
        assert texts[0] == texts[1]
        assert "This studio sends no e-mail" in texts[0]
        assert said in texts[0]
        assert "on its way" not in texts[0]
        assert str(tmp_path) not in texts[0], "no visitor learns where the machine keeps things"

    def test_who_applies_reads_it_too(self, settings: Settings, tmp_path: Path) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
        settings.EMAIL_FILE_PATH = tmp_path
        answer = Client().post(f"/calls/{published()}/apply", {"email": "new@example.test"})
        letters.settle()
        assert "This studio sends no e-mail" in answer.content.decode()


class TestConfirming:
    def test_the_home_page_points_to_a_settled_block_until_it_is_confirmed(self, block_of_two: str) -> None:
        ana = of("ana")
        assert "Will you be there?" not in page(ana, "/performer/")
        blocks.settle(block_of_two, person("pia").id, now=NOW)
        assert f'href="/performer/calendar#{block_of_two}"' in page(ana, "/performer/")
        assert f'id="{block_of_two}"' in page(ana, "/performer/calendar")
        ana.post(f"/performer/blocks/{block_of_two}/confirm")
        assert "Will you be there?" not in page(ana, "/performer/")

    def test_a_block_that_began_waits_for_nobody(self, block_of_two: str, monkeypatch: pytest.MonkeyPatch) -> None:
        blocks.settle(block_of_two, person("pia").id, now=NOW)
        monkeypatch.setattr(type(CLOCK), "now", lambda _: NOW + timedelta(hours=80, minutes=1))
        assert "Will you be there?" not in page(of("ana"), "/performer/")

"""The studio's own speech models for captions: who gets them, under which policy; and languages by name."""

import base64
import json
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation
from pytest_django.fixtures import Settings

from tests.apps.room_cast import Booked, booked
from tests.people import person
from tests.web.test_media import get, signed_in
from yesif.apps.people.models import Person
from yesif.web.room import captions
from yesif.web.tongues import spoken

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    """An engine and a model for English."""
    settings.CAPTIONS = tmp_path
    worker = base64.b64encode(b"onmessage = () => {};").decode()
    (tmp_path / "vosk.js").write_text(f"var F = createBase64WorkerFactory('{worker}', null, false);")
    (tmp_path / "en.tar.gz").write_bytes(b"a model")
    return tmp_path


@pytest.fixture
def room() -> Booked:
    return booked()


def offered(*languages: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(captions.offer(languages))
    return found


def test_the_first_language_that_has_a_model_is_offered_and_else_the_first_is_named(folder: Path) -> None:
    assert offered("es", "en-GB")["language"] == "en"
    assert offered("es", "de") == {"language": "es", "name": "Spanish", "engine": "", "model": ""}
    (folder / "vosk.js").unlink()
    assert offered("en")["model"] == "", "a model without its engine is none"


def test_the_engine_comes_as_a_worker_that_may_reach_this_studio_only(folder: Path, room: Booked) -> None:
    client = Client()
    client.force_login(person("ana"))
    answer = client.get(offered("en")["engine"])
    assert answer.content.decode().endswith("onmessage = () => {};")
    assert answer["Cross-Origin-Embedder-Policy"] == "require-corp"
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "connect-src 'self' data:" in policy
    assert "unsafe-eval" not in client.get(f"/room/{room.session}")["Content-Security-Policy"], "only in its worker"


@pytest.mark.parametrize("name", ["pia", "lab"])
def test_only_performers_get_engine_and_model(folder: Path, name: str) -> None:
    found, client = offered("en"), Client()
    assert client.get(found["model"]).status_code == 302
    client.force_login(person(name))
    assert {client.get(found[one]).status_code for one in ("engine", "model")} == {404}


def test_the_model_comes_whole_and_another_name_leads_nowhere(folder: Path, transactional_db: None) -> None:
    client = signed_in("ana")
    address = offered("en")["model"]
    answer, content = get(client, address)
    assert (answer.status_code, content, answer["Content-Length"]) == (200, b"a model", "7")
    for other in (address.replace("/en/", "/../"), address.replace("/en/", "/es/"), "/room/captions/en/1-1.tar.gz"):
        assert get(client, other)[0].status_code == 404, other


def test_languages_are_read_by_name_in_the_language_of_the_page(room: Booked) -> None:
    Person.objects.filter(pk=room.bo).update(languages=["en", "de"])
    client = Client()
    client.force_login(person("ana"))
    assert "Speaks English, German." in client.get(f"/room/{room.session}").content.decode()
    said = client.get(f"/room/{room.session}", headers={"accept-language": "es"}).content.decode()
    assert "inglés, alemán" in said.lower()
    with translation.override("es"):
        assert spoken("ko").lower() == "coreano", "also one the board does not know"
    with translation.override("en"):
        assert [spoken(one) for one in ("en-GB", "qqq")] == ["English", "qqq"]

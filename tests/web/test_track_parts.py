"""Deleting what was measured of one part: that part is gone from the disk, the others stay, and it is on the record."""

import pytest
from django.test import Client
from django.utils.timezone import now

from tests.people import person
from tests.web.scene import Played, S, played, store
from tests.web.test_track import keep, measured, page
from yesif.apps.footage.actions.parts import delete_measurements
from yesif.apps.footage.models import FeatureTable
from yesif.apps.record.models import Line
from yesif.base.errors import BadInput, Conflict, NotFound
from yesif.media.features.turns import USUAL, Floor, recipe, rows_of
from yesif.media.strongbox import name_of


@pytest.fixture
def scene(transactional_db: None) -> Played:
    found = played()
    measured(found.ana)
    measured(found.bo)
    return found


def names(performance: str, part: str) -> list[str]:
    tables = FeatureTable.objects.filter(performance_id=performance, part=part, joint=False).exclude(sha256="")
    return [name_of(performance, table.sha256) for table in tables]


def delete(scene: Played, part: str, who: str = "ana") -> int:
    return delete_measurements(performance_id=scene.ana, performer_id=person(who).id, part=part, now=now())


def test_the_words_go_and_the_voice_stays(scene: Played) -> None:
    words, voice = names(scene.ana, "words"), names(scene.ana, "voice")
    assert delete(scene, "words") == 2
    assert not any(store().exists(name) for name in words)
    assert all(store().exists(name) for name in voice)
    assert "secretword" not in page("ana", f"/performer/takes/{scene.ana}/track")[1]
    assert "secretword" in page("bo", f"/performer/takes/{scene.bo}/track")[1], "the partner's stay"
    assert Line.objects.filter(kind="review").count() == 1


def test_emphasis_goes_with_the_voice_that_it_was_measured_in(scene: Played) -> None:
    delete(scene, "voice")
    left = FeatureTable.objects.filter(performance_id=scene.ana).exclude(sha256="").values_list("stage", flat=True)
    assert "words" in left
    assert "prominence" not in left


def test_what_was_measured_on_both_goes_for_both(scene: Played) -> None:
    rows = rows_of([Floor("turn", 0, 0, 5 * S)])
    for who in (scene.ana, scene.bo):
        keep(who, recipe(USUAL), rows, "voice", joint=True)
    shared = FeatureTable.objects.get(performance_id=scene.bo, stage="turns").sha256
    assert delete(scene, "voice") == 4
    assert not store().exists(name_of(scene.take, shared))
    gone = FeatureTable.objects.filter(stage="turns").values_list("sha256", "skipped")
    assert set(gone) == {("", "Deleted by the performer.")}
    assert names(scene.bo, "voice"), "what is the partner's alone stays"


def test_deleting_twice_is_once(scene: Played) -> None:
    delete(scene, "words")
    assert delete(scene, "words") == 0
    assert Line.objects.filter(kind="review").count() == 1


@pytest.mark.parametrize("who", ["bo", "pia", "cy"])
def test_nobody_deletes_for_another(scene: Played, who: str) -> None:
    with pytest.raises(NotFound):
        delete(scene, "words", who)


def test_no_other_word_is_a_part(scene: Played) -> None:
    with pytest.raises(BadInput, match="voice, face, movement, words"):
        delete(scene, "everything")


def test_before_it_is_sealed_nothing_is_deleted(scene: Played) -> None:
    from yesif.apps.footage.models import Performance

    Performance.objects.update(state="received")
    with pytest.raises(Conflict):
        delete(scene, "words")


def test_the_page_deletes_and_says_so(scene: Played) -> None:
    client = Client()
    client.force_login(person("ana"))
    address = f"/performer/takes/{scene.ana}/measurements/delete"
    answer = client.post(address, {"part": "words"}, follow=True)
    assert "Deleted: 2 tables" in answer.content.decode()
    assert client.post(address, {"part": "nose"}).status_code == 400
    client.force_login(person("bo"))
    assert client.post(address, {"part": "words"}).status_code == 404

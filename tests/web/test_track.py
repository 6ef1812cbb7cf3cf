"""The track page: the same numbers for performer and producer, nothing sealed, and nobody else."""

import re
import tempfile
from pathlib import Path

import numpy as np
import pytest
from django.test import Client
from django.utils.timezone import now

from tests.people import person
from tests.web.reading import faults
from tests.web.scene import Played, S, played, store
from yesif.apps.casting.models import Project
from yesif.apps.footage.actions import review as actions
from yesif.apps.footage.models import FeatureTable, Performance
from yesif.apps.keys import actions as keys
from yesif.media import strongbox
from yesif.media.features.energy import Energy
from yesif.media.features.prominence import RECIPE as PROMINENCE
from yesif.media.features.shelf import Shelf
from yesif.media.features.transcript import WORD_COLUMNS
from yesif.media.features.turns import USUAL, Floor, recipe, rows_of
from yesif.media.stage import Recipe
from yesif.media.tables import Rows

ENERGY = Energy().recipe
WORDS = Recipe("words", 1, "given", WORD_COLUMNS, {})


def keep(performance: str, made: Recipe, rows: Rows, part: str, *, joint: bool = False) -> None:
    """Seal a table into the performance's box, or the take's."""
    one = Performance.objects.get(pk=performance)
    owners = list(Performance.objects.filter(take=one.take).values_list("performer_id", flat=True))
    box = keys.box_for(
        box_id=one.take_id if joint else one.id, owners=owners if joint else [one.performer_id], now=now()
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Shelf(Path(folder), "voice", (performance,)).derived(made, [rows], {}).path
        assert path is not None
        sha256 = strongbox.put_file(store(), box, path).sha256
    FeatureTable.objects.create(
        performance=one, stage=made.stage, version="1", address="a" * 64, part=part, sha256=sha256, rows=1, joint=joint
    )


def measured(performance: str, *, loud_at: float = 40.0) -> None:
    """A minute that is loud around one second, with a word then and one at 10 s."""
    t = np.arange(6000, dtype=np.int64) * (S // 100)
    peak = np.where(np.abs(t / S - loud_at) < 0.5, 0.9, 0.01).astype(np.float32)
    silence = np.full(6000, -60, np.float32)
    rows: Rows = {"t_ns": t, "rms_dbfs": silence, "peak": peak, "clipped": np.zeros(6000, np.int32)}
    keep(performance, ENERGY, rows, "voice")
    starts = np.array([10 * S, round(loud_at * S)], np.int64)
    source = ["given", "given"]
    words: Rows = {"start_ns": starts, "end_ns": starts + S // 2, "text": ["lantern", "secretword"],
                   "conf": np.ones(2, np.float32), "source": source}  # fmt: skip
    keep(performance, WORDS, words, "words")
    strong: Rows = {"start_ns": starts, "end_ns": starts + S // 2, "prominence": np.array([1, 2], np.float32),
                    "boundary": np.ones(2, np.float32), "syllables": np.ones(2, np.int32)}  # fmt: skip
    keep(performance, PROMINENCE, strong, "words")


@pytest.fixture
def scene(db: None) -> Played:
    found = played()
    measured(found.ana)
    measured(found.bo)
    return found


def page(name: str, address: str) -> tuple[int, str]:
    client = Client()
    client.force_login(person(name))
    answer = client.get(address, headers={"accept": "text/html"})
    return answer.status_code, answer.content.decode()


def release(performance: str, who: str) -> None:
    actions.release(performance_id=performance, performer_id=person(who).id, now=now())


def drawing(text: str) -> str:
    found = re.search(r"<svg[^>]*sheet-drawing.*?</svg>", text, re.S)
    return found.group(0) if found else ""


def highest_at(svg: str, start_s: float, end_s: float) -> float:
    """How high the first voice band reaches between two moments, in pixels."""
    band = re.search(r'<path d="M([^"]*)Z"', svg)
    assert band is not None
    points = [tuple(map(float, pair.split())) for pair in band.group(1).split("L")]
    seen = [y for x, y in points if start_s <= x / 1200 * 60 <= end_s]
    return max(seen) - min(seen) if seen else 0.0


def test_a_performer_sees_their_own_side_drawn_and_the_page_is_whole(scene: Played) -> None:
    status, text = page("ana", f"/performer/takes/{scene.ana}/track")
    assert status == 200
    assert faults(text) == []
    svg = drawing(text)
    assert "secretword" in svg
    assert "emphasis 1.00" in svg
    assert highest_at(svg, 39.5, 40.5) > 20 > 5 > highest_at(svg, 20, 30)
    assert "both of you have to say yes" in text


@pytest.mark.parametrize("who", ["bo", "cy"])
def test_for_other_performers_it_is_not_there(scene: Played, who: str) -> None:
    for tail in ("track", "track.svg", "track.png"):
        assert page(who, f"/performer/takes/{scene.ana}/{tail}")[0] == 404


def test_a_producer_sees_a_side_only_once_its_performer_has_released_it(scene: Played) -> None:
    status, text = page("pia", f"/producer/takes/{scene.take}/track")
    assert status == 200
    assert "secretword" not in text
    assert "<video" not in text
    assert page("pia", f"/producer/takes/{scene.take}/track.svg")[0] == 404
    release(scene.ana, "ana")
    status, text = page("pia", f"/producer/takes/{scene.take}/track")
    assert faults(text) == []
    assert text.count("<video") == 1
    assert "has not released this take" in text
    assert drawing(text).count("secretword") == 2  # the word, and what a pointer on it is told


def test_another_producer_finds_nothing(scene: Played) -> None:
    Project.objects.update(producer=person("cy"))
    assert page("pia", f"/producer/takes/{scene.take}/track")[0] == 404


def test_performer_and_producer_read_the_same_numbers(scene: Played) -> None:
    release(scene.ana, "ana")
    mine, theirs = (
        page("ana", f"/performer/takes/{scene.ana}/track")[1],
        page("pia", f"/producer/takes/{scene.take}/track")[1],
    )
    numbers = [re.findall(r'<td class="number"[^>]*>(.*?)</td>', text) for text in (mine, theirs)]
    assert numbers[0] == numbers[1]
    assert len(numbers[0]) > 4


@pytest.mark.parametrize("sealed_by", ["ana", "bo"])
def test_nothing_of_a_sealed_stretch_is_drawn_for_the_producer(scene: Played, sealed_by: str) -> None:
    for who in ("ana", "bo"):
        release(getattr(scene, who), who)
    actions.seal(
        performance_id=getattr(scene, sealed_by), performer_id=person(sealed_by).id, start_ns=39 * S, end_ns=42 * S,
        why="was-me", now=now(),
    )  # fmt: skip
    svg = drawing(page("pia", f"/producer/takes/{scene.take}/track")[1])
    assert "secretword" not in svg
    assert "lantern" in svg
    assert highest_at(svg, 38.7, 42.3) == 0
    exported = page("pia", f"/producer/takes/{scene.take}/track.svg")[1]
    assert "secretword" not in exported


def test_while_the_partner_is_not_shown_nothing_measured_on_the_two_is(scene: Played) -> None:
    rows = rows_of([Floor("turn", 0, 0, 5 * S), Floor("backchannel", 0, 6 * S, 7 * S)])
    keep(scene.ana, recipe(USUAL), rows, "voice", joint=True)
    alone = page("ana", f"/performer/takes/{scene.ana}/track")[1]
    assert "backchannel" not in alone
    Performance.objects.update(partner_may_watch=True)
    assert "backchannel" in drawing(page("ana", f"/performer/takes/{scene.ana}/track")[1])


def test_a_withdrawn_performance_has_no_page(scene: Played) -> None:
    actions.withdraw(performance_id=scene.ana, performer_id=person("ana").id, now=now())
    assert page("ana", f"/performer/takes/{scene.ana}/track")[0] == 404
    assert "secretword" not in page("pia", f"/producer/takes/{scene.take}/track")[1]


@pytest.mark.parametrize(("form", "begins"), [("svg", b"<svg"), ("png", b"\x89PNG")])
def test_the_picture_is_a_file_of_its_own_the_same_each_time(scene: Played, form: str, begins: bytes) -> None:
    client = Client()
    client.force_login(person("ana"))
    answers = [client.get(f"/performer/takes/{scene.ana}/track.{form}") for _ in range(2)]
    assert answers[0].content.startswith(begins)
    assert answers[0].content == answers[1].content
    assert "attachment" in answers[0]["content-disposition"]
    assert client.get(f"/performer/takes/{scene.ana}/track.exe").status_code == 404


def test_a_table_that_is_gone_leaves_its_lane_empty(scene: Played) -> None:
    for table in FeatureTable.objects.filter(performance_id=scene.ana):
        store().delete(strongbox.name_of(scene.ana, table.sha256))
    status, text = page("ana", f"/performer/takes/{scene.ana}/track")
    assert status == 200
    assert "secretword" not in text


def test_words_are_text_and_never_markup(scene: Played) -> None:
    FeatureTable.objects.filter(performance_id=scene.ana, stage__in=["words", "prominence"]).delete()
    rows: Rows = {"start_ns": np.array([S], np.int64), "end_ns": np.array([2 * S], np.int64),
                  "text": ["</text><script>alert(1)</script>\x00"], "conf": np.ones(1, np.float32),
                  "source": ["given"]}  # fmt: skip
    keep(scene.ana, WORDS, rows, "words")
    assert "<script>alert" not in page("ana", f"/performer/takes/{scene.ana}/track")[1]

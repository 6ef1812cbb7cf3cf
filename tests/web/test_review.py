"""The review page: watch, seal, lift, watch together, release, withdraw; what is sealed never plays again."""

import re

import pytest
from django.test import Client

from tests.people import person
from tests.web.reading import faults
from tests.web.scene import Played, S, played, show_preview
from yesif.apps.footage.models import Performance, SealedSpan

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Played:
    return played()


@pytest.fixture
def ana(client: Client) -> Client:
    client.force_login(person("ana"))
    return client


def page(client: Client, scene: Played, rest: str = "") -> str:
    answer = client.get(f"/performer/takes/{scene.ana}{rest}")
    assert answer.status_code == 200
    return answer.content.decode()


def seal(client: Client, scene: Played, start: str = "3.5", end: str = "5.25", why: str = "was-me") -> int:
    form = {"start": start, "end": end, "why": why}
    return client.post(f"/performer/takes/{scene.ana}/seal", form).status_code


def test_the_page_shows_picture_timeline_quality_and_both_decisions(ana: Client, scene: Played) -> None:
    text = page(ana, scene)
    assert faults(text) == []
    assert text.count("<video") == 1, "the partner's side only when both said yes"
    assert re.search(r'<g class="lane own"><rect x="3.333%"', text)
    assert "Action" in text
    assert "0.4 % of the voice is clipped" in text
    assert re.findall(r'<a class="button same"[^>]*>([^<]+)<', text) == ["Release…", "Withdraw…"]


def test_a_seal_by_seconds_is_kept_to_the_nanosecond_and_the_preview_is_gone(ana: Client, scene: Played) -> None:
    assert seal(ana, scene) == 302
    span = SealedSpan.objects.get()
    assert (span.start_ns, span.end_ns, span.why) == (3_500_000_000, 5_250_000_000, "was-me")
    text = page(ana, scene)
    assert "<video" not in text
    assert "data-peaks" not in text
    assert "is being made again without what you sealed" in text
    assert 'hx-trigger="every 4s"' in text
    assert faults(text) == []


def test_the_preview_comes_back_once_it_leaves_the_seal_out(ana: Client, scene: Played) -> None:
    seal(ana, scene)
    show_preview(scene.ana, b"again", leaves_out=[[3_500_000_000, 5_250_000_000]])
    part = page(ana, scene, "/picture")
    assert "<video" in part
    assert "hx-trigger" not in part
    assert "<html" not in part


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        ("", "5", "was-me"),
        ("5", "3", "was-me"),
        ("-1", "3", "was-me"),
        ("1", "61", "was-me"),
        ("1", "2", ""),
        ("1", "2", "other"),
        ("NaN", "2", "was-me"),
        ("1e400", "2", "was-me"),
        ("1", "Infinity", "off-record"),
        ("1,5", "2", "was-me"),
    ],
)
def test_a_wrong_stretch_is_named_at_its_field_and_seals_nothing(
    ana: Client, scene: Played, start: str, end: str, why: str
) -> None:
    answer = ana.post(f"/performer/takes/{scene.ana}/seal", {"start": start, "end": end, "why": why})
    assert answer.status_code == 400
    assert 'class="wrong"' in answer.content.decode()
    assert faults(answer.content.decode()) == []
    assert not SealedSpan.objects.exists()
    assert Performance.objects.get(pk=scene.ana).preview_sha256


def test_a_seal_can_be_lifted(ana: Client, scene: Played) -> None:
    seal(ana, scene)
    assert ana.post(f"/performer/seals/{SealedSpan.objects.get().pk}/lift").status_code == 302
    assert "Nothing is sealed." in page(ana, scene)


def test_both_sides_show_when_both_said_yes(ana: Client, scene: Played) -> None:
    bo = Client()
    bo.force_login(person("bo"))
    ana.post(f"/performer/takes/{scene.ana}/together", {"allowed": "yes"})
    assert page(ana, scene).count("<video") == 1
    bo.post(f"/performer/takes/{scene.bo}/together", {"allowed": "yes"})
    text = page(ana, scene)
    assert text.count("<video") == 2
    assert "Bo speaks" in text
    ana.post(f"/performer/takes/{scene.ana}/together", {"allowed": "no"})
    assert page(ana, scene).count("<video") == 1


@pytest.mark.parametrize("act", ["release", "withdraw"])
def test_looking_at_the_consequences_decides_nothing(ana: Client, scene: Played, act: str) -> None:
    text = page(ana, scene, f"/{act}")
    assert "annot" in text
    assert len(re.findall('class="button same"', text)) == 2
    assert Performance.objects.get(pk=scene.ana).state == "in-review"


def test_release_then_withdraw(ana: Client, scene: Played) -> None:
    ana.post(f"/performer/takes/{scene.ana}/release")
    assert Performance.objects.get(pk=scene.ana).state == "released"
    text = page(ana, scene)
    assert "You released this take" in text
    assert "Release…" not in text
    ana.post(f"/performer/takes/{scene.ana}/withdraw")
    text = page(ana, scene)
    assert "You withdrew this take" in text
    assert "<video" not in text
    assert seal(ana, scene) == 409


def test_what_the_timeline_draws_lies_inside_it(ana: Client, scene: Played) -> None:
    Performance.objects.filter(pk=scene.ana).update(summary={"turns": [[-5 * S, 2 * S], [59 * S, 90 * S]]})
    for x, width in re.findall(r'<rect (?:class="\w+" )?x="([\d.-]+)%" y="\d+" width="([\d.-]+)%"', page(ana, scene)):
        assert 0 <= float(x) <= 100
        assert float(x) + float(width) <= 100.2

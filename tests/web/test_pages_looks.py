"""What every page keeps: contrast of the tokens, no inline anything, one first heading, every control named."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils.timezone import now

import yesif.web
from tests.people import person
from tests.web.reading import faults
from tests.web.scene import S, played
from yesif.apps.footage.actions import review
from yesif.apps.people import actions, queries

WEB = Path(yesif.web.__file__).parent
CSS = WEB / "static" / "yesif" / "css"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))

# WCAG 2.2: 1.4.3 (text 4.5:1), 1.4.11 (edges of controls and focus 3:1).
TEXT = [
    ("ink", "paper"), ("ink", "sheet"), ("muted", "paper"), ("muted", "sheet"), ("link", "paper"), ("link", "sheet"),
    ("on-primary", "primary"), ("on-primary", "primary-deep"), ("allow", "allow-tint"), ("ask", "ask-tint"),
    ("never", "never-tint"), ("never", "sheet"), ("never", "paper"), ("ink", "allow-tint"), ("ink", "ask-tint"),
    ("ink", "never-tint"),
]  # fmt: skip
EDGES = [("edge", "paper"), ("edge", "sheet"), ("ring", "paper"), ("ring", "sheet"), ("ring-gap", "primary"),
         ("track-own", "sheet"), ("track-partner", "sheet")]  # fmt: skip
ON_STAGE = [("rec", "paper"), ("ok", "paper"), ("warn", "paper")]


def themes() -> dict[str, dict[str, str]]:
    text = (CSS / "tokens.css").read_text()
    root, stage = text.split(".stage {")
    found = [dict(re.findall(r"--([a-z-]+):\s*(#[0-9A-Fa-f]{6})", part)) for part in (root, stage)]
    return {"paper": found[0], "stage": {**found[0], **found[1]}}


def contrast(one: str, other: str) -> float:
    """WCAG relative luminance (2.2, definitions)."""

    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    a, b = sorted((light(one), light(other)), reverse=True)
    return (a + 0.05) / (b + 0.05)


@pytest.mark.parametrize("theme", ["paper", "stage"])
def test_every_pair_of_text_and_ground_can_be_read(theme: str) -> None:
    colours = themes()[theme]
    pairs = TEXT + (ON_STAGE if theme == "stage" else [])
    low = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in pairs}
    assert {pair: number for pair, number in low.items() if number < 4.5} == {}
    edges = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in EDGES}
    assert {pair: number for pair, number in edges.items() if number < 3} == {}


@pytest.mark.parametrize("path", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_a_style_sheet_has_at_most_200_lines_and_one_layer(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 200
    assert text.lstrip().startswith("/*"), "a file opens by saying what it is"
    assert "@layer" in text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(WEB / "templates")))
def test_a_template_holds_nothing_inline(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=|javascript:", text)
    assert not re.search(r"<script(?![^>]*\b(src|type=\"application/json\"))", text)
    assert "|safe" not in text


@pytest.mark.parametrize("address", ["/", "/help", "/sign-in", "/sign-in/sent", "/sign-in/old"])
def test_pages_before_the_doors_are_whole(client: Client, db: None, address: str) -> None:
    assert faults(client.get(address, headers={"accept": "text/html"}).content.decode()) == []


def test_the_page_of_a_link_and_a_wrong_form_are_whole(client: Client, db: None) -> None:
    link = queries.sign_in_link(person("ana").id)
    assert faults(client.get(link.split("8700")[1]).content.decode()) == []
    assert faults(client.post("/sign-in", {"email": "no"}).content.decode()) == []


@pytest.mark.parametrize("address", ["/nothing", "/performer/takes/x", "/media/x"])
def test_errors_are_pages_in_words(client: Client, db: None, address: str) -> None:
    client.force_login(person("ana"))
    answer = client.get(address, headers={"accept": "text/html"})
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "There is nothing here that you may see." in page
    assert "Nothing was changed." in page
    assert faults(page) == []


def test_a_form_out_of_date_is_told_in_words(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post("/sign-in", {"email": "ana@example.test"})
    assert answer.status_code == 403
    assert "This form is out of date" in answer.content.decode()
    assert faults(answer.content.decode()) == []


def test_a_person_with_several_roles_sees_each_in_the_way_around(client: Client, db: None) -> None:
    ana = person("ana")
    actions.join(email=ana.email, stage_name="", role="producer", now=now())
    client.force_login(ana)
    page = client.get("/performer/takes").content.decode()
    assert "/producer/releases" in page
    assert page.count('aria-current="page"') == 1


def test_a_page_deep_down_still_shows_the_pages_beside_it(client: Client, db: None) -> None:
    scene = played(state="released")
    client.force_login(person("pia"))
    page = client.get(f"/producer/quality/takes/{scene.take}").content.decode()
    assert '<ul class="within">' in page
    assert re.search(r'href="/producer/takes" aria-current="true"', page)
    top = page[page.index('class="around"') : page.index('class="within"')]
    assert top.count("<li>") == 5, "a producer's main pages are few"


@pytest.mark.parametrize("state", ["in-review", "released", "withdrawn"])
def test_a_performers_pages_are_whole(client: Client, db: None, state: str) -> None:
    scene = played(state=state, title="<b>Unit</b> 114 \"'")
    ana = person("ana")
    client.force_login(ana)
    if state != "withdrawn":
        review.seal(performance_id=scene.ana, performer_id=ana.id, start_ns=S, end_ns=2 * S, why="was-me", now=now())
    for rest in ("", "/release", "/withdraw"):
        answer = client.get(f"/performer/takes/{scene.ana}{rest}")
        page = answer.content.decode()
        assert (answer.status_code, faults(page)) == (200, [])
        assert "<b>Unit</b>" not in page
    for address in ("/performer/", "/performer/takes"):
        assert faults(client.get(address).content.decode()) == []

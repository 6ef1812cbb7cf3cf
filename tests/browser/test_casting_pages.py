"""From the listing to the match board axe finds nothing, nothing runs over at 320 px, and the contract prints."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.axe import violations
from tests.browser.harness import Studio

PAGES = {
    "": ["/calls", "/calls/{project}", "/calls/{project}/contract", "/calls/{project}/apply", "/sign-in"],
    "ana": ["/performer/calendar", "/performer/lines", "/performer/you", "/performer/calls/{project}/apply"],
    "hal": ["/performer/", "/performer/contracts/{offer}", "/performer/contracts/{offer}/paper", "/passkeys"],
    "pia": [
        "/producer/projects/{project}",
        "/producer/projects/{project}/frame",
        "/producer/projects/{project}/call",
        "/producer/projects/{project}/funnel",
        "/producer/projects/{project}/board",
        "/producer/blocks/{settled}",
        "/producer/decks",
        "/producer/decks/{deck}",
        "/producer/decks/{deck}/cards/prm-001",
        "/producer/decks/{deck}/notes/new",
    ],
}


@pytest.fixture(scope="module")
def there(studio: Studio) -> dict[str, Any]:
    found: dict[str, Any] = studio.ask("casting")
    return found


def signed_in(studio: Studio, page: Page, person: str) -> None:
    page.goto(studio.ask("link", person=person))
    page.get_by_role("button", name=re.compile("Continue as")).click()
    page.wait_for_load_state()


@pytest.mark.parametrize("who", list(PAGES), ids=lambda who: who or "stranger")
def test_pages_can_be_read_and_worked_by_everyone(studio: Studio, page: Page, there: dict[str, Any], who: str) -> None:
    if who:
        signed_in(studio, page, there["people"][who])
    wrong = []
    for path in PAGES[who]:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(studio.url + path.format(**there))
        wrong += [f"{path}: {one}" for one in violations(page)]
        page.set_viewport_size({"width": 320, "height": 700})
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        wrong += [f"{path}: {over} px too wide at 320"] if over > 0 else []
    assert wrong == []


def test_the_contract_prints_on_paper_with_nothing_to_press(
    studio: Studio, page: Page, there: dict[str, Any], tmp_path: Path
) -> None:
    signed_in(studio, page, there["people"]["hal"])
    page.goto(studio.url + f"/performer/contracts/{there['offer']}/paper")
    printed = tmp_path / "contract.pdf"
    page.pdf(path=str(printed), format="A4")
    assert printed.read_bytes().startswith(b"%PDF-")
    page.emulate_media(media="print")
    shown = page.evaluate(
        "[...document.querySelectorAll('button, nav a, .skip')].filter((one) => one.checkVisibility()).length"
    )
    assert shown == 0
    assert page.evaluate("document.fonts.check('17px \"Source Serif 4\"')"), "in the studio's own type"
    try:
        text = subprocess.run(
            ["pdftotext", "-layout", str(printed), "-"], capture_output=True, text=True, check=True
        ).stdout
    except FileNotFoundError:
        return
    for needed in ("Contract: Warm calls", "EUR 74.00 per hour", "1. Key facts", "4. Stopping"):
        assert needed in text
    assert "Sign out" not in text

"""The contract prints."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.harness import Studio


@pytest.fixture(scope="module")
def there(studio: Studio) -> dict[str, Any]:
    found: dict[str, Any] = studio.ask("casting")
    return found


def signed_in(studio: Studio, page: Page, person: str) -> None:
    page.goto(studio.ask("link", person=person))
    page.get_by_role("button", name=re.compile("Continue as")).click()
    page.wait_for_load_state()


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

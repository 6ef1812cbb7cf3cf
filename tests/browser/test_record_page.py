"""The checking page proves a receipt with no network."""

from pathlib import Path

from playwright.sync_api import Page

from tests.browser.axe import violations
from tests.browser.harness import Studio
from tests.core.test_tlog_receipt import CONTENT


def test_the_checking_page_proves_a_receipt_as_a_file_with_no_network(
    studio: Studio, page: Page, tmp_path: Path
) -> None:
    saved, good, bad = tmp_path / "check.html", tmp_path / "good.zip", tmp_path / "bad.zip"
    saved.write_bytes(page.request.get(f"{studio.url}/check?save").body())
    good.write_bytes(CONTENT)
    bad.write_bytes(CONTENT.replace(b'"event":"e"', b'"event":"f"'))
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.context.set_offline(True)
    page.goto(saved.as_uri())
    page.set_input_files("#file", good)
    page.wait_for_selector("#said.good h2")
    assert "royalty line of 2025-11-24" in page.inner_text("#said")
    page.set_input_files("#file", bad)
    page.wait_for_selector("#said.bad h2")
    assert "not what the leaf commits to" in page.inner_text("#said")
    assert wrong == []
    assert violations(page) == []

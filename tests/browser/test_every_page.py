"""Every page of the studio, as each role sees it: read and worked by everyone, on paper and on stage, from 320 px up.

What is walked is found in the addresses (tests/browser/pages.py): a page that is new is walked, or fails this test.
"""

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.axe import in_both_themes
from tests.browser.harness import Studio
from tests.browser.walk import NARROW, WIDE, contexts, first_pages, launched

BASICS = """() => {
  const found = [], root = document.documentElement, firsts = document.querySelectorAll("h1").length;
  if (firsts !== 1) found.push(`${firsts} first headings`);
  if (!document.title.trim()) found.push("no title");
  if (!/^[a-z]{2}$/.test(root.lang)) found.push(`lang is "${root.lang}"`);
  return found;
}"""
OVER = """() => {
  const most = document.documentElement.clientWidth, over = document.documentElement.scrollWidth - most;
  if (over <= 0) return [];
  const widest = [...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > most + 1);
  const told = widest.slice(-1).map((one) => `${one.tagName}.${one.className}`).join();
  return [`${over} px too wide at 320: ${told}`];
}"""


def looked_at(page: Page, address: str, *, missing: bool) -> list[str]:
    """What is wrong with one page, in sentences."""
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda fault: said.append(str(fault)))
    page.set_viewport_size(WIDE)
    answer = page.goto(address)
    assert answer is not None
    wrong = [] if missing or answer.status == 200 else [f"answers {answer.status}"]
    wrong += page.evaluate(BASICS)
    wrong += in_both_themes(page)
    page.set_viewport_size(NARROW)
    wrong += page.evaluate(OVER)
    return wrong + [f"the console says: {one}" for one in said if not (missing and "404" in one)]


def walked(browser: Browser, studio: Studio, found: dict[str, Any]) -> list[str]:
    """What is wrong with any of these pages."""
    wrong, windows = [], contexts(browser, studio, found)
    for name, who, path in found["pages"]:
        page = windows[who].new_page()
        faults = looked_at(page, studio.url + path, missing=name.endswith("not-there"))
        wrong += [f"{name} ({who or 'stranger'}): {one}" for one in faults]
        page.close()
    return wrong


def test_every_page_can_be_read_and_worked_by_everyone(tmp_path: Path) -> None:
    """Served without a worker: nothing changes while we look."""
    studio = Studio(tmp_path)
    try:
        studio.start_server()
        with sync_playwright() as playwright:
            browser = launched(playwright)
            wrong = walked(browser, studio, {"pages": first_pages(studio), "cookies": {}})
            found = studio.ask("every_page")
            wrong += found["wrong"] + walked(browser, studio, found)
            browser.close()
    finally:
        studio.stop()
    assert wrong == [], "\n".join(wrong)

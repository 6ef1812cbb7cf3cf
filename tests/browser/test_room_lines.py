"""Lines break in mid-scene: the call, the take and the room go on where they were."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import play
from tests.browser.harness import Studio, served
from yesif.cli.demo.windows import Window, windows

pytestmark = pytest.mark.alone

BACK_MS = 5_000
"""Whoever's line broke is back within this."""
PICTURE = "() => { const v = document.getElementById('partner'); return v.videoWidth > 0 && !v.paused }"
TRACKS = "() => document.getElementById('partner').srcObject.getTracks().map(one => one.id + one.readyState).sort()"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio's pages, without its worker."""
    with served(tmp_path_factory.mktemp("studio")) as running:
        yield running


@pytest.fixture
def opened(pages: Studio, tmp_path: Path) -> Iterator[dict[str, Window]]:
    """Two performers in mid-scene."""
    booked = pages.ask("book")
    with windows(tmp_path, play.gear(tmp_path, barcode=False), headless=True) as both:
        for place, window in both.items():
            play.enter(window, booked["links"][place])
        play.check(*both.values())
        for window in both.values():
            window.page.wait_for_selector("body[data-call=yes]", timeout=play.WAIT_MS)
            window.page.wait_for_function(PICTURE, timeout=play.WAIT_MS)
        play.roll(*both.values())
        yield both


def phase(page: Page, wanted: str, timeout: int = BACK_MS) -> None:
    page.wait_for_selector(f"body[data-phase={wanted}]", timeout=timeout)


def words(page: Page, part: str) -> str:
    return page.inner_text(f"#{part}")


def size(page: Page) -> list[int]:
    found: list[int] = page.evaluate("[partner.videoWidth, partner.videoHeight]")
    return found


def test_a_studio_that_dies_in_mid_scene_ends_neither_the_call_nor_the_take(
    pages: Studio, opened: dict[str, Window]
) -> None:
    a, b = opened["a"].page, opened["b"].page
    before = [page.evaluate(TRACKS) for page in (a, b)]
    assert all(width <= 640 and height <= 360 for width, height in (size(a), size(b)))
    pages.kill_server()
    a.wait_for_function("() => document.getElementById('line').textContent.includes('is down')", timeout=BACK_MS)
    assert words(a, "phase").startswith("Recording")
    a.keyboard.press("Escape")
    assert "Your cut is sent as soon as it is back" in words(a, "line")
    time.sleep(1)
    pages.start_server()
    for page in (a, b):
        phase(page, "between")
        assert page.evaluate(PICTURE)
    assert [page.evaluate(TRACKS) for page in (a, b)] == before
    play.safe(*opened.values())
    assert words(a, "line") == ""
    assert not [fault for window in opened.values() for fault in window.faults]


def test_a_page_reloaded_in_mid_scene_is_back_in_the_call_and_records_again_by_itself(
    pages: Studio, opened: dict[str, Window]
) -> None:
    a, b = opened["a"].page, opened["b"].page
    time.sleep(2)
    b.on("dialog", lambda dialog: dialog.accept())
    b.reload()
    phase(b, "playing")
    for page in (a, b):
        page.wait_for_selector("body[data-call=yes]", timeout=2 * BACK_MS)
        page.wait_for_function(PICTURE, timeout=2 * BACK_MS)
    time.sleep(2)
    play.cut(opened["a"])
    for page in (a, b):
        phase(page, "between")
    play.safe(*opened.values())
    assert not [fault for window in opened.values() for fault in window.faults]


def test_a_second_window_takes_over_and_says_so_in_the_first(pages: Studio, opened: dict[str, Window]) -> None:
    first: Any = opened["a"].page
    second = opened["a"].context.new_page()
    second.goto(first.url)
    phase(second, "playing")
    first.wait_for_function(
        "() => document.getElementById('line').textContent.includes('another window')", timeout=BACK_MS
    )
    opened["b"].page.wait_for_selector("body[data-call=yes]", timeout=play.WAIT_MS)

"""In two real windows: Cut stops both at once and its seconds are in no export; who waits alone is offered another; a
tab that was lost is back in the scene; and everything in the room goes by keyboard."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import play
from tests.browser.axe import violations
from tests.browser.harness import Studio, served
from yesif.cli.demo.windows import Window, windows

pytestmark = pytest.mark.alone

STOPPED = """() => new Promise((resolve) => {
  const look = () => document.body.dataset.phase === 'between' ? resolve(Date.now()) : setTimeout(look, 5);
  look();
})"""
GENEROUS_MS = 3_000
"""A busy machine; what a quiet one does is printed, and stands in docs/benchmarks.md."""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio's pages, whose patience with an absent partner is 2 s for 5 min and 4 s for 10."""
    with served(tmp_path_factory.mktemp("studio"), YESIF_WAIT_OFFER_S="2", YESIF_WAIT_STOOD_UP_S="4") as running:
        yield running


@pytest.fixture
def both(pages: Studio, tmp_path: Path) -> Iterator[dict[str, Window]]:
    with windows(tmp_path, play.gear(tmp_path, barcode=False), headless=True) as opened:
        yield opened


def test_cut_by_one_key_stops_both_its_seconds_are_sealed_and_a_lost_tab_comes_back(
    pages: Studio, both: dict[str, Window], capsys: pytest.CaptureFixture[str]
) -> None:
    booked = pages.ask("book", cards=2)
    for place, window in both.items():
        play.enter(window, booked["links"][place])
    a, b = both["a"].page, both["b"].page
    assert violations(a) == []
    play.check(*both.values())
    play.roll(*both.values())

    began = time.monotonic()
    b.reload()
    b.wait_for_selector("body[data-phase=playing]", timeout=play.WAIT_MS)
    b.wait_for_selector("body[data-call=yes]", timeout=play.WAIT_MS)
    back_s = time.monotonic() - began

    a.keyboard.press("o")
    b.wait_for_function("() => document.getElementById('stands').textContent.includes('off the record')")
    a.keyboard.press("o")
    b.keyboard.press("s")
    a.wait_for_function("() => document.getElementById('stands').textContent.includes('Softer')")
    assert violations(a) == []

    for page in (a, b):
        page.evaluate(f"() => {{ window.stopped = ({STOPPED})(); }}")
    pressed = a.evaluate(
        "() => { const at = Date.now(); dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'})); return at; }"
    )
    late_ms = [page.evaluate("() => window.stopped") - pressed for page in (a, b)]
    with capsys.disabled():
        print(f"\nback in the scene after {back_s:.1f} s; cut: {late_ms[0]} ms here, {late_ms[1]} ms there")
    assert max(late_ms) < GENEROUS_MS
    assert "they are in no export" in a.inner_text("#stands")
    assert "they are in no export" in b.inner_text("#stands")

    sealed = pages.ask("sealed", session=booked["session"])
    length = sealed["length_ns"]
    for place in "ab":
        cut = [span for span in sealed["spans"] if span["position"] == place and span["why"] == "cut"]
        assert [(span["start_ns"], span["end_ns"]) for span in cut] == [(max(0, length - 30_000_000_000), length)]
        assert any(span["why"] == "off-record" for span in sealed["spans"] if span["position"] == place)


def test_who_waits_alone_is_offered_another_partner_and_then_the_stood_up_fee(
    pages: Studio, both: dict[str, Window]
) -> None:
    booked = pages.ask("book", starts_now=True)
    play.enter(both["a"], booked["links"]["a"])
    a = both["a"].page
    a.wait_for_selector("#another:not([hidden])", timeout=play.WAIT_MS)
    assert "has not come for 5 minutes" in a.inner_text("#waits")
    a.focus("#another")
    a.keyboard.press("Enter")
    a.wait_for_function("() => document.getElementById('waits').textContent.includes('asked for another')")
    a.wait_for_function(
        "() => document.getElementById('waits').textContent.includes('stood-up fee is yours')", timeout=play.WAIT_MS
    )
    kinds = pages.ask("kinds", session=booked["session"])
    assert [one for one in kinds if one in ("re-pair-offered", "stood-up")] == ["re-pair-offered", "stood-up"]
    assert pages.ask("stood_up_fees", session=booked["session"]) == 1


def test_from_the_room_to_the_curtain_by_keyboard_alone(pages: Studio, both: dict[str, Window]) -> None:
    """No mouse: Tab, Enter, Space and the keys of the room; axe-core looks at every page on the way."""
    booked = pages.ask("book")
    a, b = both["a"].page, both["b"].page
    for place, window in both.items():
        window.page.goto(booked["links"][place])
        press(window, "main button[type=submit]")
        window.page.wait_for_selector("body[data-phase]", timeout=play.WAIT_MS)
    for window in both.values():
        press(window, "#check")
    for window in both.values():
        window.page.wait_for_selector("body[data-checked=yes]", timeout=play.WAIT_MS)
        press(window, "#thin")
    for window in both.values():
        press(window, "#ready")
    for page in (a, b):
        page.wait_for_selector("body[data-phase=playing]", timeout=play.WAIT_MS)
    assert a.get_attribute("body", "data-thin") == "yes"
    time.sleep(2)
    press(both["b"], "#end")
    play.safe(*both.values())
    press(both["a"], "#leave")
    a.wait_for_selector("body[data-phase=left]", timeout=play.WAIT_MS)
    press(both["a"], "#curtain a")
    a.wait_for_url("**/curtain")
    assert violations(a) == []
    press(both["a"], "button[value=yes]")
    a.wait_for_selector("button[value=yes][aria-pressed=true]", timeout=play.WAIT_MS)
    press(both["a"], "a[href$='/report']")
    a.wait_for_url("**/report")
    assert violations(a) == []
    for path in ("room-check", "decisions"):
        a.goto(f"{pages.url}/performer/{path}")
        assert violations(a) == []


def press(window: Window, selector: str) -> None:
    """Go there by Tab from wherever the focus is, and press Enter."""
    page = window.page
    page.wait_for_selector(f"{selector}:not([disabled])", timeout=play.WAIT_MS)
    here = "(selector) => document.activeElement?.matches(selector)"
    for _ in range(80):
        if page.evaluate(here, selector):
            page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {selector}")

"""One performer, from the public listing to a proven line of her statement, with nothing but the keyboard.

After the first page only `page.keyboard` is used; the letter's link is opened as a program for letters opens it. At
each stop of the Tab key what has the focus is seen to have it. Bo's window is driven by the harness.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import play
from tests.browser.harness import Studio
from yesif.cli.demo.windows import Window, windows

NADIA = "nadia@example.test"
pytestmark = pytest.mark.alone  # two windows play a scene in it
TITLE = "Warm calls, by keyboard"
FOCUS = """() => {
  const at = document.activeElement, look = getComputedStyle(at), box = at.getBoundingClientRect();
  const label = [...(at.labels ?? [])].map((one) => one.textContent).join(" ");
  const drawn = [look, getComputedStyle(at.closest("label") ?? at)];
  return {
    words: [at.tagName, at.id, at.name, at.value, at.textContent, label].join(" ").replace(/\\s+/g, " "),
    seen: at.matches(":focus-visible") && drawn.some((one) => one.outlineStyle !== "none" || one.boxShadow !== "none"),
    inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""

SWAPPED = """(old) => document.getElementById("card-title").textContent !== old
  || document.getElementById("refused").textContent !== "" """
"""Another card, or the sentence that no other fits both: which of the two, their hold-outs decide."""


class Keyboard:
    """Somebody without a mouse, and without eyes for where the mouse would be."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.page.keyboard.press(key)
            self.presses += 1

    def to(self, *wanted: str, most: int = 130) -> None:
        """Tab until something whose tag, name, value or words hold all of `wanted` has the focus."""
        stops = []
        for _ in range(most):
            self.press("Tab")
            at = self.page.evaluate(FOCUS)
            stops.append(at["words"][:60])
            if at["words"].startswith("BODY"):  # between the page's end and its start
                continue
            assert at["seen"], f"nothing shows that {at['words']} has the focus"
            assert at["inside"], f"{at['words']} has the focus outside what is seen"
            if all(word in at["words"] for word in wanted):
                return
        raise AssertionError(f"the keyboard never reaches {wanted} on {self.page.url}; it passes {stops}")

    def open(self, *wanted: str, key: str = "Enter") -> None:
        """Go to a link or a button and press it; its page comes."""
        self.to(*wanted)
        before = self.page.evaluate("() => { window.kept = true; return true; }")
        assert before
        self.press(key)
        self.page.wait_for_function("() => !window.kept && document.readyState === 'complete'")

    def write(self, field: str, words: str) -> None:
        self.to(field)
        self.press("Control+a")
        self.page.keyboard.type(words)

    def tick(self, *wanted: str) -> None:
        self.to(*wanted)
        self.press("Space")

    def heading(self, words: str) -> None:
        self.page.get_by_role("heading", name=re.compile(words)).first.wait_for()


@pytest.fixture
def both(tmp_path: Path) -> Iterator[dict[str, Window]]:
    with windows(tmp_path, play.gear(tmp_path, barcode=False), headless=True) as opened:
        yield opened


def test_from_the_listing_to_a_proven_line_by_keyboard_alone(studio: Studio, both: dict[str, Window]) -> None:
    call = studio.ask("called", title=TITLE)
    nadia = Keyboard(both["a"].page)
    _join_and_apply(nadia, studio)
    studio.ask("offered", project=call["project"], email=NADIA)
    _sign(nadia)
    block = studio.ask("block", project=call["project"], bo=call["bo"])
    session = _come(nadia, studio, block, call["bo"])
    _play(nadia, both["b"], session)
    studio.wait_for("states", ["sealed"], session=session["session"], seconds=120)
    _review(nadia)
    assert studio.ask("counted", email=NADIA) >= 0
    _trace(nadia)
    assert not both["a"].faults
    assert nadia.presses > 150, "somebody really pressed keys"


def _join_and_apply(nadia: Keyboard, studio: Studio) -> None:
    nadia.page.goto(studio.url + "/calls")
    nadia.open("A", TITLE)
    nadia.open("Apply, at most 10 minutes")
    nadia.write("email", NADIA)
    nadia.press("Enter")
    nadia.heading("This studio sends no e-mail")
    nadia.page.goto(studio.wait_for("letter", bool, to=NADIA))
    nadia.write("stage_name", "Nadia")
    nadia.press("Enter")
    nadia.heading("Apply")
    nadia.tick("languages", "English")
    nadia.tick("availability", "mon-evening")
    nadia.tick("adult")
    nadia.open("Send the application")
    nadia.heading("Your lines")
    nadia.to("theme-", "open")
    nadia.press("ArrowDown")
    nadia.open("BUTTON", "Save")


def _sign(nadia: Keyboard) -> None:
    nadia.open("A", "Home")
    nadia.heading("Nadia")
    nadia.open("A", TITLE)
    for name, right in (("license", "no"), ("paid", "yes"), ("forget", "no")):
        nadia.to("INPUT", name)
        nadia.press("Space")
        if right == "no":
            nadia.press("ArrowDown")
    nadia.tick("waive")
    nadia.open("BUTTON", "accept")
    nadia.heading("Calendar")


def _come(nadia: Keyboard, studio: Studio, block: str, bo: str) -> dict[str, Any]:
    nadia.open("A", "Calendar")
    nadia.open("BUTTON", "I can")
    session: dict[str, Any] = studio.ask("settled", block_id=block, bo=bo)
    nadia.open("A", "Calendar")
    nadia.open("BUTTON", "I'll be there")
    nadia.open("BUTTON", "Come in")
    nadia.page.wait_for_selector("body[data-phase]", timeout=play.WAIT_MS)
    return session


def _play(nadia: Keyboard, bo: Window, session: dict[str, Any]) -> None:
    page = nadia.page
    play.enter(bo, session["link"])
    nadia.to("BUTTON", "check")
    nadia.press("Enter")
    play.check(bo)
    page.wait_for_selector("body[data-checked=yes]", timeout=play.WAIT_MS)
    card = page.inner_text("#card-title")
    assert card
    nadia.to("BUTTON", "Swap card")
    nadia.press("Enter")
    page.wait_for_function(SWAPPED, arg=card)
    bo.page.click("#ready")
    nadia.to("BUTTON", "I am ready")
    nadia.press("Space")
    page.wait_for_selector("body[data-phase=playing]", timeout=play.WAIT_MS)
    page.wait_for_timeout(4000)
    nadia.to("BUTTON", "The scene is over")
    nadia.press("Enter")
    page.wait_for_selector("body[data-safe=true]", timeout=60_000)
    nadia.to("BUTTON", "Leave")
    nadia.press("Enter")
    page.wait_for_selector("#curtain:not([hidden])", timeout=play.WAIT_MS)
    nadia.open("A", "To the curtain")


def _review(nadia: Keyboard) -> None:
    nadia.open("A", "Your takes")
    nadia.heading("Your takes")
    nadia.open("A", "take 1")
    nadia.write("INPUT id_start start", "0.5")
    nadia.write("INPUT id_end end", "1.5")
    nadia.tick("why", "was-me")
    nadia.open("BUTTON", "Seal this stretch")
    nadia.page.get_by_text("Sealed. It is in nothing from now on.").wait_for()
    nadia.open("A", "Release")
    nadia.open("BUTTON", "Release it")
    nadia.page.get_by_text("Released for the uses you said yes to").wait_for()


def _trace(nadia: Keyboard) -> None:
    nadia.open("A", "Your money")
    nadia.heading("Your money")
    nadia.open("A", "Scene")
    nadia.heading("EUR")
    nadia.open("A", "of the record, with its proof")
    nadia.page.get_by_text(re.compile("Download|proof")).first.wait_for()
    nadia.to("A", "proof")

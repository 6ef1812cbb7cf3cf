"""Every page but the room works in a browser that runs no script: from the listing to a proof of the statement."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import Studio

NADIA = "nadia-without@example.test"


@pytest.fixture
def plain(chromium: Browser) -> Iterator[Page]:
    """A page whose browser runs no script; `sign_in` begins with cookies of its own."""
    context = chromium.new_context(java_script_enabled=False, accept_downloads=True)
    yield context.new_page()
    context.close()


def sign_in(studio: Studio, page: Page, person: str, onward: str) -> None:
    page.context.clear_cookies()
    page.goto(studio.ask("link", person=person, onward=onward))
    press(page, "Continue as")
    page.wait_for_url("**" + onward)


def press(page: Page, words: str) -> None:
    """Press a button of a form; the page that follows shows no button that only a script could answer."""
    page.locator("main").get_by_role("button", name=re.compile(words)).first.click()
    looks_whole(page)


def follow(page: Page, words: str) -> None:
    page.get_by_role("link", name=re.compile(words)).first.click()
    looks_whole(page)


def looks_whole(page: Page) -> None:
    expect(page.locator("main h1")).to_have_count(1)
    expect(page.locator("main button:visible[type=button]")).to_have_count(0)


def test_from_the_listing_to_the_proof_of_a_statement_no_script_runs(
    studio: Studio, plain: Page, tmp_path: Path
) -> None:
    there = studio.ask("casting")
    _applies(studio, plain, there["project"])
    _answers(studio, plain)
    _signs(studio, plain, there["people"]["hal"], there["offer"])
    _reviews(studio, plain)
    _traces(studio, plain, tmp_path)


def _applies(studio: Studio, page: Page, project: str) -> None:
    page.goto(studio.url + "/calls")
    page.locator(f"main a[href='/calls/{project}']").click()
    follow(page, "See the contract")
    page.go_back()
    follow(page, "Apply, at most 10 minutes")
    page.fill("[name=email]", NADIA)
    press(page, "Send me a link")
    page.get_by_role("heading", name="This studio sends no e-mail").wait_for()
    page.goto(studio.wait_for("letter", bool, to=NADIA))
    page.fill("[name=stage_name]", "Nadia")
    press(page, "Go on")
    page.check("[name=languages][value=en]")
    page.check("[name=availability][value=mon-evening]")
    press(page, "Send the application")
    expect(page.locator("ul.wrong")).not_to_have_count(0)  # it was not said that she is 18
    page.check("[name=adult]")
    press(page, "Send the application")
    page.get_by_role("heading", name="Your lines").wait_for()
    page.locator("label:has([name^='theme-'][value=never])").first.click()
    press(page, "Save")
    expect(page.locator("[name^='theme-'][value=never]").first).to_be_checked()


def _answers(studio: Studio, page: Page) -> None:
    page.goto(studio.url + "/performer/answers")
    for item, answer in (("understand-speech", "yes"), ("research", "yes"), ("selling", "no")):
        page.locator(f"label:has([name={item}][value={answer}])").click()
    press(page, "Show what this means")
    page.get_by_text("You say Yes to “Understand speech”.").first.wait_for()
    press(page, "Save")
    page.get_by_text("These answers count from now on.").wait_for()
    expect(page.locator("[name=understand-speech][value=yes]")).to_be_checked()


def _signs(studio: Studio, page: Page, hal: str, offer: str) -> None:
    sign_in(studio, page, hal, "/performer/")
    page.locator(f"a[href$='/contracts/{offer}']").first.click()
    for name, said in (("license", "yes"), ("paid", "no"), ("forget", "yes")):
        page.check(f"[name={name}][value={said}]")
    press(page, "Accept")
    expect(page.locator("p.wrong")).to_have_count(3)  # each says why, and is asked again
    for name, said in (("license", "no"), ("paid", "yes"), ("forget", "no")):
        page.check(f"[name={name}][value={said}]")
    page.check("[name=waive]")
    press(page, "Accept")
    page.get_by_role("heading", name="Calendar").wait_for()
    press(page, "^I can$")
    page.get_by_text(re.compile("You said you can|Settled without you")).first.wait_for()


def _reviews(studio: Studio, page: Page) -> None:
    made = studio.ask("played")
    sign_in(studio, page, made["ana"], "/performer/takes")
    page.locator(f"a[href$='/takes/{made['performance']}']").first.click()
    looks_whole(page)
    page.fill("#seal [name=start]", "0.5")
    page.fill("#seal [name=end]", "1.5")
    page.check("#seal [name=why][value=was-me]")
    press(page, "Seal this stretch")
    page.get_by_text("Sealed. It is in nothing from now on.").wait_for()
    press(page, "Share my side for review")
    follow(page, "^Release…$")
    press(page, "Release it")
    page.get_by_text("Released for the uses you said yes to").wait_for()


def _traces(studio: Studio, page: Page, folder: Path) -> None:
    earned = studio.ask("earned")
    sign_in(studio, page, earned["performer"], "/performer/money")
    page.locator("main table th a").first.click()
    page.get_by_role("heading", name="Trace this cent").wait_for()
    follow(page, "with its proof")
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Download the receipt").click()
    fetched.value.save_as(folder / "receipt.zip")
    assert (folder / "receipt.zip").read_bytes()[:2] == b"PK"

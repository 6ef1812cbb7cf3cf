"""Opening the pages of tests/browser/pages.py: one browser, a context for each who looks."""

from typing import Any

from django.utils.crypto import salted_hmac
from playwright.sync_api import Browser, BrowserContext, Playwright, ViewportSize

from tests.browser.harness import Studio
from yesif.cli.demo.windows import QUIET, find_chromium

WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 320, "height": 700}
GEAR = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", "--no-sandbox")


def launched(playwright: Playwright) -> Browser:
    """A headless browser with a camera and a microphone that play a test picture and a tone."""
    return playwright.chromium.launch(executable_path=find_chromium(), args=[*QUIET, *GEAR])


def contexts(browser: Browser, studio: Studio, found: dict[str, Any]) -> dict[str, BrowserContext]:
    """Who looks → their context, signed in by the world's own session; a stranger's without."""
    return {
        who: _signed_in(browser, studio, found["cookies"].get(who)) for who in {who for _, who, _ in found["pages"]}
    }


def _signed_in(browser: Browser, studio: Studio, cookie: str | None) -> BrowserContext:
    context = browser.new_context(viewport=WIDE, locale="en-GB", permissions=["camera", "microphone"])
    context.set_default_timeout(120_000)  # a busy machine is slow; that says nothing of a page
    if cookie:
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": studio.url}])
    return context


def first_pages(studio: Studio) -> list[tuple[str, str, str]]:
    """What a studio shows while nobody runs it: its home, and the page that its code opens."""
    secret = (studio.folder / "secret-key").read_text().strip()
    code = salted_hmac("yesif.people.founding", "first", secret=secret, algorithm="sha256").hexdigest()[:24]
    return [("entrance:home-unfounded", "", "/"), ("entrance:founding", "", f"/found/{code}")]

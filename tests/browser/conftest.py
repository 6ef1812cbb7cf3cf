"""Fixtures of the browser tier: a studio, a page in it, two performers' windows, one sound both can hear."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.harness import Studio
from tests.browser.sound import SoundStage, sound_stage
from yesif.cli.demo.windows import find_chromium

LETTERS = "django.core.mail.backends.filebased.EmailBackend"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if find_chromium() is None:
        for item in items:
            if "browser" in item.path.parts:
                item.add_marker(pytest.mark.skip(reason="needs Chromium, which is not on this machine"))


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A running studio with the cast of tests/people.py, shared by this run's tests; letters lie in its folder."""
    running = Studio(tmp_path_factory.mktemp("studio"), YESIF_EMAIL_BACKEND=LETTERS)
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def own_studio(tmp_path: Path) -> Iterator[Studio]:
    """A studio of this test's own, to be killed at will."""
    folder = tmp_path / "studio"
    folder.mkdir()
    running = Studio(folder)
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def sound() -> Iterator[SoundStage]:
    """One physical signal for all browsers of the run."""
    with sound_stage() as stage:
        if stage is None:
            pytest.skip("needs PulseAudio, which is not on this machine")
        yield stage


@pytest.fixture
def chromium() -> Iterator[Browser]:
    """A headless browser for pages that need neither camera nor microphone.

    Ended with its test: a Playwright left running here keeps tests that open windows of their own from starting one.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page with cookies of its own: nobody is signed in (`studio.ask("link", person=…)` gives a link)."""
    context = chromium.new_context(viewport={"width": 1100, "height": 760})
    yield context.new_page()
    context.close()

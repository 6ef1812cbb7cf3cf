"""The pages before the doors can be read and worked by everyone."""

import pytest
from playwright.sync_api import Page

from tests.browser.axe import violations
from tests.browser.harness import Studio


@pytest.mark.parametrize("path", ["/", "/sign-in", "/help"])
def test_axe_finds_nothing_wrong_before_the_doors(studio: Studio, page: Page, path: str) -> None:
    page.goto(studio.url + path)
    assert violations(page) == []

"""The minutes tick while they are counted; a cent is traced to its proof in three clicks; axe-core reads the pages."""

import re
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.axe import violations
from tests.browser.harness import Studio
from tests.browser.test_consent_pages import sign_in


def seconds(page: Page) -> int:
    found = re.fullmatch(r"(\d+) min (\d+) s counted, paid", page.locator("#counted").inner_text())
    assert found is not None
    return int(found[1]) * 60 + int(found[2])


def test_the_counted_minutes_tick_in_the_room_and_stand_on_the_home_page_without_a_script(
    studio: Studio, page: Page
) -> None:
    booked = studio.ask("book", starts_now=True)
    room = f"/room/{booked['session']}"
    sign_in(studio, page, booked["performers"]["a"], room)
    page.get_by_text("Waiting is paid while your minutes are counted").wait_for()
    page.wait_for_function("() => !document.getElementById('counted').textContent.includes(' 0 s')")
    first = seconds(page)
    page.wait_for_timeout(2500)
    assert seconds(page) >= first + 2  # between two words of the server, which come every 20 seconds
    page.get_by_role("button", name="Leave").click()
    page.get_by_text("You left the room").wait_for()
    page.goto(f"{studio.url}/performer/sessions/{booked['session']}/curtain")
    assert re.search(r"0 min \d+ s counted", page.locator("#counted-head").inner_text())
    assert violations(page) == []


def test_a_cent_is_traced_to_its_proof_in_three_clicks(studio: Studio, page: Page, tmp_path: Path) -> None:
    earned = studio.ask("earned")
    sign_in(studio, page, earned["performer"], "/performer/money")
    assert violations(page) == []
    page.locator("table th a").first.click()
    assert "Trace this cent" in page.locator("main").inner_text()
    assert violations(page) == []
    page.get_by_role("link", name="with its proof").click()
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Download the receipt").click()
    fetched.value.save_as(tmp_path / "receipt.zip")
    assert (tmp_path / "receipt.zip").read_bytes()[:2] == b"PK"
    page.goto(studio.url + "/performer/money/tax")
    assert violations(page) == []


def test_an_operators_and_a_producers_money_pages_fit_a_narrow_screen_and_can_be_read_by_everyone(
    studio: Studio, page: Page
) -> None:
    earned = studio.ask("earned")
    pages = {
        "pia": ("/producer/money", f"/producer/money/projects/{earned['project']}", "/producer/money/received",
                f"/producer/money/projects/{earned['project']}/work"),
        "ola": ("/operator/pay", "/operator/money", f"/operator/money/tax/{earned['year']}", "/operator/papers"),
    }  # fmt: skip
    for who, addresses in pages.items():
        sign_in(studio, page, earned[who], addresses[0])
        page.goto(studio.url + addresses[1])
        assert violations(page) == [], addresses[1]
        page.set_viewport_size({"width": 320, "height": 700})
        for address in addresses:
            page.goto(studio.url + address)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
        page.set_viewport_size({"width": 1100, "height": 760})
        page.context.clear_cookies()

"""A passkey made in one visit signs in at the next, with a virtual authenticator of Chromium; and paper prints well."""

import re

from playwright.sync_api import CDPSession, Page, expect

from tests.browser.axe import violations
from tests.browser.harness import Studio


def authenticator(page: Page) -> CDPSession:
    """A machine of its own that holds passkeys and says yes."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def test_a_passkey_is_added_signs_in_by_itself_and_can_be_removed(studio: Studio, page: Page) -> None:
    authenticator(page)
    booked = studio.ask("book")
    page.goto(studio.ask("link", person=booked["performers"]["a"], onward="/passkeys"))
    page.get_by_role("button", name=re.compile("Continue as")).click()
    expect(page.get_by_role("heading", name="Passkeys")).to_be_visible()
    page.get_by_label("A name for the new one").fill("laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("It signs you in on its own")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name=re.compile("Sign out")).click()
    page.goto(studio.url + "/sign-in?next=/performer/calendar")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Calendar")).to_be_visible()
    page.goto(studio.url + "/passkeys")
    page.get_by_role("button", name=re.compile("Remove")).click()
    expect(page.get_by_text("No passkey yet")).to_be_visible()
    page.get_by_role("button", name=re.compile("Sign out")).click()
    page.goto(studio.url + "/sign-in")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator("#passkey-said")).to_contain_text("signs nobody in here")

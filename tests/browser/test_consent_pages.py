"""Giving, changing and ending a yes with the keyboard alone."""

from playwright.sync_api import Page

from tests.browser.axe import in_both_themes
from tests.browser.harness import Studio

FOCUS = """() => { const at = document.activeElement;
  return [at.tagName, at.name ?? "", at.value ?? "", at.textContent.trim().slice(0, 60), at.id] }"""


def sign_in(studio: Studio, page: Page, person: str, onward: str) -> None:
    page.goto(studio.ask("link", person=person, onward=onward))
    page.locator("main form button").press("Enter")
    page.wait_for_url("**" + onward)


def tab_to(page: Page, *wanted: str, most: int = 120) -> int:
    """Press Tab until something whose name, value or words hold all of `wanted` has the focus; how many presses."""
    for presses in range(1, most):
        page.keyboard.press("Tab")
        focused = " ".join(map(str, page.evaluate(FOCUS)))
        if all(word in focused for word in wanted):
            return presses
    raise AssertionError(f"the keyboard never reaches {wanted} in {most} presses; it stands at {focused}")


def to(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("#main").focus()


def choose(page: Page, item: str, answer: str) -> None:
    """Go to a question, and answer it: Space takes the first, arrows go on."""
    tab_to(page, item)
    page.keyboard.press("Space")
    for _ in range(["yes", "ask", "no"].index(answer)):
        page.keyboard.press("ArrowDown")


def test_giving_changing_and_ending_work_by_keyboard_alone(studio: Studio, page: Page) -> None:
    ana = studio.ask("performer", email="keys@example.test")
    sign_in(studio, page, ana, "/performer/answers")
    page.locator("#main").focus()
    choose(page, "understand-speech", "yes")
    choose(page, "research", "yes")
    choose(page, "selling", "no")
    page.get_by_text("You say Yes to “Understand speech”.").wait_for()  # the sentence follows by itself
    given = tab_to(page, "Save")
    page.keyboard.press("Enter")
    page.get_by_text("These answers count from now on.").wait_for()
    assert page.locator("[name=understand-speech][value=yes]").is_checked()

    page.locator("#main").focus()
    tab_to(page, "understand-speech")
    page.keyboard.press("ArrowDown")
    tab_to(page, "Save")
    page.keyboard.press("Enter")
    page.get_by_text("These answers count from now on.").wait_for()
    assert page.locator("[name=understand-speech][value=ask]").is_checked()

    page.locator("#main").focus()
    tab_to(page, "End all Yeses")
    page.keyboard.press("Enter")
    ended = tab_to(page, "BUTTON", "End all Yeses", most=10)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="You ended this Yes").wait_for()
    assert in_both_themes(page) == []
    assert ended <= given, "ending takes no more presses after it was chosen than saving does"


def test_a_question_is_answered_by_keyboard(studio: Studio, page: Page) -> None:
    ana = studio.ask("performer", email="asked@example.test")
    made = studio.ask("question", person=ana)
    sign_in(studio, page, ana, f"/performer/questions/{made}")
    sizes = [page.get_by_role("button", name=name, exact=True).bounding_box() for name in ("Yes", "No")]
    assert sizes[0] is not None
    assert sizes[1] is not None
    assert (sizes[0]["width"], sizes[0]["height"]) == (sizes[1]["width"], sizes[1]["height"])
    for name, told in (("Yes", "You said Yes."), ("No", "You said No.")):
        page.locator("#main").focus()
        tab_to(page, "BUTTON", name)
        page.keyboard.press("Enter")
        page.get_by_role("status").get_by_text(told).wait_for()


def test_one_take_is_withdrawn_by_keyboard_alone(studio: Studio, page: Page) -> None:
    made = studio.ask("played")
    sign_in(studio, page, made["ana"], "/performer/answers")
    before = page.get_by_role("link", name="Withdraw…").count()  # of all takes that other tests left her, too
    page.locator("#main").focus()
    tab_to(page, "Withdraw…", "Unit 114", most=200)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{made['performance']}/withdraw")
    assert in_both_themes(page) == []
    sizes = [page.get_by_text(name, exact=True).bounding_box() for name in ("Withdraw it", "Keep it")]
    assert sizes[0] is not None
    assert sizes[1] is not None
    assert sizes[0]["height"] == sizes[1]["height"]
    page.locator("#main").focus()
    tab_to(page, "BUTTON", "Withdraw it")
    page.keyboard.press("Enter")
    page.get_by_text("You withdrew this take.").wait_for()
    page.goto(f"{studio.url}/performer/answers")
    assert page.get_by_role("link", name="Withdraw…").count() == before - 1

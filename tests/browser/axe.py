"""Ask axe-core whether a page can be read and worked without eyes or mouse: `assert violations(page) == []`."""

from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
"""The engine's own source. It is evaluated, not added as a script: the page's policy allows no foreign script."""

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],
}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""What a theme can change about a page; the rest is the same in both."""


def violations(page: Page, *, within: str = "", rules: dict[str, Any] = RULES) -> list[str]:
    """What axe-core finds wrong, one sentence each, naming the elements; nothing is the good answer.

    `within`: a selector, to look at a part only. Call it once the page stands still.
    """
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate(
        "async ([where, rules]) => (await axe.run(where ?? document, rules)).violations", [within or None, rules]
    )
    return [_told(one) for one in found]


def in_both_themes(page: Page) -> list[str]:
    """The same, on paper and on stage."""
    return violations(page) + [f"in the other theme: {one}" for one in violations_of_colour(page)]


def violations_of_colour(page: Page) -> list[str]:
    """What is wrong with the colours of the page in its other theme: `.stage` is put on the root, or taken off it, for
    the look."""
    page.evaluate("document.documentElement.classList.toggle('stage')")
    wrong = violations(page, rules=COLOURS)
    page.evaluate("document.documentElement.classList.toggle('stage')")
    return wrong


def _told(one: dict[str, Any]) -> str:
    where = "; ".join(" ".join(map(str, node["target"])) for node in one["nodes"][:4])
    return f"{one['id']} ({one['impact']}): {one['help']}: {where}"

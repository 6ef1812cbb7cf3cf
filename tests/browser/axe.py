"""Ask axe-core whether a page can be read and worked without eyes or mouse: `assert violations(page) == []`."""

from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
"""The engine's own source. It is evaluated, not added as a script: the page's policy allows no foreign script."""

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


def violations(page: Page, *, within: str = "") -> list[str]:
    """What axe-core finds wrong, one sentence each, naming the elements; nothing is the good answer.

    `within`: a selector, to look at a part only. Call it once the page stands still.
    """
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate(
        "([where, rules]) => axe.run(where ?? document, rules)", [within or None, RULES]
    )
    return [_told(one) for one in found["violations"]]


def in_both_themes(page: Page) -> list[str]:
    """The same, on paper and on stage: `.stage` is put on the root for the second look, and taken off again."""
    wrong = violations(page)
    page.evaluate("document.documentElement.classList.toggle('stage')")
    wrong += [f"in the other theme: {one}" for one in violations(page)]
    page.evaluate("document.documentElement.classList.toggle('stage')")
    return wrong


def _told(one: dict[str, Any]) -> str:
    where = "; ".join(" ".join(map(str, node["target"])) for node in one["nodes"][:4])
    return f"{one['id']} ({one['impact']}): {one['help']}: {where}"

"""Draw every page in both themes into docs/pictures: `bin/pictures` (python -m tests.browser.pictures [FOLDER]).

It makes the world of tests/browser/world.py, walks what test_every_page walks, and writes one file a page and theme,
and an index in the order of the journeys. Pictures are small and of few colours, so that all of them stay below 6 MB.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.harness import ROOT, Studio
from tests.browser.walk import NARROW, WIDE, contexts, first_pages, launched

FOLDER = ROOT / "docs" / "pictures"
SHOWN = 640
"""Width in the folder of what was 1280 wide; letters can still be read."""
LONGEST = 2400
"""A page longer than this is cut: what comes after looks like what came before."""
PHONE = {
    "performer-home", "performer-review", "performer-answers", "performer-money", "performer-contract", "room-room",
    "entrance-home", "entrance-listing", "producer-funnel", "producer-match-board",
}  # fmt: skip
"""Pages that are drawn at 320 px as well."""
ON_STAGE = re.compile(r"\bstage\b")
OPENING = {
    "entrance": "Before the doors: calls, joining, signing in",
    "audit": "Checking a receipt",
    "performer": "The performer",
    "room": "The room",
    "producer": "The producer",
    "licensee": "The licensee",
    "operator": "Who runs the studio",
    "auditor": "The auditor",
    "union": "The union's seat",
}


def draw(folder: Path) -> int:
    """Write all pictures and the index; how many pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.webp"):
        old.unlink()
    with tempfile.TemporaryDirectory(prefix="yesif-pictures-") as place:
        studio = Studio(Path(place))
        try:
            studio.start_server()
            with sync_playwright() as playwright:
                browser = launched(playwright)
                first = {"pages": first_pages(studio), "cookies": {}}
                rows = [*_walk(browser, studio, first, folder)]
                rows += _walk(browser, studio, studio.ask("every_page"), folder)
                browser.close()
        finally:
            studio.stop()
    (folder / "README.md").write_text("\n".join(_index(rows)) + "\n", encoding="utf-8")
    return sum(links.count("](") for _, _, links in rows)


def _walk(browser: Browser, studio: Studio, found: dict[str, Any], folder: Path) -> Iterator[tuple[str, str, str]]:
    windows = contexts(browser, studio, found)
    for name, who, path in found["pages"]:
        yield (name, *_page(windows[who].new_page(), studio.url + path, folder, name.replace(":", "-")))


def _page(page: Page, address: str, folder: Path, name: str) -> tuple[str, str]:
    """Draw one page on paper and on stage, some at phone width; its title, and its links for the index."""
    page.set_viewport_size(WIDE)
    page.goto(address)
    page.wait_for_timeout(150)
    title = page.title().removesuffix(" · Yes, If")
    first = "stage" if ON_STAGE.search(page.evaluate("document.documentElement.className")) else "paper"
    links = []
    for theme in (first, "paper" if first == "stage" else "stage"):
        if theme != first:
            page.evaluate("document.documentElement.classList.toggle('stage')")
        links.append(_kept(page, folder / f"{name}-{theme}.webp", theme))
    if name in PHONE:
        page.evaluate("document.documentElement.classList.toggle('stage')")
        page.set_viewport_size(NARROW)
        links.append(_kept(page, folder / f"{name}-320.webp", "320 px"))
    page.close()
    return title, " · ".join(links)


def _kept(page: Page, path: Path, words: str) -> str:
    picture = Image.open(BytesIO(page.screenshot(full_page=True))).convert("RGB")
    if picture.width > SHOWN:
        picture = picture.resize((SHOWN, picture.height * SHOWN // picture.width), Image.Resampling.LANCZOS)
    picture = picture.crop((0, 0, picture.width, min(picture.height, LONGEST)))
    picture.save(path, "WEBP", quality=55, method=6)
    return f"[{words}]({path.name})"


def _index(rows: list[tuple[str, str, str]]) -> Iterator[str]:
    yield "# Every page in both themes"
    yield ""
    yield "Drawn by `bin/pictures` from a studio with invented people; never edited by hand. Paper is for reading and"
    yield "deciding, stage (near-black) is the room's; every page is checked in both. A page that ends in “empty” is"
    yield "what somebody sees who has just joined."
    door = ""
    for name, title, links in rows:
        if (now := name.split(":")[0]) != door:
            door = now
            yield from ("", f"## {OPENING[door]}", "", "| page | shows | pictures |", "|---|---|---|")
        yield f"| {name.split(':')[1]} | {title.replace('|', '/')} | {links} |"


if __name__ == "__main__":
    print(f"{draw(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)} pictures")

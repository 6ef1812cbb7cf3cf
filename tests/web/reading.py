"""Read a page as a careful visitor would: what is unlabelled, unnamed, doubled or inline is told in sentences."""

from collections import Counter
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Reader(HTMLParser):
    """Collects what is wrong with one page."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: Counter[str] = Counter()
        self.labelled: set[str] = set()
        self.controls: list[tuple[str, dict[str, str | None], bool]] = []
        self.described: list[str] = []
        self.headings: list[int] = []
        self.names: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        self._inline(tag, found)
        if found.get("id"):
            self.ids[str(found["id"])] += 1
        if tag == "label" and found.get("for"):
            self.labelled.add(str(found["for"]))
        if tag in ("input", "select", "textarea") and found.get("type") not in ("hidden", "submit"):
            self.controls.append((tag, found, "label" in self.open))
        self.described += (found.get("aria-describedby") or "").split() + (found.get("aria-labelledby") or "").split()
        if tag in ("h1", "h2", "h3"):
            self.headings.append(int(tag[1]))
        if tag == "time" and not found.get("datetime"):
            self.wrong.append("a time without its datetime")
        if tag == "img" and "alt" not in found:
            self.wrong.append("a picture without words")
        if tag in ("button", "a"):
            self.names.append([tag, found.get("aria-label") or ""])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inline(tag, dict(attrs))  # SVG shapes

    def handle_data(self, text: str) -> None:
        if self.names and self.names[-1][0] in self.open:
            self.names[-1][1] += text

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.open:
            self.wrong.append(f"</{tag}> closes nothing")
            return
        if self.open[-1] != tag:
            self.wrong.append(f"</{tag}> closes while <{self.open[-1]}> is open")
        while self.open and self.open.pop() != tag:
            pass
        if tag in ("button", "a") and self.names and not self.names.pop()[1].strip():
            self.wrong.append(f"a <{tag}> nobody can name")

    def _inline(self, tag: str, found: dict[str, str | None]) -> None:
        if "style" in found or tag == "style":
            self.wrong.append(f"an inline style on <{tag}>: the policy blocks it")
        if tag == "script" and "src" not in found and found.get("type") != "application/json":
            self.wrong.append("an inline script: the policy blocks it")
        self.wrong += [f"an inline {name}" for name in found if name.startswith("on")]


def faults(page: str) -> list[str]:
    """Everything wrong with a whole page, as sentences; nothing is the good answer."""
    reader = Reader()
    reader.feed(page)
    wrong = list(reader.wrong)
    wrong += [f"<{tag}> was never closed" for tag in reader.open]
    wrong += [f"the id {name} stands {times} times" for name, times in reader.ids.items() if times > 1]
    wrong += [f"{name} describes something and is not there" for name in reader.described if name not in reader.ids]
    for tag, found, wrapped in reader.controls:
        if not (wrapped or found.get("id") in reader.labelled or found.get("aria-label")):
            wrong.append(f"the {tag} {found.get('name')} has no label")
    if reader.headings.count(1) != 1:
        wrong.append(f"{reader.headings.count(1)} first headings")
    wrong += [f"h{b} after h{a}" for a, b in zip(reader.headings, reader.headings[1:], strict=False) if b > a + 1]
    return wrong

"""Everything the studio says to people, drawn from its sources: templates, Python, scripts, and the lists of uses.

Rule books, apps and flows know no gettext. What a page may show of theirs is drawn here from the sentences they raise
and return, with `{0}`, `{1}` where a figure or a name stands.
"""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from django.template import engines
from django.template.base import Node, TextNode
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

SOURCE = Path(__file__).resolve().parents[2] / "src" / "yesif"
LOCALE = SOURCE / "locale" / "es" / "LC_MESSAGES" / "django.po"
CALLS = {"_", "_lazy", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
UNSEEN = (
    "web/room/upload",
    "web/media",
    "web/kinds",
    "web/aloud",
    "core/tlog",
    "core/corpus",
    "core/vault",
    "core/ledger/files",
    "core/policy/odrl",
    "core/policy/hook",
    "core/policy/retold",
    "core/policy/verdicts",
    "apps/market/wording",
    "apps/record/shelf",
    "apps/record/queries",
    "apps/jobs",
    "flows/runner",
    "flows/worker",
    "flows/cosign",
    "flows/sequence_record",
    "flows/audit_bundle",
    "flows/release",
    "flows/import_take",
    "flows/engine",
    "flows/tell_licensees",
)
"""What no page shows: the record's own faults, what is hashed or signed, an outsider's command, a worker."""
PHRASES = ("core/policy/explain.py", "core/policy/effects.py", "core/matching/fit.py", "core/matching/casts.py",
           "apps/casting/questions.py", "apps/casting/queries/terms.py", "apps/casting/queries/calls.py",
           "apps/casting/queries/projects.py", "flows/release/describe.py", "apps/stage/queries/board.py",
           "base/counts.py")  # fmt: skip
"""Modules whose every phrase may stand on a page, not only their whole sentences."""
_SENTENCE = re.compile(r"^(?:[“A-Z{]|[a-z]+: ).* .*[.?!]$", re.DOTALL)
_PHRASE = re.compile(r"^[“{A-Za-z,][^_]* [^_]*[a-z.)}:]$", re.DOTALL)
_SPOKEN = re.compile(r'\btr\(\s*"((?:[^"\\]|\\.)*)"')
_INLINE = re.compile(r"""\b_\((?:"([^"]+)"|'([^']+)')\)""")

Message = tuple[str, str]
"""A text and its plural; the plural is empty where there is none."""


def of_templates() -> Iterator[Message]:
    """What stands in translate tags, and in `_("…")` inside other tags."""
    for path in sorted([*SOURCE.rglob("templates/**/*.html"), *SOURCE.rglob("templates/**/*.txt")]):
        name = str(path).split("/templates/")[1]
        template = engines["django"].get_template(name)
        yield from _of_nodes(template.template.nodelist)  # type: ignore[attr-defined]
        yield from ((one or two, "") for one, two in _INLINE.findall(path.read_text()))


def _of_nodes(nodes: list[Node]) -> Iterator[Message]:
    for node in nodes:
        if isinstance(node, TranslateNode):
            literal = getattr(node.filter_expression.var, "literal", None)
            if isinstance(literal, str):
                yield str(literal).replace("%", "%%"), ""
        elif isinstance(node, BlockTranslateNode):
            one = node.render_token_list(node.singular)[0]
            many = node.render_token_list(node.plural)[0] if node.plural else ""
            yield (_trimmed(one), _trimmed(many)) if node.trimmed else (one, many)
        elif not isinstance(node, TextNode):
            for kind in node.child_nodelists:
                yield from _of_nodes(getattr(node, kind, None) or [])


def _trimmed(text: str) -> str:
    return " ".join(line.strip() for line in text.strip().splitlines() if line.strip())


def of_python() -> Iterator[Message]:
    """What stands in calls of gettext."""
    for path in sorted([*(SOURCE / "web").rglob("*.py"), *(SOURCE / "flows").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _called(node) in CALLS:
                texts = [_text(arg) for arg in node.args]
                texts = [text for text in texts if text]
                if texts:
                    yield texts[0], texts[1] if "ngettext" in _called(node) else ""


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def of_scripts() -> Iterator[Message]:
    """What the room's scripts say through `tr`."""
    for path in sorted((SOURCE / "web" / "static").rglob("*.js")):
        yield from ((json.loads(f'"{text}"'), "") for text in _SPOKEN.findall(path.read_text()))


def of_lists() -> Iterator[Message]:
    """The questions of `uses.json`, the terms of sharing, and what the quality gate says."""
    uses = json.loads((SOURCE / "core" / "policy" / "uses.json").read_text())
    yield from ((text, "") for text in uses["never_for_anyone"])
    for kind in ("what", "where", "presets"):
        for one in uses[kind]:
            yield from ((one[key], "") for key in ("label", "plain", "example", "limit", "note") if one.get(key))
    terms = json.loads((SOURCE / "core" / "ledger" / "terms.json").read_text())
    yield from ((one["say"], "") for one in (terms if isinstance(terms, list) else [terms]))
    checks = json.loads((SOURCE / "media" / "quality" / "thresholds.json").read_text())["checks"]
    for name, one in checks.items():
        yield name.replace("-", " ").capitalize(), ""
        yield from ((text, "") for key, text in one.items() if key in ("pass", "warn", "fail"))


def of_floors() -> Iterator[Message]:
    """Sentences that core, apps and flows raise or return, with numbered blanks."""
    for floor in ("core", "apps", "flows", "base", "web"):
        for path in sorted((SOURCE / floor).rglob("*.py")):
            name = str(path.relative_to(SOURCE))
            if "migrations" not in name and (name in PHRASES or not name.startswith(UNSEEN)):
                yield from ((text, "") for text in _said_in(path, phrases=name in PHRASES))


def _said_in(path: Path, *, phrases: bool) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    silent = {id(one) for node in ast.walk(tree) for one in _silent(node)}
    for node in ast.walk(tree):
        text = _text(node) if id(node) not in silent and isinstance(node, ast.Constant | ast.JoinedStr) else ""
        if text and "\n" not in text and (_SENTENCE.match(text) or (phrases and _PHRASE.match(text))):
            yield text


def _silent(node: ast.AST) -> Iterator[ast.AST]:
    """Docstrings, the pieces inside an f-string, and what goes through gettext or a logger already."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from (piece for piece in node.values if isinstance(piece, ast.Constant))
        yield from (one for piece in node.values if isinstance(piece, ast.FormattedValue) and piece.format_spec
                    for one in ast.walk(piece.format_spec))  # fmt: skip
    elif isinstance(node, ast.Call) and (_called(node) in CALLS | {"compile", "warning", "info", "error", "exception"}):
        yield from (one for arg in node.args for one in ast.walk(arg))


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        number = iter(range(99))
        return "".join(
            str(one.value) if isinstance(one, ast.Constant) else f"{{{next(number)}}}" for one in node.values
        )
    return ""


def wanted() -> dict[Message, None]:
    """Every message, in the order of the sources, each once."""
    found: dict[Message, None] = {}
    for draw in (of_templates, of_python, of_scripts, of_lists, of_floors):
        found.update(dict.fromkeys(one for one in draw() if re.search(r"[^\W\d_]", one[0])))
    plural = {one for one, many in found if many}
    return {one: None for one in found if one[1] or one[0] not in plural}


def listed() -> dict[str, list[str]]:
    """The content of `web/aloud.json`: sentences with blanks that pages turn by pattern, and what scripts say."""
    texts = {text for draw in (of_lists, of_floors) for text, _many in draw()}
    return {
        "patterns": sorted(text for text in texts if re.search(r"{\w+}", text)),
        "scripts": sorted({text for text, _many in of_scripts()}),
    }

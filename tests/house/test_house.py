"""The house keeps its own budgets: lengths, floors, words, broad excepts, docs."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "yesif"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
SCRIPTS = sorted([*SOURCE.rglob("*.js"), *SOURCE.rglob("*.css")])
BANNED = {"util", "utils", "helper", "helpers", "service", "processor", "handle", "process", "data", "info", "misc"}
NEVER_SAY = {"common", "contributor", "campaign", "talent", "customer", "blockchain", "optout"}


def _name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@pytest.mark.parametrize("path", [*MODULES, *SCRIPTS], ids=_name)
def test_a_file_has_at_most_400_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_function_has_at_most_50_lines(path: Path) -> None:
    lengths = {f.name: (f.end_lineno or f.lineno) - f.lineno + 1 for f in _functions(path)}
    assert {name: length for name, length in lengths.items() if length > 50} == {}


@pytest.mark.parametrize("path", [p for p in MODULES if p.read_text().strip()], ids=_name)
def test_a_file_opens_by_saying_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_nobody_catches_everything(path: Path) -> None:
    broad = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
        and "outer edge" not in path.read_text().splitlines()[node.lineno - 1]
    ]
    assert not broad, "a broad except stands only at a process's outer edge, and says so at the line"


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_names_keep_to_the_glossary(path: Path) -> None:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    names = {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, kinds)}
    words = {word for name in names | {path.stem} for word in re.split(r"_|(?<=[a-z])(?=[A-Z])", name)}
    said = {word.lower() for word in words} & (BANNED | NEVER_SAY)
    assert not said - _allowed(path)


def _allowed(path: Path) -> set[str]:
    """Words that Django or Python make us say: its hooks' own names."""
    return {"process"} if path.name == "errors.py" and "web" in path.parts else set()


def test_every_command_is_documented() -> None:
    from yesif.cli.main import COMMANDS

    text = "".join(path.read_text() for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
    assert [name for name in COMMANDS if f"yesif {name}" not in text and f"bin/{name}" not in text] == []


def test_every_setting_is_documented() -> None:
    used = set(re.findall(r"YESIF_[A-Z_]+", (SOURCE / "site" / "settings.py").read_text()))
    told = set(re.findall(r"YESIF_[A-Z_]+", (ROOT / "docs" / "howto" / "self-host.md").read_text()))
    assert used - told == set()


def test_no_property_of_core_is_tried_more_than_a_hundred_times_in_the_suite() -> None:
    """`tests/core` stays within 10 s; `--hypothesis-profile=deep` and `bench/` try them oftener."""
    texts = {path.name: path.read_text() for path in (ROOT / "tests" / "core").glob("*.py")}
    counts = [(name, int(n)) for name, text in texts.items() for n in re.findall(r"max_examples=([0-9_]+)", text)]
    assert [one for one in counts if one[1] > 100] == []


def test_no_migration_is_missing() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "yesif.site.manage", "makemigrations", "--check", "--dry-run"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout


def test_nothing_of_this_machine_is_named() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    for name in files:
        path = ROOT / name
        if path.suffix in {".py", ".md", ".js", ".css", ".html", ".sh", ".toml", ".lock", ".json"} and path.exists():
            assert not re.search(r"(^|[^A-Za-z0-9_.])/(work|farm|root)/", path.read_text(), re.M), name


def test_the_readme_has_no_more_than_the_two_commands_to_start() -> None:
    text = (ROOT / "README.md").read_text()
    assert "bin/demo" in text
    assert "bin/check" in text

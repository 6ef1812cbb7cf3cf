"""The command line's own words, read before any command."""

import os
from pathlib import Path

import click
import pytest

from yesif.cli.main import yesif


@pytest.mark.parametrize(
    "line",
    [
        ["--data", "DIR", "demo", "--exit"],
        ["demo", "--data", "DIR", "--exit"],
        ["demo", "--exit", "--data", "DIR"],
        ["demo", "--exit", "--data=DIR"],
    ],
)
def test_the_folder_is_taken_wherever_it_stands(
    line: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YESIF_DATA", "elsewhere")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "tests.settings")
    read = yesif.make_context("yesif", [word.replace("DIR", str(tmp_path)) for word in line])
    assert os.environ["YESIF_DATA"] == str(tmp_path)
    assert [*read._protected_args, *read.args] == ["demo", "--exit"]


def test_behind_two_dashes_it_is_the_commands_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YESIF_DATA", str(Path("elsewhere").resolve()))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "tests.settings")
    read = yesif.make_context("yesif", ["manage", "shell", "--", "--data", "x"])
    assert os.environ["YESIF_DATA"] == str(Path("elsewhere").resolve())
    assert [*read._protected_args, *read.args] == ["manage", "shell", "--", "--data", "x"]


def test_without_a_folder_behind_it_the_line_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YESIF_DATA", "elsewhere")
    with pytest.raises(click.UsageError, match="requires an argument"):
        yesif.make_context("yesif", ["demo", "--data"])

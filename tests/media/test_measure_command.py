"""`yesif measure` on any recordings: tables, findings and a picture, the same bytes again, and no Django."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import footage
from tests.media.equipment import models_dir


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "yesif.cli", "measure", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )


def test_two_recordings_of_one_scene_become_tables_findings_and_a_picture(tmp_path: Path) -> None:
    files = [footage.voice(who, 8.0) for who in (footage.ANA, footage.BO)]
    said, out = tmp_path / "said.txt", tmp_path / "out"
    said.write_text("hello there")
    asked = (*files, "--out", out, "--models", models_dir(), "--profile", "voice", "--text", said)
    done = command(*asked)
    assert done.returncode == 0, done.stderr
    told = json.loads((out / "findings.json").read_text())
    assert {"first", "second", "pair"} == set(told)
    assert told["pair"]["figures"]["turns"]
    assert (out / "measured.svg").read_text().startswith("<svg")
    assert (out / "measured.png").read_bytes().startswith(b"\x89PNG")
    assert list((out / "first").glob("voice-words-*.parquet"))
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert command(*asked).returncode == 0
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["a", "b", "c"], 3), (["a", "--text", "a", "--text", "a"], 3), (["no-such-file"], 2), ([], 2)],
)
def test_wrong_words_are_refused_with_the_house_s_exit_codes(arguments: list[str], code: int, tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).write_bytes(b"x")
    named = [str(tmp_path / one) if not one.startswith("--") else one for one in arguments]
    assert command(*named, "--out", tmp_path / "out").returncode == code


def test_a_file_of_which_nothing_can_be_measured_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_bytes(b"no film")
    done = command(tmp_path / "x.mp4", "--out", tmp_path / "out", "--models", tmp_path)
    assert done.returncode == 6
    assert "cannot be read" in done.stdout


def test_it_knows_no_django() -> None:
    code = "import sys, yesif.cli.measure; sys.exit(any(name.split('.')[0] == 'django' for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

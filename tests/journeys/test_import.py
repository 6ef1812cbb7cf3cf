"""Somebody has two recordings of one scene, made elsewhere. They bring them in with one command; the two performers are
booked but have agreed to nothing; the take is put together, measured and sealed like any other.
"""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests import footage

ROOT = Path(__file__).resolve().parents[2]


def recording(seed: int) -> Path:
    return footage.recording(seed, 4.0, (320, 180))


def environment(folder: Path) -> Mapping[str, str]:
    return {**os.environ, "YESIF_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "yesif.site.settings"}


def yesif(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "yesif.cli", *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, env=environment(folder), capture_output=True, text=True, check=False, timeout=280
    )


def ask(folder: Path, question: str) -> Any:
    """What a Python expression over the studio's tables says, as JSON."""
    code = (
        "import json; from yesif.cli import wake; from yesif.apps.footage.models import *;"
        "from yesif.apps.casting.models import *; from yesif.apps.stage.models import *;"
        f"from yesif.apps.record.models import *; print(json.dumps({question}))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment(folder), capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("studio")


@pytest.fixture(scope="module")
def imported(studio: Path) -> subprocess.CompletedProcess[str]:
    return yesif(
        studio, "import", recording(footage.ANA), recording(footage.BO), "--deck", "starter-en-1", "--offset-ms", "-250"
    )


def test_two_recordings_become_a_sealed_take(imported: subprocess.CompletedProcess[str], studio: Path) -> None:
    assert imported.returncode == 0, imported.stderr
    word, take, state = imported.stdout.splitlines()[-1].split()
    assert (word, state) == ("take:", "sealed")
    assert ask(studio, "list(Take.objects.values_list('pk', 'source', 'state'))") == [[take, "import", "sealed"]]
    assert sorted(ask(studio, "list(Track.objects.values_list('performance__position', 'kind', 'state'))")) == [
        ["a", "camera", "sealed"],
        ["a", "voice", "sealed"],
        ["b", "camera", "sealed"],
        ["b", "voice", "sealed"],
    ]


def test_who_began_later_stands_later_in_the_take(imported: subprocess.CompletedProcess[str], studio: Path) -> None:
    voices = ask(studio, "{t.performance.position: t.manifest['time'] for t in Track.objects.filter(kind='voice')}")
    assert voices["a"]["first_ns"] - voices["b"]["first_ns"] == 250_000_000
    (length,) = ask(studio, "[t.cut_ns - t.action_ns for t in Take.objects.all()]")
    assert length == pytest.approx(4_250_000_000, abs=50_000_000)


def test_nobody_has_agreed_to_anything(imported: subprocess.CompletedProcess[str], studio: Path) -> None:
    assert ask(studio, "list(Booking.objects.values_list('accepted_at', flat=True))") == [None, None]
    assert ask(studio, "sorted(set(Performance.objects.values_list('state', flat=True)))") == ["in-review"]
    built = yesif(studio, "build", "--project", "Imported scenes", "--what", "understand-speech", "--where", "research")
    assert built.returncode == 5


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("a.mp4", "a.mp4"), 3, "the same file"),
        (("a.mp4", "absent.mp4"), 4, "absent.mp4"),
        (("a.mp4", "words.txt"), 6, "words.txt: This is not a recording"),
        (("a.mp4", "b.mp4", "--deck", "no-such-deck"), 4, "no deck with that key"),
        (("a.mp4", "b.mp4", "--card", "no-such-card"), 4, "no such card"),
        (("a.mp4", "b.mp4", "--project", "Nothing of that name"), 4, "no project"),
        (("a.mp4", "b.mp4", "--session", "ses_unknown"), 4, "no such scene"),
        (("a.mp4", "b.mp4", "--performer-a", "ana@example.test"), 3, "both performers, or neither"),
        (("a.mp4", "b.mp4", "--performer-a", "ana@example.test", "--performer-b", "bo"), 3, "not an e-mail address"),
        (("a.mp4", "b.mp4", "--offset-ms", "1e9"), 2, "is not in the range"),
    ],
)
def test_what_cannot_be_taken_in_is_refused_in_words_and_changes_nothing(
    studio: Path, imported: object, tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    for name, seed in (("a.mp4", footage.ANA), ("b.mp4", footage.BO)):
        (tmp_path / name).symlink_to(recording(seed))
    (tmp_path / "words.txt").write_text("not a recording")
    here = [str(tmp_path / one) if "." in one and "@" not in one else one for one in arguments]
    before = rows(studio)
    run = yesif(studio, "import", *here)
    assert run.returncode == code, run.stderr
    assert words in run.stderr
    assert "Traceback" not in run.stderr
    assert rows(studio) == before


def test_killed_at_random_an_import_is_finished_once_by_whoever_works_next(tmp_path: Path) -> None:
    """The command dies on the way; workers die after it; the last one finishes, and every line is there once."""
    command = [sys.executable, "-m", "yesif.cli"]
    dice = random.Random(3)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    first = subprocess.Popen(
        [*command, "import", str(recording(footage.ANA)), str(recording(footage.BO))],
        cwd=ROOT, env=environment(tmp_path), **quiet,
    )  # fmt: skip
    until = time.monotonic() + 120
    while not rows(tmp_path)[0]:
        assert time.monotonic() < until
        time.sleep(0.1)
    time.sleep(dice.uniform(0, 1.5))
    first.send_signal(signal.SIGKILL)
    first.wait()
    for _ in range(3):
        worker = subprocess.Popen([*command, "work", "--until-idle"], cwd=ROOT, env=environment(tmp_path), **quiet)
        time.sleep(dice.uniform(1.0, 4.0))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    assert yesif(tmp_path, "work", "--until-idle").returncode == 0
    assert ask(tmp_path, "list(Take.objects.values_list('state', flat=True))") == ["sealed"]
    assert ask(tmp_path, "[Line.objects.filter(kind='track-sealed').count(), Track.objects.count()]") == [4, 4]
    assert ask(tmp_path, "Performance.objects.exclude(preview_sha256='').count()") == 2
    assert not list((tmp_path / "work").glob("job_*"))


def rows(folder: Path) -> list[int]:
    """How many takes, sessions, people and lines there are; none where there are no tables yet."""
    tables = ("footage_take", "stage_session", "people_person", "record_line")
    try:
        with closing(sqlite3.connect(f"file:{folder / 'yesif.sqlite3'}?mode=ro", uri=True)) as database:
            return [database.execute(f"select count(*) from {table}").fetchone()[0] for table in tables]
    except sqlite3.OperationalError:
        return [0] * len(tables)

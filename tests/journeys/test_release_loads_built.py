"""Ana and Bo play two scenes, Bo and Cy one; Cy says no. The operator builds; a licensee opens what came out.

Everything runs as people run it: the command `yesif build`, a worker's children, a folder copied out of the studio.
"""

import filecmp
import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from yesif.core.corpus import Reader

ROOT = Path(__file__).resolve().parents[2]
PLAYED = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from datetime import UTC, datetime
from tests.flows import released
for name, said in (("ana", "yes"), ("bo", "yes"), ("cy", "no")):
    released.answer(name, said, now=datetime.now(UTC))
released.play("ana", "bo", takes=2)
released.play("bo", "cy")
print(released.project().id)
"""


class Studio:
    """A studio in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.environment = {**os.environ, "YESIF_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "yesif.site.settings"}

    def python(self, *arguments: str, exit_code: int = 0) -> str:
        ended = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert ended.returncode == exit_code, ended.stderr
        return ended.stdout + ended.stderr if exit_code else ended.stdout

    def build(self, project: str, *more: str, what: str = "understand-feeling", exit_code: int = 0) -> str:
        use = ["--what", what, "--where", "research", "--licensee", "Lab"]
        return self.python("-m", "yesif.cli", "build", "--project", project, *use, *more, exit_code=exit_code)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    return Studio(tmp_path_factory.mktemp("studio"))


@pytest.fixture(scope="module")
def project(studio: Studio) -> str:
    return studio.python("-c", PLAYED).strip()


@pytest.fixture(scope="module")
def release(studio: Studio, project: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("delivery") / "release"
    told = studio.build(project, "--out", str(out))
    assert told.splitlines()[-1] == f"release: {out}"
    assert "4 performances are in this release, 2 are not:" in told
    assert "2  few-people: reasons that fewer than five people share" in told
    return out


def test_a_second_build_gives_the_same_bytes(studio: Studio, project: str, release: Path, tmp_path: Path) -> None:
    studio.build(project, "--out", str(tmp_path / "again"))
    names = sorted(path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file())
    same, different, odd = filecmp.cmpfiles(release, tmp_path / "again", names, shallow=False)
    assert (sorted(same), different, odd) == (names, [], [])
    assert filecmp.dircmp(release, tmp_path / "again").right_only == []


def test_datasets_and_our_reader_agree_on_every_sample(release: Path, tmp_path: Path) -> None:
    datasets: Any = pytest.importorskip("datasets")
    datasets.disable_progress_bars()
    ours = {sample["__key__"]: sample for sample in Reader(release)}
    for streaming in (True, False):
        found = datasets.load_dataset(
            str(release), "dyad-av", split="train", streaming=streaming, cache_dir=str(tmp_path / "cache")
        )
        rows = {row["__key__"]: row for row in found}
        assert rows.keys() == ours.keys()
        assert all(row["wav"] == ours[key]["wav"] and row["mp4"] == ours[key]["mp4"] for key, row in rows.items())
        assert {row["json"]["metadata:transcript"][0]["transcript"] for row in rows.values()} == {
            "word-of ana",
            "word-of bo",
        }
        assert all(len(row["npz"]["face:blendshapes"]) == 50 for row in rows.values())


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
@pytest.mark.filterwarnings("ignore:Exception ignored in. <_io.FileIO:pytest.PytestUnraisableExceptionWarning")
def test_webdataset_reads_it(release: Path) -> None:
    webdataset: Any = pytest.importorskip("webdataset")
    shards = [str(path) for path in sorted(release.glob("improvised/*/*/*.tar"))]
    samples = list(webdataset.WebDataset(shards, shardshuffle=False).decode())
    gc.collect()
    assert [sample["json"]["partner_file_id"] for sample in samples[::2]] == [s["__key__"] for s in samples[1::2]]


@pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.reset_index is deprecated")
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated, use Dataset instead.:DeprecationWarning")
def test_mlcroissant_reads_it(release: Path) -> None:
    mlcroissant: Any = pytest.importorskip("mlcroissant")
    described = mlcroissant.Dataset(jsonld=release / "croissant.json")
    assert not described.metadata.ctx.issues.errors
    assert not described.metadata.ctx.issues.warnings
    assert len(list(described.records(record_set="recordings"))) == 4


def test_a_use_nobody_allows_is_said_and_has_its_exit_code(studio: Studio, project: str) -> None:
    told = studio.build(project, what="copy-my-voice", exit_code=5)
    assert "0 performances are in this release, 6 are not:" in told
    assert "yesif: No performance may be released for this use" in told
    assert "release:" not in told


def test_a_folder_that_holds_something_is_not_written_into(studio: Studio, project: str, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    told = studio.build(project, "--out", str(tmp_path), exit_code=3)
    assert "takes a folder that is new or empty" in told
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_project_nobody_has_is_not_found(studio: Studio) -> None:
    assert "There is no project of that id or title." in studio.build("No such project", exit_code=4)

"""Samples are taken out of a copy, everywhere they are told of, and what is left still checks and reads."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests import made_release
from yesif.core.corpus import Reader, manifest
from yesif.core.corpus import prune as pruning
from yesif.core.corpus.prune import PRUNED, prune
from yesif.core.corpus.shard import write_shard


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made_release.make(tmp_path / "release")
    return tmp_path / "release"


def test_what_is_pruned_is_nowhere_and_the_rest_reads_as_before(folder: Path) -> None:
    names = Reader(folder).keys()
    gone = [*Reader(folder, split="train").keys()[:2], *Reader(folder, split="dev").keys()]
    before = {name: Reader(folder)[name] for name in names if name not in gone}
    done = prune(folder, [*gone, "V00_S0009_I99999999_P0009"])
    assert done.samples == tuple(sorted(gone))
    reader = Reader(folder)
    assert {name: reader[name] for name in reader.keys()} == before  # noqa: SIM118
    assert reader.check(digest=done.after) > 15
    assert done.before != done.after
    for path in folder.rglob("*"):
        if path.is_file() and path.name != PRUNED:
            content = path.read_bytes()
            assert not any(name.encode() in content for name in gone), path
    told = json.loads((folder / "croissant.json").read_text())
    listed = {one["contentUrl"]: one["sha256"] for one in told["distribution"] if "contentUrl" in one}
    assert all(manifest.file_sha256(folder / name) == sha for name, sha in listed.items())
    left = {row["participant_key"] for row in pq.read_table(folder / "metadata/participants.parquet").to_pylist()}
    assert left == {f"V00_P{name.rsplit('P', 1)[1]}" for name in before}


def test_pruning_twice_is_once_and_nothing_to_prune_changes_nothing(folder: Path) -> None:
    gone = Reader(folder).keys()[:2]
    first = prune(folder, gone)
    again = prune(folder, gone)
    assert (again.before, again.after, again.samples) == (first.after, first.after, ())
    assert [one["before"] for one in json.loads((folder / PRUNED).read_text())] == [first.before]


def test_a_crash_between_a_shard_and_the_manifest_is_mended_by_running_it_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Reader(folder).keys()
    gone = Reader(folder, split="train").keys()[:2]
    before = {name: Reader(folder)[name] for name in names if name not in gone}

    def dies(path: Path, members: object) -> None:
        write_shard(path, members)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(pruning, "write_shard", dies)
        with pytest.raises(KeyboardInterrupt):
            prune(folder, gone)
    done = prune(folder, gone)
    reader = Reader(folder)
    assert {name: reader[name] for name in reader.keys()} == before  # noqa: SIM118
    assert reader.check(digest=done.after) > 15


def test_a_release_of_which_nothing_is_left_is_empty_and_whole(folder: Path) -> None:
    done = prune(folder, Reader(folder).keys())
    assert len(Reader(folder)) == 0
    assert sum(1 for _ in manifest.check(folder, digest=done.after)) > 15
    assert not list(folder.rglob("*.tar"))

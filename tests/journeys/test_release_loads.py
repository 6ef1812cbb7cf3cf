"""A licensee opens a release with the tools they already have: datasets, webdataset, mlcroissant, tar, sha256sum."""

import gc
import io
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import made_release
from yesif.core.corpus import Reader

CONFIG, SPLIT, SAMPLES = "dyad-av", "train", 16


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    made_release.make(folder)
    return folder


@pytest.fixture
def datasets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """The datasets library, off the network and with a cache of its own."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    library = pytest.importorskip("datasets")
    library.disable_progress_bars()
    monkeypatch.setattr(library.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    yield library
    library.enable_progress_bars()


@pytest.mark.parametrize("streaming", [True, False], ids=["streaming", "prepared"])
def test_datasets_loads_every_sample_whole(datasets: Any, release: Path, streaming: bool) -> None:
    rows = list(datasets.load_dataset(str(release), CONFIG, split=SPLIT, streaming=streaming))
    assert len(rows) == SAMPLES
    for row in rows:
        assert set(row) == {"json", "npz", "wav", "mp4", "__key__", "__url__"}
        assert row["json"]["id"] == row["__key__"]
        assert row["wav"][:4] == b"RIFF"
        assert len(row["npz"]["face:blendshapes"][0]) == 52
        assert np.isnan(row["npz"]["face:blendshapes"][3]).all()
        assert not row["npz"]["face:is_valid"][3]


@pytest.mark.parametrize("streaming", [True, False], ids=["streaming", "prepared"])
def test_what_only_the_last_sample_has_survives(datasets: Any, release: Path, streaming: bool) -> None:
    rows = list(datasets.load_dataset(str(release), CONFIG, split=SPLIT, streaming=streaming))
    assert [len(row["json"]["annotations:1P-IS"]) for row in rows] == [0] * 14 + [1, 1]
    assert rows[-1]["json"]["annotations:1P-IS"][0]["annotation"] == "I nearly laughed"
    assert rows[-1]["json"]["metadata:transcript"][0]["words"][0]["score"] == pytest.approx(0.9)
    assert rows[0]["json"]["metadata:transcript"][0]["words"][0]["score"] is None


def test_datasets_finds_every_config_and_split_by_itself(datasets: Any, release: Path) -> None:
    assert datasets.get_dataset_config_names(str(release)) == ["dyad-av", "dyad-features", "solo-av"]
    for config, split in (("dyad-features", "dev"), ("solo-av", "test")):
        rows = list(datasets.load_dataset(str(release), config, split=split, streaming=True))
        assert len(rows) == {"dev": 2, "test": 1}[split]
        assert ("wav" in rows[0]) is (config == "solo-av")


# webdataset leaves its shards open for the collector to close, and the collector says so in a warning of its own.
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
@pytest.mark.filterwarnings("ignore:Exception ignored in. <_io.FileIO:pytest.PytestUnraisableExceptionWarning")
def test_webdataset_reads_partners_one_after_the_other(release: Path) -> None:
    webdataset = pytest.importorskip("webdataset")
    shards = [str(path) for path in sorted(release.glob("improvised/train/*/*.tar"))]
    samples = list(webdataset.WebDataset(shards, shardshuffle=False).decode())
    gc.collect()
    assert len(samples) == SAMPLES
    for first, second in zip(samples[::2], samples[1::2], strict=True):
        assert first["json"]["partner_file_id"] == second["__key__"]
        assert first["__key__"].rsplit("_", 1)[0] == second["__key__"].rsplit("_", 1)[0]
    assert all({"json", "npz", "wav", "mp4"} <= set(sample) for sample in samples)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated, use Dataset instead.:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.reset_index is deprecated")
def test_mlcroissant_finds_no_fault_and_reads_the_tables(release: Path) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    described = mlcroissant.Dataset(jsonld=release / "croissant.json")
    assert not described.metadata.ctx.issues.errors
    assert not described.metadata.ctx.issues.warnings
    rows = list(described.records(record_set="manifest"))
    assert len(rows) == SAMPLES * 4 + 4 + 2 * 2
    assert {row["manifest/member"] for row in rows} == {b"json", b"npz", b"wav", b"mp4"}


def test_tar_and_sha256sum_agree_with_us(release: Path) -> None:
    shard = next(release.glob("improvised/train/*/*.tar"))
    listed = subprocess.run(["tar", "tf", str(shard)], check=True, capture_output=True, text=True)
    assert listed.stderr == ""
    assert len(listed.stdout.split()) == SAMPLES * 4
    if shutil.which("sha256sum"):
        checked = subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=release, capture_output=True)
        assert checked.returncode == 0, checked.stdout


def test_our_own_reader_gives_the_same_bytes_and_checks_them(release: Path) -> None:
    reader = Reader(release, config=CONFIG, split=SPLIT)
    assert len(list(reader)) == len(reader) == SAMPLES
    sample = reader[reader.keys()[0]]
    assert json.loads(sample["json"])["id"] == sample["__key__"]
    with np.load(io.BytesIO(sample["npz"])) as arrays:
        assert sorted(arrays) == ["face:blendshapes", "face:is_valid", "time:pts_s"]
    assert reader.check(digest=reader.digest) == len((release / "SHA256SUMS").read_text().splitlines())
    assert reader.table("exclusions").to_pylist() == [{"reason": "few-people", "performances": 1}]

"""A whole release: reproducible to the byte, and any change of it is found."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import made_release
from yesif.base.errors import Damaged, NotFound
from yesif.core.corpus import Reader, manifest
from yesif.core.corpus.assemble import Contents, write_planned
from yesif.core.corpus.card import plain, yaml


@pytest.fixture
def release(tmp_path: Path) -> Path:
    made_release.make(tmp_path / "release")
    return tmp_path / "release"


def contents_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_two_builds_of_one_plan_are_byte_identical(tmp_path: Path) -> None:
    _, first = made_release.make(tmp_path / "1")
    _, second = made_release.make(tmp_path / "2")
    assert first == second
    assert contents_of(tmp_path / "1") == contents_of(tmp_path / "2")


def test_building_again_over_an_interrupted_build_is_the_same_release(tmp_path: Path, release: Path) -> None:
    before = contents_of(release)
    (release / "SHA256SUMS").unlink()
    made_release.make(release)
    assert contents_of(release) == before


def test_every_file_is_in_the_sums_and_in_the_digest(release: Path) -> None:
    listed = {line.split("  ", 1)[1] for line in (release / "SHA256SUMS").read_text().splitlines()}
    assert listed == contents_of(release).keys() - {"SHA256SUMS"}


@pytest.mark.parametrize("where", ["README.md", "manifest.parquet", "metadata/words.parquet", "croissant.json"])
def test_any_flipped_byte_is_found(release: Path, where: str) -> None:
    content = bytearray((release / where).read_bytes())
    content[len(content) // 2] ^= 1
    (release / where).write_bytes(content)
    with pytest.raises(Damaged, match=where):
        list(manifest.check(release))


def test_a_missing_an_added_and_a_foreign_release_are_found(release: Path) -> None:
    with pytest.raises(Damaged, match="this release reads as"):
        list(manifest.check(release, digest="0" * 64))
    (release / "extra.txt").write_text("hello")
    with pytest.raises(Damaged, match="1 files in this folder are not part"):
        list(manifest.check(release))
    (release / "extra.txt").unlink()
    next(release.glob("improvised/train/*/*.tar")).unlink()
    with pytest.raises(Damaged, match="reads as nothing"):
        list(manifest.check(release))


def test_a_flipped_bit_in_a_shard_is_refused_by_the_reader(release: Path) -> None:
    reader = Reader(release, config="dyad-av", split="train")
    key = reader.keys()[3]
    wav = reader[key]["wav"]
    shard = release / reader[key]["__url__"]
    content = shard.read_bytes()
    shard.write_bytes(content.replace(wav, wav[:-1] + bytes([wav[-1] ^ 1])))
    with pytest.raises(Damaged, match="should read as"):
        reader[key]
    assert Reader(release, verify=False)[key]["wav"] != wav
    shard.write_bytes(content[:700])
    with pytest.raises(Damaged, match="ends after"):
        list(reader)
    shard.unlink()
    with pytest.raises(Damaged, match="is missing"):
        list(reader)


def test_what_is_not_there_is_said_in_one_sentence(release: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="dyad-av, dyad-features, solo-av"):
        Reader(release, config="dyad-a")
    with pytest.raises(NotFound):
        Reader(release)["V00_S0009_I00000009_P0009"]
    with pytest.raises(NotFound):
        Reader(release).table("secrets")
    with pytest.raises(Damaged):
        Reader(release).table("../manifest")
    with pytest.raises(Damaged, match="no release"):
        Reader(tmp_path)


@pytest.mark.parametrize("line", ["0" * 64 + "  ../../x", "0" * 64 + "  /etc/passwd", "short  x", "0" * 64 + " x"])
def test_sums_that_point_out_of_the_release_are_damage(release: Path, line: str) -> None:
    (release / "SHA256SUMS").write_text(line + "\n")
    with pytest.raises(Damaged):
        list(manifest.check(release))


def test_who_is_left_out_is_only_a_number(tmp_path: Path) -> None:
    _, digest = made_release.make(tmp_path / "with")
    rows = [row for row in made_release.candidates() if row.performance != "pdi"]
    numbers = made_release.numbers(made_release.candidates())
    assert Reader(tmp_path / "with").table("exclusions").to_pylist() == [{"reason": "few-people", "performances": 1}]
    left_out = f"P{numbers.performers['di']:04d}"
    for path, content in contents_of(tmp_path / "with").items():
        assert left_out.encode() not in content, path
    assert len(rows) == 19
    assert digest


def test_a_sample_that_lacks_a_member_stops_the_build(tmp_path: Path) -> None:
    made, _ = made_release.make(tmp_path / "release")

    def lacking(placed: object) -> Contents:
        return Contents({"json": b"{}"})

    with pytest.raises(Damaged, match="should have json, npz, wav, mp4 and has json"):
        write_planned(tmp_path / "other", made.shards[0], lacking)


def test_a_title_in_any_script_stays_a_title(tmp_path: Path) -> None:
    title = "عرض ../../x\n---\nconfigs: []\n# 阿娜 <script>"
    made_release.make(tmp_path / "release", title=title)
    text = (tmp_path / "release" / "README.md").read_text()
    front, body = text.split("\n---\n", 1)
    assert json.dumps(title) in front
    assert "<script>" not in body
    assert not any(line.startswith("configs:") for line in body.splitlines())
    assert Reader(tmp_path / "release").configs == ["dyad-av", "dyad-features", "solo-av"]


@given(st.text())
def test_text_someone_typed_stays_on_its_line(text: str) -> None:
    assert "\n" not in plain(text)
    assert "<" not in plain(text).replace("\\<", "")
    assert yaml({"pretty_name": text}).count("\n") == 1

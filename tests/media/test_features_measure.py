"""The ingest flow's entry: all tables of a performer in one call, the same bytes again, a reason for what is not."""

import hashlib
import multiprocessing
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests import footage
from tests.media.equipment import models_dir
from tests.shared import ROOT
from yesif.media.features.measure import measure_track
from yesif.media.features.menu import Wanted
from yesif.media.features.pairing import measure_pair
from yesif.media.features.shelf import Measured
from yesif.media.features.speech import read_spans
from yesif.media.stage import Column, Recipe, TimeMap
from yesif.media.synthetic import part
from yesif.media.tables import TableWriter, about, address, read

SECONDS = 8.0
QUICK = Wanted(words=False)
VOICE = {"vad", "speech", "f0", "voice_quality", "formants", "speech_level", "rhythm", "energy", "loudness"}


def tracks(seed: int) -> dict[str, Path]:
    path = footage.recording(seed, SECONDS)
    return {"voice": path, "camera": path}


def contents(measured: Measured) -> dict[str, str]:
    paths = [one.path for one in measured.tables if one.path is not None]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Measured, Measured]:
    folder = tmp_path_factory.mktemp("measured")
    first, second = (measure_track(tracks(seed), folder / str(seed), models_dir=models_dir()) for seed in (0, 1))
    return first, second


def test_everything_is_measured_and_what_is_not_says_why(pair: tuple[Measured, Measured]) -> None:
    for measured in pair:
        made = {one.stage for one in measured.tables if one.path is not None}
        assert made - {"pose", "gaze", "words", "prominence"} == VOICE | {"picture", "face", "head", "blinks"}
        missing = {one.stage: one.skipped_reason for one in measured.tables if one.path is None}
        assert set(missing) <= {"words", "prominence", "gaze", "pose"}
        assert all(len(reason) > 20 for reason in missing.values())
        assert "words, which was skipped" in missing.get("prominence", "words, which was skipped")


def test_every_table_falls_under_the_part_it_shows(pair: tuple[Measured, Measured]) -> None:
    parts = {one.stage: one.part for one in pair[0].tables}
    assert {stage for stage, part_ in parts.items() if part_ == "voice"} == VOICE
    assert {stage for stage, part_ in parts.items() if part_ == "face"} == {"face", "head", "gaze", "blinks"}
    assert {stage for stage, part_ in parts.items() if part_ == "movement"} == {"picture", "pose"}
    assert parts["words"] == "words"
    assert all(one.version >= 1 for one in pair[0].tables if one.path is not None)


def test_the_synthetic_performers_pass_every_check(pair: tuple[Measured, Measured]) -> None:
    for measured in pair:
        assert [finding.check for finding in measured.findings if finding.verdict != "pass"] == []
        assert {finding.track for finding in measured.findings} == {"voice", "camera"}


def test_every_table_says_what_it_is_in(pair: tuple[Measured, Measured]) -> None:
    for table in pair[0].tables:
        if table.path is None:
            continue
        told = about(table.path)
        assert (told["stage"], told["address"], told["track"]) == (table.stage, table.address, table.track)
        assert told["method"]
        assert told["pass"]["to_the_end"] is True
        for model in told["models"]:
            assert len(model["sha256"]) == 64
            assert model["licence"] in {"MIT", "Apache-2.0"}
        for field in pq.read_schema(table.path):
            assert field.metadata[b"unit"]
            assert field.metadata[b"says"]
        assert pq.read_metadata(table.path).num_rows == table.rows


def test_rows_stand_at_the_times_of_the_track(pair: tuple[Measured, Measured]) -> None:
    face = read(pair[0].path("face"), ["t_ns"])["t_ns"]  # type: ignore[arg-type]
    assert list(face) == [round(i * 1e9 / 30) for i in range(240)]
    energy = read(pair[0].path("energy"), ["t_ns"])["t_ns"]  # type: ignore[arg-type]
    assert list(energy[:800]) == [10_000_000 * i for i in range(800)]


def test_the_same_track_gives_the_same_bytes(pair: tuple[Measured, Measured], tmp_path: Path) -> None:
    again = measure_track(tracks(0), tmp_path, models_dir=models_dir())
    assert contents(again) == contents(pair[0])
    assert again.findings == pair[0].findings
    assert again.summary == pair[0].summary


def test_what_stands_is_not_made_again(pair: tuple[Measured, Measured], tmp_path: Path) -> None:
    folder = pair[0].path("vad").parent  # type: ignore[union-attr]
    shutil.copytree(folder, tmp_path / "kept")
    kept = tmp_path / "kept"
    (kept / pair[0].path("f0").name).unlink()  # type: ignore[union-attr]
    before = {path.name: path.stat().st_mtime_ns for path in kept.iterdir()}
    again = measure_track(tracks(0), kept, models_dir=models_dir())
    assert contents(again) == contents(pair[0])
    assert all((kept / name).stat().st_mtime_ns == stamp for name, stamp in before.items())
    assert not list(kept.glob(".*"))


def test_another_clock_is_another_table(pair: tuple[Measured, Measured], tmp_path: Path) -> None:
    clock = TimeMap(offset_ns=-1_000_000_000)
    moved = measure_track(
        {"voice": tracks(0)["voice"]}, tmp_path, models_dir=models_dir(), maps={"voice": clock}, wanted=QUICK
    )
    one, other = pair[0].path("f0"), moved.path("f0")
    assert one is not None
    assert other is not None
    assert one.name != other.name
    assert np.array_equal(read(one)["t_ns"] - 1_000_000_000, read(other)["t_ns"])
    assert np.array_equal(read(one)["f0_hz"], read(other)["f0_hz"], equal_nan=True)


def test_findings_are_of_the_take_and_tables_keep_everything(tmp_path: Path) -> None:
    said = part(0, SECONDS).turns[0]
    before = (0, said.start_ns - 200_000_000)
    measured = measure_track(
        {"voice": tracks(0)["voice"]}, tmp_path, models_dir=models_dir(), wanted=QUICK, span_ns=before
    )
    silence = next(finding for finding in measured.findings if finding.check == "silence")
    assert (silence.verdict, silence.value) == ("fail", 0.0)
    assert measured.summary["voice"]["speech_ms"] == 0
    assert len(read_spans(measured.path("speech"))) >= 1  # type: ignore[arg-type]


def test_without_models_the_rest_is_still_measured(tmp_path: Path) -> None:
    measured = measure_track(tracks(0), tmp_path / "out", models_dir=tmp_path / "none")
    reasons = {one.stage: one.skipped_reason for one in measured.tables if one.path is None}
    worked_out = {"speech", "rhythm", "prominence", "head", "gaze", "blinks"}
    assert set(reasons) == {"vad", "face", "pose", "words"} | worked_out
    assert "silero-vad" in reasons["vad"]
    assert all("which was skipped" in reasons[stage] for stage in worked_out)
    made = {one.stage for one in measured.tables if one.path is not None}
    assert made == {"f0", "voice_quality", "formants", "speech_level", "energy", "loudness", "picture"}
    pair_of_none = measure_pair(({}, {}), tmp_path / "pair", spans_ns=((0, 10**9), (0, 10**9)))
    assert all(one.path is None and one.skipped_reason for one in pair_of_none.tables)


@pytest.mark.parametrize("content", [b"", b"\x00" * 4096, b"RIFF????WAVE"])
def test_a_file_that_is_no_recording_is_a_finding_and_leaves_no_table(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "track.mp4"
    path.write_bytes(content)
    measured = measure_track({"voice": path, "camera": path}, tmp_path / "out", models_dir=models_dir(), wanted=QUICK)
    assert {finding.check for finding in measured.findings} == {"voice-decodes", "camera-decodes"}
    assert {finding.verdict for finding in measured.findings} == {"fail"}
    assert all(one.path is None and one.skipped_reason for one in measured.tables)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_camera_without_sound_and_a_voice_without_picture_are_measured_as_they_are(tmp_path: Path) -> None:
    voice = footage.voice(footage.BO, SECONDS)
    measured = measure_track({"voice": voice, "camera": voice}, tmp_path, models_dir=models_dir(), wanted=QUICK)
    assert measured.path("f0") is not None
    seen = {one.stage: one.skipped_reason for one in measured.tables if one.track == "camera"}
    assert {seen["picture"], seen["face"]} == {"The file holds no camera."}
    assert "face, which was skipped" in seen["head"]
    assert [finding.check for finding in measured.findings if finding.verdict == "fail"] == ["camera-decodes"]


def test_an_absent_track_is_said(tmp_path: Path) -> None:
    measured = measure_track({"voice": tmp_path / "none.flac"}, tmp_path, models_dir=models_dir())
    assert [finding.verdict for finding in measured.findings] == ["fail"]
    assert measured.tables[0].skipped_reason == "There is no file for the voice."


def test_it_runs_in_a_child_process(tmp_path: Path) -> None:
    child = multiprocessing.get_context("forkserver").Pool(1)
    with child:
        measured = child.apply(_measure_voice, (tracks(0)["voice"], tmp_path, models_dir()))
    assert pickle.loads(pickle.dumps(measured)) == measured
    assert measured.path("vad") is not None


def _measure_voice(path: Path, out: Path, models: Path) -> Measured:
    return measure_track({"voice": path}, out, models_dir=models, wanted=QUICK)


def test_a_pair_has_the_turns_of_its_script(pair: tuple[Measured, Measured], tmp_path: Path) -> None:
    sides = ({t.stage: t.path for t in one.tables if t.path} for one in pair)
    first, second = sides
    whole = (0, round(SECONDS * 1e9))
    voices = (tracks(0)["voice"], tracks(1)["voice"])
    together = measure_pair((first, second), tmp_path, spans_ns=(whole, whole), voices=voices)
    path = together.path("turns")
    assert path is not None
    rows = read(path)
    turns = [
        (speaker, start / 1e9)
        for kind, speaker, start in zip(rows["kind"], rows["speaker"], rows["start_ns"], strict=True)
        if kind == "turn"
    ]
    said = sorted((turn.start_ns / 1e9, seed) for seed in (0, 1) for turn in part(seed, SECONDS).turns)
    assert [speaker for speaker, _ in turns] == [seed for _, seed in said]
    assert [start for _, start in turns] == pytest.approx([start for start, _ in said], abs=0.1)
    assert [finding.check for finding in together.findings if finding.verdict != "pass"] == []


def test_measuring_opens_no_socket(tmp_path: Path) -> None:
    """A child that would be killed by the kernel at its first socket measures everything and lives."""
    if sys.platform != "linux":
        pytest.skip("the kernel's seccomp filter is Linux only")
    script = ROOT / "tests" / "media" / "socketless.py"
    command = [sys.executable, str(script), str(tracks(0)["voice"]), str(tmp_path), str(models_dir())]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode == 77:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stderr
    assert "face" in done.stdout
    assert "a socket is refused" in done.stdout


RECIPE = Recipe(
    "probe", 1, "by hand", (Column("t_ns", "int64", "ns", "when"), Column("name", "string", "1", "what")), {"n": 1}
)


def test_a_table_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "probe.parquet"
    writer = TableWriter(path, RECIPE, {})
    writer.add({"t_ns": np.arange(5), "name": list("abcde")})
    assert not path.exists()
    writer.close({"note": "done"})
    assert read(path)["name"] == list("abcde")
    assert about(path)["pass"] == {"note": "done"}
    other = TableWriter(tmp_path / "other.parquet", RECIPE, {})
    other.add({"t_ns": np.arange(5), "name": list("abcde")})
    other.abandon()
    assert [entry.name for entry in tmp_path.iterdir()] == ["probe.parquet"]


def test_a_table_refuses_other_columns(tmp_path: Path) -> None:
    writer = TableWriter(tmp_path / "probe.parquet", RECIPE, {})
    with pytest.raises(ValueError, match="other columns"):
        writer.add({"t_ns": np.arange(5)})
    writer.abandon()


def test_rows_may_come_in_any_pieces(tmp_path: Path) -> None:
    for name, sizes in (("a", [30_000_0]), ("b", [1, 99_999, 100_000, 100_000])):
        writer = TableWriter(tmp_path / name, RECIPE, {})
        at = 0
        for size in sizes:
            writer.add({"t_ns": np.arange(at, at + size), "name": [str(i % 7) for i in range(at, at + size)]})
            at += size
        writer.close({})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_an_address_moves_with_whatever_decides_the_values() -> None:
    times = {"offset_ns": 0, "drift_ppb": 0}
    base = address(RECIPE, ["a" * 64], times)
    assert base == address(RECIPE, ["a" * 64], dict(times))
    newer = Recipe(RECIPE.stage, 2, RECIPE.method, RECIPE.columns, RECIPE.params)
    tuned = Recipe(RECIPE.stage, 1, RECIPE.method, RECIPE.columns, {"n": 2})
    others = [
        address(newer, ["a" * 64], times),
        address(tuned, ["a" * 64], times),
        address(RECIPE, ["b" * 64], times),
        address(RECIPE, ["a" * 64], {**times, "offset_ns": 1}),
    ]
    assert len({base, *others}) == 5

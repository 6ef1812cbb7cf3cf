"""Every kind of bad file through the whole of measuring: a named finding or a clear refusal, and never half a table."""

import os
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pyarrow.parquet as pq
import pytest

from yesif.media import decode as decoding
from yesif.media.features.measure import measure_track
from yesif.media.features.menu import Wanted
from yesif.media.features.shelf import Measured

QUICK = Wanted(face="none", pose_hz=0, words=False)


def film(path: Path, *, size: tuple[int, int] = (160, 90), seconds: float = 2, fps: int = 10, codec: str = "libx264",
         form: str = "yuv420p", times: list[int] | None = None, container: str | None = None) -> Path:  # fmt: skip
    with av.open(str(path), "w", format=container) as target:
        stream = target.add_stream(codec, rate=fps)
        stream.options = {"bf": "0"} if codec == "libx264" else {}
        stream.width, stream.height, stream.pix_fmt, stream.time_base = *size, form, Fraction(1, 1000)
        stream.codec_context.time_base = Fraction(1, 1000)
        for number in range(round(seconds * fps)):
            luma = np.full((size[1], size[0], 3), 40 + 3 * number, np.uint8)
            luma[number % size[1] :, : size[0] // 2] = 200
            frame = av.VideoFrame.from_ndarray(luma, format="rgb24").reformat(format=form)
            frame.pts, frame.time_base = (times[number] if times else number * 1000 // fps), Fraction(1, 1000)
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return path


def sound(path: Path, *, rate: int = 48_000, layout: str = "mono", seconds: float = 2) -> Path:
    with av.open(str(path), "w") as target:
        stream = target.add_stream("flac" if path.suffix == ".flac" else "pcm_s16le", rate=rate, layout=layout)
        channels = stream.codec_context.layout.nb_channels
        tone = (8000 * np.sin(np.arange(round(rate * seconds)) * 2 * np.pi * 180 / rate)).astype(np.int16)
        for start in range(0, len(tone), 4096):
            piece = np.repeat(tone[start : start + 4096], channels)[None]
            frame = av.AudioFrame.from_ndarray(piece, format="s16", layout=layout)
            frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return path


def measured(path: Path, out: Path) -> Measured:
    found = measure_track({"voice": path, "camera": path}, out, models_dir=out / "no-models", wanted=QUICK)
    every_table_is_whole(out)
    return found


def every_table_is_whole(out: Path) -> None:
    """No leftovers beside the tables, and each opens to its last row."""
    files = [path for path in out.rglob("*") if path.is_file()]
    assert all(path.suffix == ".parquet" and not path.name.startswith(".") for path in files)
    for path in files:
        assert pq.read_table(path).num_rows == pq.read_metadata(path).num_rows


def failed(found: Measured) -> set[str]:
    return {one.check for one in found.findings if one.verdict == "fail"}


@pytest.mark.parametrize("form", ["wav", "flac"])
@pytest.mark.parametrize("keep", [0.97, 0.6, 0.3])
def test_a_truncated_file_is_measured_as_far_as_it_goes_and_says_how_much_is_missing(
    keep: float, form: str, tmp_path: Path
) -> None:
    whole = sound(tmp_path / f"whole.{form}", seconds=4).read_bytes()
    cut = tmp_path / f"cut.{form}"
    cut.write_bytes(whole[: round(len(whole) * keep)])
    found = measured(cut, tmp_path / "out")
    decodes = next(one for one in found.findings if one.check == "voice-decodes")
    assert decodes.verdict == ("warn" if keep > 0.9 else "fail")
    assert found.path("energy") is not None


@pytest.mark.parametrize("content", [b"", b"\x00", b"not a film", b"\x1a\x45\xdf\xa3" + b"\xff" * 99, b"ftypmp42" * 50])
def test_a_file_of_nothing_or_nonsense_is_a_finding_and_leaves_no_table(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "track.mp4"
    path.write_bytes(content)
    found = measured(path, tmp_path / "out")
    assert failed(found) == {"voice-decodes", "camera-decodes"}
    assert list((tmp_path / "out").iterdir()) == []


def test_a_film_without_sound_has_its_picture_measured_and_the_voice_named(tmp_path: Path) -> None:
    found = measured(film(tmp_path / "silent.mp4"), tmp_path / "out")
    assert found.path("picture") is not None
    assert "voice-decodes" in failed(found)


def test_sound_without_a_picture_has_its_voice_measured_and_the_camera_named(tmp_path: Path) -> None:
    found = measured(sound(tmp_path / "voice.flac"), tmp_path / "out")
    assert found.path("f0") is not None
    assert failed(found) >= {"camera-decodes"}


def test_a_wrong_ending_does_not_matter(tmp_path: Path) -> None:
    path = film(tmp_path / "clip.txt", container="mp4")
    assert measured(path, tmp_path / "out").path("picture") is not None


@pytest.mark.parametrize(("rate", "layout"), [(8_000, "mono"), (8_000, "stereo"), (44_100, "stereo"), (96_000, "mono")])
def test_any_rate_and_number_of_channels_gives_the_same_pitch(rate: int, layout: str, tmp_path: Path) -> None:
    found = measured(sound(tmp_path / "voice.wav", rate=rate, layout=layout), tmp_path / "out")
    assert found.summary["voice"]["f0_hz"]["median"] == pytest.approx(180, abs=1)


@pytest.mark.parametrize("size", [(360, 288), (162, 98), (1366, 768)])
def test_widths_that_codecs_pad_are_measured_without_the_padding(size: tuple[int, int], tmp_path: Path) -> None:
    found = measured(film(tmp_path / "odd.mp4", size=size, seconds=0.5), tmp_path / "out")
    camera = found.summary["camera"]
    assert (camera["width"], camera["height"], camera["count"]) == (*size, 5)


def test_uneven_frames_keep_their_times_and_are_not_called_missing(tmp_path: Path) -> None:
    times = [0, 40, 95, 130, 180, 215, 270, 300, 345, 400]
    path = tmp_path / "out"
    found = measured(film(tmp_path / "vfr.mkv", seconds=1, times=times, codec="mpeg4"), path)
    table = pq.read_table(found.path("picture"))
    assert [ns // 1_000_000 for ns in table.column("t_ns").to_pylist()] == times


def test_ten_bits_are_measured_as_eight(tmp_path: Path) -> None:
    found = measured(film(tmp_path / "ten.mkv", codec="libx265", form="yuv420p10le", seconds=0.5), tmp_path / "out")
    assert found.summary["camera"]["count"] == 5


def test_four_times_full_hd_is_measured(tmp_path: Path) -> None:
    found = measured(film(tmp_path / "4k.mp4", size=(3840, 2160), seconds=0.2, codec="mpeg4"), tmp_path / "out")
    assert found.summary["camera"]["width"] == 3840
    assert found.path("picture") is not None


def test_a_picture_no_camera_makes_is_refused_before_it_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = film(tmp_path / "large.mp4", seconds=0.3)
    monkeypatch.setattr(decoding, "LARGEST_PIXELS", 100 * 80)
    found = measured(path, tmp_path / "out")
    assert "camera-decodes" in failed(found)
    assert any("larger than a camera's" in one.sentence for one in found.findings)


def test_a_few_kilobytes_that_promise_years_of_silence_are_given_up_with_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "LONGEST_NS", 1_000_000_000)
    path = sound(tmp_path / "bomb.flac", seconds=5)
    found = measured(path, tmp_path / "out")
    assert "voice-decodes" in failed(found)
    table = found.path("energy")
    assert table is not None
    assert pq.read_metadata(table).num_rows <= 210


def test_frames_at_an_impossible_time_are_not_waited_for(tmp_path: Path) -> None:
    path = film(tmp_path / "far.mkv", seconds=0.5, times=[0, 100, 200, 300, 10**12])
    found = measured(path, tmp_path / "out")
    assert "camera-decodes" in failed(found)


def test_a_path_that_leads_elsewhere_is_only_a_name(tmp_path: Path) -> None:
    secret = sound(tmp_path / "secret.wav")
    for number, name in enumerate(("http:evil", "concat:secret.wav|secret.wav", "pipe:0", "sub,secret.wav")):
        path = tmp_path / "in" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(f"#EXTM3U\nfile '{secret}'\n".encode())
        found = measured(path, tmp_path / f"out{number}")
        assert failed(found) == {"voice-decodes", "camera-decodes"}


def test_a_folder_a_device_and_a_broken_link_are_no_recordings(tmp_path: Path) -> None:
    link = tmp_path / "link.mp4"
    link.symlink_to(tmp_path / "nowhere.mp4")
    for number, path in enumerate((tmp_path, link, Path(os.devnull))):
        found = measured(path, tmp_path / f"out{number}")
        assert failed(found) == {"voice-decodes", "camera-decodes"}
        assert all(one.path is None for one in found.tables)

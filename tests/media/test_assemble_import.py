"""A recording made elsewhere keeps its pictures, its sound and, above all, its times."""

import wave
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tests import footage
from tests.media.take_logs import encoded, read_frames, read_sound, webm_of
from tests.shared import shared
from yesif.base.canonical import canonical
from yesif.base.errors import BadInput, Damaged, LimitReached, NotFound
from yesif.media.assemble import AssembledTrack, assemble_import
from yesif.media.probe import Limits, probe
from yesif.media.synthetic import read_barcode


def taken(source: Path, out: Path) -> dict[str, AssembledTrack]:
    tracks = {track.kind: track for track in assemble_import(source, out)}
    for track in tracks.values():
        canonical(dict(track.manifest))
    return tracks


def offset_of(track: AssembledTrack) -> int:
    return track.manifest["time"]["offset_ns"]  # type: ignore[index, no-any-return]


def packets_of(path: Path, kind: str = "video") -> list[bytes]:
    with av.open(str(path)) as source:
        stream = next(stream for stream in source.streams if stream.type == kind)
        return [bytes(packet) for packet in source.demux(stream) if packet.size]


def reordered(path: Path, start: int = 7) -> None:
    """H.264 with frames decoded out of their order, the first of them shown late."""
    with av.open(str(path), "w", format="mp4") as target:
        video: Any = target.add_stream("libx264", rate=30, options={"bf": "2", "preset": "veryfast", "threads": "1"})
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        for number in range(60):
            frame = av.VideoFrame.from_ndarray(np.full((270, 320), number * 3, np.uint8), format="yuv420p")
            frame.pts, frame.time_base = number + start, Fraction(1, 30)
            target.mux(video.encode(frame))
        target.mux(video.encode(None))


def test_a_recording_is_taken_apart_without_touching_its_picture(tmp_path: Path) -> None:
    source = footage.recording(seconds=2.0)
    tracks = taken(source, tmp_path)
    camera, voice = tracks["camera"], tracks["voice"]
    assert camera.path is not None
    assert voice.path is not None
    assert packets_of(camera.path) == packets_of(source)
    assert [read_barcode(gray) for _, gray in read_frames(camera.path)] == list(range(60))
    assert (camera.media_type, voice.media_type) == ("video/mp4", "audio/flac")
    assert (offset_of(camera), offset_of(voice)) == (0, 0)
    assert abs(len(read_sound(voice.path)) - 2 * 48_000) <= 2_048
    assert camera.findings == ()


def test_sound_that_begins_late_stays_late(tmp_path: Path) -> None:
    tracks = taken(shared("footage/pyfeat/face_noface.mov"), tmp_path)
    assert abs(offset_of(tracks["voice"]) - 2_430_000_000) < 25_000_000
    assert offset_of(tracks["camera"]) == 0
    camera = tracks["camera"].path
    assert camera is not None
    ours = [at for at, _ in read_frames(camera)]
    theirs = [at for at, _ in read_frames(shared("footage/pyfeat/face_noface.mov"))]
    assert np.abs(np.array(ours) - np.array(theirs)).max() <= 1_000  # nanoseconds; frames 13.7 to 41.7 ms apart


@pytest.mark.parametrize("name", ["pyfeat/single_face.mp4", "pyfeat/no_face.mp4", "grid/bbaf2n.mpg"])
def test_real_recordings_keep_every_frame_and_time(tmp_path: Path, name: str) -> None:
    source = shared(f"footage/{name}")
    camera = taken(source, tmp_path)["camera"]
    assert camera.path is not None
    theirs = [at for at, _ in read_frames(source)]
    ours = [at + offset_of(camera) for at, _ in read_frames(camera.path)]
    assert len(ours) == len(theirs)
    assert np.abs(np.array(ours) - np.array(theirs)).max() <= 1_000
    assert ("encoded-again" in [finding.check for finding in camera.findings]) == name.endswith(".mpg")


@pytest.mark.parametrize("name", ["LJ050-0276.wav", "jfk.flac", "2412-153948-0000.flac"])
def test_sound_that_loses_nothing_is_the_same_sample_for_sample(tmp_path: Path, name: str) -> None:
    source = shared(f"footage/speech/{name}")
    (voice,) = assemble_import(source, tmp_path)
    assert voice.path is not None
    ours, theirs = read_sound(voice.path), read_sound(source)
    if theirs.dtype == np.int16 and len(theirs) == len(ours):
        assert np.array_equal(ours, theirs)
    else:  # two channels, or deeper than 16 bits
        mean = theirs.reshape(len(ours), -1).mean(axis=1) / float(np.iinfo(theirs.dtype).max)
        assert np.abs(ours / 32_768 - mean).max() <= 1 / 16_000
    assert voice.manifest["facts"]["rate"] == probe(source).voice.rate  # type: ignore[index, union-attr]


def test_frames_decoded_out_of_order_keep_their_order_and_times(tmp_path: Path) -> None:
    source = tmp_path / "b.mp4"
    reordered(source)
    camera = taken(source, tmp_path / "out")["camera"]
    assert camera.path is not None
    theirs = read_frames(source)
    ours = read_frames(camera.path)
    assert [int(gray.mean()) for _, gray in ours] == [int(gray.mean()) for _, gray in theirs]
    assert all(abs(a + offset_of(camera) - b) <= 1 for (a, _), (b, _) in zip(ours, theirs, strict=True))


def test_a_web_recording_goes_into_webm(tmp_path: Path) -> None:
    source = tmp_path / "r.webm"
    source.write_bytes(webm_of(encoded(tuple(range(60)), codec="libvpx"), [7 + n * 33 for n in range(60)]))
    camera = taken(source, tmp_path / "out")["camera"]
    assert camera.path is not None
    assert (camera.media_type, offset_of(camera)) == ("video/webm", 7_000_000)
    assert [read_barcode(gray) for _, gray in read_frames(camera.path)] == list(range(60))


def test_a_turned_camera_stays_turned(tmp_path: Path) -> None:
    source = tmp_path / "turned.mp4"
    with av.open(str(source), "w", format="mp4") as target:
        video: Any = target.add_stream("libx264", rate=30, options={"bf": "0", "threads": "1"})
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        video.set_display_rotation(90)
        for number in range(10):
            frame = av.VideoFrame.from_ndarray(np.full((270, 320), 90, np.uint8), format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 30)
            target.mux(video.encode(frame))
        target.mux(video.encode(None))
    turned = probe(source).camera
    assert turned is not None
    assert turned.rotation in (90, 270)
    camera = taken(source, tmp_path / "out")["camera"]
    assert camera.path is not None
    assert probe(camera.path).camera.rotation == turned.rotation  # type: ignore[union-attr]


def test_a_hole_in_the_sound_is_filled_with_silence_and_listed(tmp_path: Path) -> None:
    source = tmp_path / "hole.mka"
    with av.open(str(source), "w", format="matroska") as target:
        stream = target.add_stream("pcm_s16le", rate=48_000, layout="mono")
        for block in [*range(50), *range(75, 100)]:
            frame = av.AudioFrame.from_ndarray(np.full((1, 960), 500, np.int16), format="s16", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = 48_000, block * 960, Fraction(1, 48_000)
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    (voice,) = assemble_import(source, tmp_path / "out")
    assert voice.path is not None
    sound = read_sound(voice.path)
    assert len(sound) == 96_000
    assert np.flatnonzero(sound == 0).tolist() == list(range(48_000, 72_000))
    assert voice.manifest["losses"][0]["count"] == 24_000  # type: ignore[index]


def test_a_recording_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    whole = webm_of(encoded(tuple(range(90)), codec="libvpx"), [n * 33 for n in range(90)])
    source = tmp_path / "cut.webm"
    source.write_bytes(whole[: len(whole) // 2])
    camera = taken(source, tmp_path / "out")["camera"]
    assert camera.path is not None
    numbers = [read_barcode(gray) for _, gray in read_frames(camera.path)]
    assert numbers == list(range(len(numbers)))
    assert 20 < len(numbers) < 70


def test_the_same_recording_gives_the_same_bytes(tmp_path: Path) -> None:
    source = footage.recording(seconds=1.0)
    one, two = taken(source, tmp_path / "one"), taken(source, tmp_path / "two")
    for kind in ("camera", "voice"):
        first, second = one[kind].path, two[kind].path
        assert first is not None
        assert second is not None
        assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a film",
        b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/hostname\n",
        b"\x1aE\xdf\xa3" + bytes(200),
        b"RIFF\xff\xff\xff\xffWAVEfmt ",
        b"%PDF-1.7\n" + bytes(500),
    ],
)
def test_what_is_no_recording_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "evil.mp4"
    source.write_bytes(content)
    with pytest.raises((Damaged, BadInput)) as refused:
        probe(source)
    assert str(refused.value).endswith(".")
    with pytest.raises(Damaged):
        assemble_import(source, tmp_path / "out")


def test_a_recording_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        probe(tmp_path / "nothing.mp4")


def test_a_whole_recording_is_whole_and_a_cut_one_is_not(tmp_path: Path) -> None:
    source = footage.recording(seconds=2.0)
    found = probe(source)
    assert (found.whole, found.frames) == (True, 60)
    assert found.camera is not None
    assert (found.camera.codec, found.camera.width, found.camera.height) == ("h264", 640, 360)
    wav = tmp_path / "cut.wav"
    with wave.open(str(wav), "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(48_000)
        target.writeframes(bytes(96_000 * 2))
    wav.write_bytes(wav.read_bytes()[:100_000])
    cut = probe(wav)
    assert not cut.whole
    assert cut.fault


@pytest.mark.parametrize(
    ("limits", "what"),
    [
        (Limits(size=1_000), "bytes; 1000 is the limit"),
        (Limits(length_ns=1_000_000_000), "is the limit"),
        (Limits(fps=10), "30 frames a second; 10 is the limit"),
        (Limits(channels=0), "1 sound channels; 0 is the limit"),
    ],
)
def test_a_recording_beyond_a_limit_is_refused_with_both_numbers(limits: Limits, what: str) -> None:
    with pytest.raises(LimitReached, match=what):
        probe(footage.recording(seconds=2.0), limits)

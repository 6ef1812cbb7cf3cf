"""Synthetic performers: what is written can be read back, and what is said about it is true."""

import time
import wave
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests import footage
from yesif.base.errors import BadInput
from yesif.media.synthetic import (
    LOOKS,
    Pose,
    draw_face,
    moments,
    paint_barcode,
    part,
    read_barcode,
    voice_of,
    write_camera,
    write_recording,
    write_voice,
)


@given(number=st.integers(0, 2**20 - 1), width=st.integers(320, 1400), height=st.integers(180, 800))
def test_a_frame_number_reads_back_at_any_size(number: int, width: int, height: int) -> None:
    picture = np.full((height, width), 120, np.uint8)
    paint_barcode(picture, number)
    assert read_barcode(picture) == number


def test_a_frame_number_survives_being_made_small() -> None:
    picture = np.full((720, 1280), 150, np.uint8)
    paint_barcode(picture, 777)
    small = np.asarray(Image.fromarray(picture).resize((426, 240), Image.Resampling.BILINEAR))
    assert read_barcode(small) == 777


def test_a_picture_without_a_frame_number_has_none() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (360, 640), np.uint8)
    assert read_barcode(noise) is None
    assert read_barcode(np.full((360, 640), 90, np.uint8)) is None


def test_a_damaged_frame_number_is_not_believed() -> None:
    picture = np.full((720, 1280), 120, np.uint8)
    paint_barcode(picture, 5)
    picture[:60, 300:332] = 255 - picture[:60, 300:332]
    assert read_barcode(picture) is None


@pytest.mark.parametrize("suffix", [".mjpeg", ".y4m"])
def test_every_frame_of_a_camera_file_carries_its_number(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"camera{suffix}"
    write_camera(path, 0.5, size=(640, 360))
    with av.open(str(path)) as source:
        numbers = [read_barcode(frame.to_ndarray(format="gray")) for frame in source.decode(video=0)]
    assert numbers == list(range(15))


def test_a_camera_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"\.mjpeg or a \.y4m"):
        write_camera(tmp_path / "camera.avi", 1)


def test_a_recording_has_picture_and_sound_of_the_asked_length() -> None:
    with av.open(str(footage.recording(footage.BO, 4.0))) as source:
        assert (source.streams.video[0].codec.name, source.streams.audio[0].codec.name) == ("h264", "aac")
        assert source.duration == pytest.approx(4_000_000, abs=50_000)
        assert [read_barcode(f.to_ndarray(format="gray")) for f in source.decode(video=0)] == list(range(120))


def test_a_recording_longer_than_the_loop_repeats_it(tmp_path: Path) -> None:
    path = tmp_path / "long.mp4"
    write_recording(path, 45, size=(320, 180), fps=10, barcode=True)
    with av.open(str(path)) as source:
        numbers = [read_barcode(f.to_ndarray(format="gray")) for f in source.decode(video=0)]
    assert len(numbers) == 450
    assert numbers[200:202] == [0, 1]


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_recording(tmp_path / f"{name}.mp4", 1.5, seed=1, size=(320, 180))
        write_voice(tmp_path / f"{name}.wav", 3, seed=1)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


@pytest.mark.parametrize("rate", [48_000, 44_100, 16_000])
def test_a_voice_file_has_the_asked_rate_and_length(rate: int, tmp_path: Path) -> None:
    path = tmp_path / "voice.wav"
    write_voice(path, 2.5, seed=0, rate=rate)
    with wave.open(str(path)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getnframes()) == (rate, 1, round(2.5 * rate))


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_a_voice_sounds_where_its_words_are_and_nowhere_else(seed: int) -> None:
    sound, said = voice_of(seed, 20), part(seed, 20)
    inside = np.zeros(len(sound), bool)
    for turn in said.turns:
        inside[round(turn.start_ns * 48e-6) : round(turn.end_ns * 48e-6)] = True
    assert said.turns
    assert 20 * np.log10(np.sqrt((sound[inside] ** 2).mean())) > -30
    quiet = sound[~np.convolve(inside, np.ones(4800), mode="same").astype(bool)]
    assert 20 * np.log10(np.sqrt((quiet**2).mean())) == pytest.approx(-62, abs=1)


def test_words_lie_in_order_inside_their_turns() -> None:
    for seed in (0, 1):
        for turn in part(seed, 45).turns:
            times = [moment for word in turn.words for moment in (word.start_ns, word.end_ns)]
            assert times == sorted(times)
            assert (turn.start_ns, turn.end_ns) == (times[0], times[-1])


def test_two_performers_of_a_scene_mostly_take_turns_and_once_overlap() -> None:
    mine, theirs = part(0, 20).turns, part(1, 20).turns
    overlap = sum(max(0, min(a.end_ns, b.end_ns) - max(a.start_ns, b.start_ns)) for a in mine for b in theirs)
    assert 100_000_000 < overlap < 1_500_000_000


def test_the_two_performers_look_and_sound_different() -> None:
    faces = [draw_face(look, Pose()).astype(int) for look in LOOKS]
    assert np.abs(faces[0] - faces[1]).mean() > 20
    assert part(1, 5).timbre.pitch_hz > 1.5 * part(0, 5).timbre.pitch_hz


def test_the_mouth_opens_with_the_voice() -> None:
    said, seen = part(0, 10), moments(0, 10, 30)
    speaking = [any(t.start_ns <= i / 30 * 1e9 < t.end_ns for t in said.turns) for i in range(len(seen))]
    mouths = np.array([moment.pose.mouth for moment in seen])
    assert mouths[np.array(speaking)].mean() > 0.3
    assert mouths[~np.array(speaking)].mean() < 0.05


def test_twenty_seconds_of_camera_cost_less_than_five(tmp_path: Path) -> None:
    started = time.process_time()
    write_camera(tmp_path / "camera.mjpeg", 20)
    assert time.process_time() - started < 8  # 2.2 s on the machine this was written on; slack for slower ones
    assert (tmp_path / "camera.mjpeg").stat().st_size < 25_000_000

"""What leaves the studio: voices that lie on take time to the sample, and nothing that was cut."""

import math
import wave
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from yesif.base.errors import Damaged
from yesif.core.timeline.manifest import Place
from yesif.media.deliver import camera_mp4, voice_wav

SECOND = 1_000_000_000


def flac(path: Path, samples: NDArray[np.int16]) -> Path:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("flac", rate=48_000, layout="mono", format="s16")
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = 48_000
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def read(path: Path) -> tuple[NDArray[np.float64], int]:
    """Samples in full scale ±1, and bits a sample."""
    with wave.open(str(path)) as sound:
        assert (sound.getnchannels(), sound.getframerate()) == (1, 48_000)
        raw, width = sound.readframes(sound.getnframes()), sound.getsampwidth()
    if width == 2:
        return np.frombuffer(raw, "<i2") / 32768, 16
    bytes_ = np.frombuffer(raw, np.uint8).reshape(-1, 3)
    padded = np.concatenate([np.zeros((len(bytes_), 1), np.uint8), bytes_], axis=1)
    return padded.reshape(-1).view("<i4") / 2**31, 24


def noise(seconds: float) -> NDArray[np.int16]:
    return np.random.default_rng(7).integers(-9000, 9000, int(seconds * 48_000)).astype(np.int16)


@pytest.mark.parametrize("offset_samples", [0, 480, -480, 7])
def test_a_true_clock_moves_samples_and_keeps_their_bits(tmp_path: Path, offset_samples: int) -> None:
    samples = noise(2)
    place = Place(offset_samples * SECOND // 48_000, 0, 0, 2 * SECOND)
    facts = voice_wav(flac(tmp_path / "v.flac", samples), tmp_path / "v.wav", place=place, length_ns=2 * SECOND, cut=())
    heard, bits = read(tmp_path / "v.wav")
    assert (facts.untouched, facts.bit_depth, bits, len(heard)) == (True, 16, 16, 96_000)
    expected = np.zeros(96_000)
    low, high = max(offset_samples, 0), min(96_000, 96_000 + offset_samples)
    expected[low:high] = samples[low - offset_samples : high - offset_samples] / 32768
    assert np.array_equal(heard, expected)


@pytest.mark.parametrize("drift_ppb", [80_000, -80_000])
def test_a_drifting_clock_is_laid_on_take_time_within_a_microsecond(tmp_path: Path, drift_ppb: int) -> None:
    hertz, seconds, offset_ns = 1000.0, 20, 3_000_123
    file_s = np.arange(seconds * 48_000) / 48_000
    take_s = file_s * (1 + drift_ppb * 1e-9) + offset_ns * 1e-9
    samples = np.round(12_000 * np.sin(2 * math.pi * hertz * take_s)).astype(np.int16)
    place = Place(offset_ns, drift_ppb, offset_ns, seconds * SECOND)
    voice_wav(flac(tmp_path / "v.flac", samples), tmp_path / "v.wav", place=place, length_ns=19 * SECOND, cut=())
    heard, bits = read(tmp_path / "v.wav")
    assert bits == 24
    t = np.arange(len(heard)) / 48_000
    for middle in (1.0, 18.0):
        near = np.abs(t - middle) < 0.5
        phase = np.angle(np.sum(heard[near] * np.exp(-2j * math.pi * hertz * t[near]))) + math.pi / 2
        assert abs(phase / (2 * math.pi * hertz)) < 1e-6
    ideal = 12_000 / 32768 * np.sin(2 * math.pi * hertz * t)
    assert np.abs(heard - ideal)[4800:-4800].max() < 2e-4


def test_knots_bend_the_line_where_a_device_stood_still(tmp_path: Path) -> None:
    samples = noise(2)
    knots = ((0, 0), (SECOND, SECOND), (SECOND + 1, SECOND + SECOND // 10), (2 * SECOND, 2 * SECOND + SECOND // 10))
    place = Place(0, 0, 0, 2 * SECOND + SECOND // 10, knots)
    voice_wav(flac(tmp_path / "v.flac", samples), tmp_path / "v.wav", place=place, length_ns=2 * SECOND, cut=())
    heard, _ = read(tmp_path / "v.wav")
    assert np.abs(heard[100:47_900] - samples[100:47_900] / 32768).max() < 1e-6
    assert np.abs(heard[60_000:90_000] - samples[55_200:85_200] / 32768).max() < 2e-3


def test_what_is_cut_is_silent_and_the_rest_is_not_moved(tmp_path: Path) -> None:
    samples = noise(2)
    cut = ((SECOND // 2, SECOND), (3 * SECOND // 2, 9 * SECOND))
    track = flac(tmp_path / "v.flac", samples)
    voice_wav(track, tmp_path / "v.wav", place=Place(0, 0, 0, 2 * SECOND), length_ns=2 * SECOND, cut=cut)
    heard, _ = read(tmp_path / "v.wav")
    assert not heard[24_000:48_000].any()
    assert not heard[72_000:].any()
    assert np.array_equal(heard[:24_000], samples[:24_000] / 32768)
    assert np.array_equal(heard[48_000:72_000], samples[48_000:72_000] / 32768)


def test_a_track_without_sound_is_damage(tmp_path: Path) -> None:
    track = picture(tmp_path / "c.mp4", 3)
    with pytest.raises(Damaged):
        voice_wav(track, tmp_path / "v.wav", place=Place(0, 0, 0, SECOND), length_ns=SECOND, cut=())


def picture(path: Path, frames: int) -> Path:
    """Frames of 40 ms, bright."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(frames):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 200, np.uint8), format="rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def lumas(path: Path) -> list[tuple[float, bool]]:
    """Seconds from the first frame, and whether the frame is bright."""
    with av.open(str(path)) as source:
        return [
            (float(f.pts * f.time_base), bool(f.to_ndarray(format="gray").mean() > 90)) for f in source.decode(video=0)
        ]


def test_a_camera_of_which_all_may_leave_is_the_very_file(tmp_path: Path) -> None:
    track = picture(tmp_path / "c.mp4", 25)
    place = Place(0, 0, 0, SECOND)
    assert camera_mp4(track, tmp_path / "out.mp4", place=place, length_ns=SECOND, cut=()) == track
    assert not (tmp_path / "out.mp4").exists()


def test_what_is_cut_is_black_and_frames_keep_their_times(tmp_path: Path) -> None:
    track = picture(tmp_path / "c.mp4", 50)
    place = Place(0, 0, 0, 2 * SECOND)
    cut = ((SECOND // 2, SECOND),)
    made = camera_mp4(track, tmp_path / "out.mp4", place=place, length_ns=2 * SECOND, cut=cut)
    shown = lumas(made)
    assert [round(t * 25) for t, _ in shown] == list(range(50))
    assert [bright for _, bright in shown] == [not 0.5 <= number / 25 < 1.0 for number in range(50)]
    again = camera_mp4(track, tmp_path / "again.mp4", place=place, length_ns=2 * SECOND, cut=cut)
    assert made.read_bytes() == again.read_bytes()


def test_pre_roll_before_action_does_not_leave(tmp_path: Path) -> None:
    track = picture(tmp_path / "c.mp4", 50)
    place = Place(-SECOND, 0, -SECOND, SECOND)
    made = camera_mp4(track, tmp_path / "out.mp4", place=place, length_ns=SECOND, cut=())
    assert [bright for _, bright in lumas(made)] == [False] * 25 + [True] * 25


def test_what_was_recorded_after_the_take_does_not_leave(tmp_path: Path) -> None:
    track = picture(tmp_path / "c.mp4", 50)
    made = camera_mp4(track, tmp_path / "o.mp4", place=Place(0, 0, 0, 2 * SECOND), length_ns=SECOND, cut=())
    assert len(lumas(made)) == 25

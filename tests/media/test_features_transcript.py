"""A transcript says which engine made each word, stands where it was said, and is never made up."""

import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.media.equipment import listen
from yesif.base.errors import ModelMissing
from yesif.media.features.transcript import RATE, FasterWhisper, HeardWord, Transcript, quietest_cut
from yesif.media.stage import ModelUse
from yesif.media.synthetic import voice_of


class LoudWords:
    """An engine that hears one word wherever it is loud: its answers can be checked by hand."""

    use = ModelUse("loud-words", "1", "0" * 64, "Apache-2.0")

    def __init__(self) -> None:
        self.given: list[int] = []

    def words(self, samples: NDArray[np.float32]) -> list[HeardWord]:
        self.given.append(len(samples))
        loud = np.abs(samples) > 0.5
        edges = np.flatnonzero(np.diff(np.concatenate([[False], loud, [False]]).astype(int)))
        return [HeardWord("bang", int(a), int(b), 0.9) for a, b in edges.reshape(-1, 2)]


def bangs(seconds: float, at: list[float]) -> NDArray[np.float32]:
    sound = np.zeros(round(seconds * RATE), np.float32)
    for moment in at:
        sound[round(moment * RATE) : round((moment + 0.3) * RATE)] = 0.9
    return sound


def test_words_stand_where_they_were_said_through_many_stretches() -> None:
    at = [0.5, 10.0, 24.0, 31.5, 55.0, 69.5]
    engine = LoudWords()
    rows = listen(Transcript(engine), bangs(70, at), RATE)
    assert np.array(rows["start_ns"]) == pytest.approx([moment * 1e9 for moment in at], abs=1)
    assert np.array(rows["end_ns"]) == pytest.approx([(moment + 0.3) * 1e9 for moment in at], abs=1)
    assert set(rows["source"]) == {"loud-words"}
    assert max(engine.given) <= 28 * RATE
    assert sum(engine.given) == 70 * RATE


def test_a_silent_track_has_a_table_without_words() -> None:
    rows = listen(Transcript(LoudWords()), np.zeros(RATE, np.float32), RATE)
    assert len(rows["start_ns"]) == 0


def test_sound_is_cut_where_it_is_quietest() -> None:
    sound = voice_of(0, 10)[::3].copy()
    sound[6 * RATE : 6 * RATE + 4000] = 0
    assert 6 * RATE <= quietest_cut(sound, 5 * RATE) <= 6 * RATE + 4000


def test_without_a_model_folder_nothing_is_heard(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"model\.bin"):
        FasterWhisper(tmp_path / "whisper")


def test_without_the_package_nothing_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.bin").write_bytes(b"weights")
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    with pytest.raises(ModelMissing, match="not installed"):
        FasterWhisper(tmp_path)


def test_the_engine_is_asked_for_word_times_and_for_nothing_from_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The contract with faster-whisper, whose weights are not here: what it is asked, what is made of its answer."""
    asked: dict[str, object] = {}

    class Said:
        word, start, end, probability = " hello", 0.5, 0.75, 0.8

    class Segment:
        words = (Said(),)

    class WhisperModel:
        def __init__(self, folder: str, **options: object) -> None:
            asked.update(options, folder=folder)

        def transcribe(self, samples: NDArray[np.float32], **options: object) -> tuple[list[Segment], None]:
            asked.update(options)
            return [Segment()], None

    module = type(sys)("faster_whisper")
    monkeypatch.setattr(module, "WhisperModel", WhisperModel, raising=False)
    monkeypatch.setitem(sys.modules, "faster_whisper", module)
    (tmp_path / "model.bin").write_bytes(b"weights")
    engine = FasterWhisper(tmp_path, language="en")
    assert engine.words(np.zeros(RATE, np.float32)) == [HeardWord("hello", 8000, 12000, 0.8)]
    assert asked["local_files_only"] is True
    assert asked["word_timestamps"] is True
    assert asked["language"] == "en"
    assert len(engine.use.sha256) == 64

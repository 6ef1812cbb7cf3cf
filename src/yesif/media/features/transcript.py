"""What was said? Words with times from a transcript engine, each saying which engine made it.

An engine is given stretches of sound and answers with words. faster-whisper is one, from a model folder on this
machine; without a folder the stage is skipped and says so. Nothing is fetched, and nothing is made up.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from yesif.base.errors import ModelMissing
from yesif.media.stage import Block, Column, Listener, ModelUse, Need, Recipe

RATE = 16_000
_LONGEST = 28 * RATE  # whisper hears 30 s at a time
_EARLIEST_CUT = 20 * RATE
_CUT_WINDOW = RATE // 5

WORD_COLUMNS = (
    Column("start_ns", "int64", "ns", "on the take's clock"),
    Column("end_ns", "int64", "ns", "on the take's clock"),
    Column("text", "string", "1", "the word, as it was written"),
    Column("conf", "float32", "1", "how sure the engine is", 0, 1),
    Column("source", "string", "1", "who or which engine made this word, and which engine placed it"),
)
"""Table `words`, whoever fills it."""


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word as an engine heard it: samples (16 kHz) from the start of what it was given, and how sure it is, 0..1."""

    text: str
    start: int
    end: int
    sure: float


class Engine(Protocol):
    """Turns sound into words."""

    @property
    def use(self) -> ModelUse:
        """Which engine and model this is."""
        ...

    def words(self, samples: NDArray[np.float32]) -> Sequence[HeardWord]:
        """The words in up to 28 s of mono sound at 16 kHz, ±1."""
        ...


class FasterWhisper:
    """faster-whisper with a CTranslate2 model folder. Raises ModelMissing without the package or the folder."""

    def __init__(self, folder: Path, language: str | None = None) -> None:
        weights = folder / "model.bin"
        if not weights.is_file():
            raise ModelMissing("No transcript model is on this machine: a folder `whisper` with model.bin is needed.")
        try:
            from faster_whisper import WhisperModel
        except ImportError:
            raise ModelMissing(
                "The package faster-whisper is not installed (pip install 'yesif[transcribe]')."
            ) from None
        self._model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True)
        self._language = language
        with weights.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").hexdigest()
        self.use = ModelUse("faster-whisper", folder.resolve().name, digest, "MIT")

    def words(self, samples: NDArray[np.float32]) -> list[HeardWord]:
        segments, _ = self._model.transcribe(
            samples, language=self._language, word_timestamps=True, condition_on_previous_text=False, temperature=0.0
        )
        return [
            HeardWord(word.word.strip(), round(word.start * RATE), round(word.end * RATE), float(word.probability))
            for segment in segments
            for word in segment.words or ()
        ]


class Transcript(Listener):
    """Table `words`: one row a word. Sound is held for at most 28 s and cut where it is quietest."""

    needs: frozenset[Need] = frozenset({"pcm16k"})

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._held = np.zeros(0, np.float32)
        self._block: Block | None = None
        self._end = 0
        self.recipe = Recipe(
            stage="words",
            version=1,
            method=f"{engine.use.name}, word times by the engine, stretches of at most 28 s cut at the quietest moment",
            columns=WORD_COLUMNS,
            params={"longest_samples": _LONGEST, "rate_hz": RATE},
            models=(engine.use,),
        )

    def on_audio(self, block: Block) -> None:
        self._held = np.concatenate([self._held, block.samples])
        self._block, self._end = block, block.first + len(block.samples)
        if len(self._held) >= _LONGEST:
            self._emit(quietest_cut(self._held, _EARLIEST_CUT))

    def finish(self) -> None:
        """The last stretch."""
        if len(self._held) and self._block is not None:
            self._emit(len(self._held))

    def _emit(self, count: int) -> None:
        block = self._block
        if block is None:
            return
        base = self._end - len(self._held) - block.first  # samples from this block's first to the stretch's first
        words = self._engine.words(self._held[:count])
        self._held = self._held[count:]
        self.sink.add(
            {
                "start_ns": block.times(np.array([base + word.start for word in words], np.int64)),
                "end_ns": block.times(np.array([base + word.end for word in words], np.int64)),
                "text": [word.text for word in words],
                "conf": np.array([word.sure for word in words], np.float32),
                "source": [self._engine.use.name for _ in words],
            }
        )


def quietest_cut(samples: NDArray[np.float32], earliest: int) -> int:
    """The sample after `earliest` in the middle of the quietest 200 ms: the best place to cut speech."""
    power = np.concatenate([[0.0], np.cumsum(samples[earliest:].astype(np.float64) ** 2)])
    windows = power[_CUT_WINDOW:] - power[:-_CUT_WINDOW]
    return earliest + int(windows.argmin()) + _CUT_WINDOW // 2

"""Where in the sound is each word of a known text? Forced alignment with pocketsphinx and the model in its wheel.

The text comes from a person or another engine; only times and confidence are measured here. Words that the dictionary
lacks are given guessed sounds. As a transcript engine pocketsphinx is poor and never used.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from math import exp, log
from pathlib import Path

import numpy as np
import pocketsphinx
from numpy.typing import NDArray

from yesif.base.errors import ModelMissing
from yesif.media.features.transcript import RATE, HeardWord
from yesif.media.features.transcript_sounds import guessed_sounds
from yesif.media.features.transcript_text import Written, written_words
from yesif.media.stage import ModelUse

_HOP = RATE // 100
_WINDOW_MIDDLE = 205
"""Samples: a frame of pocketsphinx is heard through 25.6 ms from its start, so it stands half of that later."""

# A word's score is how far its sounds lie below the best sounds of each frame, in units of ln(1.0001), per frame:
# 11 (median) for right words of read speech, 54 for wrong ones, 16 for a recording of 1961. Half way is 40.
_HALF_SURE, _SOFTNESS = 40.0, 7.0
_UNIT = log(1.0001)


@dataclass(frozen=True, slots=True)
class _Said:
    """One segment of the decoder's answer: frames from the start, and its score, smaller is better."""

    word: str
    start: int
    end: int
    score: float


class Aligner:
    """Places given text. Raises ModelMissing where the wheel brought no model."""

    def __init__(self) -> None:
        folder = Path(pocketsphinx.get_model_path()) / "en-us"
        acoustic, dictionary = folder / "en-us", folder / "cmudict-en-us.dict"
        if not (acoustic / "means").is_file() or not dictionary.is_file():
            raise ModelMissing("The installed pocketsphinx brought no English model; install it from its wheel.")
        # Without a second, "best path" pass: it changes nothing for a known text but the scale of the scores.
        self._decoder = pocketsphinx.Decoder(
            hmm=str(acoustic), dict=str(dictionary), lm=None, bestpath=False, samprate=float(RATE), loglevel="FATAL"
        )
        self.use = ModelUse("pocketsphinx", version("pocketsphinx"), _digest(folder), "BSD-2-Clause")

    def align(self, samples: NDArray[np.float32], text: str) -> list[HeardWord] | None:
        """The written words of `text` with samples (16 kHz) and confidence; None where the text does not fit the sound.

        `samples`: mono, 16 kHz, ±1. A written word of several said ones has their whole span and least confidence.
        """
        words = written_words(text)
        if not words or len(samples) < RATE // 10:
            return None if words else []
        said = self._said(samples, [one for word in words for one in word.said])
        if said is None or len(said) != sum(len(word.said) for word in words):
            return None
        return _gathered(words, said, len(samples))

    def sounds(self, word: str) -> str:
        """The sounds of a word said, from the dictionary or guessed, as `HH AH L OW`."""
        return str(self._decoder.lookup_word(word) or guessed_sounds(word))

    def _said(self, samples: NDArray[np.float32], words: list[str]) -> list[_Said] | None:
        for word in words:
            if self._decoder.lookup_word(word) is None:
                self._decoder.add_word(word, guessed_sounds(word), True)
        self._decoder.set_align_text(" ".join(words))
        self._decoder.start_utt()
        self._decoder.process_raw(_pcm(samples), full_utt=True)
        self._decoder.end_utt()
        segments = self._decoder.seg()
        if segments is None:
            return None
        heard = [_Said(one.word, one.start_frame, one.end_frame + 1, _score(one.ascore)) for one in segments]
        return [one for one in heard if one.word[0] not in "<[+"]


def _score(likelihood: float) -> float:
    return -log(max(likelihood, 1e-300)) / _UNIT


def confidence(score: float, frames: int) -> float:
    """0..1 from a word's score and its length in frames; 0.5 where right and wrong words are equally far."""
    return 1 / (1 + exp(min((score / max(frames, 1) - _HALF_SURE) / _SOFTNESS, 100)))


def _gathered(words: list[Written], said: list[_Said], length: int) -> list[HeardWord]:
    found = []
    at = 0
    for word in words:
        own = said[at : at + len(word.said)]
        at += len(word.said)
        sure = min(confidence(one.score, one.end - one.start) for one in own)
        start, end = _moment(own[0].start, length), _moment(own[-1].end, length)
        found.append(HeardWord(word.text, start, end, sure))
    return found


def _moment(frame: int, length: int) -> int:
    """The sample of an edge before a frame; the edges of the sound stay where they are."""
    return min(frame * _HOP + _WINDOW_MIDDLE, length) if frame else 0


def _pcm(samples: NDArray[np.float32]) -> bytes:
    return np.asarray(np.clip(samples, -1, 1) * 32_767, "<i2").tobytes()


@lru_cache(maxsize=1)
def _digest(folder: Path) -> str:
    """SHA-256 over the model's files and the dictionary, by name."""
    total = hashlib.sha256()
    for path in sorted([*(folder / "en-us").iterdir(), folder / "cmudict-en-us.dict"]):
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()

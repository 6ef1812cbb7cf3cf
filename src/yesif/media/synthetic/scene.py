"""Who speaks when in a synthetic scene of two: turns with gaps and one overlap, and the truth of every word."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from yesif.media.synthetic.espeak import say_with_espeak
from yesif.media.synthetic.face import LOOKS, Look
from yesif.media.synthetic.sounds import LINES
from yesif.media.synthetic.voice import SAMPLE_RATE, TIMBRES, Spoken, Timbre, say

LOOP_SECONDS = 20.0
"""A longer scene repeats this stretch, so that an hour costs no more to write down than a minute."""
_LEAD_SECONDS = 0.6
_NOISE_DBFS = -62.0


@dataclass(frozen=True, slots=True)
class Word:
    """One word, with its first and last moment in nanoseconds from the start of the file."""

    text: str
    start_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: from its first word's start to its last word's end, nanoseconds from the start of the file."""

    start_ns: int
    end_ns: int
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One performer's part: how they look and sound, what they say when, and how long the part is."""

    performer: int
    look: Look
    timbre: Timbre
    seconds: float
    turns: tuple[Turn, ...]


def part(seed: int, seconds: float, *, espeak: bool = False) -> Part:
    """The part of performer `seed`. Seeds 2n and 2n + 1 play scene n together, so their turns fit each other.

    `espeak` speaks with espeak-ng where it is installed (a truer voice); otherwise, and by default, our own voice.
    """
    mine = [turn for performer, turn, _ in _scene(seed // 2, _loop(seconds), espeak) if performer == seed % 2]
    turns = tuple(_moved(turn, shift) for shift in _shifts(seconds) for turn in mine)
    kept = tuple(turn for turn in turns if turn.end_ns <= round(seconds * 1e9))
    return Part(seed % 2, LOOKS[seed % 2], TIMBRES[seed % 2], seconds, kept)


def voice_of(seed: int, seconds: float, *, espeak: bool = False) -> NDArray[np.float32]:
    """The sound of that part: mono, 48 kHz, −1..1, over a steady floor of noise at −62 dBFS."""
    count = round(seconds * SAMPLE_RATE)
    loop = _loop(seconds)
    sound = np.zeros(round(loop * SAMPLE_RATE), np.float32)
    for performer, turn, spoken in _scene(seed // 2, loop, espeak):
        if performer == seed % 2:
            at = round(turn.words[0].start_ns * SAMPLE_RATE / 1e9) - spoken.words[0][1]
            room = min(len(spoken.samples), len(sound) - at)
            sound[at : at + room] += spoken.samples[:room]
    noise = np.random.default_rng(seed).standard_normal(len(sound), np.float32) * np.float32(10 ** (_NOISE_DBFS / 20))
    return np.resize(np.clip(sound + noise, -0.98, 0.98), count)


def _loop(seconds: float) -> float:
    return min(seconds, LOOP_SECONDS)


def _shifts(seconds: float) -> list[int]:
    loop = _loop(seconds)
    return [round(lap * loop * 1e9) for lap in range(int(np.ceil(seconds / loop)))] if loop > 0 else []


@lru_cache(maxsize=4)
def _scene(scene: int, seconds: float, espeak: bool) -> tuple[tuple[int, Turn, Spoken], ...]:
    """The loop's turns in order: (performer 0 or 1, turn, its sound)."""
    rng = np.random.default_rng(1_000 + scene)
    speak: Callable[[str, Timbre, int], Spoken] = say_with_espeak if espeak else say
    turns: list[tuple[int, Turn, Spoken]] = []
    at = _LEAD_SECONDS
    for index in range(100):
        performer = index % 2
        line = LINES[performer][(index // 2 + scene) % len(LINES[performer])]
        spoken = speak(line, TIMBRES[performer], scene * 100 + index)
        turn = _placed(spoken, round(at * SAMPLE_RATE))
        if turn.end_ns > round((seconds - 0.3) * 1e9):
            break
        turns.append((performer, turn, spoken))
        # Answers mostly follow a gap; every fifth comes in while the other still speaks.
        at = turn.end_ns / 1e9 + (-0.25 if index % 5 == 3 else rng.uniform(0.25, 0.7))
    return tuple(turns)


def _placed(spoken: Spoken, at: int) -> Turn:
    words = tuple(Word(text, _ns(at + start), _ns(at + end)) for text, start, end in spoken.words)
    return Turn(words[0].start_ns, words[-1].end_ns, words)


def _moved(turn: Turn, shift: int) -> Turn:
    words = tuple(Word(word.text, word.start_ns + shift, word.end_ns + shift) for word in turn.words)
    return Turn(turn.start_ns + shift, turn.end_ns + shift, words)


def _ns(sample: int) -> int:
    return sample * 1_000_000_000 // SAMPLE_RATE

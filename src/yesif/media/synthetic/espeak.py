"""The same sentences said by espeak-ng, where that is installed: a truer voice, the same known words and times."""

import io
import shutil
import subprocess
import wave

import numpy as np
from scipy.signal import resample_poly

from yesif.media.synthetic.voice import SAMPLE_RATE, Spoken, Timbre, say


def espeak_installed() -> bool:
    """Is there an espeak-ng on this machine?"""
    return shutil.which("espeak-ng") is not None


def say_with_espeak(sentence: str, timbre: Timbre, seed: int = 0) -> Spoken:
    """Say `sentence` word by word, so that the times are known; with our own voice where espeak-ng is not installed."""
    if not espeak_installed():
        return say(sentence, timbre, seed)
    pieces = []
    words = []
    at = 0
    for word in sentence.lower().split():
        samples = _word(word, timbre)
        words.append((word, at, at + len(samples)))
        pause = np.zeros(SAMPLE_RATE // 40, np.float32)
        pieces += [samples, pause]
        at += len(samples) + len(pause)
    return Spoken(np.concatenate(pieces), tuple(words))


def _word(word: str, timbre: Timbre) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    command = ["espeak-ng", "-v", timbre.espeak, "-s", "165", "--stdout", word]
    spoken = subprocess.run(command, check=True, capture_output=True, timeout=30).stdout
    with wave.open(io.BytesIO(spoken)) as sound:
        rate = sound.getframerate()
        # espeak-ng writes to a pipe, so the length in its header is not to be trusted: read what is there.
        samples = np.frombuffer(sound.readframes(len(spoken) // 2), "<i2").astype(np.float64) / 32768
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    samples = samples[loud[0] : loud[-1] + 1] if len(loud) else samples
    return np.asarray(resample_poly(samples * 0.5, SAMPLE_RATE, rate), np.float32)

"""A voice made of arithmetic: a buzzing source through moving resonances, saying known words at known times.

After the cascade synthesiser of D. H. Klatt (1980), "Software for a cascade/parallel formant synthesizer", JASA 67(3):
a glottal pulse train or noise, shaped by second-order resonators whose frequencies glide from sound to sound.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter, resample_poly

from yesif.media.synthetic.sounds import LEXICON, SOUNDS, Sound

Floats = NDArray[np.float64]

SAMPLE_RATE = 48_000
_RATE = 16_000  # the resonances end at 4 kHz, so the voice is made at 16 kHz and brought to 48 kHz
_BLOCK = 80  # samples (5 ms) with one set of resonances
_BANDWIDTHS = (70.0, 90.0, 130.0, 220.0)


@dataclass(frozen=True, slots=True)
class Timbre:
    """How one performer sounds: middle pitch in Hz, formants times `tract` (1 = a long one), words times `pace`."""

    pitch_hz: float
    tract: float
    pace: float
    espeak: str
    """The espeak-ng voice that stands in where that is asked for."""


TIMBRES = (Timbre(112.0, 1.0, 1.0, "en-us+m3"), Timbre(208.0, 1.17, 0.93, "en-us+f2"))


@dataclass(frozen=True, slots=True)
class Spoken:
    """One sentence: mono float32 at 48 kHz, about −1..1, and (word, first sample, last sample + 1) for each word."""

    samples: NDArray[np.float32]
    words: tuple[tuple[str, int, int], ...]


def say(sentence: str, timbre: Timbre, seed: int = 0) -> Spoken:
    """Say the words of `sentence`, all of them in the lexicon. Raises KeyError for a word that is not."""
    rng = np.random.default_rng(seed)
    track: list[tuple[Sound, int]] = []
    words = []
    at = 0
    for word in sentence.lower().split():
        start = at
        for name in LEXICON[word]:
            sound = SOUNDS[name]
            length = max(1, round(sound.ms * timbre.pace * rng.uniform(0.92, 1.08) / 5))
            track.append((sound, length))
            at += length
        words.append((word, start * _BLOCK * 3, at * _BLOCK * 3))
        track.append((SOUNDS["_"], 5))
        at += 5
    return Spoken(_shape(track, timbre, rng), tuple(words))


def _shape(track: list[tuple[Sound, int]], timbre: Timbre, rng: np.random.Generator) -> NDArray[np.float32]:
    lengths = [length for _, length in track]
    formants = _glide(np.repeat([sound.formants for sound, _ in track], lengths, axis=0), 5)
    voicing = _glide(np.repeat([[sound.voicing] for sound, _ in track], lengths, axis=0), 3)[:, 0]
    hiss = np.repeat([sound.hiss for sound, _ in track], lengths)
    voiced = _resonate(_pulses(voicing, timbre, rng), formants * timbre.tract)
    noise = _colour(rng.standard_normal(len(voiced)), np.repeat([sound.hiss_hz for sound, _ in track], lengths))
    loud = voiced + noise * np.repeat(hiss, _BLOCK) * 0.25
    return resample_poly(loud * 0.16, 3, 1).astype(np.float32)


def _glide(values: NDArray[np.float64], blocks: int) -> NDArray[np.float64]:
    """Smooth over time with a triangular window of 2·blocks − 1, ends held: sounds run into one another."""
    kernel = np.convolve(np.ones(blocks), np.ones(blocks)) / blocks**2
    padded = np.pad(values, ((blocks - 1, blocks - 1), (0, 0)), mode="edge")
    return np.stack([np.convolve(column, kernel, mode="valid") for column in padded.T], axis=1)


def _pulses(voicing: NDArray[np.float64], timbre: Timbre, rng: np.random.Generator) -> NDArray[np.float64]:
    """Glottal flow derivative: u′(φ) = 2φ/q − 3(φ/q)² while open (KLGLOTT88; Klatt & Klatt 1990, JASA 87(2))."""
    blocks = len(voicing)
    fall = np.linspace(1.10, 0.88, blocks)
    tune = 1 + 0.05 * np.sin(np.arange(blocks) * 5e-3 * 2 * np.pi * 1.3 + rng.uniform(0, 6.3))
    flutter = 1 + 0.006 * rng.standard_normal(blocks)
    pitch = np.repeat(timbre.pitch_hz * fall * tune * flutter, _BLOCK)
    phase = np.cumsum(pitch / _RATE) % 1.0
    open_part = np.clip(phase / 0.62, 0.0, 1.0)
    flow = np.where(phase < 0.62, 2 * open_part - 3 * open_part**2, 0.0)
    return flow * np.interp(np.arange(len(phase)), np.arange(blocks) * _BLOCK, voicing)


def _resonate(signal: NDArray[np.float64], formants: NDArray[np.float64]) -> NDArray[np.float64]:
    """Four resonators in cascade: y(n) = A·x(n) + B·y(n−1) + C·y(n−2), new A, B, C every 5 ms (Klatt 1980, eq. 1)."""
    for index, bandwidth in enumerate(_BANDWIDTHS):
        c = -np.exp(-2 * np.pi * bandwidth / _RATE)
        b = 2 * np.exp(-np.pi * bandwidth / _RATE) * np.cos(2 * np.pi * np.minimum(formants[:, index], 7_000) / _RATE)
        signal = _blocks(signal, 1 - b - c, b, c)
    return signal


def _blocks(signal: Floats, gain: Floats, b: Floats, c: float) -> Floats:
    out = np.empty_like(signal)
    last = before = 0.0
    for block in range(len(gain)):
        part = slice(block * _BLOCK, (block + 1) * _BLOCK)
        # The filter is rebuilt from the last two outputs, so changing its poles makes no click.
        state = np.array([b[block] * last + c * before, c * last])
        out[part], _ = lfilter([gain[block]], [1.0, -b[block], -c], signal[part], zi=state)
        last, before = out[part][-1], out[part][-2]
    return out


def _colour(noise: NDArray[np.float64], centre_hz: NDArray[np.int64]) -> NDArray[np.float64]:
    """Noise through one wide resonator whose centre follows the sound: what makes an s an s and an h an h."""
    bandwidth = 900.0
    c = -float(np.exp(-2 * np.pi * bandwidth / _RATE))
    b = 2 * np.exp(-np.pi * bandwidth / _RATE) * np.cos(2 * np.pi * centre_hz / _RATE)
    return _blocks(noise, np.full(len(centre_hz), 0.5), b, c)

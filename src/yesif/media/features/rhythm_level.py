"""How strongly does the voice sound where syllables show? Level between 400 and 4000 Hz every 10 ms.

That band holds what makes vowels loud and leaves out hum, breath on the microphone and hissing; syllables and emphasis
are read from it. It comes out of the 40 ms spectra that the pitch is found in, by Parseval's theorem.
"""

import numpy as np
from numpy.typing import NDArray

from yesif.media.features.f0 import FFT, HOP, RATE, WINDOW_ENERGY, PitchTrack, Stretch
from yesif.media.stage import Block, Column, Listener, Need, Recipe

LOW_HZ, HIGH_HZ = 400, 4_000
_QUIETEST_DB = -120.0


class SpeechLevel(Listener):
    """Table `speech_level`: one row every 10 ms, at the instants of table `f0`."""

    needs: frozenset[Need] = frozenset({"pcm16k"})

    def __init__(self, track: PitchTrack | None = None) -> None:
        self._track = track or PitchTrack()
        self.recipe = Recipe(
            stage="speech_level",
            version=1,
            method="mean square between 400 and 4000 Hz of the 40 ms Hann spectra of table f0",
            columns=(
                Column("t_ns", "int64", "ns", "middle of the 40 ms window, on the take's clock"),
                Column(
                    "level_dbfs", "float32", "dBFS", "level of 400-4000 Hz; 0 is a full-scale square wave",
                    _QUIETEST_DB, 0,
                ),
            ),
            params={"hop_samples": HOP, "rate_hz": RATE, "low_hz": LOW_HZ, "high_hz": HIGH_HZ},
        )  # fmt: skip

    def on_audio(self, block: Block) -> None:
        for stretch in self._track.hear(block):
            self._emit(stretch)

    def finish(self) -> None:
        """The last, shorter stretch."""
        for stretch in self._track.end():
            self._emit(stretch)

    def _emit(self, stretch: Stretch) -> None:
        self.sink.add({"t_ns": stretch.t_ns, "level_dbfs": speech_level(stretch.power[stretch.rows])})


def speech_level(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """Level in dBFS of power spectra [frames, 513]."""
    band = power[:, LOW_HZ * FFT // RATE : HIGH_HZ * FFT // RATE + 1]
    square = 2 * band.sum(axis=1, dtype=np.float64) / (FFT * WINDOW_ENERGY)
    return np.asarray(10 * np.log10(np.maximum(square, 10 ** (_QUIETEST_DB / 10))), np.float32)

"""Which resonances does the mouth make? The first three formants of every voiced 10 ms.

Linear prediction by the autocorrelation method (Makhoul 1975, "Linear prediction: a tutorial review", Proc. IEEE 63):
the autocorrelation up to 5.5 kHz comes straight out of the power spectra of table `f0` (selective linear prediction,
§IV), five poles each side (Levinson and Durbin, §III), and the formants are the roots' angles. The spectrum is lifted
by 6 dB an octave from 50 Hz first, as the Praat manual, "Sound: To Formant (burg)", does. Own code.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct

from yesif.media.features.f0 import FFT, HOP, RATE, Floats, PitchTrack, Stretch
from yesif.media.features.formants_roots import upper_poles
from yesif.media.stage import Block, Column, Listener, Need, Recipe

CEILING_HZ = 5_500
ORDER = 10
_LOWEST_HZ = 90
_WIDEST_HZ = 700  # a wider pole shapes the tilt and is no resonance
_LIFT_HZ = 50
_STEADY = 1e-6  # of the power: white noise that keeps the recursion well conditioned
_SOURCE = "Makhoul 1975, Proc. IEEE 63, sections III and IV; Praat manual, Sound: To Formant (burg)"


class Formants(Listener):
    """Table `formants`: one row every 10 ms, at the instants of table `f0`."""

    needs: frozenset[Need] = frozenset({"pcm16k"})

    def __init__(self, track: PitchTrack | None = None) -> None:
        self._track = track or PitchTrack()
        numbered = ("first", "second", "third")
        self.recipe = Recipe(
            stage="formants",
            version=2,
            method="selective linear prediction, order 10 below 5.5 kHz, on the 40 ms Hann spectra of table f0",
            columns=(
                Column("t_ns", "int64", "ns", "middle of the 40 ms window, on the take's clock"),
                Column("valid", "bool", "1", "the frame is voiced; a formant that was not found is NaN all the same"),
                *(
                    Column(
                        f"f{i}_hz", "float32", "Hz", f"{name} formant; NaN where there is none", _LOWEST_HZ, CEILING_HZ,
                        _SOURCE,
                    )
                    for i, name in enumerate(numbered, 1)
                ),
            ),
            params={"hop_samples": HOP, "rate_hz": RATE, "order": ORDER, "ceiling_hz": CEILING_HZ, "lift_hz": _LIFT_HZ},
        )  # fmt: skip

    def on_audio(self, block: Block) -> None:
        for stretch in self._track.hear(block):
            self._emit(stretch)

    def finish(self) -> None:
        """The last, shorter stretch."""
        for stretch in self._track.end():
            self._emit(stretch)

    def _emit(self, stretch: Stretch) -> None:
        voiced = np.isfinite(stretch.f0[stretch.rows])
        found = np.full((len(voiced), 3), np.nan, np.float32)
        found[voiced] = formants(stretch.power[stretch.rows][voiced])
        self.sink.add(
            {
                "t_ns": stretch.t_ns,
                "valid": voiced,
                **{f"f{i + 1}_hz": found[:, i] for i in range(3)},
            }
        )


def formants(power: NDArray[np.float32]) -> Floats:
    """F1, F2 and F3 in Hz of power spectra [frames, 513] of 16 kHz sound; NaN where there are fewer."""
    if not len(power):
        return np.zeros((0, 3))
    poles = upper_poles(_predictor(_autocorrelation(power)))
    hertz = np.angle(poles) * CEILING_HZ / np.pi
    width = -np.log(np.maximum(np.abs(poles), 1e-9)) * 2 * CEILING_HZ / np.pi
    kept = (hertz > _LOWEST_HZ) & (hertz < CEILING_HZ - _LIFT_HZ) & (width < _WIDEST_HZ)
    return np.sort(np.where(kept, hertz, np.nan), axis=1)[:, :3]  # NaN sorts last


def _autocorrelation(power: NDArray[np.float32]) -> Floats:
    """Lags 0 … ORDER, at twice the ceiling, of what the spectra hold below the ceiling, lifted."""
    count = CEILING_HZ * FFT // RATE + 1
    hertz = np.arange(count) * (RATE / FFT)
    decay = np.exp(-2 * np.pi * _LIFT_HZ / (2 * CEILING_HZ))
    lift = 1 + decay * decay - 2 * decay * np.cos(np.pi * hertz / CEILING_HZ)
    # The last bin is the ceiling itself, so that the inverse transform's steps are those of 11 kHz.
    lags = dct(power[:, :count] * lift.astype(np.float32), type=1)[:, : ORDER + 1]  # real and even, as in f0
    found = np.asarray(lags / np.float32(2 * (count - 1)), np.float64)
    found[:, 0] = found[:, 0] * (1 + _STEADY) + 1e-20
    return found


def _predictor(r: Floats) -> Floats:
    """Levinson-Durbin on every row: a[1] … a[ORDER] of 1 + a[1]·z⁻¹ + …"""
    a = np.zeros((len(r), ORDER))
    error = r[:, 0].copy()
    for i in range(ORDER):
        reflection = -(r[:, i + 1] + np.einsum("fk,fk->f", a[:, :i], r[:, i:0:-1])) / error
        a[:, :i] += reflection[:, None] * a[:, :i][:, ::-1].copy()
        a[:, i] = reflection
        error *= np.maximum(1 - reflection * reflection, 1e-9)
    return a

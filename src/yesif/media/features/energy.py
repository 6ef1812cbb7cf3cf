"""How loud is it? Level and clipping every 10 ms, and loudness as people hear it every 100 ms."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from yesif.media.stage import Block, Column, Listener, Need, Recipe

_HOP = 480  # 10 ms at 48 kHz
_QUIETEST_DB = -120.0
CLIPPED_AT = 0.985
"""A sample at or above this part of full scale counts as clipped: lossy codecs bring flat tops back a little lower."""

# ITU-R BS.1770-5, tables 1 and 2: the K weighting's shelf and high-pass at 48 kHz.
_SHELF = ([1.53512485958697, -2.69169618940638, 1.19839281085285], [1.0, -1.69065929318241, 0.73248077421585])
_HIGH_PASS = ([1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621])
# Both in one pass over the sound: their product.
_FORWARD, _BACK = np.convolve(_SHELF[0], _HIGH_PASS[0]), np.convolve(_SHELF[1], _HIGH_PASS[1])
_STEP = 4_800  # 100 ms
_OFFSET_DB = -0.691  # BS.1770-5, equation 2


class Energy(Listener):
    """Table `energy`: one row every 10 ms, at its first sample."""

    needs: frozenset[Need] = frozenset({"pcm48k"})

    def __init__(self) -> None:
        self.recipe = Recipe(
            stage="energy",
            version=1,
            method="RMS, peak and clipped samples of successive 10 ms at 48 kHz, mono",
            columns=(
                Column("t_ns", "int64", "ns", "first of the 10 ms, on the take's clock"),
                Column("rms_dbfs", "float32", "dBFS", "level; 0 is a full-scale square wave", _QUIETEST_DB, 0),
                Column("peak", "float32", "1", "largest absolute sample, full scale 1", 0),
                Column("clipped", "int32", "samples", f"samples at or above {CLIPPED_AT} of full scale", 0, _HOP),
            ),
            params={"hop_samples": _HOP, "rate_hz": 48_000, "clipped_at_permille": round(1000 * CLIPPED_AT)},
        )

    def on_audio(self, block: Block) -> None:
        whole = len(block.samples) // _HOP * _HOP  # blocks are whole seconds; only the last one has a rest to drop
        frames = np.abs(block.samples[:whole]).reshape(-1, _HOP)
        power = np.einsum("ij,ij->i", frames, frames, dtype=np.float64) / _HOP
        self.sink.add(
            {
                "t_ns": block.times(np.arange(0, whole, _HOP, dtype=np.int64)),
                "rms_dbfs": decibels(power).astype(np.float32),
                "peak": frames.max(axis=1, initial=0.0),
                "clipped": (frames >= CLIPPED_AT).sum(axis=1).astype(np.int32),
            }
        )


class Loudness(Listener):
    """Table `loudness`: momentary loudness (BS.1770-5, 400 ms) every 100 ms, at the window's middle."""

    needs: frozenset[Need] = frozenset({"pcm48k"})

    def __init__(self) -> None:
        self._state = np.zeros(4)
        self._powers: list[float] = []
        self.recipe = Recipe(
            stage="loudness",
            version=1,
            method="ITU-R BS.1770-5 momentary loudness of one channel, 400 ms windows every 100 ms",
            columns=(
                Column("t_ns", "int64", "ns", "middle of the 400 ms, on the take's clock"),
                Column("momentary_lufs", "float32", "LUFS", "loudness of the 400 ms", _QUIETEST_DB, 5),
            ),
            params={"hop_samples": _STEP, "window_samples": 4 * _STEP, "rate_hz": 48_000},
        )

    def on_audio(self, block: Block) -> None:
        heard, self._state = lfilter(_FORWARD, _BACK, block.samples.astype(np.float64), zi=self._state)
        whole = len(heard) // _STEP * _STEP
        powers = (heard[:whole].reshape(-1, _STEP) ** 2).mean(axis=1)
        known = np.concatenate([self._powers, powers])
        self._powers = list(known[-3:])
        count = len(known) - 3
        if count <= 0:
            return
        windows = np.convolve(known, np.full(4, 0.25), mode="valid")
        # A window that ends with step k of this block has its middle two steps before that end.
        ends = np.arange(len(powers) - count + 1, len(powers) + 1, dtype=np.int64) * _STEP
        self.sink.add(
            {
                "t_ns": block.times(ends - 2 * _STEP),
                "momentary_lufs": (decibels(windows) + _OFFSET_DB).astype(np.float32),
            }
        )


def integrated_lufs(momentary: NDArray[np.float32]) -> float | None:
    """Loudness of the whole (BS.1770-5 §2.8): mean of the blocks above −70 LUFS and above 10 LU under their mean."""
    loud = momentary[momentary > -70].astype(np.float64)
    if not len(loud):
        return None
    kept = loud[loud > _mean_level(loud) - 10]
    return _mean_level(kept) if len(kept) else None


def decibels(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """10 · log10 of power, not below −120."""
    return 10 * np.log10(np.maximum(power, 10 ** (_QUIETEST_DB / 10)))


def _mean_level(levels: NDArray[np.float64]) -> float:
    return float(10 * np.log10((10 ** (levels / 10)).mean()))

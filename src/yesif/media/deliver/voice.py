"""A voice track as a WAV in take time: sample n sounds n / 48,000 s after "action", for both partners alike.

Where the microphone's clock ran true, samples are moved by whole samples and keep their bits; where it drifted, they
are resampled by a windowed sinc (Smith & Gossett 1984), 32 taps each side, Kaiser β 9.
"""

import math
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from yesif.base.errors import Damaged
from yesif.core.timeline.manifest import Place
from yesif.media.strongbox import Source, readable

RATE = 48_000
_TAPS = 32
_PHASES = 1024
_TRUE_SAMPLES = 0.5  # a drift that adds up to less over the whole take is not worth touching the samples for
_NS = 1_000_000_000

Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class VoiceFacts:
    """How a WAV was made: bits a sample, and whether its samples are the microphone's own."""

    bit_depth: int
    untouched: bool


def voice_wav(track: Source, target: Path, *, place: Place, length_ns: int, cut: Spans) -> VoiceFacts:
    """Write `target`: 48 kHz, mono, as long as the take to a sample; `cut` ([start, end) in ns of take time) is silent.

    Raises Damaged for a track without sound.
    """
    count = length_ns * RATE // _NS
    true, depth = _ran_true(place, length_ns), bit_depth(track, place, length_ns)
    with tempfile.TemporaryFile(dir=target.parent) as held:
        _decode(track, held.fileno())
        source = np.memmap(held, np.int32, mode="r")
        with wave.open(str(target), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(depth // 8)
            out.setframerate(RATE)
            for first in range(0, count, RATE):
                block = _block(source, place, true, first, min(RATE, count - first))
                for start, end in cut:
                    block[max(start * RATE // _NS - first, 0) : max(-(-end * RATE // _NS) - first, 0)] = 0
                out.writeframesraw(_packed(block, depth))
        del source
    return VoiceFacts(depth, true)


def bit_depth(track: Source, place: Place, length_ns: int) -> int:
    """Bits a sample of the WAV made of this track: 16 where its own 16 are kept, else 24."""
    with av.open(readable(track), "r") as source:
        if not source.streams.audio:
            raise Damaged("a voice track holds no sound")
        heard = source.streams.audio[0].codec_context
        own = heard.format.name.startswith("s16") and heard.sample_rate == RATE and heard.layout.nb_channels == 1
    return 16 if own and _ran_true(place, length_ns) else 24


def _ran_true(place: Place, length_ns: int) -> bool:
    return not place.knots and abs(place.drift_ppb) * (length_ns * RATE // _NS) < _TRUE_SAMPLES * _NS


def _decode(track: Source, held: int) -> None:
    """The track as 32-bit mono samples at 48 kHz into a file."""
    resampler = av.AudioResampler(format="s32", layout="mono", rate=RATE)
    count = 0
    with av.open(readable(track), "r") as source, open(held, "wb", closefd=False) as out:
        for frame in source.decode(audio=0):
            frame.pts = None
            for piece in resampler.resample(frame):
                count += out.write(piece.to_ndarray().astype("<i4", copy=False).tobytes())
        for piece in resampler.resample(None):
            count += out.write(piece.to_ndarray().astype("<i4", copy=False).tobytes())
    if not count:
        raise Damaged("a voice track holds no sound")


def _block(source: NDArray[np.int32], place: Place, true: bool, first: int, count: int) -> NDArray[np.int32]:
    """`count` samples of take time from sample `first` on; silence where the track does not reach."""
    if true:
        start = first - round(place.offset_ns * RATE / _NS)
        return _slice(source, start, start + count)
    positions = _file_samples(place, np.arange(first, first + count, dtype=np.float64) * (_NS / RATE))
    whole = np.floor(positions).astype(np.int64)
    low = int(whole.min()) - _TAPS + 1
    heard = _slice(source, low, int(whole.max()) + _TAPS + 1).astype(np.float64)
    taps = _KERNEL[np.rint((positions - whole) * _PHASES).astype(np.int64)]
    near = np.lib.stride_tricks.sliding_window_view(heard, 2 * _TAPS)[whole - _TAPS + 1 - low]
    made = np.einsum("nk,nk->n", near, taps)
    return np.asarray(np.clip(np.rint(made), -(1 << 31), (1 << 31) - 1), np.int32)


def _file_samples(place: Place, take_ns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where in the file, in samples, what sounded at these moments of take time lies."""
    if len(place.knots) > 1:
        file_ns, at_ns = (np.array(side, np.float64) for side in zip(*place.knots, strict=True))
        inside = np.interp(take_ns, at_ns, file_ns)
        slope = 1 / (1 + place.drift_ppb * 1e-9)
        beyond = np.where(take_ns > at_ns[-1], take_ns - at_ns[-1], np.minimum(take_ns - at_ns[0], 0)) * slope
        return np.asarray((inside + beyond) * (RATE / _NS), np.float64)
    return np.asarray((take_ns - place.offset_ns) / (1 + place.drift_ppb * 1e-9) * (RATE / _NS), np.float64)


def _slice(source: NDArray[np.int32], start: int, stop: int) -> NDArray[np.int32]:
    out = np.zeros(stop - start, np.int32)
    low, high = max(start, 0), min(stop, len(source))
    if low < high:
        out[low - start : high - start] = source[low:high]
    return out


def _packed(samples: NDArray[np.int32], depth: int) -> bytes:
    if depth == 16:
        return (samples >> 16).astype("<i2").tobytes()
    return samples.astype("<i4").view(np.uint8).reshape(-1, 4)[:, 1:].tobytes()


def _kernel() -> NDArray[np.float64]:
    """Taps for each of `_PHASES` + 1 fractions of a sample, each row summing to 1 so that silence and DC stay."""
    k = np.arange(2 * _TAPS) - (_TAPS - 1)
    rows = []
    for fraction in np.arange(_PHASES + 1) / _PHASES:
        x = k - fraction
        window = np.i0(9.0 * np.sqrt(np.clip(1 - (x / _TAPS) ** 2, 0, None))) / np.i0(9.0)
        row = np.sinc(x) * window
        rows.append(row / math.fsum(row))
    return np.array(rows)


_KERNEL = _kernel()

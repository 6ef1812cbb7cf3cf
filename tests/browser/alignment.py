"""How far apart two tracks are that were recorded at the same instant, after both were placed in take time."""

import wave
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from yesif.media.synthetic import read_barcode, voice_of

WINDOW_S = 1.0
WIDEST_S = 0.02


def write_talk(path: Path, seconds: float, rate: int = 48_000) -> Path:
    """Two voices at once over a little room noise, as WAV: something to hear in every second."""
    rng = np.random.default_rng(7)
    sound = voice_of(2, seconds) + voice_of(3, seconds)
    sound = sound + rng.normal(0, 0.004, len(sound)).astype(sound.dtype)
    pcm = (np.clip(sound, -1, 1) * 32_000).astype("<i2")
    with wave.open(str(path), "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(rate)
        target.writeframes(pcm.tobytes())
    return path


def take_ns(manifest: dict[str, Any], track_ns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take time of moments of a track, by its manifest: offset, drift, and the knots between."""
    time = manifest["time"]
    if time["knots"]:
        knots = np.array([[knot[0], knot[1]] for knot in time["knots"]], dtype=np.float64)
        return np.interp(track_ns, knots[:, 0], knots[:, 1])
    return time["offset_ns"] + track_ns * (1 + time["drift_ppb"] * 1e-9)


def samples(path: Path) -> tuple[NDArray[np.float64], int]:
    """All samples of a voice track, mono, and their rate."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        blocks = [frame.to_ndarray().reshape(-1) for frame in container.decode(stream)]
        return np.concatenate(blocks).astype(np.float64), int(stream.rate or 0)


def voice_lags_ms(one: tuple[Path, dict[str, Any]], other: tuple[Path, dict[str, Any]]) -> list[float]:
    """For every second with sound in it, how much later (ms) the same sound stands in `other` than in `one`."""
    (x, rate), (y, rate_y) = samples(one[0]), samples(other[0])
    assert rate == rate_y
    tx = take_ns(one[1], np.arange(len(x)) * 1e9 / rate)
    ty = take_ns(other[1], np.arange(len(y)) * 1e9 / rate)
    lags = []
    width, reach = int(WINDOW_S * rate), int(WIDEST_S * rate)
    for start in range(0, len(x) - width, width):
        piece = x[start : start + width]
        at = int(np.searchsorted(ty, tx[start]))
        if at - reach < 0 or at + width + reach > len(y) or piece.std() < 30:
            continue
        around = y[at - reach : at + width + reach]
        found = np.correlate(around - around.mean(), piece - piece.mean(), "valid")
        peak = int(found.argmax())
        same = around[peak : peak + width]
        likeness = found[peak] / (width * piece.std() * same.std() + 1e-9)
        assert likeness > 0.5, f"the two tracks do not hold the same second (likeness {likeness:.2f})"
        if 0 < peak < len(found) - 1:
            left, top, right = found[peak - 1 : peak + 2]
            fine = peak + 0.5 * (left - right) / (left - 2 * top + right)
            lags.append((ty[at] - tx[start]) / 1e6 + (fine - reach) * 1000 / rate)
    return lags


def frame_times(path: Path, manifest: dict[str, Any]) -> dict[int, float]:
    """Take time (ms) of every frame of a camera track, by the number drawn into it (first time it is seen)."""
    times: dict[int, float] = {}
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        for frame in container.decode(stream):
            if frame.pts is None or frame.time_base is None:
                continue
            number = read_barcode(frame.to_ndarray(format="gray"))
            if number is not None:
                moment = np.array([float(frame.pts * frame.time_base) * 1e9])
                times.setdefault(number, float(take_ns(manifest, moment)[0]) / 1e6)
    return times

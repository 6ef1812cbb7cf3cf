"""Is the camera fit to be used? Decoding, face, light, sharpness, missing and repeated frames, mouth against voice."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yesif.media.quality.finding import Finding, judge

Span = tuple[int, int]
Floats = NDArray[np.float32]
_REACH_MS, _STEP_MS = 500, 10
_SURE = 0.35  # correlation of mouth and voice from which their lag means something


@dataclass(frozen=True, slots=True)
class CameraSeen:
    """Rows of table `picture`, and of `face` where it was measured (else None)."""

    t_ns: NDArray[np.int64]
    luma: Floats
    bright: Floats
    sharpness: Floats
    motion: Floats
    face_t_ns: NDArray[np.int64] | None
    face_valid: NDArray[np.bool_] | None
    face_luma: Floats | None
    missing_s: float


def camera_findings(seen: CameraSeen) -> list[Finding]:
    """Every camera check that can be judged; a check without its measurement is left out."""
    count = len(seen.t_ns)
    span = (int(seen.t_ns[0]), int(seen.t_ns[-1])) if count else (0, 0)
    length = (span[1] - span[0]) / 1e9
    found = [
        judge("zero-length", "camera", length, span),
        judge("camera-decodes", "camera", seen.missing_s, (span[1], span[1] + round(seen.missing_s * 1e9))),
    ]
    if count < 2:
        return found
    found += _faces(seen, span)
    found.append(judge("glare", "camera", float(seen.bright.mean()) * 100, span))
    found.append(judge("sharpness", "camera", float(np.median(seen.sharpness)), span))
    lost, where = dropped_frames(seen.t_ns)
    found.append(judge("dropped-frames", "camera", 100 * lost / (count + lost), where or span))
    repeats = np.nan_to_num(seen.motion[1:], nan=1.0) == 0
    found.append(judge("duplicate-frames", "camera", float(repeats.mean()) * 100, _longest(repeats, seen.t_ns) or span))
    return found


def dropped_frames(t_ns: NDArray[np.int64]) -> tuple[int, Span | None]:
    """Frames missing by the times of those there are (against the median step), and the longest hole."""
    steps = np.diff(t_ns)
    usual = max(int(np.median(steps)), 1)
    missing = np.maximum(np.round(steps / usual).astype(np.int64) - 1, 0)
    if not missing.any():
        return 0, None
    worst = int(missing.argmax())
    return int(missing.sum()), (int(t_ns[worst]), int(t_ns[worst + 1]))


def lip_lag_ms(
    face_t_ns: NDArray[np.int64], mouth: Floats, voice_t_ns: NDArray[np.int64], rms_dbfs: Floats, speech: Sequence[Span]
) -> float | None:
    """How much later the mouth opens than the voice sounds, ms (negative: earlier); None where it cannot be told.

    The lag of the highest correlation between mouth opening and level over the stretches of speech, within ±500 ms.
    """
    known = np.isfinite(mouth)
    if known.sum() < 50 or not speech:
        return None
    inside = np.zeros(len(face_t_ns), bool)
    for start, end in speech:
        inside |= (face_t_ns >= start - 300_000_000) & (face_t_ns < end + 300_000_000)
    inside &= known
    if inside.sum() < 50 or np.ptp(mouth[inside]) == 0:
        return None
    level = np.convolve(np.maximum(rms_dbfs, -60), np.full(5, 0.2), mode="same")
    lags = np.arange(-_REACH_MS, _REACH_MS + 1, _STEP_MS)
    times = face_t_ns[inside]
    scores = [_correlation(mouth[inside], np.interp(times - lag * 1_000_000, voice_t_ns, level)) for lag in lags]
    best = int(np.argmax(scores))
    if scores[best] < _SURE or best in (0, len(lags) - 1):
        return None
    return float(lags[best])


def _faces(seen: CameraSeen, span: Span) -> list[Finding]:
    if seen.face_valid is None or seen.face_luma is None or seen.face_t_ns is None or not len(seen.face_valid):
        return [judge("light", "camera", float(seen.luma.mean()), span)]
    where = _longest(~seen.face_valid, seen.face_t_ns) or span
    found = [judge("face-in-frame", "camera", float(seen.face_valid.mean()) * 100, where)]
    lit = seen.face_luma[seen.face_valid]
    return [*found, judge("light", "camera", float(np.median(lit)) if len(lit) else float(seen.luma.mean()), span)]


def _longest(flags: NDArray[np.bool_], t_ns: NDArray[np.int64]) -> Span | None:
    """The longest run of true flags as a span."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    if not len(edges):
        return None
    starts, ends = edges[::2], edges[1::2]
    worst = int((ends - starts).argmax())
    return int(t_ns[starts[worst]]), int(t_ns[min(ends[worst], len(t_ns) - 1)])


def _correlation(one: Floats, other: NDArray[np.float64]) -> float:
    a, b = one - one.mean(), other - other.mean()
    norm = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / norm if norm > 0 else 0.0

"""Is the voice fit to be used? Decoding, clipping, noise, dead sound, silence."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yesif.media.quality.finding import Finding, judge

Span = tuple[int, int]
_SECOND = 100  # rows of 10 ms


@dataclass(frozen=True, slots=True)
class VoiceSeen:
    """What the voice checks look at: 10 ms rows of table `energy`, and speech where it was measured (else None)."""

    t_ns: NDArray[np.int64]
    rms_dbfs: NDArray[np.float32]
    clipped: NDArray[np.int32]
    speech: Sequence[Span] | None
    missing_s: float
    """Seconds that the container promises and that did not decode."""


def voice_findings(seen: VoiceSeen) -> list[Finding]:
    """Every voice check that can be judged; a check without its measurement is left out."""
    count = len(seen.t_ns)
    span = (int(seen.t_ns[0]), int(seen.t_ns[-1]) + 10_000_000) if count else (0, 0)
    length = (span[1] - span[0]) / 1e9
    found = [
        judge("zero-length", "voice", length, span),
        judge("voice-decodes", "voice", seen.missing_s, (span[1], span[1] + round(seen.missing_s * 1e9))),
    ]
    if not count:
        return found
    clipped = float(seen.clipped.sum()) / (count * 480) * 100
    found.append(judge("clipping", "voice", clipped, _worst_second(seen.t_ns, seen.clipped, span)))
    # A living voice is loud now and quiet then; hum, silence and a dead input stay where they are.
    swing = float(np.percentile(seen.rms_dbfs, 95) - np.median(seen.rms_dbfs))
    found.append(judge("dead-audio", "voice", swing, span))
    if seen.speech is not None:
        spoken = sum(end - start for start, end in seen.speech) / 1e9
        found.append(judge("silence", "voice", spoken, span))
        ratio = signal_to_noise(seen.t_ns, seen.rms_dbfs, seen.speech)
        if ratio is not None:
            found.append(judge("snr", "voice", ratio, span))
    return found


def signal_to_noise(t_ns: NDArray[np.int64], rms_dbfs: NDArray[np.float32], speech: Sequence[Span]) -> float | None:
    """Median level of speech over the 10th percentile of the rest, dB; None without half a second of each.

    The 100 ms around speech are neither: breath and room tail.
    """
    inside = _covered(t_ns, speech, 0)
    outside = ~_covered(t_ns, speech, 100_000_000)
    if inside.sum() < 50 or outside.sum() < 50:
        return None
    return float(np.median(rms_dbfs[inside]) - np.percentile(rms_dbfs[outside], 10))


def _covered(t_ns: NDArray[np.int64], spans: Sequence[Span], margin_ns: int) -> NDArray[np.bool_]:
    covered = np.zeros(len(t_ns), bool)
    for start, end in spans:
        covered[np.searchsorted(t_ns, start - margin_ns) : np.searchsorted(t_ns, end + margin_ns)] = True
    return covered


def _worst_second(t_ns: NDArray[np.int64], clipped: NDArray[np.int32], whole: Span) -> Span:
    if not clipped.any():
        return whole
    sums = np.convolve(clipped, np.ones(min(_SECOND, len(clipped)), np.int64), mode="valid")
    first = int(sums.argmax())
    return int(t_ns[first]), int(t_ns[min(first + _SECOND, len(t_ns)) - 1]) + 10_000_000

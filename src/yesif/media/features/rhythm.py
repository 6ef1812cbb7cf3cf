"""How fast and how fluently is it spoken? Syllables, rates and pauses from the sound alone; no words are needed.

Syllables are the nuclei of N. de Jong and T. Wempe (2009), "Praat script to detect syllable nuclei and measure speech
rate automatically", Behavior Research Methods 41: peaks of the level, voiced, each divided from the one before by a
dip. Their full-band intensity is replaced by the band of table `speech_level`. Own code.

    stretch             speech without a pause of 200 ms or more
    articulation rate   syllables per second of a stretch
    speech rate         syllables per second from the first stretch to the last, pauses included
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from yesif.media.features.speech import read_spans
from yesif.media.features.turns import Span, joined
from yesif.media.stage import Column, Recipe
from yesif.media.tables import Rows, read

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SyllableRule:
    """When a peak is a syllable: level in dB, widths in frames of 10 ms."""

    dip_db: float = 2.0
    under_loudest_db: float = 25.0
    smooth: float = 1.5
    pause_ns: int = 200_000_000


RULE = SyllableRule()
RECIPE = Recipe(
    stage="rhythm",
    version=1,
    method="syllable nuclei after de Jong and Wempe 2009, on the level between 400 and 4000 Hz, in stretches of speech",
    columns=(
        Column("start_ns", "int64", "ns", "first moment of a stretch of speech, on the take's clock"),
        Column("end_ns", "int64", "ns", "its end"),
        Column("syllables", "int32", "syllables", "nuclei found in it", 0),
        Column("rate_per_s", "float32", "syllables/s", "articulation rate of the stretch", 0),
        Column("pause_before_ms", "float32", "ms", "silence since the stretch before; NaN for the first", 0),
    ),
    params={
        "dip_millibel": round(100 * RULE.dip_db),
        "under_loudest_millibel": round(100 * RULE.under_loudest_db),
        "smooth_ms": round(10 * RULE.smooth),
        "pause_ms": RULE.pause_ns // 1_000_000,
    },
)


def rhythm_rows(level: Path, f0: Path, speech: Path) -> Rows:
    """The rows of table `rhythm` out of tables `speech_level`, `f0` and `speech`."""
    heard, voice = read(level), read(f0, ["f0_hz"])
    stretches = joined(read_spans(speech), RULE.pause_ns)
    nuclei = heard["t_ns"][syllables(heard["level_dbfs"], voice["f0_hz"])]
    edges = np.array(stretches, np.int64).reshape(-1, 2)
    counts = np.diff(np.searchsorted(nuclei, edges), axis=1)[:, 0]
    pauses = np.concatenate([[np.nan], (edges[1:, 0] - edges[:-1, 1]) / 1e6])[: len(edges)]
    return {
        "start_ns": edges[:, 0],
        "end_ns": edges[:, 1],
        "syllables": counts.astype(np.int32),
        "rate_per_s": (counts / np.maximum((edges[:, 1] - edges[:, 0]) / 1e9, 1e-3)).astype(np.float32),
        "pause_before_ms": pauses.astype(np.float32),
    }


def syllables(level_db: NDArray[np.float32], f0: NDArray[np.float32], rule: SyllableRule = RULE) -> NDArray[np.int64]:
    """Frames of the syllable nuclei, from level (dB) and pitch (NaN unvoiced) every 10 ms."""
    if len(level_db) < 3:
        return np.zeros(0, np.int64)
    smooth = gaussian_filter1d(level_db.astype(np.float64), rule.smooth)
    threshold = float(np.percentile(smooth, 99)) - rule.under_loudest_db
    peaks, _ = find_peaks(smooth, height=threshold, prominence=rule.dip_db)
    near = np.isfinite(f0[np.clip(peaks[:, None] + np.arange(-1, 2), 0, len(f0) - 1)]).any(axis=1)
    return np.asarray(peaks[near], np.int64)


def rates(rhythm: Path, span: Span | None = None) -> dict[str, Any]:
    """A track's figures within a span: counts, rates in syllables per second, pauses in ms; None without speech."""
    table = read(rhythm)
    inside = np.ones(len(table["start_ns"]), bool)
    if span is not None:
        inside = (table["start_ns"] < span[1]) & (table["end_ns"] > span[0])
    starts, ends = table["start_ns"][inside], table["end_ns"][inside]
    if not len(starts):
        return {"syllables": 0, "articulation_rate": None, "speech_rate": None, "pauses": 0, "pause_median_ms": None}
    count = int(table["syllables"][inside].sum())
    pauses = table["pause_before_ms"][inside][1:]
    return {
        "syllables": count,
        "articulation_rate": round(count / (float((ends - starts).sum()) / 1e9), 2),
        "speech_rate": round(count / (float(ends[-1] - starts[0]) / 1e9), 2),
        "pauses": len(pauses),
        "pause_median_ms": round(float(np.median(pauses)), 1) if len(pauses) else None,
    }


def response_latency(turns: Iterable[tuple[int, float | None]]) -> list[float | None]:
    """Median ms from the partner's last sound to each performer's turn, first and second; negative: came in early.

    `turns`: speaker (0 or 1) and floor-transfer offset of each turn, None for the first.
    """
    offsets: Sequence[list[float]] = ([], [])
    for speaker, offset in turns:
        if offset is not None:
            offsets[speaker].append(offset)
    return [round(float(np.median(own)), 1) if own else None for own in offsets]

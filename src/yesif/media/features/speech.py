"""Stretches of speech of one track, worked out from its speech probabilities."""

from pathlib import Path

import numpy as np

from yesif.media.features.vad import SpeechRule, speech_spans
from yesif.media.stage import Column, Recipe
from yesif.media.strongbox import Source
from yesif.media.tables import Rows, read

Span = tuple[int, int]

RULE = SpeechRule()
RECIPE = Recipe(
    stage="speech",
    version=1,
    method="hysteresis on the speech probability; short pauses bridged, short sounds dropped",
    columns=(
        Column("start_ns", "int64", "ns", "on the take's clock"),
        Column("end_ns", "int64", "ns", "on the take's clock"),
        Column("speech", "float32", "1", "mean speech probability inside", 0, 1),
    ),
    params={
        "on_permille": round(RULE.on * 1000),
        "off_permille": round(RULE.off * 1000),
        "shortest_ms": RULE.shortest_ns // 1_000_000,
        "longest_pause_ms": RULE.longest_pause_ns // 1_000_000,
    },
)


def speech_rows(vad: Path) -> Rows:
    """The rows of table `speech` for a table `vad`."""
    table = read(vad)
    times, speech = table["t_ns"], table["speech"]
    spans = speech_spans(times, speech, RULE)
    edges = np.searchsorted(times, np.array(spans, np.int64).reshape(-1, 2))
    means = [float(speech[start:end].mean()) if end > start else 0.0 for start, end in edges]
    return {
        "start_ns": np.array([start for start, _ in spans], np.int64),
        "end_ns": np.array([end for _, end in spans], np.int64),
        "speech": np.array(means, np.float32),
    }


def read_spans(speech: Source) -> list[Span]:
    """The stretches of a table `speech`, in order."""
    table = read(speech, ["start_ns", "end_ns"])
    return list(zip(table["start_ns"].tolist(), table["end_ns"].tolist(), strict=True))

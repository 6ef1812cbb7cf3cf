"""One finding of the quality gate: what was measured, against which threshold, where the evidence is, in one sentence.

Thresholds and sentences are data (`thresholds.json`). The performer and the producer read the same finding.
"""

import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

Verdict = Literal["pass", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`value` and `threshold` share `unit`; the threshold is the one that decided, or the next one where it passed.

    `start_ns` and `end_ns` say where to look, in nanoseconds on the take's clock. `track` is voice, camera or pair.
    """

    check: str
    track: str
    value: float
    unit: str
    threshold: float
    verdict: Verdict
    start_ns: int
    end_ns: int
    sentence: str

    def as_json(self) -> dict[str, object]:
        """The finding as JSON values."""
        return asdict(self)


@lru_cache(maxsize=1)
def thresholds() -> dict[str, dict[str, Any]]:
    """The checks of `thresholds.json` by name."""
    book: dict[str, Any] = json.loads(files("yesif.media.quality").joinpath("thresholds.json").read_text("utf-8"))
    checks: dict[str, dict[str, Any]] = book["checks"]
    return checks


def judge(check: str, track: str, value: float, span: tuple[int, int], **words: object) -> Finding:
    """Hold a value against its thresholds. `words` fill further blanks of the sentence."""
    book = thresholds()[check]
    verdict: Verdict = "pass"
    if _crossed(value, book["fail_at"], book["worse"]):
        verdict = "fail"
    elif _crossed(value, book["warn_at"], book["worse"]):
        verdict = "warn"
    threshold = float(book["fail_at"] if verdict == "fail" else book["warn_at"])
    shown = f"{value:.{book['digits']}f}"
    blanks = {"value": shown, "warn": f"{book['warn_at']:g}", "fail": f"{book['fail_at']:g}", **words}
    sentence = book[verdict].format(**blanks)
    return Finding(check, track, round(value, 6), book["unit"], threshold, verdict, span[0], span[1], sentence)


def _crossed(value: float, threshold: float, worse: str) -> bool:
    return value >= threshold if worse == "above" else value < threshold

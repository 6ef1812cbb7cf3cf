"""What lasts a while, as far as it may leave: blinks, stretches of speech, stressed words, windows of synchrony.

A figure is worked out from more than the stretch it stands beside. A row is left out where any of that was sealed; a
word's times are no secret beside the words themselves, so there only the figures are.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yesif.media import tables
from yesif.media.features.synchrony import SIGNALS
from yesif.media.strongbox import Source

STAGES = ("blinks", "rhythm", "prominence", *SIGNALS)
"""Tables with one row a stretch that go into a release; words, speech and turns have forms of their own."""

_REACH_NS: Mapping[str, int] = {
    "blinks": 1_500_000_000,  # openness against its median of 3 s
    "rhythm": 400_000_000,
    "prominence": 20_400_000_000,  # a word is held against its whole piece: 20 s at most, 0.2 s heard before and after
    **dict.fromkeys(SIGNALS, 2_400_000_000),  # the lag looked for, and the window of what is compared
}
Rows = dict[str, NDArray[np.generic]]


def rows(path: Source, stage: str, sealed: Sequence[tuple[int, int]], *, side: int, end_ns: int) -> Rows:
    """The rows of one table that may leave, times in ns of take time, names as numbers (see `codes`).

    `side` is 0 for position a and 1 for b: of synchrony, a positive lag means that the partner follows.
    """
    read: dict[str, Any] = tables.read(path)
    start, end = (np.asarray(read[name], np.int64) for name in ("start_ns", "end_ns"))
    near = _touching(start, end, sealed, _REACH_NS[stage])
    kept = (start >= 0) & (end <= end_ns) & ~_touching(start, end, sealed, 0)
    if stage == "prominence":
        for name in ("prominence", "boundary"):
            read[name] = np.where(near, np.nan, read[name]).astype(np.float32)
    else:
        kept &= ~near
    if stage == "rhythm":
        pause = np.nan_to_num(np.asarray(read["pause_before_ms"], np.float64)) * 1e6
        before = start - np.round(pause).astype(np.int64)
        unknown = (before < 0) | _touching(before, start, sealed, _REACH_NS[stage])  # nothing is told of before action
        read["pause_before_ms"] = np.where(unknown, np.nan, read["pause_before_ms"]).astype(np.float32)
    if stage in SIGNALS:
        read["signal"] = np.array([codes(stage).index(name) for name in read["signal"]], np.int16)
        read["lag_ms"] = np.asarray(read["lag_ms"], np.float32) * (1 if side == 0 else -1)
        if sealed:  # windows of the whole take stand in it
            read["chance"] = np.full(len(start), np.nan, np.float32)
    return {name: np.asarray(values)[kept] for name, values in read.items() if np.asarray(values).dtype.kind in "bif"}


def codes(stage: str) -> tuple[str, ...]:
    """What the numbers in the column `signal` stand for, from 0."""
    return tuple(signal.name for signal in SIGNALS[stage])


def _touching(
    start: NDArray[np.int64], end: NDArray[np.int64], sealed: Sequence[tuple[int, int]], reach_ns: int
) -> NDArray[np.bool_]:
    found = np.zeros(len(start), bool)
    for first, last in sealed:
        found |= (start < last + reach_ns) & (end > first - reach_ns)
    return found

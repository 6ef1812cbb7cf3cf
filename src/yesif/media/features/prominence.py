"""Which words are emphasised, and where does the voice set a boundary? One figure each for every word.

A. Suni, J. Šimko, D. Aalto and M. Vainio (2017), "Hierarchical representation and estimation of prosody using
continuous wavelet transform", Computer Speech & Language 45: pitch, level and local slowness are multiplied into one
contour; a word's prominence is the strongest line of maxima over its scales that begins in the word, its boundary the
strongest line of minima between its own peak and the next word's. Own code. Without a phone-by-phone alignment each
sound of a word is given an equal part of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yesif.media.features.prominence_contours import Spoken, contour
from yesif.media.features.prominence_wavelet import PER_OCTAVE, RATE, Ridge, half_wavelengths, ridges, transform
from yesif.media.features.transcript_sounds import sounds_of, syllables_of
from yesif.media.features.transcript_text import spoken
from yesif.media.stage import Column, Recipe
from yesif.media.tables import Rows, read

Floats = NDArray[np.float64]

_LONG_ENOUGH, _PAUSE, _SILENCE, _TOO_LONG = 6.0, 1.0, 4.0, 20.0
_SLACK = 0.2  # seconds heard before the first and after the last word of a piece
_PEAKS = (-2 * PER_OCTAVE, 1 * PER_OCTAVE)  # scales around a word's, two octaves shorter to one longer
_VALLEYS = (-1 * PER_OCTAVE, 2 * PER_OCTAVE)
_SOURCE = "Suni, Simko, Aalto & Vainio 2017, Computer Speech & Language 45"

RECIPE = Recipe(
    stage="prominence",
    version=1,
    method="Mexican-hat wavelet of pitch x level^0.5 x slowness at 200 Hz, lines of maxima and minima by word",
    columns=(
        Column("start_ns", "int64", "ns", "the word's start; row i is row i of table words"),
        Column("end_ns", "int64", "ns", "the word's end"),
        Column(
            "prominence", "float32", "1", "about 0 unstressed, above 2 emphatic; NaN: not placed", None, None, _SOURCE
        ),
        Column("boundary", "float32", "1", "strength of the boundary after it; NaN: silence follows", 0, None, _SOURCE),
        Column("syllables", "int32", "syllables", "of its pronunciation, from the dictionary or guessed", 0),
    ),
    params={
        "rate_hz": RATE,
        "scales_per_octave": PER_OCTAVE,
        "longest_piece_ms": round(1000 * _TOO_LONG),
        "piece_pause_ms": round(1000 * _PAUSE),
    },
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Prominence and boundary strength of consecutive words, no unit; the last boundary is NaN."""

    prominence: Floats
    boundary: Floats


def prominence_rows(words: Path, f0: Path, level: Path) -> Rows:
    """The rows of table `prominence` out of tables `words`, `f0` and `speech_level` of one track."""
    table, voice, heard = read(words), read(f0, ["t_ns", "f0_hz"]), read(level, ["level_dbfs"])
    t, f0_hz = voice["t_ns"] / 1e9, voice["f0_hz"].astype(np.float64)
    level_dbfs = heard["level_dbfs"].astype(np.float64)
    starts, ends = table["start_ns"], table["end_ns"]
    prominence, boundary = np.full(len(starts), np.nan), np.full(len(starts), np.nan)
    # A line that could not be placed is one row without confidence: it has no word times to measure at.
    placed = [row for row, text in enumerate(table["text"]) if table["conf"][row] > 0 or len(text.split()) == 1]
    every = [Spoken(starts[row] / 1e9, ends[row] / 1e9, _sounds(table["text"][row])) for row in placed]
    for piece in pieces(every):
        rows = placed[piece]
        found = emphasis_between(every[piece], t, f0_hz, level_dbfs)
        prominence[rows], boundary[rows] = found.prominence, found.boundary
    return {
        "start_ns": starts,
        "end_ns": ends,
        "prominence": prominence.astype(np.float32),
        "boundary": boundary.astype(np.float32),
        "syllables": np.array([sum(map(syllables_of, spoken(text))) for text in table["text"]], np.int32),
    }


def pieces(words: Sequence[Spoken]) -> Iterator[slice]:
    """Consecutive words that are judged against each other: cut at pauses, so that each has some seconds of context."""
    first = 0
    for at in range(1, len(words)):
        pause = words[at].start - words[at - 1].end
        length = words[at - 1].end - words[first].start
        enough = pause >= _PAUSE and length >= _LONG_ENOUGH
        if enough or pause >= _SILENCE or words[at].end - words[first].start > _TOO_LONG:
            yield slice(first, at)
            first = at
    if words:
        yield slice(first, len(words))


def emphasis(words: Sequence[Spoken], f0: Floats, level_db: Floats) -> Emphasis:
    """Prominence and boundaries of words, whose times count from the first frame of `f0` and `level_db` (200 Hz)."""
    coefficients = transform(contour(words, f0, level_db))
    length = np.mean([(word.end - word.start) * RATE for word in words])
    unit = int(np.abs(half_wavelengths() - length).argmin())
    hills = ridges(coefficients, unit + _PEAKS[0], unit + _PEAKS[1])
    valleys = ridges(-coefficients, unit + _VALLEYS[0], unit + _VALLEYS[1])
    tops = [_top(hills, word) for word in words]
    boundary = [
        max((one.strength for one in valleys if a.frame <= one.frame < b.frame and one.strength > 0), default=0.0)
        for a, b in pairwise(tops)
    ]
    return Emphasis(np.array([top.strength for top in tops]), np.array([*boundary, np.nan]))


def _top(hills: Sequence[Ridge], word: Spoken) -> Ridge:
    own = [one for one in hills if word.start * RATE <= one.frame <= word.end * RATE]
    middle = Ridge(round((word.start + word.end) / 2 * RATE), 0.0)
    return max(own, key=lambda one: one.strength, default=middle)


def emphasis_between(words: Sequence[Spoken], t: Floats, f0: Floats, level_db: Floats) -> Emphasis:
    """Prominence and boundaries of one piece's words, from pitch (Hz, NaN unvoiced) and level (dBFS) at seconds `t`."""
    begin = words[0].start - _SLACK
    count = max(round((words[-1].end + _SLACK - begin) * RATE), 4)
    grid = begin + np.arange(count) / RATE
    near = (t > grid[0] - 0.1) & (t < grid[-1] + 0.1)
    if near.sum() < 2:
        return Emphasis(np.full(len(words), np.nan), np.full(len(words), np.nan))
    moved = [Spoken(word.start - begin, word.end - begin, word.sounds) for word in words]
    return emphasis(moved, _at(grid, t[near], f0[near]), np.interp(grid, t[near], level_db[near]))


def _at(grid: Floats, t: Floats, f0: Floats) -> Floats:
    """Pitch on a finer grid: between two voiced frames a line, elsewhere the nearest frame."""
    straight = np.interp(grid, t, f0)  # NaN where either neighbour is
    after = np.clip(np.searchsorted(t, grid), 1, len(t) - 1)
    nearest = np.where(grid - t[after - 1] < t[after] - grid, after - 1, after)
    return np.where(np.isfinite(straight), straight, f0[nearest])


def _sounds(text: str) -> int:
    return max(sum(len(sounds_of(word)) for word in spoken(text)), 1)

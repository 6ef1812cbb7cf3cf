"""Somebody wrote or corrected what was said: its words, placed in the sound, in the table any transcript engine fills.

The text is a person's (or another engine's), the times are the aligner's, and each word says both. A line that does not
fit the sound stays one row over its stretch with confidence 0: nothing is lost, and no time is made up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from yesif.base.canonical import digest
from yesif.media.features.transcript import RATE, WORD_COLUMNS, HeardWord
from yesif.media.stage import Block, Listener, ModelUse, Need, Recipe
from yesif.media.tables import read

_MARGIN = RATE // 4  # heard before and after a line, for editors cut lines tightly
_LONGEST = 600 * RATE
"""At most ten minutes of one line are held: 38 MB. Longer text needs times on its lines."""


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch of text and, where known, when it is said (ns on the take's clock; None: anywhere in the track)."""

    text: str
    start_ns: int | None = None
    end_ns: int | None = None


class Places(Protocol):
    """Finds a known text in sound."""

    @property
    def use(self) -> ModelUse:
        """Which engine and model this is."""
        ...

    def align(self, samples: NDArray[np.float32], text: str) -> list[HeardWord] | None:
        """The words with their samples; None where the text does not fit the sound."""
        ...


class GivenText(Listener):
    """Table `words` from given lines: in order of start, one row a word. `author` names who made the text."""

    needs: frozenset[Need] = frozenset({"pcm16k"})

    def __init__(self, places: Places, lines: Sequence[Line], author: str = "editor") -> None:
        self._places = places
        self._waiting = sorted(lines, key=lambda line: -1 if line.start_ns is None else line.start_ns)
        self._source = f"{author}, placed by {places.use.name}"
        self._unplaced = f"{author}, not placed by {places.use.name}"
        self._held = np.zeros(0, np.float32)
        self._first = 0  # of the held samples, counted from the track's first
        self._block: Block | None = None
        self.recipe = Recipe(
            stage="words",
            version=1,
            method=f"text by {author}, word times by forced alignment with {places.use.name}, each line by itself",
            columns=WORD_COLUMNS,
            params={"text": _fingerprint(lines), "margin_samples": _MARGIN, "rate_hz": RATE, "author": author},
            models=(places.use,),
        )

    def on_audio(self, block: Block) -> None:
        self._block = block
        if not self._waiting:
            return
        self._held = np.concatenate([self._held, block.samples])
        reached = block.first + len(block.samples)
        while self._waiting and (end := self._span(self._waiting[0])[1]) is not None and end <= reached:
            self._place(self._waiting.pop(0))
        self._forget(reached)

    def finish(self) -> None:
        """Lines that end with the track or have no times."""
        while self._waiting and self._block is not None:
            self._place(self._waiting.pop(0))

    def _span(self, line: Line) -> tuple[int, int | None]:
        """First and last sample of a line with its margins, in the track; no last: to the end."""
        block = self._block
        if block is None or line.start_ns is None or line.end_ns is None:
            return 0, None
        start, end = (block.first + round((ns - block.t_ns) / block.step_ns) for ns in (line.start_ns, line.end_ns))
        return max(start - _MARGIN, 0), end + _MARGIN

    def _forget(self, reached: int) -> None:
        """Let go of what no waiting line needs, and of the rest of a line that is too long."""
        needed = min((self._span(line)[0] for line in self._waiting), default=reached)
        gone = min(max(needed - self._first, len(self._held) - _LONGEST, 0), len(self._held))
        self._held, self._first = self._held[gone:], self._first + gone

    def _place(self, line: Line) -> None:
        block = self._block
        if block is None:
            return
        start, end = self._span(line)
        reached = self._first + len(self._held)
        end = reached if end is None else min(end, reached)
        begin = max(start, self._first)
        sound = self._held[begin - self._first : end - self._first]
        # Where the beginning is already gone the line was too long, and a half of it would be placed wrongly.
        words = self._places.align(sound, line.text) if begin == start else None
        source = self._source
        if words is None:
            words, source = [HeardWord(line.text.strip(), 0, max(end - begin, 0), 0.0)], self._unplaced
        offset = begin - block.first
        self.sink.add(
            {
                "start_ns": block.times(np.array([offset + word.start for word in words], np.int64)),
                "end_ns": block.times(np.array([offset + word.end for word in words], np.int64)),
                "text": [word.text for word in words],
                "conf": np.array([word.sure for word in words], np.float32),
                "source": [source for _ in words],
            }
        )


def lines_of(words: Path, pause_ns: int = 500_000_000) -> tuple[Line, ...]:
    """The lines of a table `words`, split at pauses: what an editor is given to correct."""
    table = read(words, ["start_ns", "end_ns", "text"])
    lines: list[Line] = []
    for start, end, text in zip(table["start_ns"].tolist(), table["end_ns"].tolist(), table["text"], strict=True):
        last = lines[-1] if lines else None
        if last is not None and last.end_ns is not None and start - last.end_ns < pause_ns:
            lines[-1] = Line(f"{last.text} {text}", last.start_ns, end)
        else:
            lines.append(Line(text, start, end))
    return tuple(lines)


def _fingerprint(lines: Iterable[Line]) -> str:
    told = [[line.text, str(line.start_ns), str(line.end_ns)] for line in lines]
    return digest({"lines": told})

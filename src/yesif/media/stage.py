"""What a measurement is: a stage listens to pictures or sound while one decode pass goes by, and never decodes itself.

Times are integer nanoseconds on the caller's clock (take time during ingest), made from each medium's PTS by a TimeMap.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Need = Literal["yuv", "pcm16k", "pcm48k"]
"""What a stage may ask for: planes of every frame, or mono sound at 16 or 48 kHz in blocks of one second."""

RATES: Mapping[Need, int] = {"pcm16k": 16_000, "pcm48k": 48_000}


@dataclass(frozen=True, slots=True)
class TimeMap:
    """Track time to the caller's clock: t → t + offset + t · drift, all in integers.

    `offset_ns` in nanoseconds, `drift_ppb` in parts per thousand million (positive: the track's clock runs slow).
    """

    offset_ns: int = 0
    drift_ppb: int = 0

    def at(self, track_ns: int) -> int:
        """The caller's time of a track time, both in nanoseconds; exact to less than one nanosecond."""
        return track_ns + self.offset_ns + track_ns * self.drift_ppb // 1_000_000_000


UNMOVED = TimeMap()
"""The map of a track whose own time is the caller's."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One frame as planes, upright: luma [height, width], chroma [⌈height/2⌉, ⌈width/2⌉], all uint8 views.

    The planes live only while the stage's `on_video` runs; whoever keeps one copies it. `full_range`: luma spans
    0..255 instead of 16..235. `bt709`: chroma by ITU-R BT.709 instead of BT.601.
    """

    luma: NDArray[np.uint8]
    u: NDArray[np.uint8]
    v: NDArray[np.uint8]
    t_ns: int
    full_range: bool
    bt709: bool

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, pixels."""
        return self.luma.shape[1], self.luma.shape[0]


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of mono sound, float32, full scale ±1. `first` counts samples of this rate since the track's first."""

    samples: NDArray[np.float32]
    rate: int
    first: int
    t_ns: int
    """When its first sample sounds."""
    step_ns: float
    """From one sample to the next, nanoseconds on the caller's clock."""

    def times(self, offsets: NDArray[np.int64]) -> NDArray[np.int64]:
        """The moments, in nanoseconds, of samples counted from this block's first."""
        return self.t_ns + np.round(offsets * self.step_ns).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its Arrow type, unit and range, and one phrase that says what it is.

    `kind` is int64, int32, float32, bool, string, or float32[N] for N numbers a row. A bound of None is open.
    `source` names the paper or standard whose definition is measured, where there is one.
    """

    name: str
    kind: str
    unit: str
    says: str
    low: float | None = None
    high: float | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class ModelUse:
    """Which model a measurement came out of."""

    name: str
    version: str
    sha256: str
    licence: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a table is made, whole: what is in it and everything that decides its values.

    Two tables of one recipe, track and time map are byte for byte the same; `version` moves when the code's answer
    does. `params` holds strings and whole numbers only, so that its digest means the same on every machine.
    """

    stage: str
    version: int
    method: str
    columns: tuple[Column, ...]
    params: Mapping[str, str | int]
    models: tuple[ModelUse, ...] = ()


class Sink(Protocol):
    """Where a stage puts its rows, as they come."""

    def add(self, rows: Mapping[str, NDArray[np.generic] | list[str]]) -> None:
        """Append rows: one array a column, all of one length."""
        ...


class Hearer(Protocol):
    """Whoever a decode pass is shown to."""

    needs: frozenset[Need]

    def on_video(self, picture: Picture) -> None:
        """One frame; only where it needs yuv."""
        ...

    def on_audio(self, block: Block) -> None:
        """About one second of sound; only where it needs pcm16k or pcm48k (one of them)."""
        ...


class Stage(Hearer, Protocol):
    """A hearer that makes a table. Called in order: start, on_video or on_audio as asked for in needs, finish."""

    @property
    def recipe(self) -> Recipe:
        """What it makes, and how."""
        ...

    def start(self, sink: Sink) -> None:
        """Before the first frame."""
        ...

    def finish(self) -> None:
        """After the last frame: add what is still held."""
        ...


class Listener:
    """The part of a stage that every stage shares: it keeps its sink and hears nothing it did not ask for."""

    needs: frozenset[Need] = frozenset()

    def start(self, sink: Sink) -> None:
        self.sink = sink

    def on_video(self, picture: Picture) -> None:
        raise NotImplementedError(f"{type(self).__name__} did not ask for pictures")

    def on_audio(self, block: Block) -> None:
        raise NotImplementedError(f"{type(self).__name__} did not ask for sound")

    def finish(self) -> None:
        """Nothing is held back unless a stage says so."""

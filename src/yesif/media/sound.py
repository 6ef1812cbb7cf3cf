"""The sound of a track as it is decoded: mono at the rates asked for, in blocks of a second, gaps made silent."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Protocol

import av
import numpy as np
from numpy.typing import NDArray

from yesif.base.errors import LimitReached
from yesif.media.stage import RATES, Block, Hearer, Need, TimeMap

_GAP_NS = 20_000_000  # PTS of millisecond containers wobble by less; a hole is longer
_LONGEST_GAP_NS = 3_600_000_000_000
_JOINED = 5  # frames of a fifth of a second: a resampler's call costs more than the few hundred samples of one packet


class _Report(Protocol):
    """What a feed writes down of the pass."""

    gaps: list[tuple[int, int]]

    @property
    def audio(self) -> "_Seen": ...


class _Seen(Protocol):
    count: int
    first_ns: int | None
    last_ns: int | None
    reached_ns: int


class Feed:
    """Resamples each decoded frame once per rate and hands whole seconds to the stages that asked.

    The clock of the sound is its sample count from the first PTS; a PTS more than 20 ms later than that count is a
    hole in the file, which is filled with silence and reported.
    """

    def __init__(self, report: _Report, clock: TimeMap, hearers: Mapping[Need, Sequence[Hearer]]) -> None:
        self.report, self.clock = report, clock
        self.lanes = [_Lane(RATES[need], stages, clock) for need, stages in hearers.items() if stages]
        self.rate, self.unit = 0, Fraction(1)
        self.joined = av.AudioFifo()
        self.form: tuple[int, str, str] | None = None
        self.start_ns = 0
        self.samples = 0

    def take(self, frame: av.AudioFrame, track_ns: int) -> None:
        """One decoded frame whose first sample stands at `track_ns`. Raises LimitReached where rate, format or channels
        are no longer those of the first: joined with what came before, they would be read as something else."""
        form = (frame.sample_rate, frame.format.name, frame.layout.name)
        if self.form and form != self.form:
            raise LimitReached("the sound changes its rate, its format or its channels on the way")
        self.form = form
        if not self.rate:
            self.rate, self.start_ns = frame.sample_rate, track_ns
            self.unit = Fraction(1, self.rate)
            self.report.audio.first_ns = self.clock.at(track_ns)
            for lane in self.lanes:
                lane.start_ns = track_ns
        expected = self.start_ns + self.samples * 1_000_000_000 // self.rate
        if track_ns - expected > _GAP_NS:
            self._fill(frame, expected, track_ns)
        self._push(frame)

    def finish(self) -> None:
        """The tail: what the resamplers and the last second still hold."""
        self._hand_on()
        for lane in self.lanes:
            lane.push(None)
            lane.flush()

    def _push(self, frame: av.AudioFrame) -> None:
        self.samples += frame.samples
        end_ns = self.start_ns + self.samples * 1_000_000_000 // self.rate
        self.report.audio.count = self.samples
        self.report.audio.last_ns = self.clock.at(end_ns)
        self.report.audio.reached_ns = end_ns
        # Every lane's resampler reads the count as the time, so that wobbling PTS cannot stretch the sound.
        frame.pts, frame.time_base = None, self.unit
        self.joined.write(frame)
        if self.joined.samples * _JOINED >= self.rate:
            self._hand_on()

    def _hand_on(self) -> None:
        frame = self.joined.read(self.joined.samples) if self.joined.samples else None
        if frame is None:
            return
        for lane in self.lanes:
            frame.pts, frame.time_base = None, self.unit
            lane.push(frame)

    def _fill(self, like: av.AudioFrame, expected_ns: int, found_ns: int) -> None:
        if found_ns - expected_ns > _LONGEST_GAP_NS:
            raise LimitReached(f"the sound leaps by {(found_ns - expected_ns) // 1_000_000_000} s")
        self.report.gaps.append((self.clock.at(expected_ns), self.clock.at(found_ns)))
        missing = (found_ns - expected_ns) * self.rate // 1_000_000_000
        while missing > 0:
            piece = min(missing, self.rate)
            silence = av.AudioFrame(format=like.format.name, layout=like.layout.name, samples=piece)
            for plane in silence.planes:
                plane.update(bytes(plane.buffer_size))
            silence.sample_rate = self.rate
            self._push(silence)
            missing -= piece


class _Lane:
    """One rate: a resampler, a second's worth of samples, and who hears them."""

    def __init__(self, rate: int, stages: Sequence[Hearer], clock: TimeMap) -> None:
        self.rate, self.stages, self.clock = rate, stages, clock
        self.start_ns = 0
        # The layout stays: the resampler's own mono would make two equal channels √2 louder than either.
        self.resampler = av.AudioResampler(format="fltp", rate=rate)
        self.held: list[NDArray[np.float32]] = []
        self.waiting = 0
        self.given = 0

    def push(self, frame: av.AudioFrame | None) -> None:
        for out in self.resampler.resample(frame):
            # Straight from the planes: to_ndarray costs more than the resampling itself.
            channels = [np.frombuffer(memoryview(plane), np.float32)[: out.samples] for plane in out.planes]
            samples = np.stack(channels).mean(axis=0, dtype=np.float32) if len(channels) > 1 else channels[0].copy()
            self.held.append(np.asarray(samples, np.float32))
            self.waiting += out.samples
            while self.waiting >= self.rate:
                self._give(self.rate)

    def flush(self) -> None:
        if self.waiting:
            self._give(self.waiting)

    def _give(self, count: int) -> None:
        whole = np.concatenate(self.held)
        self.held = [whole[count:]]
        self.waiting -= count
        track_ns = self.start_ns + self.given * 1_000_000_000 // self.rate
        step = 1e9 / self.rate * (1 + self.clock.drift_ppb * 1e-9)
        block = Block(whole[:count], self.rate, self.given, self.clock.at(track_ns), step)
        self.given += count
        for stage in self.stages:
            stage.on_audio(block)

"""From a take log and its pings to take time: where every sample and frame of a track stands, and how sure that is.

Take time is studio time counted from "action". Arrays are int64 nanoseconds unless a name says otherwise.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yesif.core.timeline import ClockMap, DeviceClock, closure_ns, device_clock, fit_clock, read_pings
from yesif.core.timeline.manifest import clock_json
from yesif.media.takelog import Kind, Scan, scan

Times = NDArray[np.int64]

_EARLIEST_US, _LATEST_US = 1, 1 << 52  # a time outside is no time of a browser
_LEAP_NS = 2_000_000_000  # frames whose stamps leap by this against their arrivals come from another source
_WRONG_RATE_PPB = 1_900_000


@dataclass(frozen=True, slots=True)
class TakeSpan:
    """The take on the studio's clock: `zero_ns` is studio time at "action", `length_ns` the time to "cut".

    `length_ns` is None where nobody said "cut": then everything recorded after action belongs to the take.
    """

    zero_ns: int
    length_ns: int | None = None

    @classmethod
    def of(cls, opened_ns: int, action_ns: int, cut_ns: int | None) -> "TakeSpan":
        """From a session's opening (studio time) and a take's action and cut (session clock)."""
        return cls(opened_ns + action_ns, None if cut_ns is None else max(cut_ns - action_ns, 0))


@dataclass(frozen=True, slots=True)
class Clocked:
    """A performer's clock on the studio's, refused pings, and whether the triangle with the partner closes."""

    clock: ClockMap
    refused: dict[str, int] = field(default_factory=dict)
    closure_ns: int | None = None

    def error_ns(self, more: int) -> int | None:
        """What a time may be off: the clock's error plus `more`, or the triangle's gap where that is larger."""
        mine = self.clock.error_ns
        return None if mine is None else max(mine + more, abs(self.closure_ns or 0))

    def bound_ns(self, more: int) -> int | None:
        bound = self.clock.bound_ns
        return None if bound is None else bound + more

    def as_json(self, span: TakeSpan) -> dict[str, object]:
        return clock_json(self.clock, span.zero_ns, self.refused, self.closure_ns)


def clock_of(log: Scan, partner: Path | None = None) -> Clocked:
    """The clock of the browser that wrote `log`, from the pings in it; with a partner's log, checked by triangle."""
    book = read_pings(log.rows(Kind.PINGS))
    mine = fit_clock(book.to("ws"))
    gap = None
    if partner is not None and book.to("dc") and mine.known:
        theirs = fit_clock(read_pings(scan(partner).rows(Kind.PINGS)).to("ws"))
        gap = closure_ns(mine, theirs, fit_clock(book.to("dc")), mine.segments[-1].at_us)
    return Clocked(mine, dict(book.refused), gap)


def studio_times(us: Times, positions_ns: Times, clock: ClockMap) -> tuple[Times, NDArray[np.bool_]]:
    """Studio times of client times `us`, and which of them are sure.

    Near a jump of the client's clock one client time may mean two moments; there the device's own count decides which,
    and the moment is not sure. Times that no browser can have written are not sure either.
    """
    sane = (us >= _EARLIEST_US) & (us < _LATEST_US)
    us = np.where(sane, us, _EARLIEST_US)
    if not clock.known:
        return us * 1000, sane
    if len(clock.segments) == 1:
        segment = clock.segments[0]
        since = (us - segment.at_us) * 1000
        # In two steps, because nanoseconds times parts per billion overflow 64 bits after an hour.
        slow = since // 1_000_000 * segment.drift_ppb // 1000 + since % 1_000_000 * segment.drift_ppb // 1_000_000_000
        return segment.far_ns + since + slow, sane
    times, sure = np.zeros(len(us), np.int64), sane.copy()
    expected: int | None = None
    for index, (at, position) in enumerate(zip(us.tolist(), positions_ns.tolist(), strict=True)):
        possible = [segment.at(at) for segment in clock.possible(at)]
        sure[index] &= len(possible) == 1
        goal = possible[0] if expected is None else expected + position
        times[index] = min(possible, key=lambda time: abs(time - goal))
        if sane[index]:
            expected = int(times[index]) - position
    return times, sure


@dataclass(frozen=True, slots=True)
class SampleRun:
    """One uninterrupted run of a microphone: its records, what it counted, and its clock (None: nothing to go by).

    `ends`: samples counted at the end of each record. `lost`: (record within the run, samples lost before it).
    """

    records: NDArray[np.int64]
    rate: int
    channels: int
    ends: Times
    clock: DeviceClock | None
    lost: tuple[tuple[int, int], ...]

    @property
    def samples(self) -> int:
        """Samples recorded, losses not counted."""
        return int(self.ends[-1]) if len(self.ends) else 0

    @property
    def samples_with_losses(self) -> int:
        return self.samples + sum(count for _, count in self.lost)

    def at(self, sample: int) -> int:
        """Studio time of a sample, counted with the losses; without a clock, from zero."""
        position = sample * 1_000_000_000 // self.rate
        return self.clock.at(position) if self.clock else position


def sample_runs(log: Scan, clock: ClockMap) -> Iterator[SampleRun]:
    """The runs of PCM in a log, one for each header that samples follow, in order."""
    pcm = log.of(Kind.PCM)
    headers = {text.run: text.value for text in log.said(Kind.HEADER)}
    for run in np.unique(log.run[pcm]):
        records = pcm[log.run[pcm] == run]
        header = headers.get(int(run), {})
        rate = _whole(header.get("sample_rate"), 48_000, 8_000, 192_000)
        channels = _whole(header.get("channels"), 1, 1, 8)
        ends = np.cumsum(log.length[records].astype(np.int64) // (2 * channels))
        positions = ends * 1_000_000_000 // rate
        arrivals, sure = studio_times(log.arrival_us[records], positions, clock)
        kept = np.flatnonzero(sure)
        device = device_clock(positions[kept].tolist(), arrivals[kept].tolist())
        rises = device.rises if device else ()
        lost = tuple((int(kept[rise.index]), (rise.size_ns * rate + 500_000_000) // 1_000_000_000) for rise in rises)
        yield SampleRun(records, rate, channels, ends, device, lost)


@dataclass(frozen=True, slots=True)
class FrameTimes:
    """Take times of frames, one for each record asked about, and how they were found.

    `error_ns`: what the anchor may be off. `trusted`: False where the stamps were no clock and arrivals were used.
    """

    times_ns: Times
    error_ns: int
    drift_ppb: int
    trusted: bool = True


def frame_times(log: Scan, records: NDArray[np.int64], clock: ClockMap, span: TakeSpan) -> FrameTimes:
    """Take time of every frame: its own stamp on the line of the earliest arrivals, for each source by itself."""
    stamps = np.where(np.abs(log.timestamp_us[records]) < _LATEST_US, log.timestamp_us[records], 0) * 1000
    arrivals, sure = studio_times(log.arrival_us[records], stamps, clock)
    times = np.zeros(len(records), np.int64)
    errors, drifts, trusted = [0], [0], True
    for part in _sources(log.run[records], stamps, arrivals):
        device = _stamp_clock(stamps[part], arrivals[part], sure[part])
        if device is None:
            times[part], trusted = arrivals[part], False
            continue
        times[part] = [device.at(stamp) for stamp in stamps[part].tolist()]
        errors.append(device.error_ns)
        drifts.append(device.drift_ppb)
    return FrameTimes(times - span.zero_ns, max(errors), max(drifts, key=abs), trusted)


def packet_times(log: Scan, records: NDArray[np.int64], clock: ClockMap, span: TakeSpan) -> FrameTimes:
    """Take time of the first sample of packets stamped by their own sample count (Opus).

    Stamps name a packet's beginning, and it arrives after its end: the line through arrivals is one packet late.
    """
    found = frame_times(log, records, clock, span)
    length = spread(np.unique(log.timestamp_us[records]).tolist()) * 1000 if len(records) > 1 else 20_000_000
    return FrameTimes(found.times_ns - min(length, 120_000_000), found.error_ns, found.drift_ppb, found.trusted)


def _sources(runs: NDArray[np.uint16], stamps: Times, arrivals: Times) -> Iterator[slice]:
    """Stretches in which the stamps come from one source: cut at a restart, and where stamps leap against arrivals."""
    if not len(stamps):
        return
    leaps = np.abs(np.diff(stamps) - np.diff(arrivals)) > _LEAP_NS
    cuts = np.flatnonzero(leaps | (np.diff(runs) != 0)) + 1
    for start, end in pairwise([0, *cuts.tolist(), len(stamps)]):
        yield slice(start, end)


def _stamp_clock(stamps: Times, arrivals: Times, sure: NDArray[np.bool_]) -> DeviceClock | None:
    order = np.argsort(stamps, kind="stable")
    order = order[sure[order]]
    if not len(order):
        return None
    passed, came = int(np.ptp(stamps[order])), int(np.ptp(arrivals[order]))
    if abs(passed - came) > _LEAP_NS // 2 + came // 50:
        return None  # what passed by the stamps is not what passed
    device = device_clock(stamps[order].tolist(), arrivals[order].tolist(), finds_losses=False)
    if device is None or abs(device.drift_ppb) >= _WRONG_RATE_PPB:
        return None
    return device


def _whole(value: object, usual: int, least: int, most: int) -> int:
    return value if isinstance(value, int) and least <= value <= most else usual


def spread(times: Sequence[int]) -> int:
    """The usual distance of frames, nanoseconds: the middle one; 33,333,333 where there are fewer than two."""
    steps = sorted(b - a for a, b in pairwise(times))
    return steps[len(steps) // 2] if steps else 33_333_333

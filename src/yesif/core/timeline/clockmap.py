"""A browser's clock on the studio's: straight lines through the fastest answers, one for each stretch without a jump.

Method: per block of 30 s the fastest fifth of the pings gives a first robust line; then the fastest ways there and the
fastest ways back are looked for apart, and the line runs midway. Averages are tens of milliseconds wrong under load.
A ping proves that the true offset lies within half its way of what it says; two pings whose proofs cannot both hold,
not even with 500 ppm of drift between them, mean that a clock jumped, or that one of them lies.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from yesif.core.timeline.line import Point, RobustLine, line_under, robust_line
from yesif.core.timeline.pings import Ping

BLOCK_NS = 30_000_000_000
_BEST_OF = 5  # one in five pings of a block is believed
_LEAST = 3
_LONG_BLOCKS = 4  # from here on every block speaks for itself, and the line runs through the blocks
_DRIFT_PPM = 500  # no quartz drifts by more
_QUANTUM_NS = 100_000  # the coarsest step of a browser's clock
_NOISE_NS = 30_000  # of the fastest pings on an idle machine
_THIN = 0.75  # from the third fastest's height to one standard error, by simulation
_QUARTZ_PPB = 120_000  # two ordinary clocks against each other
_PRIOR_PPB = 50_000.0  # what is known of a clock's drift before the first ping: 50 ppm, one sigma


@dataclass(frozen=True, slots=True)
class Segment:
    """One straight line: near time `at_us` is far time `far_ns`, and the near clock is `drift_ppb` slow.

    Valid for near times from `from_us` to `until_us` (first and last ping), and beyond where no other segment is.
    `error_ns`: two standard errors at the worse end, if both ways are equally long. `bound_ns`: no honest network can
    make it more wrong than this: half the fastest way, plus how far the line passes from that ping. Of `pings`, `kept`
    were fast enough for the first look.
    """

    from_us: int
    until_us: int
    at_us: int
    far_ns: int
    drift_ppb: int
    error_ns: int
    bound_ns: int
    pings: int
    kept: int

    def at(self, us: int) -> int:
        """Far time, nanoseconds, of near time `us`."""
        since = (us - self.at_us) * 1000
        return self.far_ns + since + since * self.drift_ppb // 1_000_000_000


@dataclass(frozen=True, slots=True)
class ClockMap:
    """Near time to far time, in one or more segments in the order in which they happened.

    `lies`: pings that contradict the rest and were left out. Without any segment the map is unknown, and `at` takes the
    browser's own clock for the studio's: right to seconds, on a machine that keeps its time.
    """

    segments: tuple[Segment, ...]
    lies: int = 0

    @property
    def known(self) -> bool:
        """Is there at least one believable ping?"""
        return bool(self.segments)

    @property
    def error_ns(self) -> int | None:
        """The worst segment's error estimate; None where nothing is known."""
        return max((segment.error_ns for segment in self.segments), default=None)

    @property
    def bound_ns(self) -> int | None:
        """The worst segment's hard bound; None where nothing is known."""
        return max((segment.bound_ns for segment in self.segments), default=None)

    def at(self, us: int) -> int:
        """Far time of near time `us`, by the segment that holds it, else the nearest (of equals, the earlier)."""
        if not self.segments:
            return us * 1000
        return min(self.segments, key=lambda segment: _outside(segment, us)).at(us)

    def possible(self, us: int) -> tuple[Segment, ...]:
        """The segments that may be meant by near time `us`: more than one where the clock jumped near it."""
        if len(self.segments) < 2:
            return self.segments
        inside = [segment for segment in self.segments if _outside(segment, us) == 0]
        if len(inside) == 1 and not any(_outside(s, us) < 3_000_000 for s in self.segments if s is not inside[0]):
            return tuple(inside)
        near = sorted(self.segments, key=lambda segment: _outside(segment, us))
        return tuple(segment for segment in near if segment in inside or segment in near[:2])


def fit_clock(pings: Sequence[Ping]) -> ClockMap:
    """The map that the pings of one way prove, in any order of writing. No pings: an unknown map."""
    parts, lies = _split(sorted(pings, key=lambda ping: (ping.t1_ns, ping.t0_us)))
    if lies > sum(len(part) for part in parts):
        return ClockMap((), len(pings))  # most contradict each other: there is no telling which are true
    return ClockMap(tuple(_segment(part) for part in parts), lies)


def _outside(segment: Segment, us: int) -> int:
    return max(segment.from_us - us, us - segment.until_us, 0)


@dataclass(slots=True)
class _Stretch:
    """Pings that can all be true together, and what they prove of the offset now: between `low` and `high`, far ns."""

    pings: list[Ping]
    low: int
    high: int

    @classmethod
    def of(cls, ping: Ping) -> "_Stretch":
        low, high = _proof(ping)
        return cls([ping], low, high)

    def take(self, ping: Ping) -> bool:
        """Take the ping in if it can be true together with the others."""
        slack = abs(ping.t1_ns - self.pings[-1].t1_ns) * _DRIFT_PPM // 1_000_000
        low, high = _proof(ping)
        low, high = max(low, self.low - slack), min(high, self.high + slack)
        if low > high:
            return False
        self.pings.append(ping)
        self.low, self.high = low, high
        return True


def _proof(ping: Ping) -> tuple[int, int]:
    half = max(ping.rtt_ns, 0) // 2 + _QUANTUM_NS
    return ping.offset_ns - half, ping.offset_ns + half


def _split(ordered: Sequence[Ping]) -> tuple[list[list[Ping]], int]:
    """Stretches without a jump, and how many pings contradict their surroundings.

    A jump is believed when three pings in a row agree on it; one or two that disagree are lies.
    """
    stretches: list[_Stretch] = []
    doubted: _Stretch | None = None
    lies = 0
    for ping in ordered:
        if not stretches:
            stretches.append(_Stretch.of(ping))
        elif stretches[-1].take(ping):
            lies += len(doubted.pings) if doubted else 0
            doubted = None
        elif doubted is None or not doubted.take(ping):
            lies += len(doubted.pings) if doubted else 0
            doubted = _Stretch.of(ping)
        elif len(doubted.pings) >= _LEAST:
            stretches.append(doubted)
            doubted = None
    lies += len(doubted.pings) if doubted else 0
    believed = [stretch.pings for stretch in stretches if len(stretch.pings) >= _LEAST]
    if not believed:
        believed = [stretch.pings for stretch in stretches[:1]]
    return believed, lies + sum(len(s.pings) for s in stretches) - sum(len(part) for part in believed)


def _segment(pings: Sequence[Ping]) -> Segment:
    quickest = min(pings, key=lambda ping: ping.rtt_ns)
    kept = _fastest(pings)
    long = pings[-1].t1_ns - pings[0].t1_ns > _LONG_BLOCKS * BLOCK_NS
    line = _among(kept, quickest)
    line = _by_blocks(pings, quickest, line) if long else _between(pings, quickest, line)
    centre_us = quickest.at_us
    bound_ns = max(quickest.rtt_ns, 0) // 2 + math.ceil(abs(line.height))
    ends = [(ping.at_us - centre_us) / 1e6 for ping in (pings[0], pings[-1])]
    return Segment(
        from_us=min(ping.t0_us for ping in pings),
        until_us=max(ping.t3_us for ping in pings),
        at_us=centre_us,
        far_ns=centre_us * 1000 + quickest.offset_ns + round(line.height),
        drift_ppb=round(line.slope),
        error_ns=math.ceil(2 * max(line.error(end) for end in ends)) if len(pings) >= _LEAST else bound_ns,
        bound_ns=bound_ns,
        pings=len(pings),
        kept=len(kept),
    )


def _fastest(pings: Sequence[Ping]) -> list[Ping]:
    kept: list[Ping] = []
    for block in _blocks(pings):
        best = sorted(block, key=lambda ping: ping.rtt_ns)
        kept += best[: max(_LEAST, len(best) // _BEST_OF)]
    return kept


def _blocks(pings: Sequence[Ping]) -> list[list[Ping]]:
    blocks: dict[int, list[Ping]] = {}
    for ping in pings:
        blocks.setdefault((ping.t1_ns - pings[0].t1_ns) // BLOCK_NS, []).append(ping)
    return list(blocks.values())


def _among(kept: Sequence[Ping], quickest: Ping) -> RobustLine:
    """First look: a robust line through the fastest pings; x in seconds and y in nanoseconds from the quickest's."""
    x = [(ping.at_us - quickest.at_us) / 1e6 for ping in kept]
    y = [float(ping.offset_ns - quickest.offset_ns) for ping in kept]
    width = [math.hypot(_NOISE_NS, (ping.rtt_ns - quickest.rtt_ns) / 2) for ping in kept]
    return robust_line(x, y, width, _PRIOR_PPB)


def _ways(pings: Sequence[Ping], quickest: Ping) -> tuple[list[Point], list[Point]]:
    """How late each ping came there, and back, if the offset were the quickest's; by near time, nanoseconds."""
    there = [((p.t0_us - quickest.at_us) * 1000, p.t1_ns - p.t0_us * 1000 - quickest.offset_ns) for p in pings]
    back = [((p.t3_us - quickest.at_us) * 1000, p.t3_us * 1000 - p.t2_ns + quickest.offset_ns) for p in pings]
    return sorted(there), sorted(back)


def _between(pings: Sequence[Ping], quickest: Ping, rough: RobustLine) -> RobustLine:
    """A short stretch: midway between the line under all ways there and the line over all ways back.

    The fastest way there and the fastest way back are rarely one ping's; taken apart, few pings say as much as many.
    """
    there, back = _ways(pings, quickest)
    # The first look's slope may be off by three of its errors; in between, no quartz is taken to be a bad one.
    slack = (3 * math.sqrt(rough.tilt) + 5_000) / 1e9
    least = max(rough.slope / 1e9 - slack, min(-_QUARTZ_PPB / 1e9, rough.slope / 1e9 + slack))
    most = min(rough.slope / 1e9 + slack, max(_QUARTZ_PPB / 1e9, rough.slope / 1e9 - slack))
    x_there, late_there, slope_there = line_under(there, least, most)
    x_back, late_back, slope_back = line_under(back, -most, -least)
    slope = (slope_there - slope_back) / 2
    at_zero = ((late_there - slope_there * x_there) - (late_back - slope_back * x_back)) / 2
    width = max(_third(there, slope_there), _third(back, slope_back)) * _THIN + _NOISE_NS / 2
    length = max(there[-1][0] - there[0][0], 1) / 1e9
    return RobustLine(at_zero, slope * 1e9, width**2, (width / length) ** 2, (there[0][0] + there[-1][0]) / 2e9)


def _third(ways: Sequence[Point], slope: float) -> float:
    """How far the third fastest lies above the fastest: how thinly the fastest are sown."""
    heights = sorted(late - slope * at for at, late in ways)
    return heights[min(2, len(heights) - 1)] - heights[0]


def _by_blocks(pings: Sequence[Ping], quickest: Ping, rough: RobustLine) -> RobustLine:
    """A long stretch: midway between the fastest ways there and back of each block, and a robust line through those."""
    x, y, width = [], [], []
    for block in _blocks(pings):
        if len(block) < _LEAST:
            continue
        there, back = _ways(block, quickest)
        slope = rough.slope / 1e9
        fastest_there = min(late - slope * at for at, late in there)
        fastest_back = min(late + slope * at for at, late in back)
        x.append(sum(at for at, _ in there) / len(there) / 1e9)
        y.append((fastest_there - fastest_back) / 2 + rough.slope * x[-1])
        width.append(max(_third(there, slope), _third(back, -slope)) / 2 + _NOISE_NS / 2)
    return robust_line(x, y, width, _PRIOR_PPB)

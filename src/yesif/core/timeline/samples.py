"""A device's own count against the studio's clock: the samples are the clock, and the earliest arrivals anchor it.

A block can arrive late but never early, so the line under all arrivals is the device's clock plus its constant least
delay. Time stamps of browsers are not used: they were measured to be seconds wrong.

What the count misses shows as a rise of that line which never comes back: a delay comes back, a loss does not.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from yesif.core.timeline.line import line_under

_BIN_NS = 1_000_000_000
_STEP_NS = 8_000_000  # least rise that is believed to be a loss: browsers lose whole buffers of 10 ms and more
_LARGEST_NS = 600_000_000_000  # a leap beyond this is a broken clock, not a loss
_SUSTAINED_BINS = 3
_LOOK_BINS = 30
_FLAT_NS = 3_000_000
_WIDEST_PPB = 150_000  # a sound device's clock beside a computer's
_USUAL_PPB = 50_000  # what two sound quartzes are mostly apart; in a short run the arrivals cannot say it better
_NO_RATE = 0.3  # beyond this share the arrivals are no clock
_PIECE_NS = 60_000_000_000
_BENT_NS = 200_000  # a line bent by more than this gets knots


@dataclass(frozen=True, slots=True)
class Rise:
    """At `index` of the arrivals, `size_ns` of the device's time were never counted."""

    index: int
    size_ns: int


@dataclass(frozen=True, slots=True)
class DeviceClock:
    """Device position (nanoseconds by its own count, losses counted in) to studio time, straight between `knots`.

    Before the first and after the last knot the line goes on by `drift_ppb`. `error_ns` says how far the line may be
    from the true lower envelope: by how much two halves of the arrivals disagree, or its parts' usual height above it.
    `rises`: what was lost, and where.
    """

    knots: tuple[tuple[int, int], ...]
    drift_ppb: int
    error_ns: int
    rises: tuple[Rise, ...] = ()

    def at(self, position_ns: int) -> int:
        """Studio time, nanoseconds, of a device position."""
        knots = self.knots
        index = bisect_right(knots, position_ns, key=lambda knot: knot[0])
        if 0 < index < len(knots):
            (p0, t0), (p1, t1) = knots[index - 1], knots[index]
            return t0 + (position_ns - p0) * (t1 - t0) // (p1 - p0)
        position, time = knots[0] if index == 0 else knots[-1]
        since = position_ns - position
        return time + since + since * self.drift_ppb // 1_000_000_000


def device_clock(
    positions_ns: Sequence[int], arrivals_ns: Sequence[int], *, finds_losses: bool = True
) -> DeviceClock | None:
    """The clock of one uninterrupted run of a device, or None for an empty one.

    `positions_ns`: the device's count at the END of each block, as time (n · 10^9 / rate), never falling;
    `arrivals_ns`: studio times at which the blocks came. With `finds_losses` a lasting rise is taken for samples that
    were never counted; time stamps of frames already carry their losses and are fitted without.
    """
    if not positions_ns:
        return None
    p0, a0 = positions_ns[0], arrivals_ns[0]
    x = [position - p0 for position in positions_ns]
    late = [arrival - a0 - position for arrival, position in zip(arrivals_ns, x, strict=True)]
    bins = _bins(x, late)
    slope, slack = _rough_slope(bins)
    rises = _rises(x, late, bins, slope) if finds_losses else ()
    if rises:
        x, late = _with_losses(x, late, rises)
        bins = _bins(x, late)
        slope, slack = _rough_slope(bins)
    # A short run has too few seconds for a line through their best blocks; there every block counts.
    points = bins if len(bins) > 60 else list(zip(x, late, strict=True))
    x0, height, drift = line_under(points, slope - slack, slope + slack)
    levels = _levels(bins, x0, height, drift)
    knots = _knots(bins, levels, x0, height, drift)
    studio = tuple((p0 + at, a0 + at + round(above)) for at, above in knots)
    error = max(_middle(levels), _unsure(points, slope - slack, slope + slack)) + 5_000
    return DeviceClock(studio, round(drift * 1e9), error, rises)


Bin = tuple[int, int]
"""Where (position) and how late the least late block of about one second was, nanoseconds."""


def _bins(x: Sequence[int], late: Sequence[int]) -> list[Bin]:
    best: dict[int, Bin] = {}
    for at, lateness in zip(x, late, strict=True):
        number = at // _BIN_NS
        if number not in best or lateness < best[number][1]:
            best[number] = (at, lateness)
    return [best[number] for number in sorted(best)]


def _rough_slope(bins: Sequence[Bin]) -> tuple[float, float]:
    """Slope of lateness and how far it may be off: the median over pairs far apart (after Theil and Sen).

    A jump touches few of the pairs, so the median does not see it. Below 8 s nothing can be said: 0 ± 50 ppm.
    """
    if len(bins) < 8:
        return 0.0, _USUAL_PPB / 1e9
    apart = max(4, min(len(bins) // 10, 30))
    slopes = sorted((b[1] - a[1]) / (b[0] - a[0]) for a, b in zip(bins, bins[apart:], strict=False) if b[0] > a[0])
    middle = slopes[len(slopes) // 2]
    spread = sorted(abs(slope - middle) for slope in slopes)[len(slopes) // 2]
    # A slope that no quartz has is believed only if nearly all pairs have it: then the device says a wrong rate.
    if abs(middle) > _NO_RATE or (abs(middle) > _WIDEST_PPB / 1e9 and spread > abs(middle) / 10):
        return 0.0, _WIDEST_PPB / 1e9
    slack = max(3 * spread, 5e-6)
    return middle, slack if abs(middle) > _WIDEST_PPB / 1e9 else min(slack, _WIDEST_PPB / 1e9)


def _rises(x: Sequence[int], late: Sequence[int], bins: Sequence[Bin], slope: float) -> tuple[Rise, ...]:
    """Rises of the lateness that last to the end, drift taken out: what was lost and never counted."""
    level = [lateness - slope * at for at, lateness in bins]
    lowest_after = list(level)
    for index in range(len(level) - 2, -1, -1):
        lowest_after[index] = min(level[index], lowest_after[index + 1])
    rises: list[Rise] = []
    for index in range(1, len(level)):
        if len(level) - index < _SUSTAINED_BINS or index < _SUSTAINED_BINS - 1:
            continue
        # A second in which the loss falls holds good blocks from before it, so the rise may take two bins.
        if lowest_after[index] - lowest_after[index - 1] < _STEP_NS:
            continue
        before = min(level[max(0, index - _SUSTAINED_BINS) : index])
        after = min(level[index : index + _LOOK_BINS])
        # A crowded machine delays by another time each second; after a loss the floor is flat again.
        flat = sum(height - after < _FLAT_NS for height in level[index : index + _LOOK_BINS])
        if flat >= _SUSTAINED_BINS and _STEP_NS <= after - before <= _LARGEST_NS:
            start = bins[index - 1][0]
            rises.append(Rise(_where(x, late, slope, start, after - _FLAT_NS), round(after - before)))
    return tuple(rises)


def _where(x: Sequence[int], late: Sequence[int], slope: float, start: int, floor: float) -> int:
    """The first block after the loss: the one after the last that came earlier than is possible after it."""
    index = found = bisect_right(x, start - 1)
    while index < len(x) and x[index] - start < _LOOK_BINS * _BIN_NS:
        if late[index] - slope * x[index] < floor:
            found = index + 1
        index += 1
    return min(found, len(x) - 1)


def _with_losses(x: Sequence[int], late: Sequence[int], rises: Sequence[Rise]) -> tuple[list[int], list[int]]:
    moved_x, moved_late, lost, waiting = [], [], 0, list(rises)
    for index, (at, lateness) in enumerate(zip(x, late, strict=True)):
        while waiting and waiting[0].index <= index:
            lost += waiting.pop(0).size_ns
        moved_x.append(at + lost)
        moved_late.append(lateness - lost)
    return moved_x, moved_late


def _levels(bins: Sequence[Bin], x0: float, height: float, drift: float) -> list[tuple[int, float]]:
    """For each stretch of the run, its middle and how far its own lowest point lies above the line."""
    length = bins[-1][0] - bins[0][0]
    piece = _PIECE_NS if length >= 3 * _PIECE_NS else max(length // 6, 1)
    parts: dict[int, list[float]] = {}
    for at, lateness in bins:
        parts.setdefault((at - bins[0][0]) // piece, []).append(lateness - height - drift * (at - x0))
    return [(bins[0][0] + number * piece + piece // 2, min(part)) for number, part in sorted(parts.items())]


def _knots(
    bins: Sequence[Bin], levels: Sequence[tuple[int, float]], x0: float, height: float, drift: float
) -> list[tuple[int, float]]:
    """(position, lateness) of the line; more than one where the clock's rate wanders during a long run."""
    centre = (bins[0][0] + bins[-1][0]) // 2
    straight = [(centre, height + drift * (centre - x0))]
    if bins[-1][0] - bins[0][0] < 3 * _PIECE_NS:
        return straight
    # One crowded minute must not bend the clock: each level is the middle one of itself and its neighbours.
    calm = [sorted(level for _, level in levels[max(0, i - 1) : i + 2])[min(1, i)] for i in range(len(levels))]
    if max(calm) < _BENT_NS:
        return straight
    return [(at, height + drift * (at - x0) + up) for (at, _), up in zip(levels, calm, strict=True)]


def _middle(levels: Sequence[tuple[int, float]]) -> int:
    heights = sorted(level for _, level in levels)
    return round(heights[len(heights) // 2])


def _unsure(points: Sequence[Bin], least: float, most: float) -> int:
    """By how much two halves of the arrivals, every other one each, disagree about the line at either end."""
    if len(points) < 4:
        return round(_WIDEST_PPB / 1e9 * (points[-1][0] - points[0][0]))
    (x, height, slope), (y, other, tilt) = (line_under(half, least, most) for half in (points[::2], points[1::2]))
    ends = (points[0][0], points[-1][0])
    return round(max(abs(height + slope * (end - x) - other - tilt * (end - y)) for end in ends))

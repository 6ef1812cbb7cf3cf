"""Straight lines through what is never early: the line under all points, and the robust line among them."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[int, int]
"""Where and how late, nanoseconds."""


def line_under(points: Sequence[Point], least: float, most: float) -> tuple[int, int, float]:
    """The line under all points with the least sum of heights above it: where it touches, how late there, slope.

    `points` rise in their first member. Without limits the line is the edge of the lower convex hull below the centroid
    (Zhang, Liu & Xia, "Clock synchronization algorithms for network measurements", INFOCOM 2002); where that edge is
    steeper than [least, most] allows, the best allowed line stands on the hull's corner where the slopes pass the
    limit.
    """
    hull: list[Point] = []
    for point in points:
        if hull and point[0] == hull[-1][0]:
            if point[1] >= hull[-1][1]:
                continue
            hull.pop()
        while len(hull) > 1 and not _turns_up(hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
    centre = sum(at for at, _ in points) / len(points)
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(hull)]
    edge = max(0, min(bisect_right([at for at, _ in hull], centre), len(slopes)) - 1)
    slope = slopes[edge] if slopes else 0.0
    if slopes and least <= slope <= most:
        return hull[edge][0], hull[edge][1], slope
    slope = min(max(slope, least), most)
    corner = min(hull, key=lambda point: point[1] - slope * point[0])
    return corner[0], corner[1], slope


def _turns_up(a: Point, b: Point, c: Point) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) > (b[1] - a[1]) * (c[0] - a[0])


@dataclass(frozen=True, slots=True)
class RobustLine:
    """height + slope · x, and its uncertainty. x in seconds, heights in nanoseconds, slope in nanoseconds a second."""

    height: float
    slope: float
    level: float
    tilt: float
    centre: float

    def error(self, x: float) -> float:
        """One standard error at x."""
        return math.sqrt(self.level + self.tilt * (x - self.centre) ** 2)


def robust_line(x: Sequence[float], y: Sequence[float], width: Sequence[float], prior_slope: float) -> RobustLine:
    """Weighted least squares with Huber's loss, and a prior on the slope: zero, give or take `prior_slope`.

    `width`: one standard error of each y. The prior keeps the line of a few neighbouring points from tilting wildly.
    """
    weight = [1 / w**2 for w in width]
    height = slope = mx = 0.0
    total = spread = 1.0
    for _ in range(12):
        total = sum(weight)
        mx = sum(w * a for w, a in zip(weight, x, strict=True)) / total
        my = sum(w * b for w, b in zip(weight, y, strict=True)) / total
        spread = sum(w * (a - mx) ** 2 for w, a in zip(weight, x, strict=True)) + prior_slope**-2
        slope = sum(w * (a - mx) * (b - my) for w, a, b in zip(weight, x, y, strict=True)) / spread
        height = my - slope * mx
        away = [abs(b - height - slope * a) / w for a, b, w in zip(x, y, width, strict=True)]
        scale = max(1.5 * sorted(away)[len(away) // 2], 1.0)
        weight = [min(1.0, 1.5 * scale / a if a else 1.0) / (w * scale) ** 2 for a, w in zip(away, width, strict=True)]
    return RobustLine(height, slope, 1 / total, 1 / spread, mx)

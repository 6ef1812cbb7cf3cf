"""Hills and valleys of a contour at every scale at once: the wavelet transform, and the lines its maxima make.

C. Torrence and G. Compo (1998), "A practical guide to wavelet analysis", Bull. Am. Meteorol. Soc. 79: the Mexican hat
(DOG, m = 2; table 1) by FFT (eq. 4 and 6), scaled for reconstruction (eq. 11, table 2). Lines of maximum amplitude as
in A. Suni, J. Šimko, D. Aalto and M. Vainio (2017), "Hierarchical representation and estimation of prosody using
continuous wavelet transform", Computer Speech & Language 45, §3. Own code.
"""

from dataclasses import dataclass
from math import gamma

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RATE = 200
"""Frames per second of the contours."""
PER_OCTAVE = 4
_SCALES = 41  # ten octaves from one frame
_EDGE = 2 * RATE  # the first and last values are held this long, so that the edges make no hills
_RECONSTRUCTION = 3.541 * 0.867  # C_δ · ψ₀(0) of the Mexican hat, table 2
_FACTOR = 2 * np.pi / np.sqrt(2.5)  # Fourier wavelength over scale, table 1


@dataclass(frozen=True, slots=True)
class Ridge:
    """One line of maxima: the frame at the middle of its scales, and the sum of its heights."""

    frame: int
    strength: float


def half_wavelengths() -> Floats:
    """Half the wavelength of each scale, in frames: what a hill of that scale spans."""
    return np.asarray(_FACTOR * 2 ** (np.arange(_SCALES) / PER_OCTAVE) / 2)


def transform(contour: Floats) -> Floats:
    """Mexican-hat coefficients [scales, frames] of a contour at 200 Hz; a sum over scales gives it back."""
    step = 1 / RATE
    padded = np.pad(contour, _EDGE, mode="edge")
    size = 1 << int(np.ceil(np.log2(len(padded))))
    angular = 2 * np.pi * np.fft.fftfreq(size, step)
    scales = step * 2 ** (np.arange(_SCALES) / PER_OCTAVE)
    reach = scales[:, None] * angular
    hat = reach**2 * np.exp(-(reach**2) / 2) / np.sqrt(gamma(2.5))
    hat *= np.sqrt(2 * np.pi * scales / step)[:, None]
    found = np.fft.ifft(np.fft.fft(padded, size) * hat, axis=1).real[:, _EDGE : _EDGE + len(contour)]
    found *= (np.sqrt(step / scales) / PER_OCTAVE / _RECONSTRUCTION)[:, None]
    return np.asarray(found - found.mean(axis=1, keepdims=True))


def ridges(coefficients: Floats, first: int, last: int) -> list[Ridge]:
    """Lines of maxima through the scales first … last − 1, in order of where they begin.

    From each maximum the line climbs the slope of the next scale to that scale's maximum, if it is near; where several
    meet, the strongest goes on.
    """
    first, last = max(first, 0), min(last, len(coefficients))
    here = maxima(coefficients[first])
    lines: list[list[int]] = [[at] for at in here]
    tops = [(at, float(coefficients[first][at]), index) for index, at in enumerate(here)]
    sums = [0.0] * len(lines)
    spans = half_wavelengths()
    for scale in range(first + 1, last):
        row = coefficients[scale]
        won: dict[int, tuple[float, int]] = {}
        for at, height, line in tops:
            above = _uphill(row, maxima(row), at)
            if above is not None and abs(above - at) < 4 * np.sqrt(spans[scale]):
                won[above] = max(won.get(above, (-np.inf, -1)), (height, line))
        tops = []
        for above, (height, line) in sorted(won.items()):
            sums[line] = height + float(row[above])
            lines[line].append(above)
            tops.append((above, sums[line], line))
    return [Ridge(line[(len(line) - 1) // 2], total) for line, total in zip(lines, sums, strict=True) if len(line) > 1]


def maxima(row: Floats) -> list[int]:
    """Frames that are higher than both neighbours."""
    return [int(at) + 1 for at in np.flatnonzero(np.diff(np.sign(np.diff(row))) < 0)]


def _uphill(row: Floats, tops: list[int], at: int) -> int | None:
    if not tops:
        return None
    after = int(np.searchsorted(tops, at, side="right"))
    if after == len(tops):
        return tops[-1]
    rising = at + 1 < len(row) and row[at + 1] > row[at]
    return tops[after] if rising else tops[max(after - 1, 0)]

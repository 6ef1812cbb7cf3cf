"""Where are the poles of many all-pole filters at once? Found together, a few numbers a frame instead of a matrix each.

Poles near the unit circle show as dips of the polynomial along a circle a little inside it. Newton's method takes each
dip to its root; where all pairs but one are found the last is what is left after dividing by them; the rest are
eigenvalues of the companion matrix, which would do for all but costs three times as much.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft

Floats = NDArray[np.float64]
Complex = NDArray[np.complex128]

_RADIUS = 0.92
_GRID = 256
_ROUNDS = 6
_SETTLED, _SAME, _REAL = 1e-6, 1e-3, 1e-3


def upper_poles(a: Floats) -> Complex:
    """Roots above the real axis of 1 + a[1]·z⁻¹ + … + a[n]·z⁻ⁿ (n even), [frames, n / 2]; NaN where there are fewer."""
    frames, order = a.shape
    frame, root = _newton(a, *_dips(a))
    count = np.bincount(frame, minlength=frames)
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    found = np.full((frames, order // 2), np.nan, np.complex128)
    kept = count[frame] <= order // 2
    found[frame[kept], (np.arange(len(frame)) - first[frame])[kept]] = root[kept]
    nearly = count == order // 2 - 1
    found[nearly, -1] = _last_pair(a[nearly], found[nearly, :-1])
    rest = (count < order // 2 - 1) | (count > order // 2)
    found[rest] = _by_matrix(a[rest])
    return found


def _dips(a: Floats) -> tuple[NDArray[np.int64], Complex]:
    """The frame and place of each dip of the polynomial along the circle."""
    scaled = np.concatenate([np.ones((len(a), 1)), a * _RADIUS ** -np.arange(1.0, a.shape[1] + 1)], axis=1)
    spectrum = rfft(scaled.astype(np.float32), 2 * _GRID)
    size = spectrum.real**2 + spectrum.imag**2
    frame, at = np.nonzero((size[:, 1:-1] < size[:, :-2]) & (size[:, 1:-1] <= size[:, 2:]))
    return frame, _RADIUS * np.exp(1j * np.pi * (at + 1) / _GRID)


def _newton(a: Floats, frame: NDArray[np.int64], z: Complex) -> tuple[NDArray[np.int64], Complex]:
    """The different roots that Newton's method comes to, in order of frame and angle."""
    rows = np.ascontiguousarray(a.T[:, frame])
    step = np.zeros_like(z)
    with np.errstate(all="ignore"):  # a seed may run away; what does not settle is dropped
        for _ in range(_ROUNDS):
            value, slope = np.ones_like(z), np.zeros_like(z)
            for coefficient in rows:
                slope = slope * z + value
                value = value * z + coefficient
            step = value / slope
            z = z - step
    good = (np.abs(step) < _SETTLED) & (z.imag > _REAL)
    frame, z = frame[good], z[good]
    order = np.lexsort((np.angle(z), frame))
    frame, z = frame[order], z[order]
    new = np.ones(len(z), bool)
    new[1:] = (np.diff(frame) != 0) | (np.abs(np.diff(z)) > _SAME)
    return frame[new], z[new]


def _last_pair(a: Floats, known: Complex) -> Complex:
    """The upper root of what is left of each polynomial after its known pairs are divided out; NaN: two real ones."""
    rest = [np.ones(len(a)), *a.T]
    for pair in known.T:
        twice, square = 2 * pair.real, np.abs(pair) ** 2
        quotient = [rest[0], rest[1] + twice * rest[0]]
        for coefficient in rest[2:-2]:
            quotient.append(coefficient + twice * quotient[-1] - square * quotient[-2])
        rest = quotient
    under = rest[2] - rest[1] ** 2 / 4
    return np.where(under > 0, -rest[1] / 2 + 1j * np.sqrt(np.maximum(under, 0)), np.nan)


def _by_matrix(a: Floats) -> Complex:
    order = a.shape[1]
    companion = np.zeros((len(a), order, order))
    companion[:, 0, :] = -a
    companion[:, np.arange(1, order), np.arange(order - 1)] = 1
    roots = np.linalg.eigvals(companion).astype(np.complex128)
    upper = np.where(roots.imag > _REAL, roots, np.nan)
    return np.take_along_axis(upper, np.argsort(~np.isfinite(upper), axis=1, kind="stable"), 1)[:, : order // 2]

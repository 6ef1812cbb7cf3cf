"""Poles found together are the roots that NumPy finds one polynomial at a time."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from yesif.media.features.formants_roots import upper_poles

pole = st.tuples(st.floats(0.3, 0.995), st.floats(0.05, 3.1))


def polynomial(poles: list[tuple[float, float]]) -> NDArray[np.float64]:
    whole = np.ones(1)
    for radius, angle in poles:
        whole = np.convolve(whole, [1, -2 * radius * np.cos(angle), radius * radius])
    return whole[1:]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(pole, min_size=5, max_size=5), min_size=1, max_size=8))
def test_every_pole_is_found_wherever_it_lies(frames: list[list[tuple[float, float]]]) -> None:
    a = np.array([polynomial(poles) for poles in frames])
    found = upper_poles(a)
    for poles, row in zip(frames, found, strict=True):
        truth = np.array([radius * np.exp(1j * angle) for radius, angle in poles])
        apart = np.abs(truth[:, None] - truth) + np.eye(len(truth))
        if apart.min() > 0.05:  # roots that nearly coincide are ill-conditioned for any method
            assert np.nanmin(np.abs(truth[:, None] - row), axis=1).max() < 1e-4


def test_real_poles_are_no_pairs() -> None:
    four = polynomial([(0.95, 0.4), (0.95, 1.0), (0.9, 1.8), (0.9, 2.5)])
    a = np.convolve(np.concatenate([[1], four]), [1, -0.5, -0.24])[1:][None]  # (z − 0.8)(z + 0.3)
    found = upper_poles(a)[0]
    assert np.isfinite(found).sum() == 4
    assert sorted(np.angle(found[np.isfinite(found)]).round(6)) == [0.4, 1.0, 1.8, 2.5]


def test_no_frames_have_no_poles() -> None:
    assert upper_poles(np.zeros((0, 10))).shape == (0, 5)
    assert np.isnan(upper_poles(np.zeros((2, 10)))).all()

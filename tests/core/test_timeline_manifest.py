"""What is missing is listed, and what is told of a track has one form."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yesif.base.canonical import canonical, digest
from yesif.core.timeline import Loss, Place, TrackManifest, frame_losses

FRAME = 33_333_333


def manifest(**changed: object) -> TrackManifest:
    facts: dict[str, object] = {
        "take": "tak_1",
        "performance": "prf_1",
        "kind": "voice",
        "place": Place(-12_345, -31_000, -12_345, 600_000_000_000, ((0, -12_345),)),
        "error_ns": 210_000,
        "bound_ns": 400_000,
        "method": "sample-count",
        "losses": (Loss(5, 6, 7, "not-counted"),),
        **changed,
    }
    return TrackManifest(**facts)  # type: ignore[arg-type]


def test_a_manifest_has_one_form() -> None:
    told = manifest().as_json()
    assert told["time"] == {
        "offset_ns": -12_345,
        "drift_ppb": -31_000,
        "first_ns": -12_345,
        "end_ns": 600_000_000_000,
        "knots": [[0, -12_345]],
    }
    assert told["losses"] == [{"at_ns": 5, "length_ns": 6, "count": 7, "why": "not-counted"}]
    assert digest(told) == digest(manifest().as_json())
    canonical(told)


def test_a_float_has_no_place_in_a_manifest() -> None:
    with pytest.raises(TypeError, match="whole number"):
        manifest(facts={"drift_ppm": 0.5}).as_json()


@given(st.integers(-(10**12), 10**12), st.integers(-200_000, 200_000), st.integers(0, 10**13))
def test_a_place_is_the_line_it_says(offset: int, drift: int, at: int) -> None:
    exact = at + offset + at * drift / 1e9
    assert abs(Place(offset, drift, 0, 0).at(at) - exact) < 2


@given(st.sets(st.integers(1, 298), max_size=40), st.integers(0, 8_000_000))
@settings(max_examples=60, deadline=None)
def test_every_lost_frame_is_counted_where_it_should_stand(lost: set[int], tremble: int) -> None:
    times = [n * FRAME + (n * 7_919 % (tremble + 1)) for n in range(300) if n not in lost]
    losses = frame_losses(times)
    assert sum(loss.count for loss in losses) == len(lost)
    for loss in losses:
        assert round(loss.at_ns / FRAME) in lost


def test_a_camera_that_slows_down_in_the_dark_loses_nothing() -> None:
    times = [n * FRAME for n in range(100)]
    times += [times[-1] + (n + 1) * 2 * FRAME for n in range(100)]
    assert sum(loss.count for loss in frame_losses(times)) <= 15  # only where the rate changes can it be mistaken


@pytest.mark.parametrize("times", [[], [5], [5, 6]])
def test_a_few_frames_lose_nothing(times: list[int]) -> None:
    assert frame_losses(times) == []

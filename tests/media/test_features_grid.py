"""Even steps of time out of uneven measurements: what was measured stays what it was, and the rest says so."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesif.base.errors import BadInput, NotFound
from yesif.media.features.grid import grid_of, grid_of_table
from yesif.media.features.shelf import Shelf
from yesif.media.stage import Column, Recipe

MS = 1_000_000


def test_a_measured_step_holds_its_value_and_one_between_holds_the_line() -> None:
    times = np.array([0, 100, 200], np.int64) * MS
    grid = grid_of(times, np.array([0.0, 10.0, 0.0]), hz=20, span_ns=(0, 250 * MS))
    assert grid.t_ns.tolist() == [0, 50 * MS, 100 * MS, 150 * MS, 200 * MS]
    assert grid.values.tolist() == [0, 5, 10, 5, 0]
    assert grid.observed.tolist() == [True, False, True, False, True]


def test_a_long_hole_is_not_bridged_and_nothing_is_invented_outside() -> None:
    times = np.array([100, 900], np.int64) * MS
    grid = grid_of(times, np.array([1.0, 2.0]), hz=10, span_ns=(0, 1200 * MS))
    assert np.isfinite(grid.values).tolist() == grid.observed.tolist()
    assert grid.observed.sum() == 2


def test_rows_that_hold_nothing_were_not_measured() -> None:
    times = np.arange(3, dtype=np.int64) * 40 * MS
    grid = grid_of(times, np.array([[1.0, 1.0], [np.nan, 3.0], [5.0, 5.0]]), hz=25, span_ns=(0, 120 * MS))
    assert grid.values.tolist() == [[1, 1], [3, 3], [5, 5]]
    assert grid.observed.tolist() == [True, False, True]


@given(st.lists(st.integers(0, 3000), max_size=40, unique=True), st.sampled_from([5, 25, 30, 100]))
def test_every_observed_value_was_measured_there_and_no_value_leaves_the_measured_range(at: list[int], hz: int) -> None:
    times = np.array(sorted(at), np.int64) * MS
    values = np.sin(times / 1e8)
    grid = grid_of(times, values, hz=hz, span_ns=(0, 3_000 * MS))
    assert len(grid.t_ns) == 3 * hz
    assert set(grid.values[grid.observed].tolist()) <= set(values.tolist())
    known = grid.values[np.isfinite(grid.values)]
    if len(known):
        assert values.min() - 1e-9 <= known.min() <= known.max() <= values.max() + 1e-9


@pytest.mark.parametrize(("hz", "span"), [(0, (0, 1)), (-5, (0, 1)), (25, (10, 0))])
def test_an_impossible_grid_is_refused(hz: int, span: tuple[int, int]) -> None:
    with pytest.raises(BadInput):
        grid_of(np.zeros(0, np.int64), np.zeros(0), hz=hz, span_ns=span)


def test_a_column_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    recipe = Recipe("f0", 1, "made", (Column("t_ns", "int64", "ns", ""), Column("f0_hz", "float32", "Hz", "")), {})
    rows = {"t_ns": np.arange(3, dtype=np.int64), "f0_hz": np.ones(3, np.float32)}
    path = Shelf(tmp_path, "voice", ("x",)).derived(recipe, [rows], {}).path
    assert path is not None
    assert grid_of_table(path, "f0_hz", hz=25, span_ns=(0, 80 * MS)).observed.tolist() == [True, False]
    with pytest.raises(NotFound):
        grid_of_table(path, "pitch", hz=25, span_ns=(0, 1))

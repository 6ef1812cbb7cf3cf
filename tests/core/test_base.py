"""The ground floor: ids, canonical bytes, the clock."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesif.base import ids
from yesif.base.canonical import canonical, digest
from yesif.base.clock import FixedClock, StudioClock

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_canonical_bytes_read_back_and_print_the_same(value: object) -> None:
    read = json.loads(canonical(value))
    assert read == value
    assert canonical(read) == canonical(value)


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 9), max_size=5))
def test_the_order_of_members_changes_nothing(value: dict[str, int]) -> None:
    assert digest(value) == digest(dict(reversed(value.items())))


def test_names_are_ordered_by_utf16_as_rfc_8785_says() -> None:
    assert canonical({"\ufb33": 1, "\U0001f600": 2, "\u20ac": 3}).decode() == '{"€":3,"😀":2,"\ufb33":1}'


@pytest.mark.parametrize(
    ("value", "error"), [(0.5, TypeError), ({1: 2}, TypeError), (2**53, ValueError), (b"", TypeError)]
)
def test_what_two_machines_may_print_differently_is_refused(value: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        canonical(value)


@given(st.lists(st.integers(0, 2**40), min_size=2, max_size=5, unique=True))
def test_ids_sort_by_when_they_were_made(times: list[int]) -> None:
    made = [ids.new("prf", at_ms=at) for at in sorted(times)]
    assert made == sorted(made)
    assert all(ids.is_id(one, "prf") and not ids.is_id(one, "tak") and len(one) == ids.LENGTH for one in made)


def test_two_processes_of_one_boot_share_a_clock(tmp_path: Path) -> None:
    assert StudioClock.at(tmp_path).anchor_ns == StudioClock.at(tmp_path).anchor_ns
    (tmp_path / "clock-anchor.json").write_text(json.dumps({"boot": "another", "anchor_ns": 1}))
    assert StudioClock.at(tmp_path).anchor_ns != 1, "an anchor of an earlier boot is not this boot's"
    assert [name for name in os.listdir(tmp_path) if name.endswith(".tmp")] == []


def test_a_torn_anchor_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "clock-anchor.json").write_text('{"boot": "')
    clock = StudioClock.at(tmp_path)
    assert abs(clock.studio_ns() - int(clock.now().timestamp() * 1e9)) < 2e9


def test_a_fixed_clock_stands_still() -> None:
    clock = FixedClock(datetime(2026, 11, 23, tzinfo=UTC), 5)
    assert (clock.now(), clock.studio_ns()) == (clock.now(), 5)

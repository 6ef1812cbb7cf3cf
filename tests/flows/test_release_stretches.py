"""Blinks, rhythm, emphasis and synchrony in a release: as arrays of each sample, as tables, and never near a seal."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.flows import released
from tests.people import person
from yesif.apps.footage.actions import review
from yesif.apps.market import queries as market
from yesif.core.corpus import Reader
from yesif.core.policy.uses import Part
from yesif.flows.release.stretches import rows
from yesif.media.features import rhythm
from yesif.media.tables import TableWriter

pytestmark = pytest.mark.django_db

STRETCHED = ("blinks:", "rhythm:", "prominence:", "synchrony_voice:")


def opened(release_id: str) -> Reader:
    found = market.release(release_id, viewer_id=person("pia").id)
    assert found.state == "published", found
    return Reader(found.folder)


def arrays_of(reader: Reader) -> list[dict[str, NDArray[np.generic]]]:
    """Of each sample, role A's first."""
    every = []
    for sample in sorted(reader, key=lambda sample: json.loads(sample["json"])["prompt"]["role"]):
        with np.load(io.BytesIO(sample["npz"])) as arrays:
            every.append({name: arrays[name] for name in arrays if name.startswith(STRETCHED)})
    return every


def both_allow(**of_ana: Any) -> None:
    released.answer("ana", **of_ana)
    released.answer("bo")


def test_each_sample_carries_its_stretches_as_arrays() -> None:
    both_allow()
    released.play("ana", "bo")
    ana, bo = arrays_of(opened(released.build()))
    assert ana["blinks:start_s"] == pytest.approx([0.1, 1.7])
    assert ana["blinks:end_s"] == pytest.approx([0.25, 1.9])
    assert list(ana["blinks:depth"]) == [0.75, 1.0]
    assert list(ana["rhythm:syllables"]) == [2, 1]
    assert list(ana["rhythm:rate_per_s"]) == [4.0, 3.5]
    assert np.isnan(ana["rhythm:pause_before_ms"][0])
    assert list(ana["prominence:prominence"]) == [0.5, 2.25]
    assert list(ana["synchrony_voice:signal"]) == [0, 1]
    assert ana["synchrony_voice:signal"].dtype == np.int16
    assert list(ana["synchrony_voice:r"]) == list(bo["synchrony_voice:r"]) == [0.5, -0.25]


def test_a_positive_lag_means_for_both_that_the_partner_follows() -> None:
    both_allow()
    released.play("ana", "bo")
    ana, bo = arrays_of(opened(released.build()))
    assert list(ana["synchrony_voice:lag_ms"]) == [300, -100]
    assert list(bo["synchrony_voice:lag_ms"]) == [-300, 100]


def test_the_tables_of_a_release_say_the_same_and_words_carry_their_emphasis() -> None:
    both_allow()
    released.play("ana", "bo")
    reader = opened(released.build())
    words = reader.table("words").to_pylist()
    told = {(row["word"], row["prominence"], row["boundary"], row["syllables"]) for row in words}
    assert told == {("word-of", 0.5, 0.25, 2), ("ana", 2.25, None, 1), ("bo", 2.25, None, 1)}
    blinks = reader.table("blinks").to_pylist()
    assert [(row["index"], row["start_s"], row["depth"]) for row in blinks[:2]] == [(0, 0.1, 0.75), (1, 1.7, 1.0)]
    assert {row["pause_before_ms"] for row in reader.table("rhythm").to_pylist()} == {None, 1100, 600}
    synchrony = reader.table("synchrony").to_pylist()
    assert {(row["signal"], row["r"], row["chance"]) for row in synchrony} == {
        ("level", 0.5, 0.125),
        ("pitch", -0.25, 0.125),
    }
    assert {row["array_name"] for row in reader.table("features").to_pylist()} >= {
        "blinks:depth",
        "rhythm:rate_per_s",
        "prominence:boundary",
        "synchrony_voice:lag_ms",
    }


def test_near_what_was_sealed_no_stretch_is_told() -> None:
    both_allow()
    of_ana, _ = released.play("ana", "bo")
    review.seal(
        performer_id=of_ana.performer_id,
        performance_id=of_ana.id,
        start_ns=0,
        end_ns=released.SECOND // 8,
        why="was-me",
        now=released.NOW,
    )
    reader = opened(released.build())
    for sample in arrays_of(reader):
        assert list(sample["blinks:start_s"]) == [1.7]
        assert list(sample["rhythm:start_s"]) == [1.6]
        assert np.isnan(sample["prominence:prominence"]).all()
        assert not len(sample["synchrony_voice:r"])
    assert not reader.table("synchrony").num_rows
    assert {row["prominence"] for row in reader.table("words").to_pylist()} == {None}


def test_alone_nothing_tells_how_alike_the_two_were() -> None:
    released.answer("ana", "no")
    released.answer("bo", partner=True)
    released.play("ana", "bo", leak_db=-55.0)
    reader = opened(released.build())
    (bo,) = arrays_of(reader)
    assert not [name for name in bo if name.startswith("synchrony")]
    assert len(bo["blinks:depth"]) == 2
    assert not reader.table("synchrony").num_rows


def test_who_holds_back_the_face_keeps_the_blinks() -> None:
    both_allow(held_back=frozenset({Part.FACE}))
    released.play("ana", "bo")
    reader = opened(released.build())
    assert all(not name.startswith("blinks") for sample in arrays_of(reader) for name in sample)
    assert not reader.table("blinks").num_rows


def test_who_holds_back_the_words_keeps_their_emphasis() -> None:
    both_allow(held_back=frozenset({Part.WORDS}))
    released.play("ana", "bo")
    reader = opened(released.build())
    assert all(not name.startswith("prominence") for sample in arrays_of(reader) for name in sample)


def test_who_holds_back_the_voice_gives_no_emphasis_with_the_words() -> None:
    """It stands beside the words and is measured in pitch and level."""
    both_allow(held_back=frozenset({Part.VOICE}))
    released.play("ana", "bo")
    reader = opened(released.build())
    for sample in reader:
        with np.load(io.BytesIO(sample["npz"])) as arrays:
            assert not [name for name in arrays if name.startswith(("prominence", "rhythm", "f0", "speech"))]
    words = reader.table("words").to_pylist()
    assert {row["word"] for row in words} >= {"ana", "bo"}
    assert {(row["prominence"], row["boundary"], row["syllables"]) for row in words} == {(None, None, None)}


def test_no_pause_tells_what_was_before_action(tmp_path: Path) -> None:
    start, end = np.array([0.3, 1.6]) * 1e9, np.array([0.9, 1.9]) * 1e9
    writer = TableWriter(tmp_path / "rhythm.parquet", rhythm.RECIPE, {"track": "voice"})
    writer.add(
        {
            "start_ns": start.astype(np.int64),
            "end_ns": end.astype(np.int64),
            "syllables": np.array([2, 1], np.int32),
            "rate_per_s": np.array([4.0, 3.5], np.float32),
            "pause_before_ms": np.array([900.0, 700.0], np.float32),
        }
    )
    writer.close({})
    left = rows(tmp_path / "rhythm.parquet", "rhythm", (), side=0, end_ns=2_000_000_000)
    assert np.isnan(left["pause_before_ms"][0])
    assert left["pause_before_ms"][1] == 700.0

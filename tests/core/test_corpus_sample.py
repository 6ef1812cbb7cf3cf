"""The JSON of a sample and its tables: every key always, no number that is not one, nothing unread."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from yesif.base.errors import BadInput
from yesif.core.corpus import catalogue
from yesif.core.corpus.sample import SHAPE, sample_json
from yesif.core.corpus.shape import Shape, conform, features
from yesif.core.corpus.tables import write_csv, write_parquet


def keys(value: object) -> object:
    if isinstance(value, dict):
        return {key: keys(part) for key, part in value.items()}
    return None


def test_a_sample_has_every_key_even_when_there_is_nothing_to_say() -> None:
    empty = json.loads(sample_json({}))
    assert list(empty) == list(SHAPE)
    assert empty["annotations:1P-IS"] == []
    assert empty["sync"]["drift_ppm"] is None
    assert empty["prompt"]["personality_note"]["text"] == ""
    full = json.loads(sample_json({"id": "V00_S0001_I00000001_P0001", "sync": {"drift_ppm": 1.5}}))
    assert keys(full) == keys(empty)


def test_an_unknown_key_is_refused_because_it_would_vanish() -> None:
    with pytest.raises(BadInput, match=r"sample\.sync has no offset_ms"):
        sample_json({"sync": {"offset_ms": 1}})


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (True, "int64"),
        ("1", "float64"),
        (1, "string"),
        (1.5, "int64"),
        ({}, ["string"]),
        ([], {"a": "string"}),
        (1, "bool"),
    ],
)
def test_a_value_of_another_kind_is_refused(value: object, shape: Shape) -> None:
    with pytest.raises(BadInput):
        conform(value, shape)


def test_what_is_not_a_number_becomes_null() -> None:
    assert json.loads(sample_json({"sync": {"drift_ppm": float("nan"), "offset_s": float("inf")}}))["sync"] == {
        "clock": "",
        "offset_s": None,
        "drift_ppm": None,
        "offset_uncertainty_s": None,
        "av_offset_s": None,
        "method": "",
    }


def test_features_are_written_as_the_hub_reads_them() -> None:
    assert features("json", {"a": "string", "b": [{"c": "float64"}], "d": ["int64"]}) == {
        "name": "json",
        "struct": [
            {"name": "a", "dtype": "string"},
            {"name": "b", "list": [{"name": "c", "dtype": "float64"}]},
            {"name": "d", "list": "int64"},
        ],
    }


def test_every_column_of_every_table_says_what_it_is(tmp_path: Path) -> None:
    for table in (*catalogue.CANONICAL, catalogue.MANIFEST):
        write_parquet(tmp_path / "t.parquet", table, [])
        schema = pq.read_schema(tmp_path / "t.parquet")
        assert {column.name for column in table.columns} >= set(table.key)
        assert all(schema.field(name).metadata[b"about"] for name in schema.names)


def test_rows_stand_in_the_order_of_their_key_whatever_order_they_came_in(tmp_path: Path) -> None:
    rows = [{"reason": reason, "performances": 1} for reason in ("b", "a", "c")]
    write_parquet(tmp_path / "1.parquet", catalogue.EXCLUSIONS, rows)
    write_parquet(tmp_path / "2.parquet", catalogue.EXCLUSIONS, rows[::-1])
    assert (tmp_path / "1.parquet").read_bytes() == (tmp_path / "2.parquet").read_bytes()
    assert [row["reason"] for row in pq.read_table(tmp_path / "1.parquet").to_pylist()] == ["a", "b", "c"]


def test_a_csv_quotes_what_people_wrote(tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", ("a", "b"), [{"a": 'x,"y"\nz', "b": None}, {"a": True, "b": 3}])
    assert (tmp_path / "t.csv").read_bytes() == b'a,b\n1,3\n"x,""y""\nz",\n'


def test_the_assets_have_the_columns_other_readers_expect() -> None:
    assert catalogue.ASSETS["relationships"] == ("vendor_id", "session_id", "relationship", "relationship_detail")
    assert len(catalogue.ASSETS["participants"]) == 7

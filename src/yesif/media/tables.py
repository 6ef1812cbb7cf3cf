"""Measurements as Parquet: every column with unit and range, every file with the recipe, models and track behind it.

The same rows, recipe and track give the same bytes. A file appears whole or not at all.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from yesif.base.canonical import digest
from yesif.media.stage import Column, Recipe
from yesif.media.strongbox import Source, readable

METADATA_KEY = b"yesif"
pa.set_memory_pool(pa.system_memory_pool())  # gives back what is freed; Arrow's own pool keeps it, and an hour is long
_GROUP_BYTES = 1 << 20  # a row group is about this large before compression: a dozen tables wait for theirs at once
_PLAIN_TYPES = {
    "int64": pa.int64(),
    "int32": pa.int32(),
    "float32": pa.float32(),
    "bool": pa.bool_(),
    "string": pa.string(),
}

Rows = Mapping[str, NDArray[np.generic] | list[str]]


def address(recipe: Recipe, tracks: Sequence[str], times: Mapping[str, int]) -> str:
    """A table's name by what decides it: SHA-256 over the tracks' digests, the recipe and the time maps, as hex."""
    return digest(
        {
            "tracks": list(tracks),
            "stage": recipe.stage,
            "version": recipe.version,
            "params": dict(recipe.params),
            "models": [model.sha256 for model in recipe.models],
            "times": dict(times),
        }
    )


def schema(recipe: Recipe, facts: Mapping[str, object]) -> pa.Schema:
    """The Arrow schema of a recipe's table: unit, range and meaning at each field, recipe and `facts` at the whole."""
    about = {
        "stage": recipe.stage,
        "version": recipe.version,
        "method": recipe.method,
        "params": dict(recipe.params),
        "models": [asdict(model) for model in recipe.models],
        **facts,
    }
    fields = [pa.field(column.name, arrow_type(column.kind), metadata=_field(column)) for column in recipe.columns]
    return pa.schema(fields, metadata={METADATA_KEY: json.dumps(about, sort_keys=True, ensure_ascii=False).encode()})


def arrow_type(kind: str) -> pa.DataType:
    """The Arrow type of a Column's kind."""
    if kind.endswith("]"):
        item, _, length = kind[:-1].partition("[")
        return pa.list_(_PLAIN_TYPES[item], int(length))
    return _PLAIN_TYPES[kind]


class TableWriter:
    """Writes one table as its rows come. `close` makes the file appear; `abandon` leaves nothing behind."""

    def __init__(self, path: Path, recipe: Recipe, facts: Mapping[str, object]) -> None:
        self.path, self.recipe = path, recipe
        self.schema = schema(recipe, facts)
        self.rows = 0
        self._beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        self._held: list[pa.RecordBatch] = []
        self._waiting = 0
        self._group = max(256, _GROUP_BYTES // max(_row_bytes(recipe), 1))
        floats = [column.name for column in recipe.columns if column.kind.startswith("float32")]
        self._writer = pq.ParquetWriter(
            self._beside,
            self.schema,
            compression="zstd",
            use_dictionary=[column.name for column in recipe.columns if column.kind == "string"],
            use_byte_stream_split=[_leaf(name, recipe) for name in floats],
            write_statistics=False,
        )

    def add(self, rows: Rows) -> None:
        """Append rows: one array a column, all of one length. Raises ValueError for other columns or lengths."""
        if set(rows) != {column.name for column in self.recipe.columns}:
            raise ValueError(f"{self.recipe.stage} has other columns than {sorted(rows)}")
        arrays = [_array(rows[column.name], column) for column in self.recipe.columns]
        batch = pa.RecordBatch.from_arrays(arrays, schema=self.schema)
        self._held.append(batch)
        self._waiting += batch.num_rows
        self.rows += batch.num_rows
        while self._waiting >= self._group:
            self._write(self._group)

    def close(self, facts: Mapping[str, object]) -> None:
        """Write the tail and what is known only now, and let the file appear under its name."""
        if self._waiting or not self.rows:
            self._write(self._waiting)
        text = json.dumps(facts, sort_keys=True, ensure_ascii=False)
        self._writer.add_key_value_metadata({b"yesif.pass": text.encode()})
        self._writer.close()
        with self._beside.open("rb+") as written:
            os.fsync(written.fileno())
        os.replace(self._beside, self.path)

    def abandon(self) -> None:
        """Forget everything written so far."""
        self._writer.close()
        self._beside.unlink(missing_ok=True)

    def _write(self, count: int) -> None:
        whole = pa.Table.from_batches(self._held, schema=self.schema)
        self._writer.write_table(whole.slice(0, count).combine_chunks(), row_group_size=max(count, 1))
        rest = whole.slice(count)
        self._held = rest.to_batches()
        self._waiting -= count


def read(path: Source, columns: Sequence[str] | None = None) -> dict[str, Any]:
    """A table's columns as NumPy arrays (lists of text for strings); N numbers a row come as [rows, N]."""
    table = pq.read_table(readable(path), columns=list(columns) if columns is not None else None)
    return {name: _numpy(table.column(name)) for name in table.column_names}


def about(path: Source) -> dict[str, Any]:
    """The recipe and facts a table was written with."""
    metadata = pq.read_metadata(readable(path)).metadata
    told: dict[str, Any] = json.loads(metadata[METADATA_KEY])
    told["pass"] = json.loads(metadata.get(b"yesif.pass", b"{}"))
    return told


def _field(column: Column) -> dict[str, str]:
    bounds = {"low": column.low, "high": column.high}
    told = {"unit": column.unit, "says": column.says} | {k: f"{v:g}" for k, v in bounds.items() if v is not None}
    return told | ({"source": column.source} if column.source else {})


def _array(values: NDArray[np.generic] | list[str], column: Column) -> pa.Array:
    kind = arrow_type(column.kind)
    if isinstance(values, np.ndarray) and values.ndim == 2:
        flat = np.ascontiguousarray(values, np.float32).reshape(-1)
        return pa.FixedSizeListArray.from_arrays(pa.array(flat), type=kind)
    return pa.array(values, type=kind)


def _numpy(column: pa.ChunkedArray) -> Any:
    if pa.types.is_fixed_size_list(column.type):
        flat = column.combine_chunks().flatten().to_numpy(zero_copy_only=False)
        return flat.reshape(-1, column.type.list_size)
    if pa.types.is_string(column.type):
        return column.to_pylist()
    return column.to_numpy()


def _row_bytes(recipe: Recipe) -> int:
    kinds = [arrow_type(column.kind) for column in recipe.columns]
    return sum(4 * kind.list_size if pa.types.is_fixed_size_list(kind) else 8 for kind in kinds)


def _leaf(name: str, recipe: Recipe) -> str:
    kind = next(column.kind for column in recipe.columns if column.name == name)
    return f"{name}.list.element" if kind.endswith("]") else name

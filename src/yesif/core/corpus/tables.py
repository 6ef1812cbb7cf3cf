"""The tables of a release: which columns, of which unit, and what a missing value means. Written as Parquet or CSV.

Canonical tables stand in `metadata/`; the four CSVs in `assets/` have exactly the columns of the Seamless Interaction
corpus, so that its readers work. Rows are ordered by key; the same rows give the same bytes.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from yesif.core.corpus.shape import Shape, conform


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its kind, its unit where it has one, and what an empty value means where it may be empty."""

    name: str
    kind: str
    about: str
    unit: str = ""
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table; rows are ordered by `key`."""

    name: str
    about: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def shape(self) -> dict[str, Shape]:
        return {column.name: column.kind for column in self.columns}


_ARROW = {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_()}


def write_parquet(target: Path, table: Table, rows: Iterable[Mapping[str, object]]) -> int:
    """Write `rows` and return their number. Raises BadInput for a column the table does not have."""
    whole = [conform(dict(row), table.shape, at=table.name) for row in rows]
    ordered = sorted(whole, key=lambda row: tuple(_sortable(row[name]) for name in table.key))  # type: ignore[index]
    schema = pa.schema(
        [
            pa.field(c.name, _ARROW[c.kind], metadata={"about": c.about, "unit": c.unit, "empty": c.empty})
            for c in table.columns
        ],
        metadata={"about": table.about, "key": ",".join(table.key)},
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(ordered, schema=schema), target, compression="zstd")
    return len(ordered)


def write_csv(target: Path, columns: tuple[str, ...], rows: Iterable[Mapping[str, object]]) -> None:
    """A CSV with exactly these columns (RFC 4180 quoting, line feeds); rows ordered by all of them."""
    kept = io.StringIO()
    out = csv.writer(kept, lineterminator="\n")
    out.writerow(columns)
    out.writerows(sorted([_cell(row[name]) for name in columns] for row in rows))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(kept.getvalue(), encoding="utf-8", newline="")


def _cell(value: object) -> str:
    return "" if value is None else str(int(value)) if isinstance(value, bool) else str(value)


def _sortable(value: object) -> tuple[bool, object]:
    return (value is not None, value)

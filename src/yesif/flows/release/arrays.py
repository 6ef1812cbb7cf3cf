"""Measurements as the arrays of a sample's `.npz`: one set of names for a whole config, NaN where nothing was measured.

stage:column      a column of a dense table (one row an instant), e.g. face:blendshapes
stage:pts_s       when each row is, seconds of take time
stage:is_valid    whether the row holds a measurement
stage:start_s     of a table with one row a stretch (blinks, rhythm): where it begins, seconds of take time; so end_s
time:pts_s        the instants of the pictures (or, without any, of the first stage)
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from yesif.core.corpus.npz import Array
from yesif.flows.release import stretches
from yesif.media import tables
from yesif.media.strongbox import Source, readable

SEAL_MARGIN_NS = 400_000_000
"""The longest window a dense stage looks through: no row this near to a sealed span is kept."""

_LEADS = ("face", "picture")
Shape = tuple[str, tuple[int, ...]]
"""An array's dtype and its dimensions after the first."""


@dataclass(frozen=True, slots=True)
class ArrayFacts:
    """One array of a config: dtype and further dimensions, and what the card says of it."""

    name: str
    descr: str
    rest: tuple[int, ...]
    source: tuple[str, str]  # stage and column
    unit: str = ""
    part: str = ""
    model: str = ""
    version: str = ""
    about: str = ""


def facts_of(path: Source, part: str) -> list[ArrayFacts]:
    """The arrays one table gives; none for words, speech and turns, which have forms of their own."""
    schema = pq.read_schema(readable(path))
    told = tables.about(path)
    stage = str(told["stage"])
    if "t_ns" not in schema.names and stage not in stretches.STAGES:
        return []
    models = ", ".join(f"{one['name']} {one['version']}" for one in told["models"])

    def fact(column: str, shape: Shape, unit: str, about: str, name: str = "") -> ArrayFacts:
        return ArrayFacts(
            f"{stage}:{name or column}", *shape, (stage, column), unit, part, models, str(told["version"]), about
        )

    if "t_ns" in schema.names:
        found = [
            fact("t_ns", ("<f8", ()), "s", "take time of each row", "pts_s"),
            fact("valid", ("|b1", ()), "", "the row holds a measurement", "is_valid"),
        ]
    else:
        found = [
            fact("start_ns", ("<f8", ()), "s", "take time at which each row begins", "start_s"),
            fact("end_ns", ("<f8", ()), "s", "take time at which each row ends", "end_s"),
        ]
    if "signal" in schema.names:
        names = ", ".join(f"{code} {name}" for code, name in enumerate(stretches.codes(stage)))
        found.append(fact("signal", ("<i2", ()), "", f"what is compared: {names}"))
    for column in schema:
        if column.name not in ("t_ns", "valid", "start_ns", "end_ns") and (shape := _shape(column)):
            meta = {key.decode(): value.decode() for key, value in (column.metadata or {}).items()}
            found.append(fact(column.name, shape, meta.get("unit", ""), meta.get("says", "")))
    return found


def _shape(column: pa.Field) -> Shape | None:
    """float16 where the column's bounds say its values lie in ±1; pixels, hertz and decibels need float32."""
    kind = column.type
    rest: tuple[int, ...] = ()
    if pa.types.is_fixed_size_list(kind):
        rest, kind = (kind.list_size,), kind.value_type
    if pa.types.is_boolean(kind):
        return "|b1", rest
    if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
        return None
    meta = column.metadata or {}
    small = b"low" in meta and b"high" in meta and max(abs(float(meta[b"low"])), abs(float(meta[b"high"]))) <= 1
    return ("<f2" if small and pa.types.is_floating(kind) else "<f4"), rest


def of_config(samples: Iterable[Sequence[ArrayFacts]]) -> tuple[ArrayFacts, ...]:
    """One set of arrays for all samples of a config. Where two samples give one name another shape (two versions of a
    model), both names say their shape, so that neither is lost."""
    kinds: dict[str, dict[Shape, ArrayFacts]] = {}
    for sample in samples:
        for one in sample:
            kinds.setdefault(one.name, {}).setdefault((one.descr, one.rest), one)
    whole = []
    for shapes in kinds.values():
        for (descr, rest), one in sorted(shapes.items()):
            name = one.name if len(shapes) == 1 else f"{one.name}_{'x'.join(map(str, rest)) or descr[1:]}"
            whole.append(replace(one, name=name))
    stages = sorted({one.source[0] for one in whole if one.source[1] == "t_ns"})
    lead = next((stage for stage in (*_LEADS, *stages) if stage in stages), None)
    if lead is not None:
        whole.append(ArrayFacts("time:pts_s", "<f8", (), (lead, "t_ns"), "s", about=f"take time of each row of {lead}"))
    return tuple(sorted(whole, key=lambda one: one.name))


def arrays(
    wanted: Sequence[ArrayFacts],
    paths: Mapping[str, Source],
    sealed: Sequence[tuple[int, int]],
    *,
    end_ns: int,
    side: int = 0,
) -> dict[str, Array]:
    """The arrays of one sample; a stage it lacks gives arrays without rows. `paths`: stage to its table.

    Rows before action or from `end_ns` on are not there; rows at a sealed span are, and hold nothing; a stretch that
    touches one is not there.
    """
    columns: dict[str, dict[str, Any]] = {}
    open_rows: dict[str, NDArray[np.bool_]] = {}
    for stage, path in paths.items():
        if stage in stretches.STAGES:
            found = stretches.rows(path, stage, sealed, side=side, end_ns=end_ns)
            columns[stage], open_rows[stage] = dict(found), np.ones(len(found["start_ns"]), bool)
            continue
        read = tables.read(path)
        if "t_ns" in read:
            t = np.asarray(read["t_ns"], np.int64)
            inside = (t >= 0) & (t < end_ns)
            columns[stage] = {name: np.asarray(values)[inside] for name, values in read.items()}
            open_rows[stage] = _open(columns[stage], sealed)
    return {one.name: _array(one, columns.get(one.source[0]), open_rows.get(one.source[0])) for one in wanted}


def _open(read: Mapping[str, Any], sealed: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
    """Rows that hold a measurement and lie outside everything sealed."""
    t = np.asarray(read["t_ns"], np.int64)
    rows = np.asarray(read["valid"], bool).copy() if "valid" in read else np.ones(len(t), bool)
    for start, end in sealed:
        rows &= (t < start - SEAL_MARGIN_NS) | (t >= end + SEAL_MARGIN_NS)
    return rows


def _array(one: ArrayFacts, read: Mapping[str, Any] | None, rows: NDArray[np.bool_] | None) -> Array:
    column = one.source[1]
    if read is None or rows is None or (column not in read and column != "valid"):
        return Array(one.descr, (0, *one.rest), b"")
    if column == "valid":
        return _packed(one, rows)
    values = np.asarray(read[column])
    if column in ("t_ns", "start_ns", "end_ns"):
        return _packed(one, values / 1e9)
    if values.shape[1:] != one.rest:
        return Array(one.descr, (0, *one.rest), b"")
    if one.descr == "|b1":
        return _packed(one, values & rows.reshape(-1, *[1] * len(one.rest)))
    numbers = values.astype(one.descr)
    if numbers.dtype.kind == "f":
        numbers[~rows] = np.nan
    return _packed(one, numbers)


def _packed(one: ArrayFacts, values: NDArray[np.generic]) -> Array:
    whole = np.ascontiguousarray(values, one.descr)
    return Array(one.descr, whole.shape, whole.tobytes())

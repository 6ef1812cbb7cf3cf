"""The least an hour may be paid, by place and day: rows of `floors.json`, each with its source, the day on which it was
typed, and who has held it against its source since, if anybody has. Data, not code.

A studio adds its own rows (a union's rate, a state's law) in a file of the same form; the highest row that is in force
counts. A place that is on no row has no floor here, and that is what a page says: not known.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from yesif.base.errors import BadInput
from yesif.core.ledger.fee import Rate


@dataclass(frozen=True, slots=True)
class Floor:
    """From this day on, an hour worked at this place is paid at least `minor`, says `source`. `checked_by` "": nobody
    has held the row against its source yet."""

    place: str
    starts: date
    minor: int
    currency: str
    source: str
    typed: date | None = None
    checked_by: str = ""
    checked_on: date | None = None


def read(text: str) -> tuple[Floor, ...]:
    """The rows of a floors file. Raises BadInput naming the row and field that is wrong."""
    try:
        rows = json.loads(text)["floors"]
    except (ValueError, KeyError, TypeError):
        raise BadInput("A floors file is a JSON object with a list named floors.") from None
    return tuple(_row(number, row) for number, row in enumerate(rows, 1))


def _row(number: int, row: Mapping[str, object]) -> Floor:
    for field in ("place", "from", "minor", "currency", "source"):
        if not row.get(field):
            raise BadInput(f"Row {number} of the floors has no {field}.")
    days = {field: _day(number, row, field) for field in ("from", "typed", "checked_on")}
    starts, checked_by = days["from"], str(row.get("checked_by") or "")
    if starts is None or bool(checked_by) != (days["checked_on"] is not None):
        raise BadInput(f"Row {number} of the floors: checked_by and checked_on stand together or not at all.")
    minor = row["minor"]
    if not isinstance(minor, int) or isinstance(minor, bool) or minor < 0:
        raise BadInput(f"Row {number} of the floors: minor is a whole number of minor units.")
    about = (str(row["place"]), starts, minor, str(row["currency"]), str(row["source"]))
    return Floor(*about, days["typed"], checked_by, days["checked_on"])


def _day(number: int, row: Mapping[str, object], field: str) -> date | None:
    try:
        return date.fromisoformat(str(row[field])) if row.get(field) else None
    except ValueError:
        raise BadInput(f"Row {number} of the floors: {field} is a day like 2026-01-01.") from None


@cache
def standard() -> tuple[Floor, ...]:
    """The rows that come with the house."""
    return read((Path(__file__).parent / "floors.json").read_text())


def floor_for(floors: Iterable[Floor], *, place: str, day: date, currency: str) -> Floor | None:
    """The floor in force at a place on a day. A place may be finer than a row: "AU-NSW" is held to "AU" too.
    Only rows in the fee's own currency: nobody agreed on a rate of exchange for a wage."""
    wider = {place[:end] for end in range(1, len(place) + 1) if end == len(place) or place[end] == "-"}
    newest: dict[str, Floor] = {}
    for row in floors:
        if row.place in wider and row.starts <= day and row.currency == currency:
            kept = newest.get(row.place)
            if kept is None or kept.starts <= row.starts:
                newest[row.place] = row
    return max(newest.values(), key=lambda row: row.minor, default=None)


def at_least(rate: Rate, floor: Floor | None) -> Rate:
    """The rate, or the floor where that is higher."""
    return rate if floor is None or rate.minor >= floor.minor else Rate(floor.minor, rate.currency)

"""What a performer's last room check found: for them, and for nobody else."""

from dataclasses import dataclass
from datetime import datetime

from yesif.apps.stage.models import RoomCheck


@dataclass(frozen=True, slots=True)
class Row:
    """One finding: a sentence, and whether it is in order."""

    ok: bool
    text: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A room check."""

    checked_at: datetime
    rows: tuple[Row, ...]


def last(performer_id: str) -> Checked | None:
    """The performer's own last room check; None before the first."""
    found = RoomCheck.objects.filter(performer_id=performer_id).first()
    if found is None:
        return None
    return Checked(found.checked_at, tuple(Row(row["ok"], row["text"]) for row in found.found["rows"]))

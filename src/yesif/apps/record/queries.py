"""Read the record: everyone may see that a line is there; its body is for those it concerns."""

from dataclasses import dataclass
from datetime import datetime

from yesif.apps.record.models import Line


@dataclass(frozen=True, slots=True)
class LineSeen:
    """One line with its body, as someone it concerns sees it."""

    seq: int
    kind: str
    at: datetime
    commitment: str
    body: dict[str, object] | None


def lines_about(about: str, *, limit: int = 200) -> list[LineSeen]:
    """The newest lines that concern `about` (a person's or project's id), newest first."""
    found = Line.objects.filter(concerns__about=about).order_by("-seq")[:limit]
    return [LineSeen(line.seq, line.kind, line.at, line.commitment, line.body) for line in found]


def count(kind: str | None = None) -> int:
    """How many lines there are, of one kind or of all."""
    return (Line.objects.filter(kind=kind) if kind else Line.objects).count()

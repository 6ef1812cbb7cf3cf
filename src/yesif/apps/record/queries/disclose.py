"""What an auditor may read: every body for whoever runs the studio's own replay, for a seat those of its subject."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Q, QuerySet

from yesif.apps.record.models import Concern, Line, RowOf

_BATCH = 500
PUBLIC = ("genesis", "key", "uses-version", "day-close")
"""Kinds whose bodies concern nobody: an auditor always reads them."""
OF_PEOPLE = ("grant", "revoke", "suspend", "resume", "review", "track-sealed")
"""What performers said: read for everyone in the subject's releases and leases, or no use could be decided again."""


def every_line() -> Iterator[dict[str, Any]]:
    """All lines whose bodies were not destroyed, as lines.jsonl has them."""
    yield from _told(Line.objects.filter(salt__isnull=False), None)


def lines_of(subjects: Collection[str]) -> Iterator[dict[str, Any]]:
    """The lines that concern one of these ids, with all their rows; and what the performers in them said."""
    people = people_in(subjects)
    theirs = Q(kind__in=OF_PEOPLE, seq__in=Concern.objects.filter(about__in=people).values("line_id"))
    ours = Q(seq__in=Concern.objects.filter(about__in=subjects).values("line_id"))
    yield from _told(Line.objects.filter(Q(kind__in=PUBLIC) | ours | theirs, salt__isnull=False), None)


def lines_of_person(person: str) -> Iterator[dict[str, Any]]:
    """The lines that concern one person, with their own rows only."""
    mine = Q(seq__in=Concern.objects.filter(about=person).values("line_id"))
    yield from _told(Line.objects.filter(Q(kind__in=PUBLIC) | mine, salt__isnull=False), person)


def people_in(subjects: Collection[str]) -> set[str]:
    """The performers in the rows of lines that concern these ids."""
    lines = Concern.objects.filter(about__in=subjects).values("line_id")
    return set(RowOf.objects.filter(line_id__in=lines).exclude(about="").values_list("about", flat=True).distinct())


def _told(found: "QuerySet[Line]", person: str | None) -> Iterator[dict[str, Any]]:
    numbers = list(found.order_by("seq").values_list("seq", flat=True))
    for at in range(0, len(numbers), _BATCH):
        part = numbers[at : at + _BATCH]
        rows = _rows(part, person)
        for line in Line.objects.filter(seq__in=part).order_by("seq"):
            if line.salt is None or line.body is None:
                continue
            told = {"c": line.commitment, "salt": bytes(line.salt).hex(), "body": line.body}
            if line.seq in rows:
                told["rows"] = rows[line.seq]
            yield told


def _rows(lines: list[int], person: str | None) -> dict[int, list[dict[str, Any]]]:
    """Every row of these lines; one of somebody else's, or that was destroyed, by its digest alone."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in RowOf.objects.filter(line_id__in=lines).select_related("line").order_by("line_id", "place"):
        theirs = person is None or row.about == person or row.line.kind == "day-close"
        if theirs and row.salt is not None and row.body is not None:
            found[row.line_id].append({"row": row.body, "salt": bytes(row.salt).hex()})
        else:
            found[row.line_id].append({"digest": row.digest})
    return found

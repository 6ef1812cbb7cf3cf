"""What an auditor may read: every body for whoever runs the studio's own replay, for a seat those of its subject.

A project's seat reads of its performers' answers what bears on that project: their standing answers, which reach every
project (a body is read whole or not at all), what they granted to this one, and what its lines name. Never an offer
accepted elsewhere, a Yes to another licence, or a review of another take.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from yesif.apps.record.models import Concern, Line, RowOf

_BATCH = 500
PUBLIC = ("genesis", "key", "uses-version", "day-close")
"""Kinds whose bodies concern nobody: an auditor always reads them."""
OF_PEOPLE = ("grant", "revoke", "suspend", "resume", "review", "track-sealed")
"""What performers said: read for everyone in the subject's releases and leases, or no use could be decided again."""


@dataclass(frozen=True, slots=True)
class _Bearing:
    """What a subject's own lines name: which of its people's lines bear on it."""

    subjects: frozenset[str]
    people: frozenset[str]
    performances: frozenset[str]
    grants: frozenset[str]

    def has(self, kind: str, body: Mapping[str, Any]) -> bool:
        """Does this line of one of its people bear on the subject?"""
        if kind == "grant":
            return (
                body.get("reach") == "standing"
                or body.get("project") in self.subjects
                or body.get("grant") in self.grants
                or not self.performances.isdisjoint(body.get("performances") or ())
            )
        if kind in ("review", "track-sealed"):
            return body.get("performance") in self.performances
        return True


def every_line() -> Iterator[dict[str, Any]]:
    """All lines whose bodies were not destroyed, as lines.jsonl has them."""
    yield from _told(_numbers(Line.objects.filter(salt__isnull=False)), None)


def lines_of(subjects: Collection[str]) -> Iterator[dict[str, Any]]:
    """The lines that concern one of these ids, with all their rows; and what the performers in them said."""
    bearing = _bearing(subjects)
    about_them = Concern.objects.filter(about__in=bearing.people).values("line_id")
    theirs = _those_that_bear(Line.objects.filter(kind__in=OF_PEOPLE, seq__in=about_them), bearing)
    ours = Q(seq__in=Concern.objects.filter(about__in=subjects).values("line_id"))
    found = Line.objects.filter(Q(kind__in=PUBLIC) | ours, salt__isnull=False)
    numbers = theirs.union(found.values_list("seq", flat=True))
    yield from _told(sorted(numbers), None, only=dict.fromkeys(theirs, bearing.people))


def lines_of_person(person: str) -> Iterator[dict[str, Any]]:
    """The lines that concern one person, with their own rows only."""
    mine = Q(seq__in=Concern.objects.filter(about=person).values("line_id"))
    yield from _told(_numbers(Line.objects.filter(Q(kind__in=PUBLIC) | mine, salt__isnull=False)), person)


def people_in(subjects: Collection[str]) -> set[str]:
    """The performers in the rows of lines that concern these ids."""
    lines = Concern.objects.filter(about__in=subjects).values("line_id")
    return set(RowOf.objects.filter(line_id__in=lines).exclude(about="").values_list("about", flat=True).distinct())


def _bearing(subjects: Collection[str]) -> _Bearing:
    lines = Concern.objects.filter(about__in=subjects).values("line_id")
    performances: set[str] = set()
    grants: set[str] = set()
    for body in RowOf.objects.filter(line_id__in=lines).values_list("body", flat=True).iterator():
        if body is None:
            continue  # destroyed with its person's keys
        performances.add(str(body.get("performance", "")))
        grants.update(map(str, body.get("grants") or ()))
    return _Bearing(frozenset(subjects), frozenset(people_in(subjects)), frozenset(performances - {""}),
                    frozenset(grants))  # fmt: skip


def _those_that_bear(found: "QuerySet[Line]", bearing: _Bearing) -> set[int]:
    """Numbers of these lines of people that bear on the subject; a revocation does where what it ends does."""
    kept: set[int] = set()
    granted: set[str] = set()
    for seq, kind, body in found.order_by("seq").values_list("seq", "kind", "body"):
        if body is None:
            continue
        if kind == "revoke":
            bears = str(body.get("grant")) in granted
        elif bears := bearing.has(kind, body):
            granted.add(str(body.get("grant", "")))
        if bears:
            kept.add(seq)
    return kept


def _numbers(found: "QuerySet[Line]") -> list[int]:
    return list(found.order_by("seq").values_list("seq", flat=True))


def _told(
    numbers: list[int], person: str | None, *, only: Mapping[int, Collection[str]] | None = None
) -> Iterator[dict[str, Any]]:
    """`only`: of these lines the rows of these people alone."""
    for at in range(0, len(numbers), _BATCH):
        part = numbers[at : at + _BATCH]
        rows = _rows(part, person, only or {})
        for line in Line.objects.filter(seq__in=part).order_by("seq"):
            if line.salt is None or line.body is None:
                continue
            told = {"c": line.commitment, "salt": bytes(line.salt).hex(), "body": line.body}
            if line.seq in rows:
                told["rows"] = rows[line.seq]
            yield told


def _rows(lines: list[int], person: str | None, only: Mapping[int, Collection[str]]) -> dict[int, list[dict[str, Any]]]:
    """Every row of these lines; one of somebody else's, or that was destroyed, by its digest alone."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in RowOf.objects.filter(line_id__in=lines).select_related("line").order_by("line_id", "place"):
        theirs = person is None or row.about == person or row.line.kind == "day-close"
        theirs = theirs and (row.line_id not in only or row.about in only[row.line_id])
        if theirs and row.salt is not None and row.body is not None:
            found[row.line_id].append({"row": row.body, "salt": bytes(row.salt).hex()})
        else:
            found[row.line_id].append({"digest": row.digest})
    return found

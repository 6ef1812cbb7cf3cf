"""Lines as those they concern see them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Min, QuerySet

from yesif.apps.record.models import Chain, Concern, Line, RowOf
from yesif.base.errors import NotFound


@dataclass(frozen=True, slots=True)
class LineSeen:
    """One line with its body, as someone it concerns sees it. `rows`: what it says of them alone, by place.

    `index`: its first leaf in the tree; None until it is sequenced.
    """

    seq: int
    kind: str
    at: datetime
    commitment: str
    body: dict[str, object] | None
    index: int | None = None
    rows: dict[int, dict[str, object]] = field(default_factory=dict)


def lines_about(about: str, *, limit: int = 200, after: int | None = None, kinds: Iterable[str] = ()) -> list[LineSeen]:
    """The newest lines that concern `about` (a person's or project's id), newest first; `after`: those before it."""
    found = Line.objects.filter(concerns__about=about)
    if wanted := list(kinds):
        found = found.filter(kind__in=wanted)
    if after is not None:
        found = found.filter(seq__lt=after)
    return _seen(found.order_by("-seq"), about, limit)


def line(seq: int, *, viewer: str) -> LineSeen:
    """One line that concerns `viewer`. Raises NotFound for any other."""
    found = _seen(Line.objects.filter(seq=seq, concerns__about=viewer), viewer, 1)
    if not found:
        raise NotFound
    return found[0]


def count(kind: str | None = None) -> int:
    """How many lines there are, of one kind or of all."""
    return (Line.objects.filter(kind=kind) if kind else Line.objects).count()


def number_of_lines(about: str) -> int:
    """How many lines concern `about`."""
    return Concern.objects.filter(about=about).count()


@dataclass(frozen=True, slots=True)
class ChainSeen:
    """One person's chain: its key, how many of their leaves are in the tree, and the indexes of these, in order."""

    key: bytes
    n: int
    indexes: tuple[int, ...]


def chain_of(about: str) -> ChainSeen | None:
    """The chain of one person, for that person; None where they have none, or were forgotten."""
    chain = Chain.objects.filter(about=about, key__isnull=False).first()
    if chain is None or chain.key is None:
        return None
    return ChainSeen(bytes(chain.key), chain.n, tuple(chain.steps.order_by("n").values_list("leaf_id", flat=True)))


def _seen(found: "QuerySet[Line]", about: str, limit: int) -> list[LineSeen]:
    lines = list(found.annotate(first=Min("leaves__index"))[:limit])
    rows: dict[int, dict[int, dict[str, object]]] = {}
    mine = RowOf.objects.filter(line_id__in=[one.seq for one in lines], about=about, body__isnull=False)
    for row in mine:
        rows.setdefault(row.line_id, {})[row.place] = row.body or {}
    return [
        LineSeen(one.seq, one.kind, one.at, one.commitment, one.body, one.first, rows.get(one.seq, {})) for one in lines
    ]

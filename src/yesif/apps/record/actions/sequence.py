"""Give waiting lines their place in the tree, and every person's chain its next tag. One sequencer at a time.

An index once given never changes: whoever runs this again after a crash goes on behind the last one.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Case, When

from yesif.apps.record.actions.append import Row, append
from yesif.apps.record.models import Chain, Concern, Head, LeafRow, Line, Step
from yesif.core.tlog import leaf as leaves
from yesif.core.tlog.leaf import TAGS_A_LEAF, Leaf

BATCH = 2000


def sequence(*, by: str) -> int:
    """Sequence up to `BATCH` waiting lines; returns the size of the tree. `by`: the id of the log's key (8 digits)."""
    _durable()
    with transaction.atomic():
        head = _locked_head()
        first = [] if head.size else [Case(When(kind="genesis", then=0), default=1)]
        waiting = list(Line.objects.filter(sequenced=False).order_by(*first, "seq")[:BATCH])
        if not waiting:
            return head.size
        made = _Making(head.size, by, waiting)
        for line in waiting:
            made.add(line)
        made.write()
        Line.objects.filter(seq__in=[line.seq for line in waiting]).update(sequenced=True)
        head.size += len(made.leaves)
        head.save(update_fields=["size"])
        return head.size


@transaction.atomic
def close_day(*, day: str, now: datetime) -> int | None:
    """Commit to the length of every chain, so that none can lose its last lines in silence; the line's number.

    Once a day (`day`: 2026-11-25); None where it was closed already or nobody has a chain yet.
    """
    head = _locked_head()
    if Line.objects.filter(kind="day-close", body__day=day).exists():
        return None
    chains = [one for one in Chain.objects.filter(n__gt=0) if one.key is not None]
    if not chains:
        return None
    rows = [Row(one.about, {"tag": leaves.tag(bytes(one.key or b""), one.n), "n": one.n}) for one in chains]
    rows.sort(key=lambda row: str(row.body["tag"]))
    body: dict[str, object] = {
        "day": day,
        "size": head.size,
        "chains": len(rows),
        "tags": sum(one.n for one in chains),
        "forgotten": sum(one.n for one in Chain.objects.filter(key=None)),
    }
    return append(kind="day-close", body=body, about=[], now=now, rows=rows)


class _Making:
    """Leaves being made: their index, and where every chain they touch stands."""

    def __init__(self, size: int, by: str, waiting: Sequence[Line]) -> None:
        self.size, self.by = size, by
        self.leaves: list[LeafRow] = []
        self.steps: list[Step] = []
        self.concerned: dict[int, list[str]] = defaultdict(list)
        numbers = [line.seq for line in waiting]
        people = Concern.objects.filter(line_id__in=numbers, about__startswith="per_")
        for number, about in people.order_by("line_id", "about").values_list("line_id", "about"):
            self.concerned[number].append(about)
        self.chains = _chains({about for one in self.concerned.values() for about in one})
        wanted = {ref for line in waiting for ref in line.refs}
        self.places = dict(
            LeafRow.objects.filter(line_id__in=wanted).order_by("-index").values_list("line_id", "index")
        )

    def add(self, line: Line) -> None:
        """The leaves of one line: one for every `TAGS_A_LEAF` people it concerns, at least one."""
        people = self.concerned[line.seq]
        parts = [people[at : at + TAGS_A_LEAF] for at in range(0, len(people), TAGS_A_LEAF)] or [[]]
        self.places[line.seq] = self.size + len(self.leaves)
        for number, part in enumerate(parts):
            self._add_leaf(line, part, f"{number + 1}/{len(parts)}" if len(parts) > 1 else "")

    def _add_leaf(self, line: Line, people: list[str], part: str) -> None:
        steps = sorted(self._steps(people))  # by tag: their order tells nothing of who joined when
        made = Leaf(
            kind=line.kind,
            at_ms=leaves.milliseconds(line.at),
            by=self.by,
            commitment=line.commitment,
            refs=tuple(sorted(self.places[ref] for ref in line.refs if ref in self.places)),
            tags=tuple(tag for tag, _, _ in steps),
            links=tuple(link for _, link, _ in steps),
            part=part,
        )
        row = LeafRow(index=self.size + len(self.leaves), line=line, content=bytes(made))
        self.leaves.append(row)
        for _, _, about in steps:
            chain = self.chains[about]
            chain.n, chain.last = chain.n + 1, made.hash
            self.steps.append(Step(chain=chain, n=chain.n, leaf=row))

    def _steps(self, people: list[str]) -> Iterator[tuple[str, str, str]]:
        for about in people:
            chain = self.chains[about]
            key = bytes(chain.key or b"")
            if key:  # a person who was forgotten has no chain to go on
                yield leaves.tag(key, chain.n + 1), leaves.link(key, chain.n + 1, bytes(chain.last)), about

    def write(self) -> None:
        LeafRow.objects.bulk_create(self.leaves, batch_size=200)
        Chain.objects.bulk_update(self.chains.values(), ["n", "last"], batch_size=200)
        Step.objects.bulk_create(self.steps, batch_size=200)


def _chains(people: set[str]) -> dict[str, Chain]:
    found = Chain.objects.in_bulk(sorted(people))
    missing = [Chain(about=about, key=secrets.token_bytes(32)) for about in sorted(people - set(found))]
    Chain.objects.bulk_create(missing)
    return {**found, **{chain.about: chain for chain in missing}}


def _locked_head() -> Head:
    Head.objects.get_or_create(pk=1)
    return Head.objects.select_for_update().get(pk=1)


def _durable() -> None:
    """Indexes must outlive a power cut before a checkpoint shows them: SQLite's NORMAL may lose the last commit."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")

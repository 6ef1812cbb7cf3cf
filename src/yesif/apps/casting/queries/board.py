"""What matching may know of those who said "I can": gathered here, decided in core/matching."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from yesif.apps.casting.models import Application, Block, Coming, Pairing, Project
from yesif.apps.casting.queries import sheets
from yesif.apps.people.models import Person
from yesif.core.matching.cards import Pack
from yesif.core.matching.fit import Aims
from yesif.core.matching.pairs import Pin
from yesif.core.matching.performer import Performer
from yesif.core.matching.seats import Slot

Pairs = Iterable[frozenset[str]]


def open_blocks(project_id: str, *, now: datetime) -> list[str]:
    """Blocks ahead that are not settled."""
    found = Block.objects.filter(project_id=project_id, settled_at=None, starts_at__gt=now)
    return list(found.values_list("id", flat=True))


def slots(block_ids: Iterable[str]) -> list[Slot]:
    """Blocks as matching sees them."""
    found = Block.objects.filter(pk__in=list(block_ids))
    return [_slot(one) for one in found]


def aims(project_id: str) -> Aims:
    """What the project still needs, by what it has paired so far."""
    project = Project.objects.get(pk=project_id)
    counted: dict[str, int] = dict.fromkeys(project.targets, 0)
    cells = dict(Application.objects.filter(project_id=project_id).values_list("performer_id", "cells"))
    for a, b in Pairing.objects.filter(block__project_id=project_id).values_list("a_id", "b_id"):
        for cell in {*cells.get(a, ()), *cells.get(b, ())} & counted.keys():
            counted[cell] += 1
    wanted = {cell: max(0, want - counted[cell]) for cell, want in project.targets.items()}
    return Aims(languages=frozenset({project.language}), wanted=wanted)


def performers(
    project_id: str, block_ids: Iterable[str], pack: Pack, *, never: Pairs = (), again: Pairs = ()
) -> list[Performer]:
    """Everyone who said "I can" to any of these blocks. `never` and `again` come from after the scene, silently."""
    coming: dict[str, set[str]] = {}
    standing: set[str] = set()
    rows = Coming.objects.filter(block_id__in=list(block_ids), performer__is_active=True).select_related("block")
    day = min((one.block.starts_at.date() for one in rows), default=None)
    for one in rows:
        coming.setdefault(one.performer_id, set()).add(one.block_id)
        if one.stands_by:
            standing.add(one.performer_id)
    if day is None:
        return []
    language = Project.objects.get(pk=project_id).language
    them = Person.objects.filter(pk__in=coming).order_by("id")
    kept = sheets.on(coming, day)
    cells = dict(Application.objects.filter(project_id=project_id).values_list("performer_id", "cells"))
    played = _played(coming)
    barred, liked = _by_person(never), _by_person(again)
    return [
        Performer(
            id=one.id,
            split=one.split_group,
            languages=frozenset(one.languages or [language]),
            slots=frozenset(coming[one.id]),
            cards=pack.for_sheet(kept[one.id]) & pack.written_for(2),
            never=frozenset(barred.get(one.id, ())),
            again=frozenset(liked.get(one.id, ())),
            played=played.get(one.id, {}),
            cells=frozenset(cells.get(one.id, ())),
            scenes=sum(played.get(one.id, {}).values()),
            understudy=one.id in standing,
        )
        for one in them
    ]


def pins(wishes: Mapping[tuple[str, str], bool]) -> list[Pin]:
    """The producer's pins as matching takes them."""
    return [Pin(a, b) for (a, b), pinned in wishes.items() if pinned]


def _slot(one: Block) -> Slot:
    starts = int(one.starts_at.timestamp()) // 60
    return Slot(one.id, one.seats, starts, starts + one.minutes)


def _played(performer_ids: Iterable[str]) -> dict[str, dict[str, int]]:
    """How often each has been paired with whom, with a session booked."""
    found: dict[str, dict[str, int]] = {}
    those = set(performer_ids)
    for a, b in Pairing.objects.exclude(session="").filter(a_id__in=those).values_list("a_id", "b_id"):
        for one, other in ((a, b), (b, a)):
            found.setdefault(one, {})[other] = found.setdefault(one, {}).get(other, 0) + 1
    return found


def _by_person(pairs: Pairs) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for pair in pairs:
        for one in pair:
            found.setdefault(one, set()).update(pair - {one})
    return found

"""Who could play in threes to sixes, block by block: for the producer to look at. Nothing is settled or booked from
here: the live room and what is measured of a scene hold two."""

from dataclasses import dataclass
from datetime import datetime

from yesif.apps.casting import queries as casting
from yesif.apps.casting.queries import blocks as seen
from yesif.apps.casting.queries import board, sheets
from yesif.apps.casting.queries.blocks import BlockSeen
from yesif.base.errors import BadInput
from yesif.core.matching.casts import LARGEST, SMALLEST, Cast, casts, why_none
from yesif.flows.blocks import said_after


@dataclass(frozen=True, slots=True)
class Ensemble:
    """One cast by stage names, and the sentence that says why."""

    names: tuple[str, ...]
    cast: Cast


@dataclass(frozen=True, slots=True)
class OfBlock:
    """One block's ensembles, and who of those that can is in none. `why`: the cause where there is no ensemble, as
    `why_none` names it, else ""."""

    block: BlockSeen
    ensembles: tuple[Ensemble, ...]
    over: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Ensembles:
    """All blocks ahead; `written`: how many of the project's cards are for so many; `decks`: ids, to write more in."""

    size: int
    written: int
    decks: tuple[str, ...]
    blocks: tuple[OfBlock, ...]


def ensembles(project_id: str, producer_id: str, *, size: int, now: datetime) -> Ensembles:
    """Ensembles of `size` among those who said "I can". Writes nothing. Raises NotFound, BadInput."""
    casting.project(project_id, producer_id)
    if not SMALLEST <= size <= LARGEST:
        raise BadInput(f"An ensemble has {SMALLEST} to {LARGEST} performers.")
    pack = sheets.pack(project_id)
    written, aims, wishes = pack.written_for(size), board.aims(project_id), seen.wishes(project_id)
    pins = [pair for pair, pinned in wishes.items() if pinned]
    forbidden = [pair for pair, pinned in wishes.items() if not pinned]
    found = []
    for block_id in board.open_blocks(project_id, now=now):
        those = board.performers(project_id, [block_id], pack, **said_after())
        made = casts(those, aims, size=size, written=written, forbidden=forbidden, pins=pins)
        why = "" if made else why_none(those, aims, size=size, written=written, forbidden=forbidden)
        found.append(_of_block(seen.block(block_id, producer_id), made, why))
    return Ensembles(size, written.bit_count(), tuple(casting.deck_ids_of(project_id)), tuple(found))


def _of_block(block: BlockSeen, made: tuple[Cast, ...], why: str) -> OfBlock:
    names = {one.performer_id: one.stage_name for one in block.coming}
    inside = {name for one in made for name in one.performers}
    return OfBlock(
        block,
        tuple(Ensemble(tuple(names[each] for each in one.performers), one) for one in made),
        tuple(name for who, name in names.items() if who not in inside),
        why,
    )

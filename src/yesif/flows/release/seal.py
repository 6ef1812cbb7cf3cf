"""Turn the members of a sample into ciphertext, and wrap its key under a key for each performer in it (RULES §6)."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from yesif.core.corpus.assemble import Contents
from yesif.core.corpus.plan import Placed, Plan
from yesif.core.vault import chunks
from yesif.core.vault.envelope import nest, new_key
from yesif.core.vault.held import clip_place, member_context

_PIECE = 4 << 20


@dataclass(frozen=True, slots=True)
class Sealing:
    """What a worker's child needs to seal samples: keys by participant, and whose keys each sample needs."""

    release: str
    keys: Mapping[str, bytes]
    under: Mapping[str, tuple[str, ...]]


def company(plan: Plan) -> dict[str, tuple[Placed, ...]]:
    """For each sample everyone in it: its own performance first, then those that stand beside it."""
    takes: dict[str, list[Placed]] = {}
    for _, one in plan.samples():
        takes.setdefault(one.key.interaction_key, []).append(one)
    whole = {}
    for together in takes.values():
        for one in together:
            others = [other for other in together if other is not one] if one.partner is not None else []
            whole[str(one.key)] = (one, *sorted(others, key=lambda other: other.key))
    return whole


def under_whom(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Sample → participants whose keys its key is wrapped under."""
    return {sample: tuple(one.key.participant_key for one in cast) for sample, cast in company(plan).items()}


def seal_contents(made: Contents, placed: Placed, sealing: Sealing, scratch: Path) -> tuple[Contents, tuple[str, str]]:
    """The same members as ciphertext under one fresh key, and that key, wrapped: (whose keys, nested)."""
    sample, key = str(placed.key), new_key()
    members: dict[str, bytes | Path] = {}
    for suffix, content in made.members.items():
        context = member_context(sealing.release, sample, suffix)
        if isinstance(content, Path):
            target = scratch / f"sealed.{suffix}"
            with target.open("wb") as out:
                for piece in chunks.seal(key, _pieces(content), context=context):
                    out.write(piece)
            if content.parent == scratch:
                os.unlink(content)  # nothing in the clear stays longer than it is needed
            members[suffix] = target
        else:
            members[suffix] = bytes(chunks.seal_whole(key, content, context=context))
    under = sealing.under[sample]
    nested = nest(key, under={one: sealing.keys[one] for one in under}, place=clip_place(sealing.release, sample))
    return replace(made, members=members), (",".join(under), nested.hex())


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        while piece := source.read(_PIECE):
            yield piece

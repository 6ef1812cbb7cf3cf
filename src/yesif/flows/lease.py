"""Lease keys for a run: decided, written, on the record, and only then sealed to the reader.

    1  the decision is taken again and the lease written, in one transaction     (apps.market.actions.runs.lease)
    2  its line gets its place in the tree, and the checkpoint is signed          from here on nobody can deny it
    3  keys are unwrapped, sealed to the reader under the lease's terms, and leave

A crash before 3 leaves a lease on the record whose keys never left: the reader asks again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from yesif.apps.market import keys as market_keys
from yesif.apps.market import queries
from yesif.apps.market.actions import runs
from yesif.apps.market.queries.runs import Clip
from yesif.core.vault.envelope import unnest
from yesif.core.vault.held import clip_place
from yesif.core.vault.lease import Terms, grant
from yesif.flows import sequence_record


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a reader gets: the lease, its terms, the sealed keys, and the samples it may not read."""

    lease: str
    line: int
    terms: Terms
    sealed: bytes
    clips: int
    refused: tuple[str, ...]


def lease(*, organisation_id: str, run_id: str, release_id: str, hours: int | None, now: datetime) -> Sealed:
    """Lease keys of one release for a run. Raises NotFound, BadInput, Refused, NotConsented."""
    made = runs.lease(organisation_id=organisation_id, run_id=run_id, release_id=release_id, hours=hours, now=now)
    sequence_record.now()
    if not queries.building(release_id).sealed:
        keys: dict[str, bytes] = {}
    else:
        keys = names_and_keys(made.terms, made.clips)
    held = sum(clip.may for clip in made.clips)
    refused = tuple(clip.sample for clip in made.clips if not clip.may)
    return Sealed(made.lease, made.line, made.terms, grant(keys, made.terms, made.reader), held, refused)


def names_and_keys(terms: Terms, clips: Sequence[Clip]) -> dict[str, bytes]:
    """What a lease holds: a performer's key where everything they are in may be read; where something may not, the
    keys of the single clips that may. So a key that opens what was withdrawn never leaves."""
    everyone = {one for clip in clips for one in clip.nest}
    found = market_keys.release_keys(licence_id=terms.licence, release_id=terms.release, performers=everyone)
    named = {clip.nest[0]: _participant(clip.sample) for clip in clips if clip.nest}  # no nest: erased
    barred = {one for clip in clips if not clip.may for one in clip.nest}
    keys = {named[one]: key for one, key in found.items() if one not in barred and one in named}
    for clip in clips:
        if clip.may and barred & set(clip.nest) and all(one in found for one in clip.nest):
            under = {named[one]: found[one] for one in clip.nest}
            keys[clip.sample] = unnest(clip.wrapped, under=under, place=clip_place(terms.release, clip.sample))
    return keys


def _participant(sample: str) -> str:
    """V00_S0001_I00000011_P0001 → V00_P0001"""
    parts = sample.split("_")
    return f"{parts[0]}_{parts[-1]}"

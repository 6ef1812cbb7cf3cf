"""The block begins: whoever showed up is paired again, so that one who is missing costs one scene and not two."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from yesif.core.matching.fit import Aims, Fit, fit
from yesif.core.matching.pairs import Pair, heaviest, pair_of
from yesif.core.matching.performer import Performer

_KEPT_PAIR = 5_000
"""Pairs that are both here stay together unless breaking one makes a whole pair more."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """The pairs to play now: those that stay, those that are new; who is here and has nobody."""

    stay: tuple[Fit, ...]
    new: tuple[Fit, ...]
    alone: tuple[str, ...]


def repair(
    present: Sequence[Performer],
    planned: Iterable[Pair],
    aims: Aims,
    *,
    begun: Iterable[Pair] = (),
    forbidden: Iterable[Pair] = (),
) -> Repaired:
    """Pair those present. Pairs in `begun` are playing and are left alone; understudies step in where that helps."""
    barred = {pair_of(a, b) for a, b in forbidden}
    here = {one.id: one for one in present}
    playing = {pair_of(a, b) for a, b in begun}
    busy = {each for pair in playing for each in pair}
    plan = {pair_of(a, b) for a, b in planned} - playing
    free = [one for one in present if one.id not in busy]
    fits: dict[Pair, Fit] = {}
    for n, one in enumerate(free):
        for other in free[n + 1 :]:
            pair = pair_of(one.id, other.id)
            found = fit(one, other, aims) if pair not in barred else None
            if found is not None:
                fits[pair] = replace(found, worth=found.worth + _KEPT_PAIR) if pair in plan else found
    chosen = heaviest(fits)
    paired = {each for one in chosen for each in (one.a, one.b)} | busy
    return Repaired(
        stay=tuple(one for one in chosen if (one.a, one.b) in plan),
        new=tuple(one for one in chosen if (one.a, one.b) not in plan),
        alone=tuple(name for name, one in here.items() if name not in paired and not one.understudy),
    )

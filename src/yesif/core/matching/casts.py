"""Three to six in one scene. Packing casts is hard in general; this grows them from whoever has least choice."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_

from yesif.base.errors import BadInput
from yesif.core.matching.cards import LEAST
from yesif.core.matching.fit import NAMES, Aims, fit
from yesif.core.matching.pairs import Pair, pair_of
from yesif.core.matching.performer import Performer

SMALLEST, LARGEST = 3, 6
_PINNED = 1_000_000
"""Two whom the producer pinned come before any preference; before anybody's line comes nothing."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Performers who may play one scene together: every two of them fit, and the cards fit all at once."""

    performers: tuple[str, ...]
    cards: int
    languages: tuple[str, ...]
    worth: int

    def sentence(self) -> str:
        """Why these, in one sentence."""
        return (
            f"{self.cards} cards fit all {len(self.performers)}; "
            f"all play in {' and '.join(NAMES.get(one, one) for one in self.languages)}."
        )


def casts(
    performers: Sequence[Performer],
    aims: Aims,
    *,
    size: int,
    written: int,
    forbidden: Iterable[Pair] = (),
    pins: Iterable[Pair] = (),
) -> tuple[Cast, ...]:
    """Casts of `size` among performers of one slot; `written` are the cards for so many (`Pack.written_for`). No two of
    `forbidden` are in one cast; two of `pins` are, where nobody's line is against it."""
    if not SMALLEST <= size <= LARGEST:
        raise BadInput(f"An ensemble has {SMALLEST} to {LARGEST} performers.")
    free = {one.id: one for one in performers}
    found = []
    choice = {one.id: sum(fit(one, other, aims) is not None for other in performers) for one in performers}
    wished = {pair_of(a, b) for a, b in pins}
    word = _Word(written, frozenset(pair_of(a, b) for a, b in forbidden), frozenset(wished))
    first = {each for pair in wished for each in pair}
    for seed in sorted(performers, key=lambda one: (one.id not in first, choice[one.id], one.id)):
        grown = _grow(seed, list(free.values()), aims, size, word) if seed.id in free else None
        if grown is not None:
            found.append(grown)
            for each in grown.performers:
                del free[each]
    return tuple(found)


def why_none(
    performers: Sequence[Performer], aims: Aims, *, size: int, written: int, forbidden: Iterable[Pair] = ()
) -> str:
    """Why `casts` found nothing here, the first that is true: `cards` (too few are written for so many, whoever comes),
    `people` (too few can), `language` (too few share one), `forbidden` (the producer keeps them apart), `lines` (their
    own lines or groups do, or leave too few cards; whose is never said)."""
    if written.bit_count() < LEAST:
        return "cards"
    if len(performers) < size:
        return "people"
    spoken = Counter(language for one in performers for language in one.languages)
    shared = [many for language, many in spoken.items() if not aims.languages or language in aims.languages]
    if max(shared, default=0) < size:
        return "language"
    if any(forbidden) and casts(performers, aims, size=size, written=written):
        return "forbidden"
    return "lines"


def cast_of(members: Sequence[Performer], aims: Aims, *, written: int) -> Cast | None:
    """These performers as a cast, or None where any two do not fit, or fewer than three cards fit all."""
    worth = 0
    for n, one in enumerate(members):
        for other in members[n + 1 :]:
            pair = fit(one, other, aims)
            if pair is None:
                return None
            worth += pair.worth
    languages = reduce(and_, (one.languages for one in members))
    if aims.languages:
        languages &= aims.languages
    cards = reduce(and_, (one.cards for one in members), written).bit_count()
    if not languages or cards < LEAST:
        return None
    return Cast(tuple(sorted(one.id for one in members)), cards, tuple(sorted(languages)), worth)


@dataclass(frozen=True, slots=True)
class _Word:
    """What the deck and the producer say: the cards for so many, and which pairs are apart or together."""

    written: int
    forbidden: Collection[Pair]
    pins: Collection[Pair]

    def of(self, members: Sequence[Performer], aims: Aims) -> Cast | None:
        pairs = {pair_of(a.id, b.id) for n, a in enumerate(members) for b in members[n + 1 :]}
        if not pairs.isdisjoint(self.forbidden):
            return None
        found = cast_of(members, aims, written=self.written)
        return found and replace(found, worth=found.worth + _PINNED * len(pairs.intersection(self.pins)))


def _grow(seed: Performer, free: Sequence[Performer], aims: Aims, size: int, word: _Word) -> Cast | None:
    members, cast = [seed], None
    while len(members) < size:
        tried = [(one, word.of([*members, one], aims)) for one in free if one not in members]
        able = [(one, grown) for one, grown in tried if grown is not None]
        if not able:
            return None
        one, cast = max(able, key=lambda each: (each[1].worth, each[0].id))
        members.append(one)
    return cast

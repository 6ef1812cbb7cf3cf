"""Who could meet whom, and when, among thousands: sets of people as integers, so that most never meet at all."""

from collections.abc import Iterator, Mapping, Sequence

from yesif.core.matching.fit import Aims, Fit, fit
from yesif.core.matching.performer import Performer

_KEPT = 16
_ENDS = 60_000
"""Of those a performer could meet, the best few are kept: ten thousand have fifty million pairs. Up to 250 performers
that is everyone. Former partners are looked at first. bench/matching.py prints what it costs against all pairs."""
_LOOKED_AT = 3


def candidates(performers: Sequence[Performer], aims: Aims, *, kept: int = 0) -> dict[tuple[str, str], Fit]:
    """Fits by pair, sparse: each performer's best few. `kept` 0: as many as time allows."""
    kept = kept or max(_KEPT, _ENDS // max(1, len(performers)))
    found: dict[tuple[str, str], Fit] = {}
    reach = _Reach(performers)
    for n, one in enumerate(performers):
        fits = []
        for m in reach.of(n):
            pair = _pair(one.id, performers[m].id)
            known = found.get(pair) or fit(one, performers[m], aims)
            if known is not None:
                fits.append(known)
            if len(fits) >= _LOOKED_AT * kept:
                break
        fits.sort(key=lambda each: (-each.worth, each.a, each.b))
        found.update(((each.a, each.b), each) for each in fits[:kept])
    return found


class _Reach:
    """For each performer the others who share a slot, the group and a language, nearest first in a fixed circle."""

    def __init__(self, performers: Sequence[Performer]) -> None:
        self._performers = performers
        self._at = {one.id: n for n, one in enumerate(performers)}
        self._slots = _members({n: one.slots for n, one in enumerate(performers)})
        self._splits = _members({n: frozenset({one.split}) for n, one in enumerate(performers)})
        self._spoken = _members({n: one.languages for n, one in enumerate(performers)})

    def of(self, n: int) -> Iterator[int]:
        one = self._performers[n]
        mask = _union(self._slots, one.slots) & self._splits[one.split] & _union(self._spoken, one.languages)
        mask &= ~(1 << n)
        for other in (*one.again, *one.played):
            m = self._at.get(other)
            if m is not None and mask >> m & 1:
                mask &= ~(1 << m)
                yield m
        after = mask >> n + 1
        yield from (n + 1 + m for m in _bits(after))
        yield from _bits(mask & ((1 << n) - 1))


def _members(sets: Mapping[int, frozenset[str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for n, names in sets.items():
        for name in names:
            found[name] = found.get(name, 0) | 1 << n
    return found


def _union(members: Mapping[str, int], names: frozenset[str]) -> int:
    mask = 0
    for name in names:
        mask |= members.get(name, 0)
    return mask


def _bits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _pair(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)

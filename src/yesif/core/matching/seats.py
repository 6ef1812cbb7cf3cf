"""Give each pair a slot: by augmenting paths, so that a pair is left over only where no moving along could seat it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from yesif.core.matching.fit import Fit


@dataclass(frozen=True, slots=True)
class Slot:
    """A block that pairs may be put into: `seats` pairs, from `starts` to `ends` (minutes since the Unix epoch)."""

    id: str
    seats: int
    starts: int
    ends: int

    def clashes(self, other: "Slot") -> bool:
        """Does any minute belong to both?"""
        return self.starts < other.ends and other.starts < self.ends


class Seating:
    """The seats left in each slot, and the pairs of one round in them."""

    def __init__(self, seats: Mapping[str, int]) -> None:
        self._left = dict(seats)
        self._pairs: dict[str, list[Fit]] = {name: [] for name in seats}
        self._slots_of: dict[Fit, Sequence[str]] = {}
        self._pinned: set[Fit] = set()

    def copy(self) -> "Seating":
        """Another board that starts from this one."""
        other = Seating(self._left)
        other._pairs = {name: list(found) for name, found in self._pairs.items()}
        other._slots_of, other._pinned = dict(self._slots_of), set(self._pinned)
        return other

    def seated(self) -> frozenset[str]:
        """Everyone who has a seat."""
        return frozenset(each for _, one, _ in self.pairs() for each in (one.a, one.b))

    def worth(self) -> int:
        """What all the pairs are worth together."""
        return sum(one.worth for _, one, _ in self.pairs())

    def open(self) -> frozenset[str]:
        """Slots with a seat left."""
        return frozenset(name for name, left in self._left.items() if left > 0)

    def pairs(self) -> Iterable[tuple[str, Fit, bool]]:
        """Every pair with its slot, and whether it was pinned."""
        return [(name, one, one in self._pinned) for name, found in self._pairs.items() for one in found]

    def seat(self, one: Fit, slots: Iterable[str], *, pinned: bool = False) -> bool:
        """Seat this pair in one of the slots, emptiest first, moving others along where that makes room."""
        self._slots_of[one] = sorted(slots, key=lambda name: (-self._left[name], name))
        if pinned:
            self._pinned.add(one)
        return self._seat(one, set())

    def _seat(self, one: Fit, tried: set[str]) -> bool:
        slots = [name for name in self._slots_of[one] if name not in tried]
        for name in slots:
            if self._left[name] > 0:
                self._left[name] -= 1
                self._pairs[name].append(one)
                return True
        for name in slots:
            if name not in tried and self._makes_room(name, tried):
                self._pairs[name].append(one)
                return True
        return False

    def _makes_room(self, name: str, tried: set[str]) -> bool:
        tried.add(name)
        for sitting in self._pairs[name]:
            if self._seat(sitting, tried):
                self._pairs[name].remove(sitting)
                return True
        return False

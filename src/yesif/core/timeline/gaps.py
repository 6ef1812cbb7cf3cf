"""What is missing from a track, listed one by one with its time: nothing is lost in silence."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_LATE = 1.6  # of the usual distance: below this a camera only trembled
_AROUND = 15


@dataclass(frozen=True, slots=True)
class Loss:
    """`count` samples, frames or packets that should stand at `at_ns` (take time) for `length_ns`, and do not."""

    at_ns: int
    length_ns: int
    count: int
    why: str

    def as_json(self) -> dict[str, object]:
        return {"at_ns": self.at_ns, "length_ns": self.length_ns, "count": self.count, "why": self.why}


def frame_losses(times_ns: Sequence[int], why: str = "not-captured") -> list[Loss]:
    """Frames missing between frames: each distance is measured against the middle one of its thirty neighbours.

    `times_ns` rises. A camera that slows down in the dark moves its neighbours along and loses nothing.
    """
    steps = [later - earlier for earlier, later in pairwise(times_ns)]
    if not steps:
        return []
    longest_usual = sorted(steps)[len(steps) // 2]
    losses = []
    for index, step in enumerate(steps):
        if step <= _LATE * longest_usual:
            continue
        near = sorted(steps[max(0, index - _AROUND) : index + _AROUND + 1])
        usual = near[len(near) // 2]
        missing = (2 * step + usual) // (2 * usual) - 1 if usual > 0 else 0
        if missing > 0 and step > _LATE * usual:
            losses.append(Loss(times_ns[index] + usual, step - usual, missing, why))
    return losses

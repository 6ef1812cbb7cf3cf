"""Which frames of a camera belong to the take, when each is shown, and which are missing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yesif.core.timeline import Finding, Loss, Place, frame_losses
from yesif.media.assemble.made import edges
from yesif.media.place import spread

Times = NDArray[np.int64]

_WAIT_NS = 250_000_000
"""A key frame this soon after action begins the picture; else the last one before it does, and brings some pre-roll."""
_LOST_LIMIT_PPM = 5_000


@dataclass(frozen=True, slots=True)
class Shown:
    """The frames of a take in decoding order: `first` and `stop` index what was given, `times_ns` are take times."""

    first: int
    stop: int
    times_ns: Times

    @property
    def usual_ns(self) -> int:
        return spread(np.unique(self.times_ns).tolist())

    @property
    def first_ns(self) -> int:
        return int(self.times_ns.min())

    @property
    def end_ns(self) -> int:
        return int(self.times_ns.max()) + self.usual_ns

    def place(self) -> Place:
        """File time 0 is the first frame; the frames' own times already run on the studio's clock."""
        return Place(self.first_ns, 0, self.first_ns, self.end_ns)

    def stamps(self, unit_ns: int) -> tuple[list[int], list[int]]:
        """PTS and DTS in units of `unit_ns`, from 0: PTS all different, DTS rising and never after PTS."""
        pts = _apart(((self.times_ns - self.first_ns + unit_ns // 2) // unit_ns).tolist())
        in_order = sorted(pts)
        lag = max(decoded - shown for decoded, shown in zip(in_order, pts, strict=True))
        return pts, [decoded - lag for decoded in in_order]


def choose(times_ns: Times, keys: NDArray[np.bool_], length_ns: int | None) -> Shown | None:
    """The frames from action to cut, beginning with a key frame. None where no key frame is in reach."""
    starts = np.flatnonzero(keys)
    after = starts[times_ns[starts] >= 0]
    before = starts[times_ns[starts] < 0]
    if not len(starts):
        return None
    soon = len(after) and int(times_ns[after[0]]) <= _WAIT_NS
    first = int(after[0]) if soon or not len(before) else int(before[-1])
    late = np.flatnonzero(times_ns[first:] >= length_ns) if length_ns is not None else np.zeros(0, np.int64)
    stop = first + int(late[0]) if len(late) else len(times_ns)
    return Shown(first, stop, times_ns[first:stop]) if stop > first else None


def losses_of(shown: Shown, length_ns: int | None) -> list[Loss]:
    """Every frame that should be there and is not, and what is missing at the take's ends."""
    usual = shown.usual_ns
    missing = frame_losses(np.unique(shown.times_ns).tolist())
    return missing + edges(shown.first_ns, shown.end_ns, length_ns, max(2 * usual, _WAIT_NS))


def findings_of(shown: Shown, losses: Sequence[Loss]) -> list[Finding]:
    findings = []
    lost = sum(loss.count for loss in losses)
    total = len(shown.times_ns) + lost
    if lost:
        share = lost * 1_000_000 // total
        verdict = "warn" if share > _LOST_LIMIT_PPM else "pass"
        sentence = f"{lost} of {total} frames are missing ({share / 10_000:.2f} %); each is listed with its time."
        findings.append(Finding("frames-lost", verdict, sentence, share, "ppm", _LOST_LIMIT_PPM))  # type: ignore[arg-type]
    for loss in losses:
        if loss.why in ("starts-late", "ends-early"):
            side = "begins after action" if loss.why == "starts-late" else "ends before cut"
            sentence = f"The picture {side} by {loss.length_ns / 1e6:.0f} ms."
            end = loss.at_ns + loss.length_ns
            findings.append(
                Finding(f"picture-{loss.why}", "warn", sentence, loss.length_ns, "ns", None, loss.at_ns, end)
            )
    if shown.first_ns < -1_000_000:
        sentence = f"The picture begins {-shown.first_ns / 1e6:.0f} ms before action, with its last key frame."
        findings.append(Finding("picture-preroll", "warn", sentence, -shown.first_ns, "ns", 0, shown.first_ns, 0))
    return findings


def _apart(stamps: list[int]) -> list[int]:
    """Two frames with one stamp cannot be kept apart by a player: the later one moves on by one unit."""
    taken: set[int] = set()
    result = []
    for stamp in stamps:
        while stamp in taken:
            stamp += 1
        taken.add(stamp)
        result.append(stamp)
    return result

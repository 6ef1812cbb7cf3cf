"""What is known of one track of one take: where it stands in time, how sure that is, and what is missing.

    {"v": "yesif-track/1", "take": "tak_…", "performance": "prf_…", "kind": "voice", …,
     "time": {"offset_ns": -12345, "drift_ppb": -31000, "first_ns": …, "end_ns": …, "knots": [[track_ns, take_ns], …]},
     "error_ns": 210000, "bound_ns": 400000, "losses": […], "count": {…}, "clock": {…}}

Whole numbers and text only, so that it has one canonical form and one digest on every machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from yesif.base.canonical import canonical
from yesif.core.timeline.clockmap import ClockMap
from yesif.core.timeline.gaps import Loss

VERSION = "yesif-track/1"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a track stands in take time (0 at "action"): t ↦ t + offset + t · drift, t being the file's own time.

    `first_ns` and `end_ns`: take time of the first sample or frame, and of the end of the last. `knots`: exact pairs of
    file time and take time, only where the line is not straight enough. All in nanoseconds, drift in parts per 10^9.
    """

    offset_ns: int
    drift_ppb: int
    first_ns: int
    end_ns: int
    knots: tuple[tuple[int, int], ...] = ()

    def at(self, track_ns: int) -> int:
        """Take time of a file time, by the straight line."""
        return track_ns + self.offset_ns + track_ns * self.drift_ppb // 1_000_000_000

    def as_json(self) -> dict[str, object]:
        return {
            "offset_ns": self.offset_ns,
            "drift_ppb": self.drift_ppb,
            "first_ns": self.first_ns,
            "end_ns": self.end_ns,
            "knots": [list(knot) for knot in self.knots],
        }


@dataclass(frozen=True, slots=True)
class TrackManifest:
    """The manifest of one track. `count`: what was counted, by name. `clock`: how client time became studio time.

    `error_ns`: estimate of what the track may be off in take time; None where no ping says anything. `bound_ns`: no
    honest network can make it more. `facts`: what the recorder said of itself (tier, browser, codec, size, rate, …).
    """

    take: str
    performance: str
    kind: str
    place: Place | None
    error_ns: int | None
    bound_ns: int | None
    method: str
    losses: tuple[Loss, ...] = ()
    count: Mapping[str, int] = field(default_factory=dict)
    clock: Mapping[str, object] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """The manifest as plain JSON. Raises TypeError if a float slipped in."""
        told: dict[str, object] = {
            "v": VERSION,
            "take": self.take,
            "performance": self.performance,
            "kind": self.kind,
            "time": self.place.as_json() if self.place else None,
            "error_ns": self.error_ns,
            "bound_ns": self.bound_ns,
            "method": self.method,
            "losses": [loss.as_json() for loss in self.losses],
            "count": dict(self.count),
            "clock": dict(self.clock),
            "facts": dict(self.facts),
        }
        canonical(told)
        return told


def clock_json(clock: ClockMap, zero_ns: int, refused: Mapping[str, int], closure_ns: int | None) -> dict[str, object]:
    """A clock map for the manifest; far times count from `zero_ns` (studio time), so that they stay below 2^53."""
    return {
        "segments": [
            {
                "from_us": s.from_us,
                "until_us": s.until_us,
                "at_us": s.at_us,
                "take_ns": s.far_ns - zero_ns,
                "drift_ppb": s.drift_ppb,
                "error_ns": s.error_ns,
                "bound_ns": s.bound_ns,
                "pings": s.pings,
                "kept": s.kept,
            }
            for s in clock.segments
        ],
        "lies": clock.lies,
        "refused": dict(refused),
        "closure_ns": closure_ns,
    }

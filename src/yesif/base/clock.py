"""Time. "Now" is an argument everywhere above; this is the one place that asks the machine.

Two kinds: wall time (an aware `datetime` in UTC) for people and terms, and studio time (integer nanoseconds since the
Unix epoch that never step back) for the session clock.
"""

import json
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Where "now" comes from."""

    def now(self) -> datetime:
        """Wall time, aware, in UTC."""
        ...

    def studio_ns(self) -> int:
        """Studio time: nanoseconds since the Unix epoch, never stepping back while the machine is up."""
        ...


@dataclass(frozen=True, slots=True)
class StudioClock:
    """The machine's clock, with studio time anchored once per boot.

    studio time = monotonic time + `anchor_ns`. The anchor is kept in a file with the boot's id, so every process of
    this boot, and a server restarted in mid-take, agrees to the nanosecond; a step of the wall clock moves nothing.
    """

    anchor_ns: int

    @classmethod
    def at(cls, folder: Path) -> "StudioClock":
        """The clock of this boot, whose anchor lives in `folder` (made if absent)."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "clock-anchor.json"
        boot = _boot_id()
        kept = _read_anchor(path, boot)
        if kept is not None:
            return cls(kept)
        mine = folder / f"clock-anchor.{os.getpid()}.tmp"
        mine.write_text(json.dumps({"boot": boot, "anchor_ns": time.time_ns() - time.monotonic_ns()}))
        try:
            stale = path.exists()
            if stale:
                os.replace(mine, path)
            else:
                os.link(mine, path)  # fails where another process was first: then its anchor is the anchor
        except FileExistsError:
            pass
        finally:
            mine.unlink(missing_ok=True)
        kept = _read_anchor(path, boot)
        return cls(kept if kept is not None else time.time_ns() - time.monotonic_ns())

    def now(self) -> datetime:
        return datetime.now(UTC)

    def studio_ns(self) -> int:
        return time.monotonic_ns() + self.anchor_ns


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until a test moves it."""

    at: datetime
    ns: int = 0

    def now(self) -> datetime:
        return self.at

    def studio_ns(self) -> int:
        return self.ns


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return f"boot-{(time.time_ns() - time.monotonic_ns()) // 60_000_000_000}"  # elsewhere: to the minute


def _read_anchor(path: Path, boot: str) -> int | None:
    try:
        kept = json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return int(kept["anchor_ns"]) if kept.get("boot") == boot else None

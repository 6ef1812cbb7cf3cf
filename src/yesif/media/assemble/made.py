"""What one maker of this package hands back, and how files are written: whole or not at all, the same bytes again."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import av
from av.container import OutputContainer

from yesif.core.timeline import Finding, Loss, Place


@dataclass(frozen=True, slots=True)
class Made:
    """A file, where it stands in take time, what was lost and counted on the way, and what a person should know."""

    path: Path | None
    media_type: str
    place: Place | None
    method: str
    error_ns: int = 0
    losses: list[Loss] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    count: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def nothing(cls, *findings: Finding, count: Mapping[str, int] | None = None) -> "Made":
        return cls(None, "", None, "none", findings=list(findings), count=count or {})


@contextmanager
def writing(path: Path, form: str) -> Iterator[OutputContainer]:
    """A container that appears under its name when it is whole; an empty one does not appear.

    It holds no dates and no versions: the same input gives the same bytes.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    options = {"fflags": "+bitexact"}
    if form == "mp4":
        # An edit list counts in the movie's own units; milliseconds would move the picture against the sound.
        options |= {"movflags": "faststart", "movie_timescale": "1000000"}
    try:
        with av.open(str(beside), "w", format=form, options=options) as target:
            yield target
        if beside.exists():  # a container that nothing was written into makes no file
            os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def edges(first_ns: int, end_ns: int, length_ns: int | None, usual_ns: int) -> list[Loss]:
    """Losses at the take's two ends: a track that starts after action, or ends before cut, by more than it must."""
    losses = []
    if first_ns > usual_ns:
        losses.append(Loss(0, first_ns, 0, "starts-late"))
    if length_ns is not None and length_ns - end_ns > usual_ns:
        losses.append(Loss(max(end_ns, 0), length_ns - max(end_ns, 0), 0, "ends-early"))
    return losses

"""Measure recordings beside each other, each in a process of its own, with one progress bar over all of them."""

import multiprocessing
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

import click

from yesif.base.errors import YesIfError
from yesif.media.features.measure import measure_track
from yesif.media.features.menu import Wanted
from yesif.media.features.shelf import Measured
from yesif.media.probe import probe
from yesif.media.quality.finding import Finding
from yesif.media.stage import TimeMap

_UNITS = 1000  # of the progress bar, for each recording


@dataclass(frozen=True, slots=True)
class Part:
    """One recording to measure, and where its tables go."""

    name: str
    path: Path
    out: Path
    models: Path
    wanted: Wanted
    clock: TimeMap


def beside_each_other(parts: Sequence[Part]) -> list[Measured]:
    """Measure all of them. One whose process dies is measured as nothing, with a finding that says so."""
    start = multiprocessing.get_context("spawn")
    running: dict[Connection, tuple[int, BaseProcess]] = {}
    found: list[Measured | None] = [None] * len(parts)
    for index, part in enumerate(parts):
        ours, theirs = start.Pipe(duplex=False)
        child: BaseProcess = start.Process(target=_child, args=(theirs, part), daemon=True)
        child.start()
        theirs.close()
        running[ours] = (index, child)
    lengths = [_length_ns(part.path) for part in parts]
    reached = [0] * len(parts)
    with click.progressbar(length=_UNITS * len(parts), label="Measuring") as bar:
        while running:
            for pipe in wait(list(running)):
                assert isinstance(pipe, Connection)  # noqa: S101 - nothing else was given to wait
                index, child = running[pipe]
                told = _next(pipe)
                if isinstance(told, int):
                    share = min(_UNITS, _UNITS * told // lengths[index]) if lengths[index] else reached[index]
                else:
                    child.join()
                    share, found[index] = _UNITS, told if told is not None else _died(child.exitcode)
                    del running[pipe]
                bar.update(max(share - reached[index], 0))
                reached[index] = max(share, reached[index])
    return [one if one is not None else _died(None) for one in found]


def _child(pipe: Connection, part: Part) -> None:
    measured = measure_track(
        {"voice": part.path, "camera": part.path},
        part.out,
        models_dir=part.models,
        maps={"voice": part.clock, "camera": part.clock},
        wanted=part.wanted,
        on_progress=pipe.send,
    )
    pipe.send(measured)
    pipe.close()


def _next(pipe: Connection) -> int | Measured | None:
    """What the child says next: how far it is, what it measured, or nothing any more."""
    try:
        told: int | Measured = pipe.recv()
    except EOFError:
        return None
    return told


def _died(code: int | None) -> Measured:
    why = "It ended before it was done."
    if code is not None and code < 0:
        why = f"It was ended by {signal.Signals(-code).name}; that is what happens when memory runs out."
    finding = Finding("not-measured", "", -1.0, "", 0.0, "fail", 0, 0, f"This recording could not be measured. {why}")
    return Measured((), (finding,), {})


def _length_ns(path: Path) -> int:
    """How long a recording says it is; 0 where it does not say."""
    try:
        return probe(path, to_the_end=False).length_ns or 0
    except YesIfError:
        return 0

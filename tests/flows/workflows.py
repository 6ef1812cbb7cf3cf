"""Workflows for the engine's tests: their effects are lines on the record, so a double effect is a double line."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.flows import heavy
from yesif.apps.record import actions as record
from yesif.flows.engine import Heavy, Later, Run, workflow
from yesif.flows.runner import Limits

STEPS = 5
SHORT = Limits(seconds=20, memory_mib=512)


def line(job: Run, step: str) -> Callable[[Any], None]:
    """A commit that leaves one line per finished step."""
    return lambda output: append(job, step)


def append(job: Run, step: str) -> None:
    record.append(kind="finding", body={"job": job.key, "step": step}, about=[job.key], now=job.now())


@workflow("test-plain")
def plain(job: Run) -> int:
    """Some light steps, some heavy; returns their sum."""
    total = 0
    for number in range(STEPS):
        job.progress(100 * number // STEPS, f"step {number}")
        name = f"step {number}"
        run = job.heavy if number % 2 else job.step
        total += run(name, heavy.slow, float(job.args.get("seconds", 0)), number, commit=line(job, name))
    return total


@workflow("test-side-by-side")
def side_by_side(job: Run) -> list[int]:
    seconds = float(job.args.get("seconds", 0))
    return job.heavy_all([Heavy(f"h{n}", heavy.slow, (seconds, n), SHORT, line(job, f"h{n}")) for n in range(4)])


def set_aside(args: Any, reason: str, now: Any) -> None:
    record.append(kind="finding", body={"set-aside": str(args.get("name", "")), "why": reason}, about=["lab"], now=now)


@workflow("test-damaged", when_failed=set_aside)
def damaged(job: Run) -> None:
    job.step("good", heavy.slow, 0, 1, commit=line(job, "good"))
    job.heavy("bad", heavy.is_damaged)


@workflow("test-poison", when_failed=set_aside)
def poison(job: Run) -> None:
    """Kills its worker every time."""
    job.step("poison", heavy.kill_me)


@workflow("test-stumbles", attempts=2)
def stumbles(job: Run) -> None:
    job.heavy("stumble", heavy.stumble)


@workflow("test-full")
def full(job: Run) -> str:
    job.step("first", heavy.slow, 0, 1, commit=line(job, "first"))
    if not Path(str(job.args["room"])).exists():
        job.heavy("room", heavy.no_room)
    return "done"


@workflow("test-later")
def later(job: Run) -> str:
    if not Path(str(job.args["room"])).exists():
        raise Later("The partner's upload is not here yet.", timedelta(minutes=10))
    return "done"


@workflow("test-dies-in-commit")
def dies_in_commit(job: Run) -> None:
    """Dies once inside a step's transaction, after its effects and before its end; and once right after it."""

    def commit(_: Any) -> None:
        append(job, "in")
        _die_once(Path(str(job.args["marks"])) / "in")

    job.step("in", heavy.slow, 0, 1, commit=commit)
    _die_once(Path(str(job.args["marks"])) / "after")
    job.step("out", heavy.slow, 0, 1, commit=line(job, "out"))


def _die_once(mark: Path) -> None:
    if not mark.exists():
        mark.touch()
        heavy.kill_me()


@workflow("test-gives-up", attempts=2)
def gives_up(job: Run) -> list[str]:
    """One step is refused and one crashes every time; the good one goes on."""
    fns = {"refused": heavy.is_damaged, "crashes": heavy.stumble, "good": heavy.fine}
    return job.heavy_all([Heavy(n, fn, (), SHORT, line(job, n), give_up=lambda why: why) for n, fn in fns.items()])


@workflow("test-empty")
def empty(job: Run) -> None:
    """Nothing: what is left is the engine's own cost."""

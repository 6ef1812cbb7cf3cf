"""Where a heavy pure function runs: in a child process that may crash, hang or eat memory without harming the worker.

A runner takes a function of a module (found again by its name in the child), arguments that can be pickled, and limits.
Settings name the runner (`YESIF_RUNNER`), so an existing cluster can be put in its place: write a class with `slots`
and `run`, and give its dotted path.

Memory is bounded by watching what the child really holds (Linux: resident minus shared pages, every 0.1 s), not by
RLIMIT_AS: codecs, BLAS and model runtimes reserve far more address space than they ever touch, so a limit on addresses
refuses good takes and still names no number. RLIMIT_DATA, set well above, stops what grows faster than we look.
"""

import ctypes
import errno
import os
import pickle
import resource
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import connection as pipes
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event
from typing import Protocol, cast

from yesif.base import errors
from yesif.base.errors import LimitReached, YesIfError

PRELOAD = ("yesif.media.stations", "yesif.flows.runner")
"""Imported once in the fork server, so that a child starts in some 10 ms."""

_LOOK_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may take: seconds by the wall clock, and MiB of memory of its own."""

    seconds: float = 3600.0
    memory_mib: int = 3072

    @property
    def burst_mib(self) -> int:
        """What the system itself refuses: twice the limit, and what libraries set aside when they are loaded."""
        return 2 * self.memory_mib + 512


DEFAULT_LIMITS = Limits()


class Crashed(YesIfError):
    """The child died or met an unexpected fault; it may go better next time."""


class DiskFull(LimitReached):
    """There is no room to write; nothing was lost, and it goes on when there is."""


class Halted(YesIfError):
    """The call was stopped because its job was."""


class Runner(Protocol):
    """Runs heavy pure functions, `slots` of them at a time."""

    @property
    def slots(self) -> int: ...

    def run(
        self, fn: Callable[..., object], args: Sequence[object], *, limits: Limits, halt: Event, scratch: Path
    ) -> object:
        """`fn(*args)`, with its temporary files in `scratch`.

        Raises the house's errors as `fn` does, Crashed for any other end, LimitReached, Halted.
        """
        ...


class InlineRunner:
    """Runs in this process, with no limits: for tests, and for looking into a fault with a debugger."""

    slots = 1

    def run(
        self, fn: Callable[..., object], args: Sequence[object], *, limits: Limits, halt: Event, scratch: Path
    ) -> object:
        if halt.is_set():
            raise Halted("The job was stopped.")
        try:
            return fn(*args)
        except YesIfError:
            raise
        except Exception as fault:  # outer edge of the step, as in a child
            raise _told(fault) from fault


class LocalRunner:
    """Runs each call in a fresh child of a fork server on this machine."""

    def __init__(self, slots: int = 2) -> None:
        self.slots = slots
        self._free = threading.BoundedSemaphore(slots)
        self._starting = threading.Lock()  # multiprocessing's own books of children are not thread-safe
        # One step is one core's work: a pool of threads in every child would only fight the other children.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        # glibc learns to keep what is large and freed, and an hour's track leaves holes in it: give it back at once.
        os.environ.setdefault("MALLOC_MMAP_THRESHOLD_", str(1 << 20))
        self._children = get_context("forkserver")
        self._children.set_forkserver_preload(list(PRELOAD))

    def run(
        self, fn: Callable[..., object], args: Sequence[object], *, limits: Limits, halt: Event, scratch: Path
    ) -> object:
        while not self._free.acquire(timeout=_LOOK_EVERY_S):
            if halt.is_set():
                raise Halted("The job was stopped.")
        try:
            return self._run(fn, args, limits, halt, scratch)
        finally:
            self._free.release()

    def _run(
        self, fn: Callable[..., object], args: Sequence[object], limits: Limits, halt: Event, scratch: Path
    ) -> object:
        receive, send = self._children.Pipe(duplex=False)
        lifeline, hold = self._children.Pipe(duplex=False)
        child = self._children.Process(target=_child, args=(send, lifeline, fn, tuple(args), limits, scratch))
        try:
            with self._starting:
                child.start()
            send.close()
            lifeline.close()
            return self._wait(child, receive, limits, halt)
        finally:
            self._bury(child)
            for end in (receive, send, lifeline, hold):
                end.close()

    def _wait(self, child: BaseProcess, receive: Connection, limits: Limits, halt: Event) -> object:
        until = time.monotonic() + limits.seconds
        while True:
            if pipes.wait([receive, child.sentinel], timeout=_LOOK_EVERY_S):
                return self._answer(child, receive)
            if halt.is_set():
                raise Halted("The job was stopped.")
            if time.monotonic() > until:
                raise LimitReached(f"The step took longer than the {limits.seconds:g} s it may take.")
            held = _held_mib(child.pid)
            if held > limits.memory_mib:
                raise LimitReached(f"The step held {held} MiB of memory; it may hold {limits.memory_mib} MiB.")

    def _answer(self, child: BaseProcess, receive: Connection) -> object:
        try:
            if receive.poll():
                return _unpack(receive.recv_bytes())
        except EOFError:
            pass  # it died before or while answering
        with self._starting:
            child.join(5)
        raise Crashed(f"The step's process died ({_end_in_words(child.exitcode)}).")

    def _bury(self, child: BaseProcess) -> None:
        if child.pid is None:
            return
        with self._starting:
            child.join(0.5 if child.is_alive() else 0)  # it may just be leaving
            if child.is_alive():
                _kill_group(child)
                child.join()
            child.close()


def chosen(name: str, slots: int) -> Runner:
    """The runner that a setting names: `local`, `inline`, or `package.module:Class`, called with `slots`."""
    if name == "local":
        return LocalRunner(slots)
    if name == "inline":
        return InlineRunner()
    module, _, cls = name.partition(":")
    return cast(Runner, getattr(import_module(module), cls)(slots))


def where(fault: BaseException) -> str:
    """An unexpected fault as kind and place, without its text: that may carry a person's words."""
    frames = traceback.extract_tb(fault.__traceback__)
    at = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(fault).__name__}{at}"


def _told(fault: Exception) -> YesIfError:
    if isinstance(fault, OSError) and fault.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull("The disk is full; the work goes on when there is room.")
    return Crashed(f"The step met an unexpected fault ({where(fault)}).")


# --- in the child ---


def _child(
    send: Connection,
    lifeline: Connection,
    fn: Callable[..., object],
    args: tuple[object, ...],
    limits: Limits,
    scratch: Path,
) -> None:
    os.setsid()  # whatever it starts is killed with it
    tempfile.tempdir = str(scratch)  # what a killed child leaves goes with the job's folder
    threading.Thread(target=_die_with_the_worker, args=(lifeline,), daemon=True).start()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: should the fork server be killed
        most = limits.burst_mib << 20
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN if number == signal.SIGINT else signal.SIG_DFL)
    try:
        answer = pickle.dumps(("done", fn(*args)))
    except MemoryError:
        answer = pickle.dumps(("LimitReached", f"The step asked for more than {limits.burst_mib} MiB of memory."))
    except YesIfError as refusal:
        answer = pickle.dumps((_kind(refusal), str(refusal)))
    except Exception as fault:  # outer edge of the child: the fault is told, never lost
        told = _told(fault)
        answer = pickle.dumps((type(told).__name__, str(told)))
    send.send_bytes(answer)
    send.close()


def _die_with_the_worker(lifeline: Connection) -> None:
    """A worker that was killed closes the pipe; nobody waits for this child's answer then."""
    try:
        lifeline.recv_bytes()
    except (EOFError, OSError):
        os.kill(os.getpid(), signal.SIGKILL)


def _kind(refusal: YesIfError) -> str:
    """The nearest class of the house's tree: subclasses may not be known, or not be picklable, on the other side."""
    return next(kind.__name__ for kind in type(refusal).__mro__ if kind.__module__ in (errors.__name__, __name__))


def _unpack(answer: bytes) -> object:
    kind, content = pickle.loads(answer)  # noqa: S301  from our own child
    if kind == "done":
        return content
    own = {"Crashed": Crashed, "DiskFull": DiskFull}
    raise (own.get(kind) or getattr(errors, kind))(content)


# --- about a child, from outside ---


def _held_mib(pid: int | None) -> int:
    """MiB the child holds for itself; 0 where the system does not say."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()
    except OSError:
        return 0
    return (int(pages[1]) - int(pages[2])) * resource.getpagesize() >> 20


def _kill_group(child: BaseProcess) -> None:
    try:
        os.killpg(cast(int, child.pid), signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        child.kill()  # not yet, or no longer, leader of a group


def _end_in_words(exitcode: int | None) -> str:
    if exitcode is None:
        return "no exit code"
    if exitcode >= 0:
        return f"exit code {exitcode}"
    return f"signal {-exitcode}: " + _SIGNALS.get(-exitcode, "killed from outside")


_SIGNALS: dict[int, str] = {
    signal.SIGSEGV: "it touched memory that is not its own",
    signal.SIGABRT: "it gave up by itself",
    signal.SIGKILL: "it was killed, often for want of memory",
}

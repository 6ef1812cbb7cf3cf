"""How a job's faults are told apart: wait, try again, or set aside with a reason."""

import errno
from datetime import timedelta

from yesif.base.errors import LimitReached, YesIfError
from yesif.flows.runner import Crashed, DiskFull, Halted, where

DISK_FULL_WAIT = timedelta(seconds=60)


class Stopping(YesIfError):
    """The worker is leaving; the job goes on with another."""


class Cancelled(YesIfError):
    """The job was asked to stop."""


class Later(YesIfError):
    """Nothing is wrong, but the step cannot be done yet; it is asked again after `wait`."""

    def __init__(self, message: str, wait: timedelta) -> None:
        super().__init__(message)
        self.wait = wait


class Poison(YesIfError):
    """The job kills whoever works on it."""


def reason(fault: Exception) -> str:
    """Why, in a sentence for a producer; an unexpected fault's text is left out: it may carry people's words."""
    if isinstance(fault, YesIfError):
        return str(fault)
    return f"An unexpected fault ({where(fault)})."


def uncounted_wait(fault: Exception) -> timedelta | None:
    """How long to wait where nothing is wrong with the job; None where something is."""
    if isinstance(fault, Stopping | Halted):
        return timedelta(0)
    if isinstance(fault, Later):
        return fault.wait
    full = isinstance(fault, OSError) and fault.errno in (errno.ENOSPC, errno.EDQUOT)
    return DISK_FULL_WAIT if full or isinstance(fault, DiskFull) else None


def may_go_better(fault: Exception) -> bool:
    """Refusals of the house give the same answer every time; crashes, limits and faults may not."""
    return not isinstance(fault, YesIfError) or isinstance(fault, Crashed | LimitReached)

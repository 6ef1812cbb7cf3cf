"""Heavy functions for the engine's tests. They know no Django: a runner's child never wakes it."""

import ctypes
import os
import signal
import tempfile
import time
from pathlib import Path

from yesif.base.errors import Damaged


def slow(seconds: float, value: int) -> int:
    time.sleep(seconds)
    return value


def is_damaged() -> None:
    raise Damaged("The log says 12 bytes and holds 7.")


def kill_me() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def segfault() -> None:
    ctypes.string_at(0)


def eat(mib: int) -> int:
    """Fill memory in bites, then sit on it."""
    bites = [b"x" * (8 << 20) for _ in range(mib // 8)]
    time.sleep(30)
    return len(bites)


def eat_at_once(mib: int) -> int:
    return len(bytearray(mib << 20))


def vanish() -> None:
    os._exit(3)


def stumble() -> None:
    raise KeyError("Ana said: a secret")


def no_room() -> None:
    raise OSError(28, "No space left on device")


def leave_a_file_and_die() -> None:
    (Path(tempfile.gettempdir()) / "left-behind").write_text("x")
    kill_me()


def fine() -> str:
    return "fine"

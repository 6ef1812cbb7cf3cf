"""Turns at one file: first come, first served, among the threads of a process and between processes.

SQLite lets one write at a time, and whoever finds it busy sleeps and looks again, a little longer each time, up to a
tenth of a second. Under a steady stream of writers that is no queue: whoever has waited longest looks most seldom, and
may look in vain until its patience ends ("database is locked"; with seven threads, once in some ten thousand writes).
So writers stand in line before they ask SQLite at all.
"""

import fcntl
import os
import threading
import time
from collections import deque

LOOK_S = 0.0005
"""How often the first in line looks whether another process has left."""
GAP_S = 0.001
STINT = 4
"""After so many turns in a row a process steps aside for a moment, in which the one that looks must fall."""


class Turns:
    """The line before one file. `enter` and `leave` are called by the same thread, once each."""

    def __init__(self, path: str) -> None:
        self._door = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._lock = threading.Lock()  # of all that follows
        self._waiting: deque[threading.Event] = deque()
        self._taken = False
        self._in_a_row = 0

    def enter(self, *, patience_s: float) -> bool:
        """Wait for a turn; False where it did not come in time."""
        ends = time.monotonic() + patience_s
        if not self._stand_in_line(ends):
            return False
        while True:
            try:
                fcntl.flock(self._door, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= ends:
                    self._next()
                    return False
                time.sleep(LOOK_S)
            else:
                return True

    def leave(self) -> None:
        """Let the next one in."""
        fcntl.flock(self._door, fcntl.LOCK_UN)
        self._in_a_row += 1
        if self._waiting and self._in_a_row >= STINT:
            self._in_a_row = 0
            time.sleep(GAP_S)
        self._next()

    def _stand_in_line(self, ends: float) -> bool:
        with self._lock:
            if not self._taken:
                self._taken = True
                return True
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(max(0.0, ends - time.monotonic())):
            return True
        with self._lock:
            if mine.is_set():  # it came in the very moment patience ended
                return True
            self._waiting.remove(mine)
            return False

    def _next(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False


_turns: dict[tuple[int, str], Turns] = {}
_making = threading.Lock()


def turns_at(path: str) -> Turns:
    """The line before the database at `path`, one for each process."""
    with _making:
        key = (os.getpid(), path)  # a forked child stands in a line of its own
        if key not in _turns:
            _turns[key] = Turns(f"{path}-turn")
        return _turns[key]

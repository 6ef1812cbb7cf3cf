"""Turns at one file: first come, first served, among the threads of a process and between processes.

SQLite lets one write at a time, and whoever finds it busy sleeps and looks again, a little longer each time, up to a
tenth of a second. Under a steady stream of writers that is no queue: whoever has waited longest looks most seldom, and
may look in vain until its patience ends ("database is locked"; with seven threads, once in some ten thousand writes).
So writers stand in line before they ask SQLite at all.
"""

import fcntl
import os
import stat
import threading
import time
from collections import deque

LOOK_S = 0.0005
"""How often the first in line looks whether another process has left."""
GAP_S = 0.001
STINT = 4
"""After so many turns in a row a process steps aside for a moment, in which the one that looks must fall."""


class Turns:
    """The line before one file. `enter` and `leave` are called by the same thread, once each.

    `like`: a file whose mode and owner this one gets, as SQLite gives its own companions those of the database; with
    another owner's, whoever else may write to the database could not stand in line. Raises OSError.
    """

    def __init__(self, path: str, *, like: str = "") -> None:
        self._door = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        made = False
        try:
            _make_like(self._door, like)
            made = True
        finally:
            if not made:
                os.close(self._door)
        self._lock = threading.Lock()  # of all that follows
        self._waiting: deque[threading.Event] = deque()
        self._taken = False
        self._in_a_row = 0

    def enter(self, *, patience_s: float) -> bool:
        """Wait for a turn; False where it did not come in time. Whatever breaks the wait, nothing is held after it.

        Raises OSError where the file cannot be locked at all.
        """
        ends = time.monotonic() + patience_s
        if not self._stand_in_line(ends):
            return False
        came = False
        try:
            came = self._lock_file(ends)
        finally:
            if not came:
                self._next()
        return came

    def leave(self) -> None:
        """Let the next one in. Raises OSError where the file cannot be unlocked; the line goes on all the same."""
        try:
            fcntl.flock(self._door, fcntl.LOCK_UN)
            self._in_a_row += 1
            if self._waiting and self._in_a_row >= STINT:
                self._in_a_row = 0
                time.sleep(GAP_S)
        finally:
            self._next()

    def _lock_file(self, ends: float) -> bool:
        while True:
            try:
                fcntl.flock(self._door, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= ends:
                    return False
                time.sleep(LOOK_S)
            else:
                return True

    def _stand_in_line(self, ends: float) -> bool:
        with self._lock:
            if not self._taken:
                self._taken = True
                return True
            mine = threading.Event()
            self._waiting.append(mine)
        broken = True
        try:
            mine.wait(max(0.0, ends - time.monotonic()))
            broken = False
        finally:
            came = not self._out_of_line(mine)
            if broken and came:  # a stop key, a signal: whoever goes away gives back what they were just given
                self._next()
        return came

    def _out_of_line(self, mine: threading.Event) -> bool:
        """Wait no longer; False where the turn has come."""
        with self._lock:
            if not mine.is_set():
                self._waiting.remove(mine)
                return True
            return False

    def _next(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False


def _make_like(door: int, other: str) -> None:
    """Mode and owner of the file `other`, as far as this process may give them; nothing where there is none."""
    if not other or not os.path.exists(other):
        return
    wanted, found = os.stat(other), os.fstat(door)
    if os.geteuid() == 0 and (wanted.st_uid, wanted.st_gid) != (found.st_uid, found.st_gid):
        os.fchown(door, wanted.st_uid, wanted.st_gid)
    mode = stat.S_IMODE(wanted.st_mode)
    if mode != stat.S_IMODE(found.st_mode) and os.geteuid() in (0, found.st_uid):
        os.fchmod(door, mode)


_turns: dict[tuple[int, str], Turns] = {}
_making = threading.Lock()


def turns_at(path: str) -> Turns:
    """The line before the database at `path`, one for each process."""
    with _making:
        key = (os.getpid(), path)  # a forked child stands in a line of its own
        if key not in _turns:
            _turns[key] = Turns(f"{path}-turn", like=path)
        return _turns[key]

"""Writers of one SQLite file stand in line: whoever came first writes first, in this process and beside others."""

import errno
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db.utils import OperationalError

from yesif.site import database
from yesif.site.sqlite import turns
from yesif.site.sqlite.base import DatabaseWrapper
from yesif.site.sqlite.turns import Turns, turns_at

ALONE = """
import sys
from yesif.site.sqlite.turns import Turns
line = Turns(sys.argv[1])
for _ in range(int(sys.argv[2])):
    assert line.enter(patience_s=60)
    line.leave()
"""


def test_turns_come_in_the_order_in_which_they_were_asked_for(tmp_path: Path) -> None:
    line, came = Turns(str(tmp_path / "turn")), []
    assert line.enter(patience_s=1)
    stands = [threading.Event() for _ in range(6)]

    def ask(number: int) -> None:
        stands[number].set()
        assert line.enter(patience_s=60)
        came.append(number)
        line.leave()

    with ThreadPoolExecutor(6) as pool:
        for number in range(6):
            pool.submit(ask, number)
            stands[number].wait(10)
            while len(line._waiting) <= number:
                pass
        line.leave()
    assert came == list(range(6))
    assert not line._taken


def test_whoever_waits_in_vain_is_told_and_the_line_goes_on(tmp_path: Path) -> None:
    line, other = Turns(str(tmp_path / "turn")), Turns(str(tmp_path / "turn"))  # as two processes have it
    assert line.enter(patience_s=1)
    assert not line.enter(patience_s=0.01), "behind a thread of this process"
    assert not other.enter(patience_s=0.01), "behind another process"
    line.leave()
    assert other.enter(patience_s=1)
    other.leave()
    assert line.enter(patience_s=1)
    line.leave()


def test_a_process_in_a_steady_stream_lets_another_in(tmp_path: Path) -> None:
    path, ended = tmp_path / "turn", threading.Event()
    line, came = Turns(str(path)), [0]

    def stream() -> None:
        while not ended.is_set():
            assert line.enter(patience_s=60)
            came[0] += 1
            line.leave()

    with ThreadPoolExecutor(3) as pool:
        for _ in range(3):
            pool.submit(stream)
        try:
            asked = [sys.executable, "-c", ALONE, str(path), "50"]
            assert subprocess.run(asked, timeout=60, check=False).returncode == 0
        finally:
            ended.set()
    assert came[0] > 0


def test_whatever_breaks_a_wait_leaves_nothing_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(tmp_path / "turn")
    line, other = Turns(path), Turns(path)

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    assert other.enter(patience_s=1)
    with monkeypatch.context() as patched:
        patched.setattr(turns.time, "sleep", broken)
        with pytest.raises(KeyboardInterrupt):
            line.enter(patience_s=5)
    assert not line._taken, "first in line, before another process"
    other.leave()
    assert line.enter(patience_s=1)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Event, "wait", broken)
        with pytest.raises(KeyboardInterrupt):
            line.enter(patience_s=5)
    assert not line._waiting, "behind a thread of this process"
    with monkeypatch.context() as patched:
        patched.setattr(turns.fcntl, "flock", refused)
        with pytest.raises(OSError, match="not to be had"):
            line.leave()
    assert not line._taken, "while leaving"


def refused(*_: object) -> None:
    raise OSError(errno.EIO, "not to be had")


def test_the_turns_file_has_the_mode_and_owner_of_the_database(tmp_path: Path) -> None:
    path = tmp_path / "studio.sqlite3"
    path.touch()
    path.chmod(0o664)
    if os.geteuid() == 0:
        os.chown(path, 1234, 1235)
    turns_at(str(path))
    found, wanted = (tmp_path / "studio.sqlite3-turn").stat(), path.stat()
    assert (found.st_mode, found.st_uid, found.st_gid) == (wanted.st_mode, wanted.st_uid, wanted.st_gid)


def test_a_turns_file_that_cannot_be_made_like_it_is_not_left_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "studio.sqlite3"
    path.touch()
    path.chmod(0o640)
    monkeypatch.setattr(turns.os, "fchmod", refused)
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(OSError, match="not to be had"):
        Turns(str(tmp_path / "turn"), like=str(path))
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.fixture
def wrapper(tmp_path: Path) -> DatabaseWrapper:
    made = database.database("", tmp_path)
    defaults = {"AUTOCOMMIT": True, "ATOMIC_REQUESTS": False, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False,
                "TIME_ZONE": None, "USER": "", "PASSWORD": "", "HOST": "", "PORT": ""}  # fmt: skip
    return DatabaseWrapper({**defaults, **made}, "turns")


@pytest.mark.django_db
def test_a_transaction_holds_its_turn_from_begin_to_its_end_however_it_ends(wrapper: DatabaseWrapper) -> None:
    for end in (wrapper.commit, wrapper.rollback, wrapper.close):
        wrapper.ensure_connection()
        wrapper.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        assert wrapper._turn is not None
        turn = wrapper._turn
        assert turn._taken
        end()
        assert wrapper._turn is None
        assert not turn._taken
        if end != wrapper.close:
            wrapper.set_autocommit(True)


@pytest.mark.django_db
def test_a_turns_file_that_cannot_be_used_is_one_sentence(wrapper: DatabaseWrapper, tmp_path: Path) -> None:
    (tmp_path / "yesif.sqlite3-turn").mkdir()
    wrapper.ensure_connection()
    with pytest.raises(OperationalError, match=r"yesif\.sqlite3-turn, which cannot be used: Is a directory$"):
        wrapper.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    assert wrapper._turn is None
    wrapper.close()

"""A worker's sign of life: a locked file that the system lets go with its holder."""

import os
import time
from pathlib import Path

from yesif.flows.worker import Alive


def test_a_living_worker_is_not_taken_for_dead(tmp_path: Path) -> None:
    with Alive(tmp_path) as one, Alive(tmp_path) as other:
        assert not other.is_dead(one.name)
        assert not one.is_dead(one.name)


def test_a_worker_whose_lock_is_gone_is_dead(tmp_path: Path) -> None:
    (tmp_path / "killed").touch()
    with Alive(tmp_path) as one:
        assert one.is_dead("killed")


def test_of_a_worker_elsewhere_nothing_is_known(tmp_path: Path) -> None:
    with Alive(tmp_path) as one:
        assert not one.is_dead("on-another-machine")


def test_signs_of_the_long_dead_are_swept_away(tmp_path: Path) -> None:
    for name, age_s in (("yesterday", 90_000), ("just-now", 10)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (time.time() - age_s,) * 2)
    with Alive(tmp_path) as one:
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["just-now", one.name])
    assert [path.name for path in tmp_path.iterdir()] == ["just-now"]

"""Workers are killed, put to sleep and asked to leave, on SQLite and on PostgreSQL: every effect happens once."""

import random
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import postgres
from tests.flows import workflows
from tests.flows.studio import Studio, wait_until

PATIENCE_S = 120
"""For a machine that is busy with other things."""
ALL_STEPS = [f"step {n}" for n in range(workflows.STEPS)]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ExitStack() as stack:
        try:
            url = stack.enter_context(postgres.server())
        except postgres.NoServer as why:
            pytest.skip(f"the engine is not tried on PostgreSQL: {why}")
        yield url


BOTH = pytest.mark.parametrize("studio", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def studio(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Studio]:
    with ExitStack() as stack:
        url = f"sqlite://{tmp_path / 'yesif.sqlite3'}"
        if getattr(request, "param", "sqlite") == "postgresql":
            url = stack.enter_context(postgres.database(request.getfixturevalue("server")))
        one = Studio(tmp_path, url)
        stack.callback(one.close)
        yield one


@BOTH
def test_killed_at_random_every_job_is_done_and_every_effect_once(studio: Studio) -> None:
    keys = [f"k{n}" for n in range(4)]
    studio.start(*(("test-plain", key, {"seconds": 0.05}) for key in keys))
    dice = random.Random(7)
    for _ in range(3):
        worker = studio.worker()
        time.sleep(dice.uniform(0.7, 1.6))
        worker.kill()
        worker.wait()
    assert studio.worker().wait(PATIENCE_S) == 0
    report = studio.report()
    assert {key: (report[key]["state"], report[key]["output"]) for key in keys} == dict.fromkeys(keys, ("done", 10))
    assert [report[key]["steps"] for key in keys] == [ALL_STEPS] * len(keys)


@BOTH
def test_killed_inside_a_commit_nothing_of_it_stays_and_after_it_everything_does(studio: Studio) -> None:
    marks = studio.folder / "marks"
    marks.mkdir()
    studio.start(("test-dies-in-commit", "k", {"marks": str(marks)}))
    assert [studio.worker().wait(PATIENCE_S) for _ in range(3)] == [-signal.SIGKILL, -signal.SIGKILL, 0]
    assert studio.report()["k"]["steps"] == ["in", "out"]


@BOTH
def test_a_worker_that_slept_through_its_lease_changes_nothing_when_it_wakes(studio: Studio) -> None:
    studio.start(("test-plain", "k", {"seconds": 0.4}))
    sleeper = studio.worker(slots=1)
    wait_until(lambda: studio.lines("k"))
    sleeper.send_signal(signal.SIGSTOP)
    assert studio.worker(slots=1).wait(PATIENCE_S) == 0
    before = studio.report()
    sleeper.send_signal(signal.SIGCONT)
    assert sleeper.wait(PATIENCE_S) == 0
    assert studio.report() == before
    assert before["k"]["steps"] == ALL_STEPS
    assert before["k"]["lease"] == 2


def test_asked_to_leave_a_worker_lets_go_at_once_and_another_goes_on(studio: Studio) -> None:
    studio.start(("test-side-by-side", "k", {"seconds": 1.0}))
    first = studio.worker(until_idle=False)
    wait_until(lambda: studio.lines("k"))
    first.terminate()
    assert first.wait(PATIENCE_S) == 0
    assert studio.report()["k"]["state"] in ("ready", "done")
    assert studio.worker(lease_s=60).wait(PATIENCE_S) == 0  # with this lease, waiting for the clock would take a minute
    assert sorted(studio.report()["k"]["steps"]) == ["h0", "h1", "h2", "h3"]


def test_the_children_of_a_killed_worker_go_with_it(studio: Studio) -> None:
    studio.start(("test-side-by-side", "k", {"seconds": 30.0}))
    worker = studio.worker(until_idle=False)
    wait_until(lambda: len(_descendants(worker.pid)) >= 3)  # fork server, two children
    family = _descendants(worker.pid)
    worker.kill()
    worker.wait()
    wait_until(lambda: not any(_lives(pid) for pid in family))


@BOTH
def test_several_workers_share_the_work_without_doing_any_twice(studio: Studio) -> None:
    keys = [f"k{n}" for n in range(6)]
    studio.start(*(("test-plain", key, {}) for key in keys))
    workers = [studio.worker() for _ in range(2)]
    assert [one.wait(PATIENCE_S) for one in workers] == [0, 0]
    report = studio.report()
    assert [(report[key]["state"], report[key]["steps"], report[key]["lease"]) for key in keys] == [
        ("done", ALL_STEPS, 1)
    ] * len(keys)


def _descendants(pid: int) -> set[int]:
    found: set[int] = set()
    for one in Path("/proc").iterdir():
        if one.name.isdigit():
            try:
                parent = int((one / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == pid or parent in found:
                found.add(int(one.name))
    return found


def _lives(pid: int) -> bool:
    try:
        return (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]) != "Z"
    except OSError:
        return False

"""A heavy step's child may crash, hang or eat memory: the worker learns why and lives on."""

import os
import tempfile
import threading
import time
from pathlib import Path

import pytest

from tests.flows import heavy, workflows
from yesif.base.errors import Damaged, LimitReached
from yesif.flows import runner
from yesif.flows.runner import Crashed, DiskFull, Halted, InlineRunner, Limits, LocalRunner, Runner

LOCAL = LocalRunner(slots=2)


def run(fn: object, *args: object, limits: Limits = workflows.SHORT, halt: threading.Event | None = None) -> object:
    return LOCAL.run(fn, args, limits=limits, halt=halt or threading.Event(), scratch=Path(tempfile.gettempdir()))  # type: ignore[arg-type]


def test_a_result_of_any_size_comes_back() -> None:
    assert run(heavy.slow, 0, 7) == 7
    assert len(str(run(str.upper, "x" * 5_000_000))) == 5_000_000


def test_a_refusal_comes_back_as_itself() -> None:
    with pytest.raises(Damaged, match="12 bytes and holds 7"):
        run(heavy.is_damaged)


def test_a_full_disk_is_told_apart() -> None:
    for each in (LOCAL, InlineRunner()):
        with pytest.raises(DiskFull):
            each.run(heavy.no_room, (), limits=workflows.SHORT, halt=threading.Event(), scratch=Path("."))


def test_a_fault_comes_back_without_its_words() -> None:
    with pytest.raises(Crashed, match=r"KeyError at heavy\.py:\d+") as told:
        run(heavy.stumble)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("fn", "why"),
    [
        (heavy.segfault, "touched memory"),
        (heavy.kill_me, "was killed"),
        (heavy.vanish, "exit code 3"),
    ],
)
def test_a_death_is_an_error_with_its_reason(fn: object, why: str) -> None:
    with pytest.raises(Crashed, match=why):
        run(fn)


def test_more_memory_than_allowed_ends_the_step_and_says_both_numbers() -> None:
    with pytest.raises(LimitReached, match=r"held \d+ MiB of memory; it may hold 128 MiB"):
        run(heavy.eat, 200, limits=Limits(20, 128))


def test_memory_asked_for_faster_than_we_look_is_refused_by_the_system() -> None:
    with pytest.raises(LimitReached, match="asked for more than 768 MiB"):
        run(heavy.eat_at_once, 4000, limits=Limits(20, 128))


def test_more_time_than_allowed_ends_the_step() -> None:
    began = time.monotonic()
    with pytest.raises(LimitReached, match=r"longer than the 0\.3 s"):
        run(heavy.slow, 60, 1, limits=Limits(0.3, 512))
    assert time.monotonic() - began < 5


def test_a_halted_job_ends_its_running_step_at_once() -> None:
    halt = threading.Event()
    threading.Timer(0.3, halt.set).start()
    began = time.monotonic()
    with pytest.raises(Halted):
        run(heavy.slow, 60, 1, halt=halt)
    assert time.monotonic() - began < 5


def test_temporary_files_of_a_killed_step_lie_in_its_scratch_folder(tmp_path: Path) -> None:
    with pytest.raises(Crashed):
        LOCAL.run(heavy.leave_a_file_and_die, (), limits=workflows.SHORT, halt=threading.Event(), scratch=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["left-behind"]


def test_no_more_than_its_slots_run_at_a_time(tmp_path: Path) -> None:
    began = time.monotonic()
    threads = [threading.Thread(target=run, args=(heavy.slow, 0.4, 1)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began > 0.8


def test_nothing_stays_open_after_many_steps() -> None:
    run(heavy.slow, 0, 1)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        run(heavy.slow, 0, 1)
        with pytest.raises(Crashed):
            run(heavy.vanish)
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_setting_names_the_runner() -> None:
    assert isinstance(runner.chosen("local", 3), LocalRunner)
    assert isinstance(runner.chosen("inline", 3), InlineRunner)
    own: Runner = runner.chosen("yesif.flows.runner:LocalRunner", 5)
    assert own.slots == 5

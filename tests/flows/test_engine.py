"""The engine in one thread: steps are done once, faults are told apart, and the job says how it stands."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from tests.flows import heavy, workflows
from yesif.apps.record import queries as record
from yesif.base.clock import FixedClock
from yesif.flows import engine
from yesif.flows.engine import Grip, JobSeen, Run, Workflow, workflow
from yesif.flows.runner import InlineRunner

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FixedClock:
    """A clock that stands still, in a house with no other workflows: a repeating one would take turns of its own."""
    own = {name: flow for name, flow in engine._workflows.items() if flow.fn.__module__.startswith("tests.")}
    monkeypatch.setattr(engine, "_workflows", own)
    return FixedClock(NOW)


def run(clock: FixedClock) -> int:
    return engine.run_until_idle(runner=InlineRunner(), clock=clock)


def seen(key: str) -> JobSeen:
    found = engine.status(key)
    assert found is not None
    return found


def start(flow: Workflow, key: str, **args: object) -> None:
    engine.enqueue(flow, key=key, args=args, now=NOW)


def lines(key: str) -> list[str]:
    return [str((line.body or {}).get("step")) for line in reversed(record.lines_about(key))]


def test_a_job_does_each_step_once_and_keeps_its_output(clock: FixedClock) -> None:
    start(workflows.plain, "k")
    assert seen("k") == JobSeen("ready", 0, "", "")
    run(clock)
    assert seen("k") == JobSeen("done", 100, "", "", 10)
    assert lines("k") == [f"step {n}" for n in range(workflows.STEPS)]


def test_a_job_nobody_asked_for_has_no_state() -> None:
    assert engine.status("unknown") is None


def test_steps_side_by_side_answer_in_their_order(clock: FixedClock) -> None:
    start(workflows.side_by_side, "k")
    run(clock)
    assert seen("k").output == [0, 1, 2, 3]


def test_a_damaged_input_is_set_aside_at_once_with_its_reason(clock: FixedClock) -> None:
    start(workflows.damaged, "k", name="x")
    assert run(clock) == 1
    assert (seen("k").state, seen("k").error) == ("failed", "The log says 12 bytes and holds 7.")
    told = record.lines_about("lab")[0].body
    assert told == {"set-aside": "x", "why": "The log says 12 bytes and holds 7."}


def test_a_fault_is_tried_again_later_then_set_aside_without_its_words(clock: FixedClock) -> None:
    start(workflows.stumbles, "k")
    assert run(clock) == 1
    assert seen("k").state == "ready"
    assert run(clock) == 0  # not at once
    clock.at += timedelta(minutes=1)
    assert run(clock) == 1
    assert seen("k").state == "failed"
    assert "KeyError at heavy.py:" in seen("k").error
    assert "secret" not in seen("k").error


def test_a_full_disk_waits_as_long_as_it_takes(clock: FixedClock, tmp_path: Path) -> None:
    start(workflows.full, "k", room=str(tmp_path / "room"))
    for _ in range(10):
        assert run(clock) == 1
        assert seen("k").state == "ready"
        assert "disk is full" in seen("k").error
        clock.at += timedelta(seconds=61)
    (tmp_path / "room").touch()
    run(clock)
    assert seen("k") == JobSeen("done", 100, "", "", "done")
    assert lines("k") == ["first"]


def test_what_cannot_be_done_yet_is_asked_again(clock: FixedClock, tmp_path: Path) -> None:
    start(workflows.later, "k", room=str(tmp_path / "room"))
    run(clock)
    assert (seen("k").state, seen("k").error) == ("ready", "The partner's upload is not here yet.")
    (tmp_path / "room").touch()
    assert run(clock) == 0
    clock.at += timedelta(minutes=11)
    run(clock)
    assert seen("k").state == "done"


def test_a_step_that_cannot_be_done_is_given_up_and_the_others_go_on(clock: FixedClock) -> None:
    start(workflows.gives_up, "k")
    assert run(clock) == 1
    assert sorted(lines("k")) == ["good", "refused"]
    clock.at += timedelta(minutes=1)
    run(clock)
    refused, crashed, good = seen("k").output  # type: ignore[misc]
    assert (refused, good) == ("The log says 12 bytes and holds 7.", "fine")
    assert "KeyError at heavy.py:" in crashed
    assert sorted(lines("k")) == ["crashes", "good", "refused"]


def test_a_failed_job_goes_on_where_it_stopped(clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    start(workflows.damaged, "k")
    run(clock)
    monkeypatch.setattr(heavy, "is_damaged", lambda: None)
    engine.retry("k", now=clock.now())
    run(clock)
    assert seen("k").state == "done"
    assert lines("k") == ["good"]


def test_a_commit_by_whoever_lost_the_lease_leaves_nothing(clock: FixedClock) -> None:
    start(workflows.plain, "k")
    late = engine.claim(worker="late", now=NOW)
    assert late is not None
    clock.at += timedelta(minutes=1)
    run(clock)  # another takes over and finishes
    engine.work_on(late, runner=InlineRunner(), clock=clock)
    assert seen("k").state == "done"
    assert lines("k") == [f"step {n}" for n in range(workflows.STEPS)]


def test_what_kills_every_worker_is_set_aside_in_the_end(clock: FixedClock) -> None:
    start(workflows.poison, "k", name="x")
    for _ in range(engine.LOST_LIMIT):
        assert engine.claim(worker="dies", now=clock.now()) is not None
        clock.at += timedelta(minutes=1)
    run(clock)
    assert (seen("k").state, f"worker died {engine.LOST_LIMIT} times" in seen("k").error) == ("failed", True)
    assert record.lines_about("lab")[0].body == {"set-aside": "x", "why": seen("k").error}


@pytest.mark.parametrize(("grip", "state"), [(Grip(cancelled=True), "cancelled"), (Grip(stopping=True), "ready")])
def test_asked_to_stop_a_job_stops_before_its_next_step(clock: FixedClock, grip: Grip, state: str) -> None:
    start(workflows.plain, "k")
    held = engine.claim(worker="one", now=NOW)
    assert held is not None
    engine.work_on(held, runner=InlineRunner(), clock=clock, grip=grip)
    assert seen("k").state == state
    assert lines("k") == []


def test_a_cancelled_job_takes_nothing_up(clock: FixedClock) -> None:
    start(workflows.plain, "k")
    engine.cancel("k", now=NOW)
    assert run(clock) == 0
    assert seen("k").state == "cancelled"


def test_renewing_tells_the_grip_that_the_job_is_lost_or_cancelled(clock: FixedClock) -> None:
    start(workflows.plain, "k")
    held = engine.claim(worker="one", now=NOW)
    assert held is not None
    grip = Grip()
    engine.renew(held, grip, until=NOW)
    assert not grip.halt.is_set()
    engine.cancel("k", now=NOW)
    engine.renew(held, grip, until=NOW)
    assert (grip.cancelled, grip.halt.is_set()) == (True, True)


def test_the_folder_of_a_job_goes_with_it(clock: FixedClock) -> None:
    @workflow("test-folder")
    def with_folder(job: Run) -> str:
        (job.folder / "between.wav").write_bytes(b"x")
        return str(job.folder)

    start(with_folder, "k")
    run(clock)
    folder = Path(str(seen("k").output))
    assert folder.parent == Path(settings.DATA) / "work"
    assert not folder.exists()


def test_a_repeating_workflow_runs_once_a_period(clock: FixedClock) -> None:
    turns: list[datetime] = []

    @workflow("test-turns", every=timedelta(minutes=5))
    def turn(job: Run) -> None:
        turns.append(job.now())

    try:
        for minutes in (0, 1, 4, 5, 6, 60, 60):
            clock.at = NOW + timedelta(minutes=minutes)
            run(clock)
        assert turns == [NOW + timedelta(minutes=m) for m in (0, 5, 60)]
    finally:
        del engine._workflows["test-turns"]


def test_two_workflows_of_one_name_are_refused() -> None:
    def elsewhere(job: Run) -> None: ...

    with pytest.raises(ValueError, match="test-plain"):
        workflow("test-plain")(elsewhere)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_computed_inside_a_transaction(clock: FixedClock) -> None:
    from django.db import transaction

    start(workflows.plain, "k")
    held = engine.claim(worker="one", now=NOW)
    assert held is not None
    with transaction.atomic(), pytest.raises(RuntimeError, match="outside transactions"):
        Run(held, runner=InlineRunner(), clock=clock, grip=Grip()).step("s", heavy.slow, 0, 1)

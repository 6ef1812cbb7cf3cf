"""The book of jobs: claims are exclusive, leases end, and who lost one changes nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from yesif.apps.jobs import actions, queries
from yesif.apps.jobs.actions import Claimed, LeaseLost
from yesif.base.errors import NotFound

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEASE = timedelta(seconds=30)

pytestmark = pytest.mark.django_db


def enqueue(key: str = "k", **more: object) -> str:
    return actions.enqueue(workflow="w", key=key, args={"n": 1}, now=NOW, **more)  # type: ignore[arg-type]


def claim(worker: str = "one", *, after: float = 0) -> Claimed | None:
    return actions.claim(workflows=["w"], worker=worker, now=NOW + timedelta(seconds=after), lease=LEASE)


def claimed(worker: str = "one", *, after: float = 0) -> Claimed:
    found = claim(worker, after=after)
    assert found is not None
    return found


def test_the_same_key_twice_is_one_job() -> None:
    assert enqueue() == enqueue()
    assert claim() is not None
    assert claim() is None


def test_a_job_whose_transaction_fails_was_never_asked_for() -> None:
    with transaction.atomic():
        enqueue()
        transaction.set_rollback(True)
    assert queries.seen("k") is None


def test_a_held_job_is_not_given_to_another() -> None:
    enqueue()
    claimed("one")
    assert claim("two", after=29) is None


def test_after_its_lease_a_job_is_taken_over_and_the_late_one_is_refused() -> None:
    enqueue()
    late = claimed("one")
    assert claimed("two", after=31).lost == 1
    for change in (
        lambda: actions.fence(job_id=late.job_id, lease=late.lease),
        lambda: actions.renew(job_id=late.job_id, lease=late.lease, until=NOW),
        lambda: actions.progress(job_id=late.job_id, lease=late.lease, percent=5, note=""),
        lambda: actions.done(job_id=late.job_id, lease=late.lease, output=1, now=NOW),
        lambda: actions.again(job_id=late.job_id, lease=late.lease, at=NOW, why="", counts=True),
        lambda: actions.fail(job_id=late.job_id, lease=late.lease, why="", now=NOW),
        lambda: actions.cancelled(job_id=late.job_id, lease=late.lease, now=NOW),
    ):
        with pytest.raises(LeaseLost):
            change()
    seen = queries.seen("k")
    assert seen is not None
    assert (seen.state, seen.output) == ("leased", None)


def test_a_renewed_lease_is_not_taken_over() -> None:
    enqueue()
    held = claimed()
    actions.renew(job_id=held.job_id, lease=held.lease, until=NOW + timedelta(seconds=60))
    assert claim("two", after=59) is None


def test_a_dead_workers_lease_ends_at_once() -> None:
    enqueue()
    claimed("dead")
    assert queries.holders() == {"dead"}
    assert actions.expire(worker="dead", now=NOW) == 1
    assert claimed("two").lost == 1


def test_what_matters_more_goes_first_and_then_what_waited_longer() -> None:
    enqueue("late", run_at=NOW - timedelta(seconds=1))
    enqueue("early", run_at=NOW - timedelta(seconds=2))
    enqueue("dear", priority=5)
    enqueue("not yet", run_at=NOW + timedelta(seconds=1))
    assert [claimed().key for _ in range(3)] == ["dear", "early", "late"]
    assert claim() is None


def test_what_keeps_losing_its_worker_waits_behind_the_others() -> None:
    enqueue("suspect", priority=9)
    for round_ in range(actions.SUSPECT + 1):
        assert claimed(after=60 * round_).key == "suspect"
    enqueue("good", priority=0)
    assert [claimed(after=3600).key for _ in range(2)] == ["good", "suspect"]


def test_work_of_a_newer_version_is_left_for_it() -> None:
    enqueue()
    assert actions.claim(workflows=["other"], worker="old", now=NOW, lease=LEASE) is None


def test_a_finished_step_forgives_earlier_errors() -> None:
    enqueue()
    first = claimed()
    actions.again(job_id=first.job_id, lease=first.lease, at=NOW, why="a fault", counts=True)
    second = claimed()
    assert queries.failures(second.job_id) == 1
    actions.finish_step(job_id=second.job_id, lease=second.lease, name="s", output=[1], now=NOW)
    assert queries.failures(second.job_id) == 0
    assert queries.finished_steps(second.job_id) == {"s": [1]}


def test_a_waiting_job_is_cancelled_at_once_and_a_held_one_when_its_holder_renews() -> None:
    enqueue("waiting", priority=-1)
    enqueue("held")
    held = claimed()
    for key in ("waiting", "held"):
        actions.cancel(key=key, now=NOW)
    assert [getattr(queries.seen(key), "state", "") for key in ("waiting", "held")] == ["cancelled", "leased"]
    assert actions.renew(job_id=held.job_id, lease=held.lease, until=NOW + LEASE)
    actions.cancelled(job_id=held.job_id, lease=held.lease, now=NOW)
    assert getattr(queries.seen("held"), "state", "") == "cancelled"


def test_a_failed_job_can_be_taken_up_again_and_a_finished_one_cannot() -> None:
    enqueue()
    first = claimed()
    actions.fail(job_id=first.job_id, lease=first.lease, why="broken", now=NOW)
    actions.retry(key="k", now=NOW)
    second = claimed()
    actions.done(job_id=second.job_id, lease=second.lease, output="x", now=NOW)
    actions.retry(key="k", now=NOW)
    actions.cancel(key="k", now=NOW)
    assert claim() is None
    assert queries.seen("k") == queries.JobSeen("done", 100, "", "", "x")


@pytest.mark.parametrize("change", [actions.cancel, actions.retry])
def test_an_unknown_job_is_not_there(change: object) -> None:
    with pytest.raises(NotFound):
        change(key="unknown", now=NOW)  # type: ignore[operator]


def test_a_repeating_workflow_has_one_turn_a_period_and_no_backlog() -> None:
    every = timedelta(minutes=5)

    def turn(minutes: float) -> bool:
        return actions.take_turn(workflow="w", every=every, now=NOW + timedelta(minutes=minutes))

    assert [turn(m) for m in (0, 0, 4.9, 5, 600, 600.1)] == [True, False, False, True, True, False]
    assert queries.due_periods(["w", "never planned"], NOW + timedelta(minutes=601)) == ["never planned"]


def test_old_turns_are_forgotten_and_others_kept() -> None:
    enqueue("old")
    job = claimed()
    actions.done(job_id=job.job_id, lease=job.lease, output=None, now=NOW)
    enqueue("open")
    assert actions.forget(ended_before=NOW + timedelta(days=2), workflows=["w"]) == 1
    assert (queries.seen("old"), queries.seen("open") is None) == (None, False)

"""What a test studio's processes do: `python -m tests.flows.studio_commands migrate | start | report | work`."""

import json
import sys
from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.db import transaction

from yesif.cli import wake  # noqa: F401  before what knows tables

# isort: split
from tests.flows import workflows  # noqa: F401  registers them
from yesif.apps.jobs.models import Job
from yesif.apps.record import queries as record
from yesif.flows import engine, runner, worker


def start(jobs: list[tuple[str, str, dict[str, Any]]]) -> None:
    clock = worker.studio_clock()
    with transaction.atomic():
        for flow, key, args in jobs:
            engine._workflows[flow].enqueue(key=key, args=args, now=clock.now())


def report() -> dict[str, Any]:
    return {
        job.key: {
            "state": job.state,
            "error": job.error,
            "output": job.output,
            "lease": job.lease,
            "steps": [(line.body or {}).get("step") for line in reversed(record.lines_about(job.key))],
        }
        for job in Job.objects.all()
    }


def work(lease_s: float, slots: int, *, until_idle: bool) -> None:
    runner.PRELOAD = ("yesif.flows.runner",)  # the tests' heavy steps are light, and many workers are started
    clock = worker.studio_clock()
    one = worker.Worker(
        runner=runner.chosen("local", slots), slots=slots, clock=clock, lease=timedelta(seconds=lease_s), poll_s=0.05
    )
    one.leave_on_signals()
    one.run(until=(lambda: engine.is_idle(clock.now())) if until_idle else lambda: False)


def main(command: str, *rest: str) -> None:
    if command == "migrate":
        call_command("migrate", verbosity=0)
    elif command == "start":
        start(json.loads(rest[0]))
    elif command == "report":
        sys.stdout.write(json.dumps(report()))
    elif command == "work":
        work(float(rest[0]), int(rest[1]), until_idle=rest[2] == "until-idle")


if __name__ == "__main__":
    main(*sys.argv[1:])

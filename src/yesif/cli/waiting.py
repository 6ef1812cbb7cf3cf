"""Wait for a job in front of a progress bar, while a worker of this process takes part in the work."""

import sys
import threading
from collections.abc import Callable

import click
from django.conf import settings

from yesif.flows import runner, worker
from yesif.flows.engine import JobSeen

_ENDED = ("done", "failed", "cancelled")


def work_until_ended(progress: Callable[[], JobSeen | None], label: str, *, slots: int) -> JobSeen | None:
    """Work until the job that `progress` looks at has ended, by this process or another; how it ended."""
    worker.load_workflows()
    one = worker.Worker(runner=runner.chosen(settings.RUNNER, slots), slots=1, clock=worker.studio_clock())
    ended = threading.Event()
    working = threading.Thread(target=lambda: one.run(until=ended.is_set), name="work")
    working.start()
    try:
        with click.progressbar(length=100, label=label, file=sys.stderr, show_eta=False) as bar:
            while (seen := progress()) is not None and seen.state not in _ENDED:
                bar.label = seen.note or label
                bar.update(max(seen.progress - bar.pos, 0))
                ended.wait(0.2)
            bar.update(100 - bar.pos)
        return seen
    finally:
        ended.set()
        one.leave()
        working.join()

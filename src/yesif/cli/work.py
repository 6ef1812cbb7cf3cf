"""The command `yesif work`: take jobs and work on them."""

from datetime import timedelta

import click
from django.conf import settings

from yesif.cli import wake  # noqa: F401  before what knows tables
from yesif.flows import engine, runner, sequence_record, worker


@click.command()
@click.option("--slots", default=2, show_default=True, type=click.IntRange(1, 64), help="Jobs at the same time.")
@click.option("--once", is_flag=True, help="Work on one job and leave.")
@click.option("--until-idle", is_flag=True, help="Leave when there is nothing left to do.")
@click.option(
    "--lease",
    "lease_s",
    default=engine.LEASE.total_seconds(),
    show_default=True,
    type=click.FloatRange(1, 3600),
    help="Seconds after which others take over from a worker that is silent.",
)
def work(slots: int, once: bool, until_idle: bool, lease_s: float) -> None:
    """Work on what is to be done: ingest, releases, previews. Kill it whenever you like; nothing is lost or done twice.

    Several may run on one database. SIGTERM or Ctrl-C lets it leave at the end of the step in hand.
    """
    worker.load_workflows()
    clock = worker.studio_clock()
    one = worker.Worker(
        runner=runner.chosen(settings.RUNNER, slots),
        slots=1 if once else slots,
        clock=clock,
        lease=timedelta(seconds=lease_s),
        jobs=1 if once else None,
    )
    one.leave_on_signals()
    with sequence_record.running(clock):
        one.run(until=(lambda: engine.is_idle(clock.now())) if until_idle else lambda: once)

"""The command `yesif build`: a release of a project for one use, from the studio's own machine."""

import shutil
import sys
import threading
from datetime import datetime
from pathlib import Path

import click
from django.conf import settings

from yesif.cli import wake  # noqa: F401  before what knows tables

# isort: split
from yesif.apps.market import queries as market
from yesif.apps.market.queries import ReleaseSeen
from yesif.base.errors import BadInput, Refused, YesIfError
from yesif.core.corpus import manifest
from yesif.core.policy.uses import CURRENT
from yesif.flows import runner, worker
from yesif.flows.build_release import progress, start_build, use_of
from yesif.flows.release.describe import REASONS

_ENDED = ("done", "failed", "cancelled")


@click.command()
@click.option("--project", required=True, help="The project: its id (prj_…) or its whole title.")
@click.option("--what", required=True, type=click.Choice([w.id for w in CURRENT.whats]), help="What a system learns.")
@click.option("--where", required=True, type=click.Choice([w.id for w in CURRENT.wheres]), help="Where it is used.")
@click.option("--licensee", default="", help="Who gets it. May be left out for the project's own core use only.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day of the use. Default: a year from today.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="A new folder to copy the release into.")
@click.option("--slots", default=2, show_default=True, type=click.IntRange(1, 64), help="Shards at the same time.")
def build(
    *, project: str, what: str, where: str, licensee: str, until: datetime | None, out: Path | None, slots: int
) -> None:
    """Build a release: every performance is decided, who may not be in it is counted by reason.

    The last line is `release: PATH`. Where nothing may be released, that is said, and the exit code is 5.
    """
    if out is not None and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadInput(f"{out} is there already; --out takes a folder that is new or empty.")
    clock = worker.studio_clock()
    project_id, producer_id = market.project_named(project)
    last = until.date() if until else None
    now = clock.now()
    use = use_of(project_id=project_id, what=what, where=where, licensee=licensee, now=now, until=last)
    release_id = start_build(project_id=project_id, use=use, requested_by=producer_id, now=now)
    _work_until_ended(release_id, slots)
    made = market.building(release_id)
    _tell(made)
    click.echo(f"release: {_delivered(made, out)}")


def _work_until_ended(release_id: str, slots: int) -> None:
    """Show how far the build is, while a worker of this process takes part (another one may have the job)."""
    worker.load_workflows()
    one = worker.Worker(runner=runner.chosen(settings.RUNNER, slots), slots=1, clock=worker.studio_clock())
    ended = threading.Event()
    working = threading.Thread(target=lambda: one.run(until=ended.is_set), name="build")
    working.start()
    try:
        with click.progressbar(length=100, label="Building", file=sys.stderr, show_eta=False) as bar:
            while (seen := progress(release_id)) is not None and seen.state not in _ENDED:
                bar.label = seen.note or "Building"
                bar.update(max(seen.progress - bar.pos, 0))
                ended.wait(0.2)
            bar.update(100 - bar.pos)
    finally:
        ended.set()
        one.leave()
        working.join()


def _tell(made: ReleaseSeen) -> None:
    click.echo(f"{made.samples} performances are in this release, {made.excluded} are not:")
    for reason, count in made.counts.items():
        click.echo(f"  {count:>6}  {reason}: {REASONS.get(reason, reason)}")
    if made.state != "published":
        raise (Refused if made.state == "empty" else YesIfError)(made.reason or "The release was not finished.")
    click.echo(f"{made.bytes / 1e6:.1f} MB, SHA-256 of its SHA256SUMS: {made.digest}")


def _delivered(made: ReleaseSeen, out: Path | None) -> Path:
    """Where the release lies: in the studio's folder, or copied out of it and checked there."""
    if out is None:
        return Path(made.folder)
    shutil.copytree(made.folder, out, dirs_exist_ok=True)
    for _ in manifest.check(out, digest=made.digest):
        pass
    return out.resolve()

"""After the scene: the ingest is waited for, both performers release their part, and the producer builds."""

import time
from collections.abc import Callable
from pathlib import Path

import click
from django.utils import timezone

from yesif.apps.consent import queries as consent
from yesif.apps.footage.actions import review
from yesif.apps.footage.queries import tracks
from yesif.apps.market import queries as market
from yesif.base.errors import LimitReached, Refused
from yesif.cli.demo.cast import Booked
from yesif.flows import build_release, ingest
from yesif.flows.engine import JobSeen

LONGEST_S = 1800.0


def review_and_build(booked: Booked, take_id: str) -> Path:
    """Wait for the ingest, let both performers release their part, build the release for the core use; its folder."""
    wait_for(lambda: ingest.progress(take_id), "  ingest")
    now = timezone.now()
    for part in tracks.take(take_id).performances:
        review.release(performance_id=part.id, performer_id=part.performer_id, now=now)
    click.echo("  both performers released their part for what they said yes to")
    release_id = build_release.start_build(
        project_id=booked.project_id,
        use=consent.core_use(booked.project_id),
        requested_by=booked.producer_id,
        now=now,
    )
    wait_for(lambda: build_release.progress(release_id), "  release")
    built = market.release(release_id, viewer_id=booked.producer_id)
    for reason, count in sorted(built.counts.items()):
        click.echo(f"    {reason}: {count}")
    if not built.folder:
        raise Refused(f"The release is empty: {built.reason}")
    return Path(built.folder)


def wait_for(seen: Callable[[], JobSeen | None], label: str) -> None:
    """Show a job's progress until it is done. Raises Refused with its reason where it failed."""
    deadline = time.monotonic() + LONGEST_S
    with click.progressbar(length=100, label=label, show_eta=False) as bar:
        while time.monotonic() < deadline:
            job = seen()
            if job is not None and job.state in ("failed", "cancelled"):
                raise Refused(f"This did not work: {job.error}")
            done = 100 if job is not None and job.state == "done" else job.progress if job else 0
            bar.update(max(0, done - bar.pos))
            if done == 100 and job is not None and job.state == "done":
                return
            time.sleep(0.3)
    raise LimitReached(f"This took longer than {LONGEST_S / 60:.0f} minutes.")

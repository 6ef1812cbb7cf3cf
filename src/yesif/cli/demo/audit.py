"""The last chapter: an auditor replays the whole record from its first line, out of a bundle and nothing else."""

from datetime import datetime, timedelta
from pathlib import Path

import click
from django.utils import timezone

from yesif.apps.people import queries as people
from yesif.apps.record import actions
from yesif.apps.record import queries as record
from yesif.base.errors import Damaged
from yesif.cli.demo.cast import Booked
from yesif.core.ledger.split import split
from yesif.core.policy.retold import Retold
from yesif.core.tlog.audit import Bundle, Rules, replay
from yesif.flows import audit_bundle, sequence_record


def replay_everything(folder: Path, booked: Booked) -> Path:
    """Give Una a seat, write the bundle, replay it, say what it came to; the bundle's path.

    Raises Damaged where something does not add up, so that the demo ends with that and not as if all were well.
    """
    now = timezone.now()
    _seat(booked, now)
    size = sequence_record.now(at=now)
    path = audit_bundle.write(folder / "audit.zip", audit_bundle.WHOLE, now=now)
    outcome = replay(Bundle.at(path), Rules(Retold(), split))
    for finding in outcome.findings:
        click.echo(f"  {finding}")
    read = ", ".join(f"{count} {kind}" for kind, count in outcome.read.items())
    found = "everything adds up" if outcome.green else f"{len(outcome.findings)} things do NOT add up"
    click.echo(f"  {size} leaves replayed from the first, with every body ({read}): {found}")
    click.echo(f"  replay it yourself: yesif audit {path}")
    click.echo(f"  the record's key: {record.log_key()}")
    if not outcome.green:
        raise Damaged(f"The record does not add up: {len(outcome.findings)} findings, one a line above.")
    return path


def _seat(booked: Booked, now: datetime) -> None:
    """Una may look at the project for a month; the same project twice is one seat."""
    una = people.id_of_address("una@example.test")
    if una and not record.seats_given(booked.producer_id, subject=booked.project_id):
        until = now + timedelta(days=30)
        actions.give_seat(auditor=una, subject=booked.project_id, given_by=booked.producer_id, until=until, now=now)

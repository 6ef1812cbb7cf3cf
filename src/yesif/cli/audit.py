"""`yesif audit`: does everything on a record add up? Asks nobody: no network, no database, no studio."""

from pathlib import Path

import click

from yesif.base.errors import Damaged
from yesif.core.ledger.split import split
from yesif.core.policy.retold import Retold
from yesif.core.tlog import sample, trust
from yesif.core.tlog.audit import CHECKS, Bundle, Outcome, Rules, replay


@click.command()
@click.argument("bundle", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--trust", "policy", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Your policy file."
)
@click.option("--sample", "count", default=0, type=click.IntRange(0, 10_000), help="Also name so many leased clips.")
@click.option("--seed", default="", help="Draws the sample; publish it, and anyone draws the same.")
@click.option("--show", default=50, show_default=True, type=click.IntRange(1, 1000), help="Findings to print.")
def audit(bundle: Path, policy: Path | None, count: int, seed: str, show: int) -> None:
    """Replay a record from its first leaf: tiles, signatures, bodies, chains, and every lease, release, royalty and
    payout again by the rules. Exit code 0: all of it adds up; 6: something does not, and each finding is one line.
    """
    trusted = trust.parse(policy.read_text(errors="surrogateescape")) if policy is not None else None
    outcome = replay(Bundle.at(bundle), Rules(Retold(), split), trusted=trusted)
    _tell(outcome)
    for finding in outcome.findings[:show]:
        click.echo(f"  {finding}")
    if count:
        clips = {str(row["performance"]) for line in outcome.lines if line.kind == "lease" for row in line.rows}
        click.echo(f"Sample of {count} of {len(clips)} leased performances, seed “{seed}”:")
        for one in sample.draw(clips, count, seed=seed):
            click.echo(f"  {one}")
    if not outcome.green:
        found = sorted({finding.check for finding in outcome.findings})
        raise Damaged(f"{len(outcome.findings)} findings: {'; '.join(CHECKS[one] for one in found)}")
    click.echo("Everything adds up.")


def _tell(outcome: Outcome) -> None:
    if outcome.checkpoint is not None:
        click.echo(f"{outcome.checkpoint.size} leaves of {outcome.checkpoint.origin}, replayed from the first.")
    read = ", ".join(f"{count} {kind}" for kind, count in outcome.read.items()) or "none"
    click.echo(f"Lines with a body: {read}.")
    if outcome.unread:
        unread = ", ".join(f"{count} {kind}" for kind, count in outcome.unread.items())
        click.echo(f"Lines whose bodies you were not given, so that only their place was checked: {unread}.")

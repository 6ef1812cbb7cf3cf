"""`yesif prune`: delete what was withdrawn from a copy of a release, and sign that it is done."""

from pathlib import Path

import click

from yesif.base.errors import Damaged
from yesif.cli.licensee import Account
from yesif.cli.licensee.pruning import prune_copy, withdrawn


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--account", type=click.Path(dir_okay=False, path_type=Path), default="account.json", show_default=True)
@click.option("--release", required=True, help="The release: rel_…")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
def prune(*, folder: Path, account: Path, release: str, dry_run: bool) -> None:
    """Ask the studio which samples of a release may not be kept, delete them from FOLDER, attest it.

    Run it on every copy you have; each is attested for itself.
    """
    who = Account.read(account)
    if dry_run:
        gone = withdrawn(who, release)
        for one in gone:
            click.echo(one)
        click.echo(f"{len(gone)} samples of this release may not be kept.", err=True)
        return
    purged = prune_copy(who, folder, release)
    done, attested = purged.done, len(purged.attested)
    click.echo(f"{len(done.samples)} samples were deleted from {folder}; attested for {attested} withdrawn ones.")
    click.echo(f"before {done.before}\nafter  {done.after}")
    if purged.left:
        raise Damaged(f"{len(purged.left)} more were withdrawn meanwhile: run it again")

"""`yesif prune`: delete what was withdrawn from a copy of a release, and sign that it is done."""

from pathlib import Path

import click

from yesif.base.canonical import digest
from yesif.base.errors import Damaged
from yesif.cli.licensee import Account
from yesif.core.corpus.prune import prune as delete


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
    told = who.ask(f"releases/{release}/withdrawn")
    gone = [str(one) for one in told["samples"]]
    if dry_run:
        for one in gone:
            click.echo(one)
        click.echo(f"{len(gone)} samples of this release may not be kept.", err=True)
        return
    done = delete(folder, gone)
    body: dict[str, object] = {
        "notice": f"prune:{digest([release, done.before, done.after, gone])[:40]}",
        "licence": str(told["licence"]),
        "release": release,
        "root": digest(sorted(gone)),
        "count": len(gone),
        "before": done.before,
        "after": done.after,
    }
    left = who.ask("purges", {**who.sign("purge", body), "deleted": gone})["left"]
    click.echo(f"{len(done.samples)} samples were deleted from {folder}; attested for {len(gone)} withdrawn ones.")
    click.echo(f"before {done.before}\nafter  {done.after}")
    if left:
        raise Damaged(f"{len(left)} more were withdrawn meanwhile: run it again")

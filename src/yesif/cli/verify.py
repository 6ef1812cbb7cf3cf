"""`yesif verify`: is what this receipt says on the record? Asks nobody: no network, no database, no studio."""

from datetime import UTC, datetime
from pathlib import Path

import click

from yesif.base.canonical import canonical
from yesif.base.errors import BadInput, Damaged
from yesif.core.tlog import receipt as receipts
from yesif.core.tlog import trust
from yesif.core.tlog.note import Verifier
from yesif.core.tlog.receipt import Receipt
from yesif.core.tlog.trust import Peer, Trust


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--trust", "policy", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Your policy file."
)
@click.option("--key", help="The log's key as you know it: name+id+key.")
@click.option("--body", "show", is_flag=True, help="Also print what the line says.")
def verify(files: tuple[Path, ...], policy: Path | None, key: str | None, show: bool) -> None:
    """Check receipts (.zip): body against commitment, leaf against tree, tree against signatures.

    Without --trust or --key the keys inside the receipt are used: that shows the receipt hangs together, not whose
    it is.
    """
    trusted = _trusted(policy, key)
    wrong = 0
    for path in files:
        try:
            _tell(path, receipts.read(_content(path)), trusted, show=show)
        except Damaged as found:
            wrong += 1
            click.echo(f"{path.name}: NOT PROVEN. {str(found)[:1].upper()}{str(found)[1:]}.")
    if wrong:
        raise Damaged(f"{wrong} of {len(files)} receipts do not hold")


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(receipts.MAX_BYTES + 1)


def _trusted(policy: Path | None, key: str | None) -> Trust | None:
    if policy is not None and key is not None:
        raise BadInput("Say --trust or --key, not both.")
    if policy is not None:
        return trust.parse(policy.read_text(errors="surrogateescape"))
    return Trust(logs=(Peer(Verifier.parse(key)),)) if key is not None else None


def _tell(path: Path, found: Receipt, trusted: Trust | None, *, show: bool) -> None:
    checkpoint = found.verify(trusted)
    at = datetime.fromtimestamp(found.leaf.at_ms // 1000, UTC)
    click.echo(
        f"{path.name}: proven. A {found.leaf.kind} line of {at:%Y-%m-%d %H:%M:%S} UTC is number {found.proof.index}"
        f" of {checkpoint.size} on the record of {checkpoint.origin}."
    )
    if found.rows:
        click.echo(f"  Of you alone it says: {'; '.join(canonical(one.row.body).decode() for one in found.rows)}")
    witnesses = len(found.proof.checkpoint.signatures) - 1
    click.echo(f"  Signatures beside the log's own: {witnesses}.")
    if trusted is None:
        log = trust.parse(found.trust).logs[0].verifier
        click.echo(f"  Checked with the key inside the receipt. Compare it with one you got another way:\n  {log}")
    if show:
        click.echo(f"  {canonical(found.body).decode()}")

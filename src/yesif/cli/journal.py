"""`yesif journal`: the books as beancount or hledger read them, for a check by a stranger's program."""

import sys
from typing import TextIO

import click

from yesif.cli import wake  # noqa: F401  before what knows tables

from yesif.apps.money.queries import books  # isort: skip
from yesif.core.ledger import journal as rules


@click.command()
@click.argument("form", type=click.Choice(["beancount", "hledger"]))
@click.argument("file", type=click.File("w"), default="-")
def journal(*, form: str, file: TextIO) -> None:
    """Write every entry of the books to FILE (or standard output) for `bean-check` or `hledger check --strict`.

    Accounts carry ids, never names."""
    entries = [rules.Dated(seq, at, entry) for seq, at, entry in books.dated_journal()]
    lines = rules.beancount(entries) if form == "beancount" else rules.hledger(entries)
    for line in lines:
        file.write(f"{line}\n")
    if file is not sys.stdout:
        click.echo(f"{len(entries)} entries.", err=True)

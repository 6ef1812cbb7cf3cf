"""`yesif recompute statement.json`: work a performer's statement out again. No server, no account, no Django."""

import json
from pathlib import Path

import click

from yesif.base.errors import BadInput, Damaged
from yesif.core.ledger import statement


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--quiet", is_flag=True, help="Say only the last line.")
def recompute(*, file: Path, quiet: bool) -> None:
    """Work FILE, a statement from your money page, out again: every fee from its minutes and rate, every royalty
    from the payment, the published terms and everyone's weight. Ends with exit code 6 where a single cent differs."""
    try:
        content = json.loads(file.read_text())
    except ValueError:
        raise BadInput("This file is not JSON; fetch the statement again from your money page.") from None
    if not isinstance(content, dict):
        raise BadInput("This file is not a statement.")
    found = statement.recompute(content)
    currencies = {str(line["key"]): str(line["currency"]) for line in content["lines"]}
    for one in found:
        if not quiet or not one.agrees:
            amount = statement.words(one.found, currencies[one.key])
            said = statement.words(one.said, currencies[one.key])
            mark = "same" if one.agrees else f"DIFFERS: the statement says {said}"
            click.echo(f"{one.key}  {amount}  {mark}")
    wrong = sum(not one.agrees for one in found)
    if wrong:
        raise Damaged(f"{wrong} of {len(found)} lines come out differently")
    totals = ", ".join(
        statement.words(int(sums["fee"]) + int(sums["royalty"]), code) for code, sums in content["totals"].items()
    )
    click.echo(f"{len(found)} lines, all the same to the millionth of a cent. Earned: {totals or 'nothing'}.")

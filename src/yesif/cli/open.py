"""`yesif open`: read an encrypted release through leased keys, as a tar on standard output. Nothing is written."""

import base64
import json
import os
import sys
from pathlib import Path
from typing import BinaryIO

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from yesif.base.errors import BadInput
from yesif.cli.licensee import Account
from yesif.core.corpus import Reader
from yesif.core.corpus.shard import BLOCK, header


@click.command("open")
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--account", type=click.Path(dir_okay=False, path_type=Path), default="account.json", show_default=True)
@click.option("--licence", help="The licence: lic_…")
@click.option("--release", help="The release: rel_…")
@click.option("--what", help="What a system learns in this run, as licensed.")
@click.option("--where", help="Where it will be used, as licensed.")
@click.option("--model", help="The model that reads.")
@click.option("--environment", help="The machines it reads on.")
@click.option("--config", help="One config of the release.")
@click.option("--split", help="train, dev or test.")
@click.option("--hours", type=int, help="How long each lease lasts. Default 24, at most 72.")
@click.option("--list", "names_only", is_flag=True, help="Only say which samples open today.")
@click.option("--new-account", metavar="STUDIO", help="Make the account file for this studio's address, and stop.")
def open_(
    *,
    folder: Path | None,
    account: Path,
    config: str | None,
    split: str | None,
    hours: int | None,
    names_only: bool,
    new_account: str | None,
    **declared: str | None,
) -> None:
    """Declare a run, lease keys, and stream the samples of the release in FOLDER as a tar to standard output.

    `wds.WebDataset("pipe:yesif open release …")` reads it. At the end the run is closed and what was read reported.
    The account file is made once: `yesif open --new-account https://studio.example` (token in YESIF_TOKEN).
    """
    if new_account is not None:
        _make(account, new_account)
        return
    lacking = [f"--{name}" for name, value in declared.items() if not value]
    if folder is None or lacking:
        raise BadInput(f"A run says what it is for: {', '.join(lacking) or 'the FOLDER of a release'} is missing.")
    told = {name: str(value) for name, value in declared.items()}
    out = sys.stdout.buffer
    with Account.read(account).run(hours=hours, **told) as run:
        reader = Reader(folder, config=config, split=split, keys=run.keys(folder))
        opened, names = 0, reader.keys()
        for key in names:
            if not reader.opens(key):
                continue
            opened += 1
            if names_only:
                click.echo(key)
            else:
                _pour(out, {name: value for name, value in reader[key].items() if not name.startswith("__")}, key)
        if not names_only:
            out.write(b"\0" * (2 * BLOCK))
            out.flush()
    click.echo(f"{opened} of {len(reader)} samples opened; run {run.id} is closed.", err=True)


def _pour(out: BinaryIO, members: dict[str, bytes], key: str) -> None:
    for suffix, content in members.items():
        out.write(header(f"{key}.{suffix}", len(content)))
        out.write(content)
        out.write(b"\0" * (-len(content) % BLOCK))


def _make(path: Path, studio: str) -> None:
    if path.exists():
        raise BadInput(f"{path.name} is there already; it stays as it is.")
    token = os.environ.get("YESIF_TOKEN") or click.prompt("Token (from your organisation's page)", hide_input=True)
    key = Ed25519PrivateKey.generate()
    told = {"studio": studio, "token": token, "key": base64.b64encode(key.private_bytes_raw()).decode()}
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(json.dumps(told) + "\n")
    click.echo(f"Made {path}. Keep it to yourself. Add this key on your organisation's page:")
    click.echo(Account.read(path).public)

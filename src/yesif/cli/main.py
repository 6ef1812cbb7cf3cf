"""The command `yesif`: a subcommand is imported only when it is called, so the outsiders' ones never meet Django."""

import os
import sys
from importlib import import_module
from pathlib import Path

import click

from yesif import __version__
from yesif.base.errors import BadInput, Damaged, LimitReached, ModelMissing, NotFound, Refused, YesIfError

COMMANDS = {
    "demo": ("yesif.cli.demo.command", "demo"),
    "dev": ("yesif.cli.studio", "dev"),
    "serve": ("yesif.cli.studio", "serve"),
    "work": ("yesif.cli.work", "work"),
    "import": ("yesif.cli.import_", "import_"),
    "build": ("yesif.cli.build", "build"),
    "verify": ("yesif.cli.verify", "verify"),
    "audit": ("yesif.cli.audit", "audit"),
    "witness": ("yesif.cli.witness", "witness"),
    "open": ("yesif.cli.open", "open_"),
    "prune": ("yesif.cli.prune", "prune"),
    "manage": ("yesif.cli.studio", "manage"),
    "journal": ("yesif.cli.journal", "journal"),
    "recompute": ("yesif.cli.recompute", "recompute"),
    "models": ("yesif.cli.models", "models"),
    "measure": ("yesif.cli.measure", "measure"),
}

EXIT_CODES: tuple[tuple[type[YesIfError], int], ...] = (
    (BadInput, 3),
    (NotFound, 4),
    (Refused, 5),
    (Damaged, 6),
    (ModelMissing, 7),
    (LimitReached, 8),
)
"""0 done, 1 an unexpected fault, 2 wrong words on the command line (click's own), then one per kind of refusal."""


class LazyGroup(click.Group):
    """A group whose commands are modules, imported when asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), name)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """`--data DIR` is taken before and behind the command: a command's module reads it while it is imported."""
        return super().parse_args(ctx, _folder_first(args))


def _folder_first(args: list[str]) -> list[str]:
    """The same words with `--data DIR` and `--data=DIR` at the front, as far as a lone `--` reaches."""
    end = args.index("--") if "--" in args else len(args)
    front: list[str] = []
    rest: list[str] = []
    words = iter(args[:end])
    for word in words:
        if word == "--data":
            folder = next(words, None)
            if folder is None:
                raise click.BadOptionUsage("--data", "Option '--data' requires an argument.")
            front += [word, folder]
        else:
            (front if word.startswith("--data=") else rest).append(word)
    return [*front, *rest, *args[end:]]


def _use_folder(_context: click.Context, _option: click.Parameter, data: Path | None) -> None:
    """While the command line is read, so before any command's module lets Django read its settings."""
    if data is not None:
        os.environ["YESIF_DATA"] = str(data.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yesif.site.settings")


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="yesif")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="YESIF_DATA",
    callback=_use_folder,
    expose_value=False,
    help="Folder for database, media and keys (or YESIF_DATA), before or behind the command. Default: ./data",
)
def yesif() -> None:
    """Yes, If: a studio where performers play scenes and keep deciding what they may be used for."""


def exit_code(error: YesIfError) -> int:
    """The exit code that tells a script what kind of refusal this was."""
    return next((code for kind, code in EXIT_CODES if isinstance(error, kind)), 1)


def main() -> None:
    """Run a command; a refusal of the house is one sentence on standard error and an exit code of its own."""
    try:
        yesif(standalone_mode=False)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except YesIfError as refusal:
        click.echo(f"yesif: {refusal}", err=True)
        sys.exit(exit_code(refusal))

"""The command `yesif models`: fetch, check and list the model files that measuring needs."""

from pathlib import Path

import click

from yesif.base.errors import Damaged, ModelMissing
from yesif.media import models as book

DEFAULT = Path(__file__).parents[3] / ".cache" / "models"
"""Where models are kept, unless YESIF_MODELS or `--dir` says otherwise."""


@click.group()
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="YESIF_MODELS",
    default=DEFAULT,
    help="Folder of the model files (or YESIF_MODELS). Default: .cache/models beside the source",
)
@click.pass_context
def models(context: click.Context, folder: Path) -> None:
    """Fetch, check and list the model files that measuring needs."""
    context.obj = folder


@models.command()
@click.argument("names", nargs=-1)
@click.option("--from", "given", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Take this file.")
@click.pass_obj
def pull(folder: Path, names: tuple[str, ...], given: Path | None) -> None:
    """Fetch what is absent or damaged. Optional models come only when named."""
    fetched = book.pull(folder, names, given=given)
    for model in fetched:
        click.echo(f"{model.name} {model.version}  {model.size / 1e6:.1f} MB  {model.licence}")
    click.echo(f"{len(fetched)} fetched into {folder}.")


@models.command()
@click.pass_obj
def verify(folder: Path) -> None:
    """Check every model file against models.lock."""
    findings = book.verify(folder)
    for finding in findings:
        click.echo(finding.sentence)
    if any(finding.state == "damaged" for finding in findings):
        raise Damaged("A model file is damaged; `yesif models pull` fetches it again.")
    if any(finding.state == "absent" and not finding.model.optional for finding in findings):
        raise ModelMissing("A model file is absent; `yesif models pull` fetches it.")


@models.command(name="list")
@click.pass_obj
def list_(folder: Path) -> None:
    """List every model with its use, licence and state."""
    for finding in book.verify(folder):
        model = finding.model
        click.echo(f"{finding.state:8} {model.name:20} {model.version:10} {model.licence:12} {model.use}")

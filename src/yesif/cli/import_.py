"""The command `yesif import`: two recordings made elsewhere become a take, through the same flow as a room's."""

from pathlib import Path

import click

from yesif.cli import wake  # noqa: F401  before what knows tables

# isort: split
from yesif.apps.footage.queries import tracks
from yesif.base.errors import BadInput, Damaged, YesIfError
from yesif.cli.studio import django_manage
from yesif.cli.waiting import work_until_ended
from yesif.flows import import_take, ingest, worker
from yesif.flows.import_take import Found

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("a", type=_FILE)
@click.argument("b", type=_FILE)
@click.option("--deck", default="starter-en-1", show_default=True, help="The deck's key, or a deck file (.json).")
@click.option("--card", default="", help="The key of the card they played. Default: the deck's first.")
@click.option("--project", default="", help="A project by id or title. Default: one made for imports.")
@click.option("--performer-a", default="", help="E-mail address of who is in A. Default: somebody made up.")
@click.option("--performer-b", default="", help="E-mail address of who is in B.")
@click.option("--session", default="", help="A session that is booked already (ses_…): then nobody is booked here.")
@click.option(
    "--offset-ms",
    default=0.0,
    show_default=True,
    type=click.FloatRange(-3_600_000, 3_600_000),
    help="When B began, on A's clock, in milliseconds; negative: before A.",
)
@click.option("--slots", default=2, show_default=True, type=click.IntRange(1, 64), help="Heavy steps at the same time.")
def import_(
    *,
    a: Path,
    b: Path,
    deck: str,
    card: str,
    project: str,
    performer_a: str,
    performer_b: str,
    session: str,
    offset_ms: float,
    slots: int,
) -> None:
    """Take in A and B, recordings of the two performers of one scene, made elsewhere.

    Each holds a picture, a voice, or both. Both are put together, measured and sealed like a take of the room; the
    performers then review them and answer for themselves. The last line is `take: ID STATE`.
    """
    found = {"a": _look(a), "b": _look(b)}
    if a.resolve() == b.resolve():
        raise BadInput("A and B are the same file; give one recording of each performer.")
    performers = {position: one for position, one in (("a", performer_a), ("b", performer_b)) if one}
    if len(performers) == 1:
        raise BadInput("Name both performers, or neither.")
    if session and (performers or project):
        raise BadInput("A booked session has its own project and performers; leave those options out.")
    django_manage("migrate", "--verbosity", "0")
    clock = worker.studio_clock()
    now = clock.now()
    if not session:
        session = import_take.book(deck=deck, card=card, project=project, performers=performers, now=now)
    scene = import_take.scene_of(session, card=card)
    take_id = import_take.start_import(
        scene_id=scene, found=found, offset_ns=round(offset_ms * 1e6), studio_ns=clock.studio_ns(), now=now
    )
    ended = work_until_ended(lambda: ingest.progress(take_id), "Ingesting", slots=slots)
    _tell(take_id, ended.error if ended else "")


def _look(path: Path) -> Found:
    """Look before anything is written; a refusal names the file, which is the caller's own."""
    try:
        return import_take.look(path)
    except YesIfError as refusal:
        raise type(refusal)(f"{path.name}: {refusal}") from refusal


def _tell(take_id: str, why: str) -> None:
    take = tracks.take(take_id)
    for part in take.performances:
        kinds = ", ".join(track.kind for track in part.tracks if track.sha256) or "nothing usable"
        click.echo(f"  {part.position}: {kinds}  ({part.id})")
    click.echo(f"take: {take_id} {take.state}")
    if take.state != "sealed":
        raise Damaged(why or "The take could not be ingested.")

"""The main job, step by step, told as it happens."""

from pathlib import Path

import click

from yesif.cli import wake  # noqa: F401  before what knows tables
from yesif.cli.demo import audit, cast, licensing, money, outcome, scene
from yesif.cli.demo.cast import Booked
from yesif.cli.studio import Running, studio_folder

CAMERA_NOTE = "Play against yourself: sit in one window, then in the other. Press Cut in either when the scene is over."


def run(*, leave: bool, camera: bool, seconds: int, port: int, no_browser: bool) -> None:
    """Play it. With `leave` it ends with a last line `release: PATH`; else the studio stays open."""
    folder = studio_folder() / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    _say(f"The studio keeps everything in {studio_folder()}")
    booked = cast.book()
    _say(f"Pia made a project and booked {booked.names['a']} and {booked.names['b']}; both accepted and answered.")
    running = Running("127.0.0.1", port, slots=2)
    path: Path | None = None
    try:
        running.wait_until_open()
        path = _play(booked, folder, camera=camera, seconds=seconds, no_browser=no_browser)
        licensing.play(booked, studio=f"http://localhost:{port}")
        _say("Pay: minutes counted, fees approved, a pay run, and strangers check the books.")
        money.pay(booked, folder)
        _say("An auditor replays the whole record from its first line.")
        audit.replay_everything(folder, booked)
        if not leave:
            _invite(cast.addresses(booked), path)
            running.wait()
    except KeyboardInterrupt:
        _say("Closing.")
    finally:
        running.stop()
    if leave and path is not None:
        click.echo(f"release: {path}")


def _play(booked: Booked, folder: Path, *, camera: bool, seconds: int, no_browser: bool) -> Path:
    if not no_browser and scene.windows_possible():
        _say(CAMERA_NOTE if camera else "Playing in two real browser windows, one for each performer.")
        take = scene.by_windows(booked, folder, seconds=seconds, own_devices=camera)
    else:
        _say("Not in browser windows: the same two performers go through `yesif import`.")
        take = scene.by_import(booked, folder, seconds=seconds)
    return outcome.review_and_build(booked, take)


def _say(sentence: str) -> None:
    click.echo(click.style("· ", fg="green") + sentence)


def _invite(addresses: dict[str, str], path: Path) -> None:
    click.echo(f"\nrelease: {path}\n")
    click.echo("The studio stays open. Sign in as (each address works for 15 minutes):")
    for role, address in addresses.items():
        click.echo(f"  {role:<22} {address}")
    click.echo("Ctrl-C closes it; bin/dev opens it again.")

"""`yesif demo`: the main job from an empty folder to a release, in two real browser windows where there are any."""

import os
import signal
import sys
from importlib import import_module

import click

from yesif.cli.studio import prepare


@click.command()
@click.option("--exit", "leave", is_flag=True, help="End after the main job; the last line is `release: PATH`.")
@click.option("--camera", is_flag=True, help="Use your own camera and microphone, in two windows you can see.")
@click.option("--seconds", default=20, show_default=True, help="How long the two synthetic performers play.")
@click.option("--port", default=8700, show_default=True, help="Port on this machine.")
@click.option("--no-browser", is_flag=True, help="Send the same two performers through `yesif import` instead.")
def demo(*, leave: bool, camera: bool, seconds: int, port: int, no_browser: bool) -> None:
    """Play the main job: two performers meet, improvise, are recorded, review; a release comes out.

    Without --exit the studio stays open afterwards and a sign-in address is printed for each role.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.environ.setdefault("YESIF_PUBLIC_URL", f"http://localhost:{port}")
    prepare()
    job = import_module("yesif.cli.demo.job")  # wakes Django, whose settings read what was set above
    job.run(leave=leave, camera=camera, seconds=seconds, port=port, no_browser=no_browser)

"""The scene itself: in two browser windows, or as two recordings sent through `yesif import`."""

import subprocess
import sys
import time
from pathlib import Path

import click

from yesif.apps.footage.queries import takes
from yesif.apps.people import queries as people
from yesif.cli.demo.cast import Booked
from yesif.cli.demo.windows import Gear, Window, display, find_chromium, install_chromium, windows
from yesif.media.synthetic import write_camera, write_recording, write_voice

WAIT_MS = 30_000
SAFE_MS = 120_000
_SEEDS = {"a": 0, "b": 1}


def windows_possible() -> bool:
    """Is there a Chromium, or may we install one?"""
    if find_chromium():
        return True
    click.echo("No Chromium found; trying to install one …")
    return install_chromium() is not None


def by_windows(booked: Booked, folder: Path, *, seconds: int, own_devices: bool) -> str:
    """Play one scene in two windows and return the take's id, once both browsers say that it is safe."""
    gear = {
        place: Gear(own_devices=True) if own_devices else _gear(folder, place, seconds) for place in booked.performers
    }
    # Asked before the windows open: inside, an event loop runs and Django's tables may not be touched.
    onward = f"/room/{booked.session_id}"
    links = {place: people.sign_in_link(who, onward=onward) for place, who in booked.performers.items()}
    with windows(folder, gear, headless=not (own_devices or display())) as opened:
        for place, window in opened.items():
            _enter(window, links[place])
        click.echo("  both are in the room; camera and microphone are being checked")
        for window in opened.values():
            window.page.click("#check")
        for window in opened.values():
            window.page.wait_for_selector("body[data-checked=yes]", timeout=WAIT_MS)
        if not own_devices:
            for window in opened.values():
                window.page.click("#ready")
        first = next(iter(opened.values()))
        first.page.wait_for_selector("body[data-phase=playing]", timeout=0 if own_devices else WAIT_MS)
        if own_devices:
            first.page.wait_for_selector("body[data-phase=between]", timeout=0)
        else:
            _play(seconds)
            first.page.click("#end")
        for window in opened.values():
            window.page.wait_for_selector("body[data-safe=true]", timeout=SAFE_MS)
        click.echo("  cut; both browsers say: safe, the studio has every byte")
        _complain([*opened.values()])
    return _take_of(booked)


def by_import(booked: Booked, folder: Path, *, seconds: int) -> str:
    """Send two recordings of the same two performers through `yesif import`; returns the take's id."""
    recordings = []
    for place, seed in _SEEDS.items():
        path = folder / f"{place}-{seconds}s.mp4"
        if not path.exists():
            write_recording(path, seconds, seed=seed)
        recordings.append(str(path))
    command = [sys.executable, "-m", "yesif.cli", "import", *recordings, "--session", booked.session_id]
    subprocess.run(command, check=True)
    return _take_of(booked)


def _gear(folder: Path, place: str, seconds: int) -> Gear:
    camera, voice = folder / f"{place}.mjpeg", folder / f"{place}.wav"
    if not camera.exists() or not voice.exists():
        write_camera(camera, 20, seed=_SEEDS[place], barcode=False)
        write_voice(voice, max(20, seconds), seed=_SEEDS[place])
    return Gear(camera=camera, voice=voice)


def _enter(window: Window, link: str) -> None:
    page = window.page
    page.goto(link)
    page.click("main button[type=submit]")
    page.wait_for_selector("body[data-phase=lobby]", timeout=WAIT_MS)


def _play(seconds: int) -> None:
    with click.progressbar(range(seconds * 2), label=f"  they play ({seconds} s)", show_eta=False) as ticks:
        for _ in ticks:
            time.sleep(0.5)


def _complain(opened: list[Window]) -> None:
    for window in opened:
        for fault in window.faults:
            click.echo(f"  a window reported: {fault[:200]}", err=True)


def _take_of(booked: Booked) -> str:
    return takes.take_ids(session_id=booked.session_id, person_id=booked.producer_id)[-1]

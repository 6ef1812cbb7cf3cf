"""What two performers do in their windows, as the tests need it."""

import time
from pathlib import Path
from typing import Any

from tests.browser.harness import Studio
from yesif.cli.demo.windows import Gear, Window
from yesif.media.synthetic import write_camera, write_voice

WAIT_MS = 40_000


def gear(folder: Path, *, barcode: bool = True) -> dict[str, Gear]:
    """A camera and a microphone for each of two synthetic performers; files are made once per folder."""
    found = {}
    for seed, place in enumerate("ab"):
        camera, voice = folder / f"{place}.mjpeg", folder / f"{place}.wav"
        if not voice.exists():
            write_camera(camera, 20, seed=seed, barcode=barcode)
            write_voice(voice, 30, seed=seed)
        found[place] = Gear(camera=camera, voice=voice)
    return found


def enter(window: Window, link: str) -> None:
    """Sign in by link and come into the room."""
    window.page.goto(link)
    window.page.click("main button[type=submit]")
    window.page.wait_for_selector("body[data-phase]", timeout=WAIT_MS)


def check(*windows: Window) -> None:
    """Check camera and microphone in every window."""
    for window in windows:
        window.page.click("#check")
    for window in windows:
        window.page.wait_for_selector("body[data-checked=yes]", timeout=WAIT_MS)


def roll(*windows: Window) -> None:
    """Everyone is ready; wait for "action"."""
    for window in windows:
        window.page.click("#ready")
    for window in windows:
        window.page.wait_for_selector("body[data-phase=playing]", timeout=WAIT_MS)


def cut(window: Window) -> None:
    """One performer ends the scene: both stop, nothing is sealed. (`#cut` also seals the last 30 s.)"""
    window.page.click("#end")


def safe(*windows: Window, seconds: float = 60) -> None:
    """Wait until every window says that the studio has every byte."""
    for window in windows:
        window.page.wait_for_selector("body[data-safe=true]", timeout=seconds * 1000)


def scene(studio: Studio, windows: dict[str, Window], *, seconds: float, booked: dict[str, Any] | None = None) -> str:
    """A whole take: in, checked, played for so long, cut, safe. Returns the session's id."""
    booked = booked or studio.ask("book")
    for place, window in windows.items():
        enter(window, booked["links"][place])
    check(*windows.values())
    roll(*windows.values())
    time.sleep(seconds)
    cut(next(iter(windows.values())))
    safe(*windows.values())
    return str(booked["session"])

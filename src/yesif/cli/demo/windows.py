"""Chromium windows that stand in for performers: each a process of its own, its camera and microphone playing files."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserContext, Error, Page, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
    # A window behind another one must go on recording as if it were in front.
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
)


def find_chromium() -> str | None:
    """The path of a Chromium on this machine, if there is one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def display() -> bool:
    """Is there a screen on which windows could be seen?"""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) or sys.platform in ("darwin", "win32")


def install_chromium() -> str | None:
    """Install Debian's Chromium where we may (root and apt-get); the path, or None where we may not or it failed."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", *command], check=False, capture_output=True)
    return find_chromium()


@dataclass(slots=True)
class Window:
    """One performer's browser and its first page."""

    name: str
    profile: Path
    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)

    def kill(self) -> None:
        """kill -9 of every process of this browser, as a power cut of the laptop would."""
        for pid in _processes_of(self.profile):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue  # it was a child of one we just killed


@dataclass(frozen=True, slots=True)
class Gear:
    """What a window is given to see and hear through: files, this machine's own devices, or a sound server."""

    camera: Path | None = None
    voice: Path | None = None
    own_devices: bool = False
    environment: dict[str, str] = field(default_factory=dict)


@contextmanager
def windows(folder: Path, gear: dict[str, Gear], *, headless: bool) -> Iterator[dict[str, Window]]:
    """Open one browser per name; all are closed at the end. Profiles live below `folder`: a killed one can return."""
    chromium = find_chromium()
    if chromium is None:
        raise FileNotFoundError("no Chromium on this machine")
    opened: dict[str, Window] = {}
    with sync_playwright() as playwright:
        try:
            for name, what in gear.items():
                opened[name] = _open(playwright, chromium, name, folder / f"profile-{name}", what, headless=headless)
            yield opened
        finally:
            for window in opened.values():
                try:
                    window.context.close()
                except (OSError, Error):  # it was killed, or has gone by itself
                    continue


def _open(playwright: Playwright, chromium: str, name: str, profile: Path, gear: Gear, *, headless: bool) -> Window:
    context = playwright.chromium.launch_persistent_context(
        str(profile),
        executable_path=chromium,
        headless=headless,
        args=[*QUIET, *_arguments(gear)],
        ignore_default_args=["--mute-audio"],  # muted output would also silence what each performer hears
        env={**os.environ, **gear.environment},
        viewport={"width": 1100, "height": 760},
        permissions=["camera", "microphone"],
    )
    page = context.pages[0] if context.pages else context.new_page()
    window = Window(name, profile, context, page)
    page.on("pageerror", lambda fault: window.faults.append(str(fault)))
    return window


def _arguments(gear: Gear) -> list[str]:
    arguments = ["--autoplay-policy=no-user-gesture-required"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium refuses its sandbox to root
    if gear.own_devices:
        return arguments
    arguments.append("--use-fake-ui-for-media-stream")
    if gear.camera or gear.voice:
        arguments.append("--use-fake-device-for-media-stream")
    if gear.camera:
        arguments.append(f"--use-file-for-fake-video-capture={gear.camera}")
    if gear.voice:
        arguments.append(f"--use-file-for-fake-audio-capture={gear.voice}")
    return arguments


def _processes_of(profile: Path) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue  # it ended while we looked
        if str(profile).encode() in command:
            found.append(int(entry.name))
    return found

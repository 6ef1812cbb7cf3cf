"""A take that meets faults on the way: the server dies, the worker dies, the network goes, a tab is reloaded."""

import random
import time
from collections.abc import Callable
from typing import Any

from tests.browser import play
from tests.browser.harness import Studio
from yesif.cli.demo.windows import Window

KINDS = ("server", "worker", "network", "reload")


def meet(kind: str, studio: Studio, windows: dict[str, Window], rng: random.Random) -> None:
    """Let one fault happen, and let what it broke come back."""
    place = rng.choice("ab")
    pause = rng.uniform(0.3, 2.0)
    faults: dict[str, Callable[[], None]] = {
        "server": lambda: _server(studio, pause),
        "worker": lambda: _worker(studio, pause),
        "network": lambda: _network(windows[place], pause),
        "reload": lambda: _reload(windows[place]),
    }
    faults[kind]()


def _server(studio: Studio, pause: float) -> None:
    studio.kill_server()
    time.sleep(pause)
    studio.start_server()


def _worker(studio: Studio, pause: float) -> None:
    studio.kill_worker()
    time.sleep(pause)
    studio.start_worker()


def _network(window: Window, pause: float) -> None:
    window.context.set_offline(True)
    time.sleep(pause)
    window.context.set_offline(False)


def _reload(window: Window) -> None:
    window.page.reload()
    window.page.wait_for_selector("body[data-phase]", timeout=play.WAIT_MS)
    play.check(window)


def troubled_take(
    studio: Studio, windows: dict[str, Window], rng: random.Random, kinds: list[str], booked: dict[str, Any]
) -> None:
    """Play one take in which these faults happen in this order, cut it, and wait until both browsers say safe."""
    play.roll(*windows.values())
    for kind in kinds:
        time.sleep(rng.uniform(0.5, 1.5))
        meet(kind, studio, windows, rng)
    time.sleep(1)
    _cut(windows)
    play.safe(*windows.values(), seconds=120)


def _cut(windows: dict[str, Window]) -> None:
    """Press until the scene is cut: a press while the line is down is lost, and the page says so by staying."""
    for _ in range(40):
        if all(w.page.get_attribute("body", "data-phase") == "between" for w in windows.values()):
            return
        button = next(iter(windows.values())).page.locator("#cut")
        if button.is_enabled():
            button.click()
        time.sleep(0.5)
    raise AssertionError("the scene could not be cut")


def accept_dialogs(windows: dict[str, Window]) -> None:
    """A reload in mid-take asks whether you are sure: these performers are."""
    for window in windows.values():
        window.page.on("dialog", lambda dialog: dialog.accept())

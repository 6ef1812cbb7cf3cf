"""A page that records, in a real Chromium, against a real studio whose network can be cut."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route

import yesif
from tests import footage
from tests.browser.harness import ROOT, Studio, free_port
from yesif.cli.demo.windows import Gear, Window, windows

SCRIPTS = f"/static/{yesif.__version__}/yesif/js/"
TOKEN = "a" * 32

# What the room page does with a TakeRecorder, and nothing else.
PAGE = """<!doctype html><title>Recording</title><script type="module">
import { TakeRecorder } from "SCRIPTS/models/recorder.js";
import { files, resume, unfinished } from "SCRIPTS/models/rescue.js";
const now = () => Math.round((performance.timeOrigin + performance.now()) * 1000);
const studio = { said: [], progress: {}, safe: null };
studio.begin = async ({ take, performance, tier, actionIn = null }) => {
  const raw = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const media = await navigator.mediaDevices.getUserMedia({ video: { width: 1280, height: 720 }, audio: raw });
  const [camera, voice] = [media.getVideoTracks()[0], media.getAudioTracks()[0]];
  let count = 0;
  const pings = () => [["ws", now(), count++, count, now()]];
  const actionClientUs = actionIn === null ? null : now() + actionIn * 1e6;
  const tracks = { camera, voice, heard: voice.clone() };
  const recorder = new TakeRecorder({ take, performance, tracks, actionClientUs, pings, csrf: "TOKEN", tier });
  for (const name of ["lost", "fault", "kept", "stopped"]) {
    recorder.addEventListener(name, ({ detail }) => studio.said.push({ name, ...detail }));
  }
  recorder.addEventListener("progress", ({ detail }) => (studio.progress[detail.kind] = detail));
  recorder.addEventListener("safe", ({ detail }) => (studio.safe = detail.tracks));
  await recorder.start();
  Object.assign(studio, { recorder, media });
  return actionClientUs;
};
studio.stop = async () => { await studio.recorder.stop(now()); };
studio.hashes = async (take) => {
  const found = {};
  for (const { name, file } of await files(take)) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    found[name.split("-").at(-1).split(".")[0]] = Array.from(digest, (b) => b.toString(16).padStart(2, "0")).join("");
  }
  return found;
};
studio.rescue = (take) => resume(take, { csrf: "TOKEN" });
studio.unfinished = unfinished;
globalThis.studio = studio;
</script>""".replace("SCRIPTS/", SCRIPTS).replace("TOKEN", TOKEN)


@dataclass(frozen=True)
class Played:
    """A take in the studio's tables, Ana's performance in it, and her session cookie."""

    take: str
    performance: str
    cookie: str


def take_in(studio: Studio) -> Played:
    """A fresh take of Ana and Bo."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.browser.take_in_studio"],
        env=studio.environment, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if run.returncode:
        raise AssertionError(run.stderr[-3000:])
    return Played(**json.loads(run.stdout.splitlines()[-1]))


@contextmanager
def recording_window(folder: Path, address: str, played: Played) -> Iterator[Window]:
    """Ana's browser on the recording page, at `address`, signed in; her profile lies below `folder`."""
    gear = Gear(camera=footage.camera(seconds=8.0), voice=footage.voice(seconds=8.0))
    with windows(folder, {"ana": gear}, headless=True) as opened:
        window = opened["ana"]
        cookies = {"sessionid": played.cookie, "csrftoken": TOKEN}
        window.context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
        visit(window.page, address)
        yield window


def visit(page: Page, address: str) -> None:
    """Open the recording page, cross-origin isolated as the room is."""
    page.route("**/recording-page", _page)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(address + "/recording-page")
    page.wait_for_function("globalThis.studio !== undefined")


def begin(page: Page, played: Played, **more: Any) -> Any:
    """Begin to record; the client time of "action" in µs, where one was asked for."""
    return page.evaluate(
        "(take) => studio.begin(take)", {"take": played.take, "performance": played.performance, **more}
    )


def safe(page: Page, seconds: float = 30) -> dict[str, str]:
    """SHA-256 by kind, once the recorder says that all is safe."""
    page.wait_for_function("studio.safe !== null", timeout=seconds * 1000)
    return dict(page.evaluate("studio.safe"))


def log_of(studio: Studio, sha256: str) -> Path:
    """A copy of the take log in the studio's store."""
    return Path(studio.ask("log", sha256=sha256))


def _page(route: Route) -> None:
    route.fulfill(
        body=PAGE,
        headers={
            "Content-Type": "text/html",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Embedder-Policy": "require-corp",
        },
    )


class Line:
    """A wire between browser and studio that can be cut: connections die and none is accepted until it is mended."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self._sockets: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self.mend()

    def cut(self) -> None:
        """Now."""
        if self._listener is not None:
            _close(self._listener)
        self._listener = None
        for one in list(self._sockets):
            _close(one)

    def mend(self) -> None:
        """And let new connections through."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                if listener.fileno() < 0 or self._listener is not listener:
                    return
                _close(near)
                continue
            self._sockets |= {near, far}
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while content := source.recv(1 << 16):
                sink.sendall(content)
        except OSError:
            pass
        _close(source)
        _close(sink)
        self._sockets -= {source, sink}


def _close(one: socket.socket) -> None:
    with suppress(OSError):  # it was not connected, or the other side was faster
        one.shutdown(socket.SHUT_RDWR)
    one.close()


def wait_until(what: Any, seconds: float) -> float:
    """Seconds until `what()` is true. Fails after `seconds`."""
    began = time.monotonic()
    while not what():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"not within {seconds:.0f} s")
        time.sleep(0.05)
    return time.monotonic() - began

"""Two recordings of one instant, made in real browsers, and how far apart they stand in take time afterwards.

Voices: two browser processes hear one physical signal through a sound server, so the true lag is zero. Pictures: two
performers' pages of one browser share its camera, so frame n was taken at one moment for both.
"""

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import sync_playwright

from tests.browser import play
from tests.browser.alignment import frame_times, voice_lags_ms, write_talk
from tests.browser.harness import Studio
from tests.browser.sound import SoundStage
from yesif.cli.demo.windows import QUIET, Gear, Window, find_chromium, windows
from yesif.media.synthetic import write_camera

DRAWN_CAMERA = """
const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  if (!wanted.video) return real(wanted);
  const canvas = Object.assign(document.createElement("canvas"), { width: 1280, height: 720 });
  const brush = canvas.getContext("2d");
  let n = 0;
  const paint = () => { brush.fillStyle = `hsl(${n++ % 360} 60% 40%)`; brush.fillRect((n * 7) % 1200, 300, 80, 80); };
  setInterval(paint, 33);
  const sound = wanted.audio ? (await real({ audio: wanted.audio })).getAudioTracks() : [];
  return new MediaStream([...canvas.captureStream(30).getVideoTracks(), ...sound]);
};
"""


def voice_lags(studio: Studio, sound: SoundStage, folder: Path, takes: int) -> NDArray[np.float64]:
    """Lags (ms) of every second of `takes` takes of 4 s; a take without one is an error."""
    booked = studio.ask("book")
    playing = sound.play(write_talk(folder / "talk.wav", 30 + 20 * takes))
    try:
        with windows(folder, {place: Gear(environment=sound.environment) for place in "ab"}, headless=True) as opened:
            for place, window in opened.items():
                window.context.add_init_script(DRAWN_CAMERA)
                play.enter(window, booked["links"][place])
            play.check(*opened.values())
            for _ in range(takes):
                play.roll(*opened.values())
                time.sleep(4)
                play.cut(opened["a"])
                play.safe(*opened.values())
    finally:
        playing.kill()
        playing.wait()
    lags: list[float] = []
    for take in sealed_takes(studio, booked["session"], takes):
        found = voice_lags_ms(*placed(studio, take, "voice"))
        assert found, "a take without one second of sound in both tracks proves nothing"
        lags += found
    return np.array(lags)


def frame_lags(studio: Studio, folder: Path) -> NDArray[np.float64]:
    """Lags (ms) of every frame that both performers' pages recorded in a take of 6 s."""
    camera = folder / "camera.mjpeg"
    write_camera(camera, 20, seed=0)
    booked = studio.ask("book")
    flags = [*QUIET, "--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
             f"--use-file-for-fake-video-capture={camera}"]  # fmt: skip
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=flags, headless=True)
        opened = {}
        for place in "ab":
            context = browser.new_context(permissions=["camera", "microphone"])
            opened[place] = Window(place, folder, context, context.new_page())
            play.enter(opened[place], booked["links"][place])
        play.check(*opened.values())
        play.roll(*opened.values())
        time.sleep(6)
        play.cut(opened["b"])
        play.safe(*opened.values())
        browser.close()
    [take] = sealed_takes(studio, booked["session"], 1)
    one, other = (frame_times(*track) for track in placed(studio, take, "camera"))
    return np.array([one[number] - other[number] for number in sorted(set(one) & set(other))])


def figures(lags: NDArray[np.float64]) -> dict[str, float]:
    """How far off, in ms: 95th percentile, maximum, and how many were measured."""
    off = np.abs(lags)
    return {"p95": round(float(np.percentile(off, 95)), 3), "max": round(float(off.max()), 3), "n": len(off)}


def told(name: str, lags: NDArray[np.float64]) -> None:
    """One line of figures, for whoever reads the run."""
    print(json.dumps({name: figures(lags)}), flush=True)


def placed(studio: Studio, take: str, kind: str) -> list[tuple[Path, dict[str, Any]]]:
    """Path and manifest of both performers' tracks of one kind."""
    found = [track for track in studio.ask("tracks", take=take) if track["kind"] == kind]
    return [(Path(track["path"]), track["manifest"]) for track in sorted(found, key=lambda one: one["position"])]


def sealed_takes(studio: Studio, session: str, count: int) -> list[str]:
    """The ids of a session's takes, once all are sealed."""
    studio.wait_for("states", ["sealed"] * count, session=session, seconds=400)
    return [take["id"] for take in studio.ask("takes", session=session)]

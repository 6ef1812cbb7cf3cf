"""One long take in two real browsers: what the recorder lost, and what the fake devices never gave (each proven apart).

camera   Every picture has a number: a hole in the numbers is a picture lost on its way into the log (promised
         ≤ 0.5 % idle, all listed). A hole in time without one in the numbers is a camera that came late: the fake
         camera takes its next picture when its thread gets to it and never makes up for the time.
sound    The same talk through a sound server: lost samples (promised 0). Chromium's fake microphone is of no use for
         this: when its thread is late it leaves out whole buffers of 10 ms and gives the same content later.

`bench/take.py [seconds] [hogs] [camera|sound|both]`: 300 s with two processes that eat a core each; 0 hogs is idle.
"""

import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
from _machine import head

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.browser import play
from tests.browser.aligned import DRAWN_CAMERA
from tests.browser.alignment import write_talk
from tests.browser.harness import Studio
from tests.browser.sound import sound_stage

from yesif.cli.demo.windows import Gear, windows
from yesif.media.synthetic import read_barcode
from yesif.media.synthetic.scene import LOOP_SECONDS

LOOP_FRAMES = round(LOOP_SECONDS * 30)


def hog() -> None:
    while True:
        pass


@contextmanager
def gear(folder: Path, seconds: int, what: str) -> Iterator[dict[str, Gear]]:
    """Fake cameras with numbered pictures, or one talk that both hear through a sound server."""
    if what == "camera":
        yield play.gear(folder)
        return
    with sound_stage() as stage:
        if stage is None:
            raise SystemExit("no PulseAudio here: lost samples cannot be told from the fake microphone's own holes")
        playing = stage.play(write_talk(folder / "talk.wav", seconds + 120))
        try:
            yield {place: Gear(environment=stage.environment) for place in "ab"}
        finally:
            playing.kill()
            playing.wait()


def main(seconds: int = 300, hogs: int = 2, what: str = "both") -> None:
    head("playwright", "av")
    for one in ("camera", "sound") if what == "both" else (what,):
        with tempfile.TemporaryDirectory(prefix="yesif-take-") as name:
            take(Path(name), seconds, hogs, one)


def take(folder: Path, seconds: int, hogs: int, what: str) -> None:
    """Play one take and print what each of its tracks lost."""
    eaters = [multiprocessing.Process(target=hog, daemon=True) for _ in range(hogs)]
    (folder / "studio").mkdir()
    studio = Studio(folder / "studio").start()
    try:
        with gear(folder, seconds, what) as given, windows(folder, given, headless=True) as opened:
            booked = studio.ask("book")
            for place, window in opened.items():
                if what == "sound":
                    window.context.add_init_script(DRAWN_CAMERA)
                play.enter(window, booked["links"][place])
            play.check(*opened.values())
            play.roll(*opened.values())
            for eater in eaters:
                eater.start()
            time.sleep(seconds)
            for eater in eaters:
                eater.kill()
            play.cut(opened["a"])
            play.safe(*opened.values(), seconds=120)
        studio.wait_for("states", ["sealed"], session=booked["session"], seconds=1200)
        [played] = studio.ask("takes", session=booked["session"])
        for track in studio.ask("tracks", take=played["id"]):
            if track["kind"] == {"camera": "camera", "sound": "voice"}[what]:
                print(json.dumps(told(track) | {"load": round(os.getloadavg()[0], 1)}), flush=True)
    finally:
        studio.stop()


def told(track: dict[str, Any]) -> dict[str, Any]:
    """What one track's manifest says is missing, and what its pictures' own numbers say."""
    count = track["manifest"]["count"]
    said = {key: value for key, value in count.items() if "lost" in key or "written" in key or "missed" in key}
    listed = sum(loss["count"] for loss in track["manifest"]["losses"])
    whose = {"who": track["position"], "kind": track["kind"], **said, "listed": listed}
    return whose | (numbered(Path(track["path"])) if track["kind"] == "camera" else {})


def numbered(film: Path) -> dict[str, Any]:
    """Pictures, numbers that are missing between them, and moments at which the camera was late and lost nothing."""
    seen, times = [], []
    with av.open(str(film)) as container:
        for frame in container.decode(video=0):
            number = read_barcode(frame.to_ndarray(format="gray"))
            if number is not None:
                seen.append(number)
                times.append(float((frame.pts or 0) * (frame.time_base or 0)))
    steps = [(after - before) % LOOP_FRAMES for before, after in pairwise(seen)]
    gaps = [after - before for before, after in pairwise(times)]
    lost = sum(step - 1 for step in steps if step > 1)
    late = sum(step == 1 and gap > 1.6 / 30 for step, gap in zip(steps, gaps, strict=True))
    return {"pictures": len(seen), "lost": lost, "lost_percent": round(100 * lost / max(1, len(seen)), 2), "late": late}


if __name__ == "__main__":
    arguments = sys.argv[1:]
    main(*map(int, arguments[:2]), *arguments[2:])

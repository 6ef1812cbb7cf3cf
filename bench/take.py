"""One long take in two real browsers: lost samples (the studio promises 0) and lost frames (≤ 0.5 % idle, all listed).

`bench/take.py [seconds] [hogs]`: 300 s with two processes that eat a core each; run it with 0 hogs for the idle figure.
"""

import json
import multiprocessing
import sys
import tempfile
import time
from pathlib import Path

from _machine import head

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.browser import play
from tests.browser.harness import Studio

from yesif.cli.demo.windows import windows


def hog() -> None:
    while True:
        pass


def main(seconds: int = 300, hogs: int = 2) -> None:
    head("playwright", "av")
    eaters = [multiprocessing.Process(target=hog, daemon=True) for _ in range(hogs)]
    with tempfile.TemporaryDirectory(prefix="yesif-take-") as name:
        folder = Path(name)
        (folder / "studio").mkdir()
        studio = Studio(folder / "studio").start()
        try:
            with windows(folder, play.gear(folder, barcode=False), headless=True) as opened:
                booked = studio.ask("book")
                for place, window in opened.items():
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
            [take] = studio.ask("takes", session=booked["session"])
            for track in studio.ask("tracks", take=take["id"]):
                count = track["manifest"]["count"]
                lost = {
                    key: value for key, value in count.items() if "lost" in key or "written" in key or "missed" in key
                }
                listed = sum(loss["count"] for loss in track["manifest"]["losses"])
                print(
                    json.dumps({"who": track["position"], "kind": track["kind"], **lost, "listed": listed}), flush=True
                )
        finally:
            studio.stop()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

"""100 random faults over 20 takes in two real browsers: every log agrees with its signed chain, every take sealed once.

`bench/faults.py [takes] [faults per take]`
"""

import json
import random
import sys
import tempfile
import time
from pathlib import Path

from _machine import head

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.browser import faults, play
from tests.browser.harness import Studio

from yesif.cli.demo.windows import windows


def main(takes: int = 20, per_take: int = 5) -> None:
    head("playwright", "django", "uvicorn")
    rng = random.Random(11)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="yesif-faults-") as name:
        folder = Path(name)
        (folder / "studio").mkdir()
        studio = Studio(folder / "studio").start()
        try:
            met = _play(studio, folder, rng, takes, per_take)
        finally:
            studio.stop()
    print(json.dumps({**met, "seconds": round(time.monotonic() - began)}))


def _play(studio: Studio, folder: Path, rng: random.Random, takes: int, per_take: int) -> dict[str, object]:
    booked = studio.ask("book")
    counts = dict.fromkeys(faults.KINDS, 0)
    with windows(folder, play.gear(folder), headless=True) as opened:
        faults.accept_dialogs(opened)
        for place, window in opened.items():
            play.enter(window, booked["links"][place])
        play.check(*opened.values())
        for number in range(takes):
            kinds = [rng.choice(faults.KINDS) for _ in range(per_take)]
            for kind in kinds:
                counts[kind] += 1
            faults.troubled_take(studio, opened, rng, kinds, booked)
            print(f"take {number + 1} of {takes} safe after {', '.join(kinds)}", flush=True)
    states = studio.wait_for("states", ["sealed"] * takes, session=booked["session"], seconds=1800)
    return {
        "faults": counts,
        "takes": len(states),
        "sealed": states.count("sealed"),
        "damaged": studio.ask("damage", session=booked["session"]),
    }


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

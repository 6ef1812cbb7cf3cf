"""How far apart two performers' recordings of one instant stand after ingest: promised are p95 ≤ 0.5 and max ≤ 1 ms.

`bench/alignment.py [takes]`: ten takes in two real browsers that hear one signal; one of two pages with one camera.
The limit beside it: one sample at 48 kHz is 0.021 ms, one frame at 30 a second 33 ms.
"""

import sys
import tempfile
from pathlib import Path

from _machine import head

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.browser.aligned import frame_lags, told, voice_lags
from tests.browser.harness import Studio
from tests.browser.sound import sound_stage


def main(takes: int = 10) -> None:
    head("playwright", "av", "numpy")
    with tempfile.TemporaryDirectory(prefix="yesif-align-") as name, sound_stage() as sound:
        folder = Path(name)
        (folder / "studio").mkdir()
        studio = Studio(folder / "studio").start()
        try:
            if sound is None:
                print("voices: skipped, PulseAudio is not on this machine")
            else:
                told("voice_lag_ms", voice_lags(studio, sound, folder, takes))
            told("frame_lag_ms", frame_lags(studio, folder))
        finally:
            studio.stop()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

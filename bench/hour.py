"""An hour of one performer, and a minute of the same: CPU seconds, wall time and memory of the measuring process.

`bin/bench hour`: standard profile on 60 min of 1280 × 720 at 30 frames a second, joined out of one noisy synthetic
minute without encoding anything again. BENCH_MINUTES shortens it; BENCH_BOTH=1 measures two at a time, as a session is;
BENCH_FPS below 20 makes it 320 × 180 at that rate, where only memory is looked at. Every five minutes of a track it
tells on standard error how far it is.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import _machine
import av

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from media import MODELS, SHARED, say, write_noisy
from yesif.media import models

MINUTES = int(os.environ.get("BENCH_MINUTES", "60"))
FPS = int(os.environ.get("BENCH_FPS", "30"))
SIZE = (1280, 720) if FPS >= 20 else (320, 180)
_CHILD = """
import sys, time
from pathlib import Path
from yesif.media.features.measure import measure_track
from yesif.media.features.menu import Wanted
path, out, models = map(Path, sys.argv[1:])
started, told = time.perf_counter(), 0
def progress(t_ns):
    global told
    if (minute := t_ns // 60_000_000_000) >= told + 5:
        told = minute
        after = time.perf_counter() - started
        print(f"track {out.name}: {minute} min after {after:.0f} s", file=sys.stderr, flush=True)
wanted = Wanted(words=False)
measured = measure_track({"voice": path, "camera": path}, out, models_dir=models, wanted=wanted, on_progress=progress)
print(sum(one.path is not None for one in measured.tables))
"""


def joined(minute: Path, times: int, whole: Path) -> None:
    """The same minute `times` times over, packet by packet."""
    listed = whole.with_suffix(".txt")
    listed.write_text("".join(f"file '{minute}'\n" for _ in range(times)))
    with av.open(str(listed), format="concat", options={"safe": "0"}) as source, av.open(str(whole), "w") as target:
        streams = [source.streams.video[0], source.streams.audio[0]]
        sinks = {stream.index: target.add_stream_from_template(stream) for stream in streams}
        last = dict.fromkeys(sinks, -1 << 62)
        for packet in source.demux(streams):
            if packet.dts is not None and packet.pts is not None:
                index = packet.stream.index
                # Where one minute meets the next, decoding times may overlap by a frame that is out of order.
                packet.dts = last[index] = max(packet.dts, last[index] + 1)
                packet.pts = max(packet.pts, packet.dts)
                packet.stream = sinks[index]
                target.mux(packet)


def measured(paths: list[Path], out: Path, models_dir: Path) -> tuple[float, float, float]:
    """CPU seconds of all, wall seconds, and MB of the largest process."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "MALLOC_MMAP_THRESHOLD_": str(1 << 20)}  # as a worker's
    children = [
        subprocess.Popen(
            [sys.executable, "-c", _CHILD, str(path), str(out / str(index)), str(models_dir)],
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        for index, path in enumerate(paths)
    ]
    if any(child.wait() for child in children):
        raise SystemExit("a measuring process failed")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.perf_counter() - started, after.ru_maxrss / 1024


def main() -> None:
    """Print one line a figure."""
    _machine.head("av", "ai-edge-litert", "onnxruntime", "numpy")
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        models_dir = here / "models"
        shutil.copytree(MODELS, models_dir)
        task = SHARED / "models" / "face_landmarker.task"
        if task.is_file():
            models.pull(models_dir, ["face-landmarker-v2"], given=task)
        minute, whole = here / "minute.mp4", here / "whole.mp4"
        write_noisy(minute, "libx264", 60, fps=FPS, size=SIZE)
        joined(minute, MINUTES, whole)
        cpu, _, small = measured([minute], here / "one", models_dir)
        say("one minute, standard profile", cpu, "CPU s")
        say("  memory", small, "MB", "goal <= 600")
        paths = [whole, whole] if os.environ.get("BENCH_BOTH") else [whole]
        cpu, wall, large = measured(paths, here / "all", models_dir)
        say(f"{MINUTES} min, {len(paths)} track(s) at a time, each", cpu / len(paths), "CPU s", "limit 1200 for 60 min")
        say("  wall time", wall, "s", "goal <= 1200 with two, on two idle cores")
        say("  memory", large, "MB", "goal <= 600")
        say("  more than for one minute", large - small, "MB", "goal <= 50")
        print(f"load now {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()

"""What measuring costs: CPU seconds of each profile against bare decoding of the same file, in one run.

Needs the pulled models. `bin/bench media` measures BENCH_FILE where it is set, else twenty synthetic seconds of
1280 × 720 with a sensor's noise at 2.6 Mbit/s, so that decoding costs what a camera's file costs. The v2 profile runs
where its model is given (YESIF_SHARED/models, or `yesif models pull`).
"""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import _machine
import av
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from yesif.base.errors import YesIfError
from yesif.media import models
from yesif.media.decode import decode
from yesif.media.features.energy import Energy, Loudness
from yesif.media.features.f0 import Pitch, pitch
from yesif.media.features.face import FaceMesh
from yesif.media.features.measure import measure_track
from yesif.media.features.menu import Wanted
from yesif.media.features.picture import PictureLook
from yesif.media.features.vad import FRAME, Silero, SpeechActivity
from yesif.media.stage import UNMOVED, Hearer, Listener, Need, Picture, Stage
from yesif.media.synthetic import planes, voice_of, write_recording

ROOT = Path(__file__).resolve().parent.parent
MODELS = Path(os.environ.get("YESIF_MODELS", ROOT / ".cache" / "models"))
SHARED = Path(os.environ.get("YESIF_SHARED", ROOT.parent / "shared"))
ROUNDS = 3


class Nothing:
    """A sink that keeps nothing."""

    def add(self, rows: object) -> None:
        """Forget them."""


class Watch(Listener):
    """Bare decoding: sees every frame and does nothing."""

    needs: frozenset[Need] = frozenset({"yuv"})

    def on_video(self, picture: Picture) -> None:
        self.last = picture.t_ns


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of all threads, best of ROUNDS."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best


def passing(path: Path, make: Callable[[], list[Stage]], *, sound: bool = True) -> float:
    """CPU seconds of one pass with fresh stages."""

    def once() -> None:
        stages = make()
        for stage in stages:
            stage.start(Nothing())
        hearers: list[Hearer] = [*stages, Watch()]
        decode(path, hearers, video=UNMOVED, audio=UNMOVED if sound else None)
        for stage in stages:
            stage.finish()

    return cpu(once)


def voice_stages() -> list[Stage]:
    return [SpeechActivity(MODELS), Pitch(), Energy(), Loudness()]


def say(label: str, value: float, unit: str, goal: str = "") -> None:
    print(f"{label:58} {value:9.4g} {unit:8} {goal}", flush=True)


def write_noisy(path: Path, seconds: int = 20) -> None:
    """The first synthetic performer as a webcam would bring it: noise in every pixel, 2.6 Mbit/s."""
    rng = np.random.default_rng(0)
    grain = [rng.normal(0, 3, (720, 1280)).round().astype(np.int16) for _ in range(8)]
    with av.open(str(path), "w") as target:
        video = target.add_stream("libx264", rate=30, options={"preset": "fast", "threads": "2"})
        video.width, video.height, video.pix_fmt, video.bit_rate = 1280, 720, "yuv420p", 2_600_000
        audio = target.add_stream("aac", rate=48_000, layout="mono")
        for number, picture in enumerate(planes(0, seconds, 30, (1280, 720))):
            picture[:720] = np.clip(picture[:720] + grain[number % 8], 0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 30)
            target.mux(video.encode(frame))
        target.mux(video.encode(None))
        block = av.AudioFrame.from_ndarray(voice_of(0, seconds)[None], format="fltp", layout="mono")
        block.sample_rate, block.pts, block.time_base = 48_000, 0, Fraction(1, 48_000)
        target.mux(audio.encode(block))
        target.mux(audio.encode(None))


def profiles(path: Path) -> None:
    decoded = decode(path, [Watch()], video=UNMOVED)
    frames, seconds = decoded.video.count, decoded.video.reached_ns / 1e9
    bare = passing(path, list, sound=False)
    say(f"bare decode, {decoded.width} x {decoded.height} {decoded.video.codec}", bare / seconds, "x real")
    base = passing(path, lambda: [*voice_stages(), PictureLook(), FaceMesh(MODELS)])
    say("base: 468 points every frame, picture, all voice", base / bare, "x decode", "goal <= 3.0 on H.264 of a camera")
    say("  the same against real time", base / seconds, "x real")
    face = passing(path, lambda: [FaceMesh(MODELS)], sound=False)
    say("468 points alone", (face - bare) / frames * 1000, "ms/frame")
    task = SHARED / "models" / "face_landmarker.task"
    with tempfile.TemporaryDirectory() as folder:
        v2 = MODELS
        if task.is_file():
            models.pull(Path(folder), ["face-landmarker-v2"], given=task)
            v2 = Path(folder)
        try:
            models.find("face-landmarker-v2", v2)
        except YesIfError as reason:
            print(f"478 points and 52 blendshapes: skipped. {reason}")
            return
        full = passing(path, lambda: [FaceMesh(v2, backend="v2")], sound=False)
        say("478 points and 52 blendshapes, decode and all", frames / full, "frame/s", "goal >= 120 on single_face.mp4")
        half = passing(path, lambda: [*voice_stages(), PictureLook(), FaceMesh(v2, backend="v2", every=2)])
        say("standard without pose: v2 every 2nd frame, all voice", half / bare, "x decode", "goal <= 4.5 with pose")


def voices() -> None:
    sound = voice_of(0, 60)[::3].copy()
    sound = sound[: len(sound) // FRAME * FRAME]
    model = models.find("silero-vad", MODELS)

    def by_seconds() -> None:
        net = Silero(model)
        for start in range(0, len(sound), FRAME * 32):
            net(sound[start : start + FRAME * 32])

    def by_steps() -> None:
        net = Silero(model)
        for start in range(0, len(sound), FRAME):
            net(sound[start : start + FRAME])

    whole, steps = cpu(by_seconds), cpu(by_steps)
    say("speech activity", whole / 60, "x real")
    say("  its step-by-step loop over it", steps / whole, "x")
    say("pitch", cpu(lambda: [pitch(sound[i : i + 512_000]) for i in range(0, len(sound), 512_000)]) / 60, "x real")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "voice.mp4"
        write_recording(path, 60, size=(64, 36), fps=10)
        every = cpu(lambda: run_voice(path))
    say("all voice measurements, decoding and resampling included", every / 60, "x real", "goal <= 0.015")


def run_voice(path: Path) -> None:
    stages = voice_stages()
    for stage in stages:
        stage.start(Nothing())
    decode(path, stages, audio=UNMOVED)
    for stage in stages:
        stage.finish()


def memory(path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        measure_track({"voice": path, "camera": path}, Path(folder), models_dir=MODELS, wanted=Wanted(words=False))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say("largest memory of this process", peak, "MB", "goal <= 600")


def main() -> None:
    """Print one line a figure."""
    _machine.head("av", "ai-edge-litert", "onnxruntime", "numpy")
    with tempfile.TemporaryDirectory() as folder:
        given = os.environ.get("BENCH_FILE")
        path = Path(given) if given else Path(folder) / "synthetic.mp4"
        if not given:
            write_noisy(path)
        print(f"file: {path.name}")
        profiles(path)
        voices()
        memory(path)
    single = SHARED / "footage" / "pyfeat" / "single_face.mp4"
    if not given and single.is_file():
        print(f"file: {single.name}")
        profiles(single)


if __name__ == "__main__":
    main()

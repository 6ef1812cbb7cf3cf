"""What measuring costs: CPU seconds of each profile against bare decoding of the same file, in one run, and against
what MediaPipe's own face landmarker needs for decoding and the face alone.

Needs the pulled models. `bin/bench media` measures BENCH_FILE where it is set, else twenty synthetic seconds of
1280 × 720 with a sensor's noise at 2.6 Mbit/s, as H.264 and as VP9, so that decoding costs what a camera's file costs.
Profiles with blendshapes run where their model is given (YESIF_SHARED/models, or `yesif models pull`). The peer is
installed into .cache/bench-face and run without any network; where that cannot be cut, it is not run.
"""

import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import _machine
import av
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from yesif.media import models
from yesif.media.decode import decode
from yesif.media.features.energy import Energy, Loudness
from yesif.media.features.f0 import Pitch, pitch
from yesif.media.features.face import FaceMesh
from yesif.media.features.measure import measure_track
from yesif.media.features.menu import PROFILES, Skipped, Wanted, listeners
from yesif.media.features.vad import SpeechActivity
from yesif.media.features.vad_net import FRAME, Silero
from yesif.media.stage import UNMOVED, Hearer, Listener, Need, Picture, Stage
from yesif.media.synthetic import planes, voice_of, write_recording

ROOT = Path(__file__).resolve().parent.parent
MODELS = Path(os.environ.get("YESIF_MODELS", ROOT / ".cache" / "models"))
SHARED = Path(os.environ.get("YESIF_SHARED", ROOT.parent / "shared"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
PEER = "mediapipe==1.2.2"


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


def passing(path: Path, make: Callable[[], list[Stage]], *, sound: bool = True) -> Callable[[], float]:
    """One pass with fresh stages, loading their nets included; tells its CPU seconds."""

    def once() -> float:
        started = time.process_time()
        stages = make()
        for stage in stages:
            stage.start(Nothing())
        hearers: list[Hearer] = [*stages, Watch()]
        decode(path, hearers, video=UNMOVED, audio=UNMOVED if sound else None)
        for stage in stages:
            stage.finish()
        return time.process_time() - started

    return once


def in_turn(works: dict[str, Callable[[], float]]) -> dict[str, float]:
    """CPU seconds of each, best of ROUNDS, all within each round: what else the machine does falls on all alike."""
    best = dict.fromkeys(works, float("inf"))
    for _ in range(ROUNDS):
        for name, work in works.items():
            best[name] = min(best[name], work())
    return best


def voice_stages() -> list[Stage]:
    return [SpeechActivity(MODELS), Pitch(), Energy(), Loudness()]


def say(label: str, value: float, unit: str, goal: str = "") -> None:
    print(f"{label:58} {value:9.4g} {unit:8} {goal}", flush=True)


def write_noisy(
    path: Path, codec: str, seconds: int = 20, *, fps: int = 30, size: tuple[int, int] = (1280, 720)
) -> None:
    """The first synthetic performer as a webcam would bring it: noise in every pixel, 2.6 Mbit/s."""
    rng = np.random.default_rng(0)
    grain = [rng.normal(0, 3, (size[1], size[0])).round().astype(np.int16) for _ in range(8)]
    options = {"libx264": {"preset": "fast"}, "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"}}[codec]
    with av.open(str(path), "w") as target:
        video = target.add_stream(codec, rate=fps, options={**options, "threads": "2"})
        video.width, video.height, video.pix_fmt, video.bit_rate = *size, "yuv420p", 2_600_000
        audio = target.add_stream("aac" if codec == "libx264" else "libopus", rate=48_000, layout="mono")
        for number, picture in enumerate(planes(0, seconds, fps, size)):
            picture[: size[1]] = np.clip(picture[: size[1]] + grain[number % 8], 0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            target.mux(video.encode(frame))
        target.mux(video.encode(None))
        block = av.AudioFrame.from_ndarray(voice_of(0, seconds)[None], format="fltp", layout="mono")
        block.sample_rate, block.pts, block.time_base = 48_000, 0, Fraction(1, 48_000)
        target.mux(audio.encode(block))
        target.mux(audio.encode(None))


def stages_of(wanted: Wanted, models_dir: Path, *media: str) -> list[Stage]:
    """Every stage of a profile that can run here."""
    found = [stage for medium in media for stage in listeners(medium, models_dir, wanted)]
    return [stage for stage in found if not isinstance(stage, Skipped)]


def profiles(path: Path, models_dir: Path) -> None:
    """Each profile against bare decoding, and everything without the body against the peer."""
    decoded = decode(path, [Watch()], video=UNMOVED)
    frames, seconds = decoded.video.count, decoded.video.reached_ns / 1e9
    vp9 = decoded.video.codec == "vp9"
    goals = {
        "base": "" if vp9 else "goal <= 3.0",
        "standard": "goal <= 2.8" if vp9 else "goal <= 4.5",
        "everything": "",
    }
    works = {"bare": passing(path, list, sound=False)}
    for name in goals:
        wanted = replace(PROFILES[name], words=False)
        skipped = [one.stage for one in listeners("camera", models_dir, wanted) if isinstance(one, Skipped)]
        if skipped:
            print(f"{name}: skipped, the models of {', '.join(skipped)} are not here")
            continue
        works[name] = passing(path, lambda wanted=wanted: stages_of(wanted, models_dir, "voice", "camera"))
    works["face"] = passing(path, lambda: [FaceMesh(models_dir, backend="v2")], sound=False)
    whole = replace(PROFILES["everything"], words=False, pose_hz=0)
    works["whole"] = passing(path, lambda: stages_of(whole, models_dir, "voice", "camera"))
    peer, told = the_peer(path)
    spent = in_turn(works | ({"peer": peer} if peer is not None else {}))
    bare = spent["bare"]
    say(f"bare decode, {decoded.width} x {decoded.height} {decoded.video.codec}", bare / seconds, "x real")
    for name, goal in goals.items():
        if name in spent:
            say(f"{name}, all voice measurements included", spent[name] / bare, "x decode", goal)
            say("  the same against real time", spent[name] / seconds, "x real")
    rate = frames / spent["face"]
    say("478 points and 52 blendshapes, decode and all", rate, "frame/s", "goal >= 120 on single_face.mp4")
    if "peer" in spent:
        label = f"mediapipe {told['version']}, decode and face, {told['faces']} of {told['frames']} frames"
        say(label, 1000 * spent["peer"] / frames, "ms/frame")
        say("  everything of ours without the body", 1000 * spent["whole"] / frames, "ms/frame")
        say("  ours over it", spent["whole"] / spent["peer"], "x", "goal <= 0.8")


def the_peer(path: Path) -> tuple[Callable[[], float] | None, dict[str, str]]:
    """A pass of MediaPipe's decoding and face alone, without any network, and what it told the last time."""
    task, python = SHARED / "models" / "face_landmarker.task", ROOT / ".cache" / "bench-face" / "bin" / "python"
    cut = ["unshare", "--map-root-user", "--net"]
    told: dict[str, str] = {}
    if not task.is_file() or shutil.which("unshare") is None or subprocess.run([*cut, "true"], check=False).returncode:
        print("mediapipe: not run; it needs the model file and a network that can be cut (unshare --net)")
        return None, told
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(python.parent.parent)], check=True)
    install = [str(python), "-m", "pip", "install", "--quiet", PEER, f"av=={av.__version__}"]
    run = [*cut, str(python), str(ROOT / "bench" / "_face_peer.py"), str(task), str(path)]

    def once() -> float:
        done = subprocess.run(run, capture_output=True, text=True, check=True)
        told.update(re.findall(r"(\w+)=(\S+)", done.stdout.strip().splitlines()[-1]))
        return float(told["cpu"])

    try:
        subprocess.run(install, capture_output=True, text=True, check=True)
        once()
    except subprocess.CalledProcessError as failed:
        last = (failed.stderr.strip() or "no message").splitlines()[-1]
        print(f"mediapipe: skipped, it could not be installed or run: {last[:160]}")
        return None, told
    return once, told


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
    task = SHARED / "models" / "face_landmarker.task"
    with tempfile.TemporaryDirectory() as folder:
        models_dir = MODELS
        if task.is_file():
            models_dir = Path(folder) / "models"
            shutil.copytree(MODELS, models_dir)
            models.pull(models_dir, ["face-landmarker-v2"], given=task)
        given = os.environ.get("BENCH_FILE")
        files = [Path(given)] if given else []
        if not given:
            for name, codec in (("synthetic.mp4", "libx264"), ("synthetic.webm", "libvpx-vp9")):
                files.append(Path(folder) / name)
                write_noisy(files[-1], codec)
            single = SHARED / "footage" / "pyfeat" / "single_face.mp4"
            files += [single] if single.is_file() else []
        for path in files:
            print(f"file: {path.name}")
            profiles(path, models_dir)
        voices()
        memory(files[0])


if __name__ == "__main__":
    main()

"""How long the ingest of a take of two lasts, on two cores, beside the length of the take: the studio promises ≤ 1.

`bench/ingest.py [seconds]` (600 by default). Two synthetic performers, 1280 × 720 at 30 frames a second and 48 kHz, as
take logs that were uploaded and signed; one real worker with two slots does everything from there.
"""

import base64
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import _machine

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
CORES = 2
FPS = 30
GOAL = 1.0


def logs_of(folder: Path, seed: int, seconds: int) -> dict[str, bytes]:
    """What the browser of performer `seed` would have written, from action to cut, with a perfect clock."""
    import av
    from tests.media.take_logs import ZERO

    from yesif.media.synthetic import voice_of, write_recording
    from yesif.media.takelog import Kind, LogWriter

    us = ZERO // 1000
    recording = folder / f"{seed}.mp4"
    write_recording(recording, seconds, seed=seed)
    voice, camera = folder / f"{seed}.voice", folder / f"{seed}.camera"
    sound = (voice_of(seed, seconds) * 32767).astype("<i2").tobytes()
    with voice.open("wb") as file:
        log = LogWriter(file)
        log.say(Kind.HEADER, {"v": 1, "kind": "voice", "codec": "pcm-s16", "sample_rate": 48_000, "channels": 1})
        for number in range(seconds * 100):
            log.add(Kind.PCM, sound[number * 960 : number * 960 + 960], arrival_us=us + (number + 1) * 10_000 + 900)
        rows = [["ws", us + s * 10**6, ZERO + s * 10**9 + 400_000, ZERO + s * 10**9 + 420_000, us + s * 10**6 + 820]
                for s in range(0, seconds, 2)]  # fmt: skip
        log.say(Kind.PINGS, rows)
        log.say(Kind.END, {})
    with camera.open("wb") as file, av.open(str(recording)) as source:
        log = LogWriter(file)
        stream = source.streams.video[0]
        box = base64.b64encode(bytes(stream.codec_context.extradata or b"")).decode()
        log.say(Kind.HEADER, {"v": 1, "kind": "camera", "codec": "h264", "width": 1280, "height": 720})
        log.say(Kind.CONFIG, {"codec": "avc1", "width": 1280, "height": 720, "description": box})
        for number, packet in enumerate(p for p in source.demux(stream) if p.size):
            at = number * 1_000_000 // FPS
            log.add(Kind.VIDEO, bytes(packet), timestamp_us=at, arrival_us=us + at + 900, key=packet.is_keyframe)
        log.say(Kind.END, {})
    recording.unlink()
    return {"voice": voice.read_bytes(), "camera": camera.read_bytes()}


def prepare(folder: Path, seconds: int) -> tuple[str, int]:
    """A studio in `folder` with the take, everything uploaded; the take's id, and the bytes of its logs."""
    os.environ |= {"YESIF_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "yesif.site.settings"}
    import django

    django.setup()
    from django.core.management import call_command
    from tests.flows import sent

    call_command("migrate", verbosity=0)
    take = sent.played(length_s=seconds)
    total = 0
    for name, seed in sent.PEOPLE.items():
        for kind, content in logs_of(folder, seed, seconds).items():
            sent.send(take, name, kind, content)
            total += len(content)
    return take.id, total


def told(take_id: str, began: float) -> dict[str, Any]:
    """Seconds since the start at which each step was finished, and how the take ended."""
    from yesif.apps.footage.models import FeatureTable, Take
    from yesif.apps.jobs.models import Step

    steps = Step.objects.filter(job__key=f"ingest:{take_id}").order_by("at")
    return {
        "state": Take.objects.get(pk=take_id).state,
        "steps": [(step.name, step.at.timestamp() - began) for step in steps],
        "skipped": sorted(set(FeatureTable.objects.exclude(skipped="").values_list("stage", flat=True))),
    }


def main(seconds: int = 600) -> None:
    _machine.head("av", "numpy", "onnxruntime", "ai-edge-litert")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    with tempfile.TemporaryDirectory(prefix="yesif-bench-") as name:
        take_id, size = prepare(Path(name), seconds)
        print(f"two performers, {seconds} s, {size / 1e6:.0f} MB of logs; one worker, 2 slots, {CORES} cores")
        began, busy = time.time(), os.times()
        subprocess.run(
            [sys.executable, "-m", "yesif.cli", "work", "--slots", "2", "--until-idle"], check=True, cwd=ROOT
        )
        took = time.time() - began
        now = os.times()
        spent = now.children_user + now.children_system - busy.children_user - busy.children_system
        found = told(take_id, began)
    for step, at in found["steps"]:
        print(f"  {at:8.1f} s  {step}")
    print(f"take {found['state']}; not measured here: {', '.join(found['skipped']) or 'nothing'}")
    print(f"ingest {took:.1f} s (worker itself {spent:.1f} s of processor time) for {seconds} s of take: ", end="")
    print(f"ratio {took / seconds:.2f}, promised ≤ {GOAL:.2f}: {'kept' if took / seconds <= GOAL else 'BROKEN'}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

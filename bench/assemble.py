"""What it costs to prove, put together and preview one performer's ten minutes, beside copying the same bytes.

Camera: 720p H.264 at about 4 Mbit/s; voice: 48 kHz PCM in blocks of 10 ms. "copy" reads, writes and fsyncs both logs.
The studio promises the whole ingest of two people in the length of their take; this part must stay below a twentieth
of it in processor time, which other work on the machine does not change.
"""

import base64
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import _machine
import av
import numpy as np

from yesif.media.assemble import assemble_track
from yesif.media.assemble.h264 import sets_in, units_with_codes
from yesif.media.cut import Placed, cut_sealed
from yesif.media.preview import make_preview
from yesif.media.takelog import Kind, LogWriter, chain

SECONDS = 600
OPENED = 1_795_000_000_000_000_000
GOAL = 1 / 20


def camera_loop() -> list[tuple[bytes, bool]]:
    """Two seconds of 720p that may be repeated."""
    context: Any = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt, context.time_base = 1280, 720, "yuv420p", Fraction(1, 30)
    context.bit_rate, context.gop_size = 4_000_000, 30
    context.options = {"preset": "ultrafast", "tune": "zerolatency", "bf": "0", "x264-params": "nal-hrd=cbr:filler=1"}
    noise = np.random.default_rng(0)
    packets = []
    for number in range(60):
        picture = np.full((1080, 1280), 110, np.uint8)
        picture[:720] = noise.integers(90, 130, (720, 1280), np.uint8) if number % 30 == 0 else 110
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts = number
        packets += context.encode(frame)
    packets += context.encode(None)
    return [(bytes(packet) + bytes(max(0, 16_600 - len(bytes(packet)))), packet.is_keyframe) for packet in packets]


def write_logs(folder: Path) -> tuple[Path, Path]:
    """A voice and a camera log of ten minutes."""
    us, rng = OPENED // 1000, np.random.default_rng(1)
    voice, camera = folder / "voice.yif", folder / "camera.yif"
    with voice.open("wb") as file:
        log = LogWriter(file)
        log.say(Kind.HEADER, {"v": 1, "kind": "voice", "codec": "pcm-s16", "sample_rate": 48_000, "channels": 1})
        sound = (rng.normal(0, 2_000, 48_000)).astype("<i2").tobytes()
        for block in range(SECONDS * 100):
            at = us + (block + 1) * 10_000 + int(rng.exponential(1_500))
            log.add(Kind.PCM, sound[block % 100 * 960 :][:960], arrival_us=at)
        rows = [["ws", us + s * 10**6, OPENED + s * 10**9 + 400_000, OPENED + s * 10**9 + 420_000, us + s * 10**6 + 900]
                for s in range(0, SECONDS, 2)]  # fmt: skip
        log.say(Kind.PINGS, rows)
        log.say(Kind.END, {})
    loop = camera_loop()
    sps, pps = sets_in(units_with_codes(loop[0][0]))[:2]
    box = b"\x01" + sps[1:4] + b"\xff\xe1" + len(sps).to_bytes(2) + sps + b"\x01" + len(pps).to_bytes(2) + pps
    lengths = []
    for frame, key in loop:
        units = [unit for unit in units_with_codes(frame) if unit[0] & 31 not in (7, 8)]
        filler = bytes([12]) + b"\xff" * max(1, 16_600 - sum(map(len, units)))
        lengths.append((b"".join(len(unit).to_bytes(4) + unit for unit in [*units, filler]), key))
    with camera.open("wb") as file:
        log = LogWriter(file)
        log.say(Kind.HEADER, {"v": 1, "kind": "camera", "codec": "h264"})
        log.say(Kind.CONFIG, {"codec": "avc1", "description": base64.b64encode(box).decode()})
        for number in range(SECONDS * 30):
            frame, key = lengths[number % 60]
            at = number * 1_000_000 // 30
            log.add(Kind.VIDEO, frame, timestamp_us=at, arrival_us=us + at + int(rng.exponential(1_500)), key=key)
        log.say(Kind.END, {})
    return voice, camera


def timed(name: str, bytes_: int, work: Callable[[], object]) -> tuple[float, Any]:
    start, busy = time.perf_counter(), time.process_time()
    answer = work()
    took, spent = time.perf_counter() - start, time.process_time() - busy
    speeds = f"{bytes_ / spent / 1e6:8.0f} MB/s{SECONDS / spent:8.0f} × real time"
    print(f"{name:<34}{took:8.2f} s, processor {spent:6.2f} s{speeds}")
    return spent, answer


def copied(logs: tuple[Path, ...], folder: Path) -> None:
    for log in logs:
        target = folder / f"copy-{log.name}"
        shutil.copyfile(log, target)
        with target.open("rb+") as file:
            os.fsync(file.fileno())
        target.unlink()


def main() -> None:
    _machine.head("av", "numpy")
    with tempfile.TemporaryDirectory(prefix="yesif-bench-") as name:
        folder = Path(name)
        voice, camera = write_logs(folder)
        size = voice.stat().st_size + camera.stat().st_size
        span = {"opened_ns": OPENED, "action_ns": 0, "cut_ns": (SECONDS - 1) * 10**9}
        copy, _ = timed("copy and fsync both logs", size, lambda: copied((voice, camera), folder))
        prove, _ = timed("prove both (chain and SHA-256)", size, lambda: (chain(voice), chain(camera)))
        sound, heard = timed("voice log → FLAC", voice.stat().st_size, lambda: assemble_track(voice, folder, **span))
        film, seen = timed("camera log → MP4", camera.stat().st_size,
                           lambda: assemble_track(camera, folder, clock_log=voice, **span))  # fmt: skip
        placed = {track.kind: Placed.of(track.path, track.manifest) for track in (heard, seen)}
        show, _ = timed("preview", size, lambda: make_preview(folder / "preview", **placed))
        seal = [(60 * 10**9, 70 * 10**9)]
        cut, _ = timed("both tracks without ten seconds", size,
                       lambda: cut_sealed(**placed, sealed=seal, out_dir=folder / "cut"))  # fmt: skip
        whole = prove + sound + film + show
        beside = (prove + sound + film) / copy
        print(f"prove + put together + preview: {whole:.1f} s for {SECONDS} s: {whole / SECONDS:.4f} (goal ≤ {GOAL})")
        print(f"without preview {beside:.1f} × copying; a cut {cut / copy:.1f} × copying")


if __name__ == "__main__":
    main()

"""Take logs of a browser that never was, with a truth: how its clocks run, what it lost, and when everything happened.

Truth is studio time. The browser's clock is `slow_ppm` slow against it, its microphone's clock `mic_ppm`; arrivals come
late by a least delay plus a random one. A click of sound and a numbered frame stand at known studio times.
"""

import base64
import io
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import PictureType
from numpy.typing import NDArray

from yesif.media.decode import _plane, nanoseconds
from yesif.media.synthetic import paint_barcode
from yesif.media.takelog import Kind, LogWriter

OPENED = 1_795_000_000_000_000_000
ACTION = 60_000_000_000
ZERO = OPENED + ACTION
"""Studio time at action."""
SECOND = 1_000_000_000
RATE = 48_000


@dataclass
class Browser:
    """How one browser's clocks and delays are. Times in seconds of studio time since action."""

    seed: int = 0
    client_ahead_s: float = 1.234
    slow_ppm: float = 20.0
    mic_ppm: float = 0.0
    mic_delay_s: float = 0.004
    jitter_s: float = 0.002
    up_s: float = 0.003
    down_s: float = 0.003
    jumps: list[tuple[float, float]] = field(default_factory=list)
    """(when, by how many seconds) the browser's clock was set."""

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def us(self, at_s: float) -> int:
        """Client time, microseconds, of a studio time."""
        jumped = sum(by for when, by in self.jumps if at_s >= when)
        return ZERO // 1000 + round((at_s / (1 + self.slow_ppm * 1e-6) + self.client_ahead_s + jumped) * 1e6)

    def late(self) -> float:
        stall = 0.03 if self.random.random() < 0.05 else 0.0
        return self.mic_delay_s + self.random.expovariate(1 / self.jitter_s) + stall * self.random.random()

    def pings(self, start_s: float, end_s: float, every_s: float = 2.0) -> list[list[Any]]:
        rows: list[list[Any]] = []
        at = start_s
        while at < end_s:
            up = self.up_s + self.random.expovariate(1 / self.jitter_s)
            down = self.down_s + self.random.expovariate(1 / self.jitter_s)
            there = ZERO + round((at + up) * 1e9)
            rows.append(["ws", self.us(at), there, there + 50_000, self.us(at + up + 50e-6 + down)])
            at += 0.1 if len(rows) < 10 else every_s
        return rows


def header(kind: str, **more: Any) -> dict[str, Any]:
    return {
        "v": 1,
        "take": "tak_1",
        "performance": "prf_1",
        "kind": kind,
        "tier": "A",
        "browser": "Chromium 156",
        **more,
    }


def clicks(at_sample: int) -> int:
    """The sound of the truth: silence, and at each whole second a click whose height names the second."""
    return 1000 + 100 * (at_sample // RATE % 100) if at_sample % RATE == 0 else 0


def voice_log(
    path: Path,
    browser: Browser,
    start_s: float = -2.0,
    end_s: float = 8.0,
    *,
    block: int = 480,
    channels: int = 1,
    lost: Callable[[int], int] | None = None,
    sound: Callable[[int], int] = clicks,
    ending: bool = True,
    rate: int = RATE,
) -> int:
    """Write a voice log whose sample n of the microphone's own count stands at start_s + n / rate · (1 + mic_ppm).

    `lost(block number)`: samples that the microphone counted and the browser lost before that block. Returns the number
    of samples written.
    """
    per_sample = (1 + browser.mic_ppm * 1e-6) / rate
    counted = written = 0
    with path.open("wb") as file:
        log = LogWriter(file)
        log.say(
            Kind.HEADER,
            header("voice", codec="pcm-s16", sample_rate=rate, channels=channels),
            arrival_us=browser.us(start_s),
        )
        number = 0
        while start_s + (counted + block) * per_sample <= end_s:
            counted += lost(number) if lost else 0
            values = [sound(counted + i) for i in range(block)]
            counted += block
            written += block
            pcm = np.repeat(np.array(values, "<i2"), channels).tobytes()
            arrival = browser.us(start_s + counted * per_sample + browser.late())
            log.add(Kind.PCM, pcm, timestamp_us=browser.random.randrange(10**9), arrival_us=arrival)
            number += 1
        log.say(Kind.PINGS, browser.pings(start_s, end_s), arrival_us=browser.us(end_s))
        if ending:
            log.say(Kind.END, {"samples_in": written, "samples_written": written, "restarts": 0})
    return written


@lru_cache
def encoded(
    numbers: tuple[int, ...], size: tuple[int, int] = (640, 360), group: int = 30, codec: str = "libx264", bf: int = 0
) -> tuple[Any, ...]:
    """Numbered frames as (bytes, is it a key frame); Annex B for H.264. Each multiple of `group` is a key frame."""
    context: Any = av.CodecContext.create(codec, "w")
    context.width, context.height, context.pix_fmt = *size, "yuv420p"
    context.time_base, context.gop_size, context.thread_count = Fraction(1, 30), group, 1
    context.bit_rate = 400_000
    x264 = {"tune": "zerolatency", "preset": "ultrafast", "bf": str(bf)}
    vp8 = {"lag-in-frames": "0", "deadline": "realtime", "cpu-used": "8"}
    context.options = x264 if codec == "libx264" else vp8
    packets = []
    for number in numbers:
        luma = np.full((size[1], size[0]), 90, np.uint8)
        luma[size[1] // 2 :, : (number * 7) % size[0]] = 160
        paint_barcode(luma, number)
        planes = np.vstack([luma, np.full((size[1] // 2, size[0]), 128, np.uint8)])
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts = number
        frame.pict_type = PictureType.I if number % group == 0 else PictureType.NONE
        packets += context.encode(frame)
    packets += context.encode(None)
    return tuple((bytes(packet), packet.is_keyframe) for packet in packets)


def as_avcc(frames: tuple[Any, ...]) -> tuple[list[tuple[bytes, bool]], dict[str, Any]]:
    """The same frames with lengths, and the decoder config of a browser."""
    from yesif.media.assemble.h264 import sets_in, units_with_codes

    sets = sets_in(units_with_codes(frames[0][0]))
    sps, pps = sets[0], sets[1]
    box = b"\x01" + sps[1:4] + b"\xff\xe1" + len(sps).to_bytes(2) + sps + b"\x01" + len(pps).to_bytes(2) + pps
    result = []
    for frame, key in frames:
        units = [unit for unit in units_with_codes(frame) if unit[0] & 31 not in (7, 8)]
        result.append((b"".join(len(unit).to_bytes(4) + unit for unit in units), key))
    config = {"codec": "avc1.42c01f", "width": 640, "height": 360, "description": base64.b64encode(box).decode()}
    return result, config


def camera_log(
    path: Path,
    browser: Browser,
    start_s: float = -2.0,
    end_s: float = 8.0,
    *,
    fps: float = 30.0,
    avcc: bool = True,
    group: int = 30,
    lost: frozenset[int] = frozenset(),
    stamp_ahead_s: float = 777.0,
    tremble_s: float = 0.0,
    codec: str = "libx264",
) -> list[float]:
    """Write a camera log; frame n was taken at start_s + n / fps (+ tremble). Returns when each written one was."""
    count = int((end_s - start_s) * fps)
    numbers = tuple(number for number in range(count) if number not in lost)
    frames: Any = encoded(numbers, group=group, codec=codec)
    config = None
    if avcc and codec == "libx264":
        frames, config = as_avcc(frames)
    times = []
    with path.open("wb") as file:
        log = LogWriter(file)
        name = "h264" if codec == "libx264" else "vp8"
        log.say(Kind.HEADER, header("camera", codec=name, width=640, height=360), arrival_us=browser.us(start_s))
        if config:
            log.say(Kind.CONFIG, config)
        for number, (frame, key) in zip(numbers, frames, strict=True):
            at = start_s + number / fps + tremble_s * browser.random.random()
            stamp = round((at + stamp_ahead_s) * (1 - 30e-6) * 1e6)
            log.add(Kind.VIDEO, frame, timestamp_us=stamp, arrival_us=browser.us(at + browser.late()), key=key)
            times.append(at)
        log.say(Kind.END, {"frames_in": count, "frames_written": len(times), "frames_dropped": len(lost)})
    return times


def read_sound(path: Path) -> NDArray[np.int16]:
    """All samples of a mono file."""
    with av.open(str(path)) as source:
        return np.concatenate([frame.to_ndarray().reshape(-1) for frame in source.decode(audio=0)])


def read_frames(path: Path) -> list[tuple[int, NDArray[np.uint8]]]:
    """(time in nanoseconds of the file, luma) of all frames."""
    with av.open(str(path)) as source:
        found = []
        for frame in source.decode(video=0):
            assert frame.pts is not None
            assert frame.time_base is not None
            found.append((nanoseconds(frame.pts, frame.time_base), _plane(frame, 0).copy()))
        return found


def webm_of(frames: tuple[Any, ...], stamps_ms: list[int], size: tuple[int, int] = (640, 360)) -> bytes:
    """A MediaRecorder's file of VP8 frames with these times."""
    memory = io.BytesIO()
    with av.open(memory, "w", format="webm") as target:
        stream: Any = target.add_mux_stream("vp8", width=size[0], height=size[1])
        stream.time_base = Fraction(1, 1000)
        for (frame, key), stamp in zip(frames, stamps_ms, strict=True):
            packet: Any = av.Packet(frame)
            packet.stream, packet.time_base = stream, Fraction(1, 1000)
            packet.pts = packet.dts = stamp
            packet.is_keyframe = key
            target.mux(packet)
    return memory.getvalue()

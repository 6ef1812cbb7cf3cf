"""Synthetic performers as files: a camera and a voice for Chromium's fake devices, or one finished recording."""

import wave
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias, cast

import av
import numpy as np
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream
from numpy.typing import NDArray

from yesif.base.errors import BadInput
from yesif.media.synthetic.picture import planes
from yesif.media.synthetic.scene import LOOP_SECONDS, voice_of
from yesif.media.synthetic.voice import SAMPLE_RATE

Size = tuple[int, int]
VideoPacket: TypeAlias = "Packet[VideoStream]"  # quoted: PyAV's packet is generic to the type checker only


def write_camera(
    path: Path,
    seconds: float,
    fps: int = 30,
    size: Size = (1280, 720),
    seed: int = 0,
    *,
    barcode: bool = True,
    espeak: bool = False,
) -> None:
    """Write what performer `seed` looks like, for Chromium's `--use-file-for-fake-video-capture`.

    `.mjpeg` (Chromium plays it at 30 frames a second, whatever `fps` says) or `.y4m`. Frame numbers start again
    after LOOP_SECONDS. Raises BadInput for another ending.
    """
    frames = planes(seed, min(seconds, LOOP_SECONDS), fps, size, barcode=barcode, espeak=espeak)
    total = round(seconds * fps)
    if path.suffix == ".y4m":
        header = f"YUV4MPEG2 W{size[0]} H{size[1]} F{fps}:1 Ip A1:1 C420jpeg\n".encode()
        pieces = [b"FRAME\n" + frame.tobytes() for frame in frames]
    elif path.suffix == ".mjpeg":
        header = b""
        pieces = [bytes(packet) for packet in _encoded("mjpeg", frames, fps, size)]
    else:
        raise BadInput(f"a fake camera is a .mjpeg or a .y4m file, not {path.suffix!r}")
    with path.open("wb") as target:
        target.write(header)
        for number in range(total):
            target.write(pieces[number % len(pieces)])


def write_voice(path: Path, seconds: float, seed: int = 0, rate: int = SAMPLE_RATE, *, espeak: bool = False) -> None:
    """Write what performer `seed` says as 16-bit mono WAV, for Chromium's `--use-file-for-fake-audio-capture`."""
    sound = voice_of(seed, seconds, espeak=espeak)
    if rate != SAMPLE_RATE:
        at = np.arange(round(seconds * rate)) * (SAMPLE_RATE / rate)
        sound = np.interp(at, np.arange(len(sound)), sound).astype(np.float32)
    with wave.open(str(path), "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(rate)
        target.writeframes(np.round(sound * 32767).astype("<i2").tobytes())


def write_recording(
    path: Path,
    seconds: float,
    seed: int = 0,
    fps: int = 30,
    size: Size = (1280, 720),
    *,
    barcode: bool = False,
    espeak: bool = False,
) -> None:
    """Write performer `seed` as a finished recording made elsewhere: H.264 and AAC in MP4, for `yesif import`."""
    frames = planes(seed, min(seconds, LOOP_SECONDS), fps, size, barcode=barcode, espeak=espeak)
    with av.open(str(path), "w", format="mp4") as target:
        video = target.add_stream("libx264", rate=fps, options=_X264)
        video.width, video.height, video.pix_fmt = *size, "yuv420p"
        video.codec_context.gop_size = 2 * fps
        audio = target.add_stream("aac", rate=SAMPLE_RATE, layout="mono")
        loop = [packet for frame in _frames(frames, "yuv420p", fps) for packet in video.encode(frame)]
        loop += list(video.encode(None))
        for packet in _looped(loop, round(seconds * fps)):
            packet.stream = video
            target.mux(packet)
        for block in _blocks(voice_of(seed, seconds, espeak=espeak)):
            target.mux(audio.encode(block))
        target.mux(audio.encode(None))


_X264 = {"preset": "superfast", "crf": "24", "bf": "0", "tune": "zerolatency", "threads": "1"}
"""No frames out of order and one thread: the same bytes every time, and packets that may be repeated."""


def _encoded(codec: str, frames: Iterator[NDArray[np.uint8]], fps: int, size: Size) -> Iterator[VideoPacket]:
    context = cast(VideoCodecContext, av.CodecContext.create(codec, "w"))
    context.width, context.height = size
    context.pix_fmt = "yuvj420p"
    context.time_base = Fraction(1, fps)
    context.bit_rate = 9_000_000
    context.thread_count = 1
    for frame in _frames(frames, "yuvj420p", fps):
        yield from context.encode(frame)
    yield from context.encode(None)


def _frames(frames: Iterator[NDArray[np.uint8]], form: str, fps: int) -> Iterator[av.VideoFrame]:
    for number, picture in enumerate(frames):
        frame = av.VideoFrame.from_ndarray(picture, format=form)
        frame.pts, frame.time_base = number, Fraction(1, fps)
        yield frame


def _looped(loop: list[VideoPacket], count: int) -> Iterator[VideoPacket]:
    """The packets of one loop again and again, each a frame later than the one before."""
    base, step = loop[0].time_base, (loop[1].pts or 0) - (loop[0].pts or 0) if len(loop) > 1 else 1
    for number in range(count):
        source = loop[number % len(loop)]
        packet = cast(VideoPacket, Packet(bytes(source)))
        packet.time_base = base
        packet.pts = packet.dts = number * step
        packet.duration = step
        packet.is_keyframe = source.is_keyframe
        yield packet


def _blocks(sound: NDArray[np.float32]) -> Iterator[av.AudioFrame]:
    for start in range(0, len(sound), 1024):
        piece = np.ascontiguousarray(sound[None, start : start + 1024])
        block = av.AudioFrame.from_ndarray(piece, format="fltp", layout="mono")
        block.sample_rate, block.pts, block.time_base = SAMPLE_RATE, start, Fraction(1, SAMPLE_RATE)
        yield block

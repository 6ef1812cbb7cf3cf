"""What a recording is, and whether it can be trusted: opened as a stranger's file, with limits, and decoded to its end.

Every refusal is one sentence with the number and the limit in it. A file that breaks in the middle is not refused:
`Probe.whole` is False and `Probe.fault` says why.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from yesif.base.errors import BadInput, Damaged, LimitReached, NotFound
from yesif.media.decode import LARGEST_PIXELS, decode
from yesif.media.stage import TimeMap

# Real recordings only, and only from the file itself: a playlist could name other files or other hosts.
_FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,flac,wav,ogg,mp3,mpeg,mpegts,mpegvideo,avi,aac"
_MOST_STREAMS = 16


@dataclass(frozen=True, slots=True)
class Limits:
    """What a recording may weigh: bytes, length in nanoseconds, frames a second, sound channels."""

    size: int = 64 * 1024**3
    length_ns: int = 6 * 3_600_000_000_000
    fps: int = 240
    channels: int = 8


@dataclass(frozen=True, slots=True)
class Medium:
    """One stream: its codec, when it begins in the container (nanoseconds), and its length there; None: not said.

    Picture: `width`, `height` in pixels as stored, `rotation` in degrees anticlockwise (0, 90, 180, 270), `fps_milli`
    frames in 1000 s. Sound: `rate` in Hz, `channels`.
    """

    codec: str
    start_ns: int | None
    length_ns: int | None
    width: int = 0
    height: int = 0
    rotation: int = 0
    fps_milli: int = 0
    rate: int = 0
    channels: int = 0


@dataclass(frozen=True, slots=True)
class Probe:
    """What is in a file. `frames`, `samples`: what really came out; `whole`: did everything come out undamaged?"""

    form: str
    size: int
    length_ns: int | None
    camera: Medium | None
    voice: Medium | None
    frames: int = 0
    samples: int = 0
    whole: bool = True
    fault: str = ""


@contextmanager
def open_recording(path: Path) -> Iterator[InputContainer]:
    """Open a file that a stranger may have made. Raises NotFound, Damaged (no recording), LimitReached."""
    if not path.is_file():
        raise NotFound("There is no such recording.")
    options = {"protocol_whitelist": "file", "format_whitelist": _FORMATS}
    try:
        opened = av.open(f"file:{path}", options=options)
    except (av.FFmpegError, ValueError, OverflowError) as broken:
        raise Damaged(f"This is not a recording that can be read ({type(broken).__name__}).") from broken
    with opened:
        if len(opened.streams) > _MOST_STREAMS:
            raise LimitReached(f"The file has {len(opened.streams)} streams; {_MOST_STREAMS} is the limit.")
        for stream in opened.streams.video:
            width, height = stream.codec_context.width, stream.codec_context.height
            if width * height > LARGEST_PIXELS:
                raise LimitReached(f"A picture of {width} × {height} is larger than a camera's.")
        yield opened


def probe(path: Path, limits: Limits | None = None, *, to_the_end: bool = True) -> Probe:
    """Look into a recording and, unless `to_the_end` is False, decode all of it.

    Raises NotFound, Damaged (not a recording), BadInput (neither picture nor sound), LimitReached (too much of it).
    """
    limits = limits or Limits()
    with open_recording(path) as source:
        size = path.stat().st_size
        length = source.duration * 1000 if source.duration else None
        camera = _camera(source.streams.video[0]) if source.streams.video else None
        voice = _voice(source) if source.streams.audio else None
        form = source.format.name
    _refuse(size, length, camera, voice, limits)
    if not to_the_end:
        return Probe(form, size, length, camera, voice)
    decoded = decode(path, (), video=TimeMap(), audio=TimeMap())
    broken = decoded.video.damaged_packets + decoded.audio.damaged_packets
    fault = decoded.fault or (f"{broken} packets are broken" if broken else "")
    if not fault and not decoded.to_the_end:
        missing = max(decoded.video.missing_ns, decoded.audio.missing_ns)
        fault = f"it ends {missing / 1e9:.2f} s before what it promises"
    found = Probe(form, size, length, camera, voice, decoded.video.count, decoded.audio.count, not fault, fault)
    if not found.frames and not found.samples:
        raise Damaged("Nothing in this recording can be decoded.")
    return found


def _camera(stream: VideoStream) -> Medium:
    context = stream.codec_context
    rate = stream.average_rate or stream.guessed_rate
    return Medium(
        codec=context.name,
        start_ns=_ns(stream.start_time, stream),
        length_ns=_ns(stream.duration, stream),
        width=context.width,
        height=context.height,
        rotation=_rotation(stream),
        fps_milli=int(rate * 1000) if rate else 0,
    )


def _rotation(stream: VideoStream) -> int:
    """The turn that the file asks for; PyAV tells it of a decoded frame only."""
    container = stream.container
    if not isinstance(container, InputContainer):
        return 0
    try:
        frame = next(iter(container.decode(stream)), None)
    except av.FFmpegError:
        return 0
    return round((frame.rotation % 360) / 90) * 90 % 360 if frame is not None else 0


def _voice(source: InputContainer) -> Medium:
    stream = source.streams.audio[0]
    context = stream.codec_context
    return Medium(
        codec=context.name,
        start_ns=_ns(stream.start_time, stream),
        length_ns=_ns(stream.duration, stream),
        rate=context.sample_rate,
        channels=context.layout.nb_channels,
    )


def _ns(units: int | None, stream: "av.stream.Stream") -> int | None:
    base = stream.time_base
    if units is None or base is None:
        return None
    return units * base.numerator * 1_000_000_000 // base.denominator


def _refuse(size: int, length: int | None, camera: Medium | None, voice: Medium | None, limits: Limits) -> None:
    if camera is None and voice is None:
        raise BadInput("The file holds neither picture nor sound.")
    if size > limits.size:
        raise LimitReached(f"The recording has {size} bytes; {limits.size} is the limit.")
    if length is not None and length > limits.length_ns:
        hours = limits.length_ns / 3.6e12
        raise LimitReached(f"The recording lasts {length / 3.6e12:.1f} h; {hours:.1f} h is the limit.")
    if camera is not None and camera.fps_milli > limits.fps * 1000:
        raise LimitReached(f"The recording has {camera.fps_milli // 1000} frames a second; {limits.fps} is the limit.")
    if voice is not None and voice.channels > limits.channels:
        raise LimitReached(f"The recording has {voice.channels} sound channels; {limits.channels} is the limit.")

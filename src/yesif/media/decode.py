"""One decode pass over a track, many listeners: every frame and every second of sound is decoded once and shown to all.

Times come from PTS and the streams' start times, never from frame numbers. One thread, no full-frame RGB, and memory
that does not grow with the length of the track.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream
from numpy.typing import NDArray

from yesif.base.errors import Damaged, LimitReached, NotFound
from yesif.media.sound import Feed
from yesif.media.stage import RATES, Hearer, Need, Picture, TimeMap

LARGEST_PIXELS = 8192 * 4352
"""A picture larger than this is not a camera's; decoding it would be a gift to whoever made the file."""
LONGEST_NS = 4 * 3600 * 1_000_000_000
"""A track longer than this is given up there: a few kilobytes can promise years of silence."""
_MOST_FRAMES = 4 * 3600 * 120
_MOST_DAMAGE = 200  # broken packets after which a track is given up
_PLAIN = {"yuv420p", "yuvj420p"}
# Only real recordings, only from the file itself: a playlist could name other files or hosts.
_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,flac,wav,ogg,mp3,mpeg,mpegts,mpegvideo,avi,aac,mjpeg,yuv4mpegpipe,ivf,h264"
)
_OPTIONS = {"protocol_whitelist": "file", "format_whitelist": _FORMATS}


@dataclass(slots=True)
class Seen:
    """What went by of one medium: counts, and first and last moments on the caller's clock (None: nothing did)."""

    count: int = 0
    first_ns: int | None = None
    last_ns: int | None = None
    damaged_packets: int = 0
    codec: str = ""
    declared_end_ns: int | None = None
    """Where the container says that it ends, in track time; None where it says nothing."""
    reached_ns: int = 0
    """How far it came, in track time: the end of the last sample, the start of the last frame."""

    @property
    def missing_ns(self) -> int:
        """What the container promises and did not give; a tenth of a second is within what containers round."""
        short = 0 if self.declared_end_ns is None else self.declared_end_ns - self.reached_ns
        return short if short > 100_000_000 else 0


@dataclass(slots=True)
class Decoded:
    """How a pass went. Moments in nanoseconds."""

    video: Seen = field(default_factory=Seen)
    audio: Seen = field(default_factory=Seen)
    width: int = 0
    height: int = 0
    gaps: list[tuple[int, int]] = field(default_factory=list)
    """Stretches without sound that the file itself leaves out; they were filled with silence."""
    fault: str = ""
    """Why the pass stopped before the end; empty where it did not."""

    @property
    def to_the_end(self) -> bool:
        """Did everything the container promises come out of it, undamaged?"""
        both = (self.video, self.audio)
        return not (self.fault or any(seen.missing_ns or seen.damaged_packets for seen in both))


def decode(
    path: Path,
    stages: Sequence[Hearer],
    *,
    video: TimeMap | None = None,
    audio: TimeMap | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Decoded:
    """Show a file to `stages`, each as it asked. A medium whose map is None is not decoded.

    `on_progress` hears the track time reached, nanoseconds, about once a second. Stages are started by the caller and
    not finished here. Raises NotFound, Damaged (not a recording at all) or LimitReached (too large a picture).
    A file that breaks in the middle is shown as far as it goes, and `to_the_end` says so.
    """
    if not path.is_file():
        raise NotFound(f"There is no recording {path.name}.")
    try:
        source = av.open(f"file:{path}", options=_OPTIONS)
    except (FFmpegError, ValueError, OverflowError) as broken:
        raise Damaged(f"{path.name} is not a recording that can be read ({type(broken).__name__}).") from broken
    with source:
        decoded = Decoded()
        pass_ = _Pass(decoded, stages, on_progress)
        streams: list[VideoStream | AudioStream] = []
        if video is not None and source.streams.video:
            streams.append(pass_.take_video(source.streams.video[0], video))
        if audio is not None and source.streams.audio:
            streams.append(pass_.take_audio(source.streams.audio[0], audio))
        if streams:
            pass_.run(source.demux(streams))
        if source.format.name == "wav" and decoded.audio.count:
            decoded.audio.declared_end_ns = decoded.audio.reached_ns + _cut_from_wav(path)
    return decoded


class _Pass:
    """One walk through a file. Owns the feeds and the report; lives for one call of `decode`."""

    def __init__(self, decoded: Decoded, stages: Sequence[Hearer], on_progress: Callable[[int], None] | None) -> None:
        self.decoded, self.on_progress, self.reported = decoded, on_progress, 0
        self.watchers = [stage for stage in stages if "yuv" in stage.needs]
        self.hearers: dict[Need, list[Hearer]] = {need: [s for s in stages if need in s.needs] for need in RATES}
        self.feed: Feed | None = None

    def take_video(self, stream: VideoStream, clock: TimeMap) -> VideoStream:
        context = stream.codec_context
        if context.width * context.height > LARGEST_PIXELS:
            raise LimitReached(f"A picture of {context.width} × {context.height} is larger than a camera's.")
        context.thread_count = 1
        self.video_clock = clock
        self.decoded.width, self.decoded.height = context.width, context.height
        self.decoded.video.codec = context.name
        self.decoded.video.declared_end_ns = _declared_end(stream)
        return stream

    def take_audio(self, stream: AudioStream, clock: TimeMap) -> AudioStream:
        self.feed = Feed(self.decoded, clock, self.hearers)
        self.decoded.audio.codec = stream.codec_context.name
        self.decoded.audio.declared_end_ns = _declared_end(stream)
        return stream

    def run(self, packets: "Iterator[Packet[Stream]]") -> None:
        try:
            for packet in packets:
                self._packet(packet)
        except FFmpegError as broken:
            self.decoded.fault = f"reading stopped: {type(broken).__name__}"
        except LimitReached as limit:
            self.decoded.fault = str(limit)
        if self.feed is not None:
            self.feed.finish()

    def _packet(self, packet: "Packet[Stream]") -> None:
        seen = self.decoded.video if isinstance(packet.stream, VideoStream) else self.decoded.audio
        try:
            frames = packet.decode()
        except FFmpegError:
            seen.damaged_packets += 1
            if seen.damaged_packets > _MOST_DAMAGE:
                raise LimitReached(f"more than {_MOST_DAMAGE} packets are broken") from None
            return
        seen.damaged_packets += bool(packet.is_corrupt)
        for frame in frames:
            if isinstance(frame, av.VideoFrame) and frame.width * frame.height > LARGEST_PIXELS:
                raise LimitReached(f"a picture of {frame.width} × {frame.height} is larger than a camera's")
            if not isinstance(frame, av.VideoFrame | av.AudioFrame) or frame.pts is None or frame.time_base is None:
                continue  # without a time it cannot be placed, and a guess would be a lie
            track_ns = nanoseconds(frame.pts, frame.time_base)
            if not -LONGEST_NS <= track_ns <= LONGEST_NS or self.decoded.video.count > _MOST_FRAMES:
                raise LimitReached(f"it goes on for more than {LONGEST_NS // 3_600_000_000_000} hours")
            if isinstance(frame, av.VideoFrame):
                self._picture(frame, track_ns)
            elif self.feed is not None:
                self.feed.take(frame, track_ns)
            self._progress(track_ns)

    def _picture(self, frame: av.VideoFrame, track_ns: int) -> None:
        seen = self.decoded.video
        t_ns = self.video_clock.at(track_ns)
        seen.count += 1
        seen.first_ns = t_ns if seen.first_ns is None else seen.first_ns
        seen.reached_ns = max(seen.reached_ns, track_ns)
        seen.last_ns = t_ns
        if self.watchers:
            picture = as_picture(frame, t_ns)
            for stage in self.watchers:
                stage.on_video(picture)

    def _progress(self, track_ns: int) -> None:
        if self.on_progress is not None and track_ns - self.reported >= 1_000_000_000:
            self.reported = track_ns
            self.on_progress(track_ns)


def _declared_end(stream: VideoStream | AudioStream) -> int | None:
    if stream.duration is None or stream.time_base is None:
        return None
    return nanoseconds((stream.start_time or 0) + stream.duration, stream.time_base)


def _cut_from_wav(path: Path) -> int:
    """What a RIFF WAVE file says it holds and does not, in ns: its reader takes the file's length for the truth."""
    with path.open("rb") as source:
        head = source.read(32)
    promised, rate = int.from_bytes(head[4:8], "little"), int.from_bytes(head[28:32], "little")
    streamed = promised in (0, 0xFFFFFFFF)  # written to a pipe: the length was not known
    if head[:4] != b"RIFF" or head[12:16] != b"fmt " or streamed or not rate:
        return 0
    return max(promised + 8 - path.stat().st_size, 0) * 1_000_000_000 // rate


def nanoseconds(pts: int, time_base: Fraction) -> int:
    """A PTS in nanoseconds, to the nearest: pts · time_base · 10^9 in exact arithmetic."""
    numerator = pts * time_base.numerator * 1_000_000_000
    return (2 * numerator + time_base.denominator) // (2 * time_base.denominator)


def as_picture(frame: av.VideoFrame, t_ns: int) -> Picture:
    """The planes of a decoded frame, upright, without copying where the codec gives 8-bit 4:2:0."""
    plain = frame if frame.format.name in _PLAIN else frame.reformat(format="yuv420p")
    luma, u, v = upright((_plane(plain, index) for index in range(3)), frame.rotation)
    full = plain.format.name == "yuvj420p" or frame.color_range == 2
    return Picture(luma, u, v, t_ns, full_range=full, bt709=frame.colorspace == 1)


def upright(planes: Iterable[NDArray[np.uint8]], degrees: int) -> list[NDArray[np.uint8]]:
    """Planes turned as a player would turn them: `degrees` anticlockwise, in quarter turns (display matrix)."""
    return [np.rot90(plane, (degrees // 90) % 4) for plane in planes]


def _plane(frame: av.VideoFrame, index: int) -> NDArray[np.uint8]:
    plane = frame.planes[index]
    # Rows are padded to `line_size`, which differs from the width whenever the width is odd for the codec (360 × 288).
    flat: NDArray[np.uint8] = np.frombuffer(memoryview(plane), np.uint8)
    rows = flat[: plane.line_size * plane.height].reshape(plane.height, plane.line_size)
    return rows[:, : plane.width]

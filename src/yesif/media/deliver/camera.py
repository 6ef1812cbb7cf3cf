"""A camera track as an MP4: the encoder's own bits where all of it may leave, else encoded anew with the rest black."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import PictureType
from av.video.stream import VideoStream

from yesif.base.errors import Damaged, Refused
from yesif.core.timeline.manifest import Place
from yesif.media.assemble.made import writing
from yesif.media.strongbox import Source, readable

_CODECS = ("libx264", "libopenh264")
_BASE = Fraction(1, 90_000)
_BLACK = (16, 128, 128)  # ITU-R BT.709 studio range: luma, and both chroma at rest

Spans = Sequence[tuple[int, int]]


def camera_mp4(track: Source, target: Path, *, place: Place, length_ns: int, cut: Spans) -> Path:
    """The file to deliver: `track` itself where it is an MP4 of which all may leave, else `target`, written here.

    What lies before action or in `cut` ([start, end) in ns of take time) is black; what lies after the take's end is
    not there; frames keep their times. Raises Damaged for a track without pictures, Refused where there is no H.264
    encoder on this machine.
    """
    with av.open(readable(track), "r") as source:
        if not source.streams.video:
            raise Damaged("a camera track holds no picture")
        plays = source.streams.video[0].codec_context.name == "h264" and "mp4" in source.format.name
        if plays and is_whole(place, length_ns, cut):
            return track if isinstance(track, Path) else track.copy_as(target)
        _encode(source, target, place, length_ns, [*cut, (-(1 << 62), 0)])
    return target


def is_whole(place: Place, length_ns: int, cut: Spans) -> bool:
    """May all of a track leave as it is?"""
    inside = place.first_ns > -_FRAME_NS and place.end_ns <= length_ns + _FRAME_NS
    return inside and not any(start < place.end_ns and end > place.first_ns for start, end in cut)


_FRAME_NS = 100_000_000  # a track may stick out of the take by a frame or so: the frame that was on when it was cut


def _encode(source: InputContainer, target: Path, place: Place, length_ns: int, dark: Spans) -> None:
    codec = next((name for name in _CODECS if name in av.codecs_available), None)
    if codec is None:
        raise Refused("This machine has no H.264 encoder, and part of a camera track must be blanked.")
    stream = source.streams.video[0]
    with writing(target, "mp4") as out:
        made = cast(VideoStream, out.add_stream(codec, rate=30))
        made.width, made.height, made.pix_fmt = stream.width, stream.height, "yuv420p"
        made.time_base = made.codec_context.time_base = _BASE
        # One thread and no clock in it: the same frames give the same bytes.
        made.codec_context.thread_count = 1
        made.codec_context.gop_size = 60
        if codec == "libx264":
            made.codec_context.options = {"crf": "18", "preset": "veryfast", "threads": "1", "bf": "0"}
        count = 0
        for frame in _frames(source, place, length_ns, dark):
            out.mux(made.encode(frame))
            count += 1
        out.mux(made.encode(None))
    if not count:
        raise Damaged("a camera track holds no picture")


def _frames(source: InputContainer, place: Place, length_ns: int, dark: Spans) -> Iterator[av.VideoFrame]:
    first = last = None
    black: av.VideoFrame | None = None
    for frame in source.decode(video=0):
        if frame.pts is None or frame.time_base is None:
            continue
        track_ns = int(frame.pts * frame.time_base * 1_000_000_000)
        at = place.at(track_ns)
        if at >= length_ns:
            continue
        pts = round(track_ns * _BASE.denominator / 1_000_000_000)
        first = pts if first is None else first
        last = pts - first if last is None else max(pts - first, last + 1)
        if any(start <= at < end for start, end in dark):
            black = black or _black(frame.width, frame.height)
            frame = black
        shown = frame.reformat(format="yuv420p")
        shown.pts, shown.time_base, shown.pict_type = last, _BASE, PictureType.NONE
        yield shown


def _black(width: int, height: int) -> av.VideoFrame:
    frame = av.VideoFrame(width, height, "yuv420p")
    for plane, level in zip(frame.planes, _BLACK, strict=True):
        plane.update(np.full(plane.buffer_size, level, np.uint8).tobytes())
    return frame

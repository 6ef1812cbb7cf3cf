"""A recording made elsewhere into tracks: its picture as it is where a browser can play it, its sound as FLAC.

The container's own zero is "action". Every stream keeps its own start: sound that begins 2.43 s late stays 2.43 s late.
"""

from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from yesif.core.timeline import Finding, Place, TrackManifest, frame_losses
from yesif.media.assemble.frames import Shown, findings_of
from yesif.media.assemble.imported_voice import frames_of, import_voice, packets_of
from yesif.media.assemble.made import Made, writing
from yesif.media.assemble.track import AssembledTrack
from yesif.media.decode import nanoseconds
from yesif.media.probe import open_recording

_FORMS = {"h264": "mp4", "hevc": "mp4", "vp8": "webm", "vp9": "webm", "av1": "webm"}
_MEDIA = {"mp4": "video/mp4", "webm": "video/webm"}
_X264 = {"preset": "veryfast", "crf": "18", "bf": "0", "threads": "1"}


def assemble_import(source: Path, out_dir: Path) -> list[AssembledTrack]:
    """The camera and the voice of a recording, as far as it has them, into `out_dir` (made if absent).

    Raises NotFound, Damaged (not a recording), LimitReached (too large a picture); a recording that breaks in the
    middle gives what came before, and a finding. First picture and first sound stream only.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    tracks = []
    for kind, maker in (("camera", _camera), ("voice", import_voice)):
        with open_recording(source) as opened:
            made = maker(opened, out_dir / kind)
        if made is not None:
            tracks.append(_track(kind, made))
    return tracks


def _track(kind: str, made: Made) -> AssembledTrack:
    manifest = TrackManifest(
        take="",
        performance="",
        kind=kind,
        place=made.place,
        error_ns=0,
        bound_ns=0,
        method=made.method,
        losses=tuple(made.losses),
        count=made.count,
        facts=made.facts,
    )
    return AssembledTrack(kind, made.path, made.media_type, manifest.as_json(), tuple(made.findings))


def _camera(source: InputContainer, stem: Path) -> Made | None:
    pictures = [stream for stream in source.streams.video if stream.frames != 1 or stream.duration]
    if not pictures:
        return None
    stream = pictures[0]
    form = _FORMS.get(stream.codec_context.name)
    return _copied(source, stream, stem, form) if form else encode_again(source, stream, stem)


def _copied(source: InputContainer, stream: VideoStream, stem: Path, form: str) -> Made:
    path = stem.with_suffix(f".{form}")
    findings: list[Finding] = []
    shown: list[int] = []
    base = cast(Fraction, stream.time_base)
    first, last_dts = None, None
    with writing(path, form) as target:
        copy = target.add_stream_from_template(stream, opaque=True)
        copy.time_base = base
        for packet in packets_of(source, stream, findings):
            if first is None and not packet.is_keyframe:
                continue  # nothing before the first key frame can be shown
            pts = packet.pts if packet.pts is not None else packet.dts
            if pts is None:
                continue
            # What stands before zero is there to be decoded, not to be seen; an edit list keeps it so.
            first = max(pts, 0) if first is None else first
            dts = packet.dts if packet.dts is not None else pts
            dts = dts if last_dts is None else max(dts, last_dts + 1)
            last_dts = dts
            if not packet.is_discard:
                shown.append(nanoseconds(pts, base))
            moved: Packet[Any] = Packet(bytes(packet))
            moved.stream, moved.time_base = copy, base
            moved.pts, moved.dts, moved.duration = max(pts, dts) - first, dts - first, packet.duration
            moved.is_keyframe = packet.is_keyframe
            target.mux(moved)
    if not shown:
        path.unlink(missing_ok=True)
        return Made.nothing(Finding("empty", "fail", "The recording's picture has no frames."), *findings)
    return _camera_made(path, form, shown, nanoseconds(first or 0, base), findings, stream, "container-time")


def _camera_made(
    path: Path, form: str, shown: list[int], zero_ns: int, findings: list[Finding], stream: VideoStream, method: str
) -> Made:
    frames = Shown(0, len(shown), np.array(shown, np.int64))
    losses = frame_losses(np.unique(frames.times_ns).tolist())
    place = Place(zero_ns, 0, frames.first_ns, frames.end_ns)
    return Made(
        path,
        _MEDIA[form],
        place,
        method,
        losses=losses,
        findings=[*findings, *findings_of(frames, losses)],
        count={"frames_written": len(shown), "frames_lost": sum(loss.count for loss in losses)},
        facts={
            "codec": stream.codec_context.name,
            "width": stream.codec_context.width,
            "height": stream.codec_context.height,
        },
    )


def encode_again(source: InputContainer, stream: VideoStream, stem: Path) -> Made:
    """For pictures that no browser plays (MPEG-1, MJPEG, ProRes): H.264 at high quality, each frame at its own time."""
    path = stem.with_suffix(".mp4")
    sentence = f"The picture was {stream.codec_context.name}, which browsers do not play; encoded again as H.264."
    findings = [Finding("encoded-again", "warn", sentence)]
    shown: list[int] = []
    stream.codec_context.thread_count = 1
    with writing(path, "mp4") as target:
        copy: VideoStream | None = None
        for packet in packets_of(source, stream, findings, ending=True):
            for frame in frames_of(packet):
                if frame.pts is None or frame.time_base is None:
                    continue
                time = nanoseconds(frame.pts, frame.time_base)
                if shown and time <= shown[-1]:
                    continue
                if copy is None:
                    copy = target.add_stream("libx264", rate=stream.average_rate, options=_X264)
                    copy.width, copy.height, copy.pix_fmt = frame.width // 2 * 2, frame.height // 2 * 2, "yuv420p"
                    copy.time_base = copy.codec_context.time_base = Fraction(1, 1_000_000)
                shown.append(time)
                picture = frame.reformat(width=copy.width, height=copy.height, format="yuv420p")
                picture.pts, picture.time_base = (time - shown[0]) // 1000, Fraction(1, 1_000_000)
                target.mux(copy.encode(picture))
        if copy is not None:
            target.mux(copy.encode(None))
    if not shown:
        path.unlink(missing_ok=True)
        return Made.nothing(Finding("empty", "fail", "The recording's picture has no frames."), *findings)
    return _camera_made(path, "mp4", shown, shown[0], findings, stream, "container-time, encoded again")

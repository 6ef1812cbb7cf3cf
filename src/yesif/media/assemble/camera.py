"""Encoded frames into a file without touching them: H.264 into MP4, VP8 and VP9 into WebM.

Frames keep their own times (a camera's rate varies): 1 µs apart in MP4, 1 ms in WebM, which knows nothing finer.
"""

import io
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray

from yesif.base.errors import Damaged
from yesif.core.timeline import Finding
from yesif.media.assemble.frames import Shown, choose, findings_of, losses_of
from yesif.media.assemble.h264 import (
    Avcc,
    avcc,
    has_key,
    sets_in,
    units_with_codes,
    units_with_lengths,
    with_codes,
)
from yesif.media.assemble.made import Made, writing
from yesif.media.place import Clocked, FrameTimes, TakeSpan, frame_times
from yesif.media.takelog import Kind, Scan

Add = Callable[[OutputContainer], VideoStream]

_UNIT_NS = {"mp4": 1_000, "webm": 1_000_000}
_MEDIA = {"mp4": "video/mp4", "webm": "video/webm"}
_WEBM_CODECS = {"vp8": "vp8", "vp9": "vp9", "av1": "av1"}


def assemble_camera(log: Scan, stem: Path, clocked: Clocked, span: TakeSpan) -> Made:
    """Write `stem`.mp4 (or .webm) with the frames from action to cut, beginning with a key frame."""
    records = log.of(Kind.VIDEO)
    timed = frame_times(log, records, clocked.clock, span)
    codec = _WEBM_CODECS.get(str(log.header.get("codec", "h264")).split(".")[0].lower())
    source = _Vpx(log, records, codec) if codec else _H264(log, records)
    shown = choose(timed.times_ns, source.keys, span.length_ns)
    count = {"frames_recorded": len(records)}
    if shown is None:
        return Made.nothing(
            Finding("empty", "fail", "No key frame and what follows it lie between action and cut."), count=count
        )
    form = "webm" if codec else "mp4"
    path = stem.with_suffix(f".{form}")
    write_frames(path, form, source.add, source.frames(shown), shown, source.keys)
    return made(path, form, shown, timed, span, count, source.findings)


def made(
    path: Path,
    form: str,
    shown: Shown,
    timed: FrameTimes,
    span: TakeSpan,
    count: dict[str, int],
    findings: list[Finding],
) -> Made:
    """What is told of a written camera track."""
    losses = losses_of(shown, span.length_ns)
    findings = [*findings, *findings_of(shown, losses)]
    if not timed.trusted:
        sentence = "The frames' own stamps are no clock; they stand where they arrived, late by up to tens of ms."
        findings.append(Finding("stamps-wrong", "warn", sentence))
    counted = {"frames_written": len(shown.times_ns), "frames_lost": sum(loss.count for loss in losses)}
    return Made(
        path,
        _MEDIA[form],
        shown.place(),
        "frame stamps, lower envelope of arrivals" if timed.trusted else "arrivals",
        error_ns=timed.error_ns + _UNIT_NS[form] // 2,
        losses=losses,
        findings=findings,
        count={**count, **counted},
        facts={"device_drift_ppb": timed.drift_ppb},
    )


def write_frames(
    path: Path, form: str, add: Add, frames: Iterator[bytes], shown: Shown, keys: NDArray[np.bool_]
) -> None:
    """Write encoded frames, in decoding order, with their times."""
    unit = _UNIT_NS[form]
    base = Fraction(unit, 1_000_000_000)
    pts, dts = shown.stamps(unit)
    usual = max(shown.usual_ns // unit, 1)
    with writing(path, form) as target:
        stream = add(target)
        stream.time_base = base
        for number, frame in enumerate(frames):
            packet: Packet[Any] = Packet(frame)
            packet.stream, packet.time_base = stream, base
            packet.pts, packet.dts, packet.duration = pts[number], dts[number], usual
            packet.is_keyframe = bool(keys[shown.first + number])
            target.mux(packet)


class _Vpx:
    """VP8, VP9 or AV1 frames as they are; the recorder's word says which are key frames."""

    def __init__(self, log: Scan, records: NDArray[np.int64], codec: str) -> None:
        self.log, self.records, self.codec = log, records, codec
        self.keys: NDArray[np.bool_] = log.key[records]
        self.findings: list[Finding] = []

    def add(self, target: OutputContainer) -> VideoStream:
        width, height = size_of(self.log)
        stream: Any = target.add_mux_stream(self.codec, width=width, height=height)
        return stream  # type: ignore[no-any-return]

    def frames(self, shown: Shown) -> Iterator[bytes]:
        return self.log.payloads(self.records[shown.first : shown.stop])


class _H264:
    """H.264 frames under one or more decoder configurations.

    One configuration: frames pass untouched. Several (an encoder was restarted with another size): every key frame
    carries its parameter sets, and the file has them in the frames too.
    """

    def __init__(self, log: Scan, records: NDArray[np.int64]) -> None:
        self.log, self.records = log, records
        self.findings: list[Finding] = []
        self.configs = [(text.run, text.seq, avcc(text.value.get("description"))) for text in log.said(Kind.CONFIG)]
        self.config_of = [self._config(int(r), int(s)) for r, s in zip(log.run[records], log.seq[records], strict=True)]
        self.mixed = len({config.box if config else b"" for config in self.config_of}) > 1
        self.keys = self._keys()

    def _config(self, run: int, seq: int) -> Avcc | None:
        config = None
        for config_run, config_seq, box in self.configs:
            if (config_run, config_seq) > (run, seq):
                break
            config = box
        return config

    def _keys(self) -> NDArray[np.bool_]:
        """Which frames really are key frames: the flag is the recorder's word, the IDR unit inside is the truth."""
        keys: NDArray[np.bool_] = self.log.key[self.records].copy()
        flagged = np.flatnonzero(keys)
        for index, frame in zip(flagged, self.log.payloads(self.records[flagged]), strict=True):
            keys[index] = has_key(self._units(frame, self.config_of[index]))
        wrong = len(flagged) - int(keys.sum())
        if wrong:
            self.findings.append(Finding("no-key-frame", "warn", f"{wrong} frames called key frames are none.", wrong))
        return keys

    @staticmethod
    def _units(frame: bytes, config: Avcc | None) -> list[bytes]:
        try:
            return units_with_lengths(frame, config.length_bytes) if config else units_with_codes(frame)
        except Damaged:
            return []

    def add(self, target: OutputContainer) -> VideoStream:
        start = int(np.flatnonzero(self.keys)[0])
        config = self.config_of[start]
        frame = next(self.log.payloads(self.records[start : start + 1]))
        units = self._units(frame, config)
        with av.open(io.BytesIO((config.prefix() if config else b"") + with_codes(units)), format="h264") as source:
            stream = target.add_stream_from_template(source.streams.video[0], opaque=True)
        if config and not self.mixed:
            stream.codec_context.extradata = config.box
        width, height = stream.codec_context.width, stream.codec_context.height
        if not width or not height:
            raise Damaged("The camera's parameter sets name no size.")
        return stream

    def frames(self, shown: Shown) -> Iterator[bytes]:
        payloads = self.log.payloads(self.records[shown.first : shown.stop])
        if not self.mixed:
            yield from payloads
            return
        for index, frame in enumerate(payloads, shown.first):
            config = self.config_of[index]
            units = self._units(frame, config)
            if config and self.keys[index] and not sets_in(units):
                units = [*config.sets, *units]
            yield with_codes(units)


def size_of(log: Scan) -> tuple[int, int]:
    """Width and height that the recorder named, pixels; 640 × 360 where it named none."""
    for value in [*(text.value for text in log.said(Kind.CONFIG)), log.header]:
        width, height = value.get("width"), value.get("height")
        if isinstance(width, int) and isinstance(height, int) and 0 < width <= 16384 and 0 < height <= 16384:
            return width, height
    return 640, 360

"""Sealed stretches leave nothing behind: their sound is silence, their pictures are not in the file.

A picture leans on the ones before it back to a key frame, so from a seal's beginning on every picture is left out until
the first key frame at or after its end. Nothing is encoded again but FLAC, which loses nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from av.packet import Packet

from yesif.base.errors import BadInput, Damaged
from yesif.media.assemble.made import writing
from yesif.media.decode import nanoseconds
from yesif.media.probe import open_recording

Span = tuple[int, int]
"""From and until, nanoseconds of take time."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A track's file and the line from its own time to take time: t ↦ t + offset + t · drift (see core.timeline)."""

    path: Path
    offset_ns: int = 0
    drift_ppb: int = 0

    @classmethod
    def of(cls, path: Path, manifest: Mapping[str, object]) -> "Placed":
        """A track as its manifest places it. Raises BadInput where the manifest has no place."""
        time = manifest.get("time")
        if not isinstance(time, Mapping):
            raise BadInput("This track has no place in time.")
        return cls(path, int(time["offset_ns"]), int(time["drift_ppb"]))

    def at(self, track_ns: int) -> int:
        """Take time of a file time."""
        return track_ns + self.offset_ns + track_ns * self.drift_ppb // 1_000_000_000

    def track_ns(self, take_ns: int) -> int:
        """File time of a take time, rounded down."""
        return (take_ns - self.offset_ns) * 1_000_000_000 // (1_000_000_000 + self.drift_ppb)


@dataclass(frozen=True, slots=True)
class Cut:
    """What remains: the tracks (None where nothing does), and for how long no picture is there (take time)."""

    camera: Placed | None
    voice: Placed | None
    dark: tuple[Span, ...]


def cut_sealed(*, camera: Placed | None, voice: Placed | None, sealed: Sequence[Span], out_dir: Path) -> Cut:
    """Write copies of the tracks without the sealed stretches into `out_dir` (made if absent).

    Sound keeps its length, with zeros; the picture loses every frame from a seal's beginning to the first key frame at
    or after its end. Without seals the copies are not made and the tracks come back as they are. Raises BadInput for a
    span that does not run forward, Damaged or NotFound for a track that cannot be read.
    """
    spans = merged(sealed)
    if not spans:
        return Cut(camera, voice, ())
    out_dir.mkdir(parents=True, exist_ok=True)
    left, dark = _cut_camera(camera, spans, out_dir) if camera else (None, ())
    return Cut(left, _cut_voice(voice, spans, out_dir) if voice else None, dark)


def merged(sealed: Iterable[Span]) -> list[Span]:
    """Spans in order, touching ones made one. Raises BadInput for one that does not run forward."""
    result: list[Span] = []
    for start, end in sorted((int(a), int(b)) for a, b in sealed):
        if end <= start:
            raise BadInput(f"A sealed stretch must end after it begins; this one runs from {start} to {end} ns.")
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


@dataclass(frozen=True, slots=True)
class Packed:
    """One encoded picture, its time (take time, nanoseconds), and its packet."""

    at_ns: int
    packet: "Packet[Any]"


class Curtain:
    """Decides, packet by packet in decoding order, what may be seen. `dark` grows by one span a seal that was met."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self.spans = list(spans)
        self.closed_from: int | None = None
        self.opens_at = 0
        self.dark: list[Span] = []

    def lets_through(self, at_ns: int, *, key: bool) -> bool:
        """May this picture stay?"""
        seal = next((span for span in self.spans if span[0] <= at_ns < span[1]), None)
        if seal is not None:
            self.closed_from = seal[0] if self.closed_from is None else self.closed_from
            self.opens_at = max(self.opens_at, seal[1])
            return False
        if self.closed_from is not None:
            if not key or at_ns < self.opens_at:
                return False
            self.dark.append((self.closed_from, at_ns))
            self.closed_from = None
            return True
        # Pictures decoded after the key frame and shown before it lean on what was left out.
        return not (self.dark and at_ns < self.dark[-1][1])

    def end(self, at_ns: int) -> tuple[Span, ...]:
        """All dark stretches, when the picture ends at `at_ns`."""
        rest = [(self.closed_from, max(at_ns, self.closed_from + 1))] if self.closed_from is not None else []
        return (*self.dark, *rest)


def open_pictures(source: Any, camera: Placed, curtain: Curtain) -> Iterator[Packed]:
    """The packets of an opened camera track that the curtain lets through, in decoding order, with their take times."""
    stream = source.streams.video[0]
    base = cast(Fraction, stream.time_base)
    for packet in source.demux(stream):
        if not packet.size or packet.pts is None:
            continue
        at = camera.at(nanoseconds(packet.pts, base))
        if curtain.lets_through(at, key=packet.is_keyframe):
            yield Packed(at, packet)


def _cut_camera(camera: Placed, spans: list[Span], out_dir: Path) -> tuple[Placed | None, tuple[Span, ...]]:
    curtain = Curtain(spans)
    with open_recording(camera.path) as source:
        if not source.streams.video:
            raise Damaged("This camera track holds no picture.")
        stream = source.streams.video[0]
        form = "webm" if "webm" in source.format.name else "mp4"
        path = out_dir / f"camera.{form}"
        zero: int | None = None
        last = 0
        with writing(path, form) as target:
            copy = target.add_stream_from_template(stream, opaque=True)
            copy.time_base = stream.time_base
            for shown in open_pictures(source, camera, curtain):
                packet: Packet[Any] = Packet(bytes(shown.packet))
                pts = cast(int, shown.packet.pts)
                zero = max(pts, 0) if zero is None else zero  # before zero stands what is decoded and not shown
                packet.stream, packet.time_base = copy, cast(Fraction, stream.time_base)
                packet.pts, packet.dts = pts - zero, (pts if shown.packet.dts is None else shown.packet.dts) - zero
                packet.duration, packet.is_keyframe = shown.packet.duration, shown.packet.is_keyframe
                target.mux(packet)
                last = shown.at_ns
        if zero is None:
            path.unlink(missing_ok=True)
            return None, curtain.end(last)
        moved = replace(camera, path=path, offset_ns=camera.at(nanoseconds(zero, cast(Fraction, stream.time_base))))
    return moved, curtain.end(last)


def _cut_voice(voice: Placed, spans: list[Span], out_dir: Path) -> Placed:
    path = out_dir / "voice.flac"
    with open_recording(voice.path) as source:
        if not source.streams.audio:
            raise Damaged("This voice track holds no sound.")
        stream = source.streams.audio[0]
        rate = stream.codec_context.sample_rate
        deep = "s32" if stream.codec_context.format.name.startswith("s32") else "s16"
        resampler = av.AudioResampler(deep, "mono", rate)
        holes = [silent(voice, span, rate) for span in spans]
        at = 0
        with writing(path, "flac") as target:
            copy = target.add_stream("flac", rate=rate)
            copy.codec_context.layout, copy.codec_context.format = "mono", av.AudioFormat(deep)
            for frame in source.decode(stream):
                frame.pts = None
                for mono in resampler.resample(frame):
                    sound = mono.to_ndarray().copy()
                    silence(sound[0], at, holes)
                    quiet = av.AudioFrame.from_ndarray(sound, format=deep, layout="mono")
                    quiet.sample_rate = rate
                    target.mux(copy.encode(quiet))
                    at += sound.shape[1]
            target.mux(copy.encode(None))
    return replace(voice, path=path)


def silent(voice: Placed, span: Span, rate: int) -> Span:
    """First sample and the one after the last that a seal covers, rounded outwards by one sample."""
    start = voice.track_ns(span[0]) * rate // 1_000_000_000
    end = -(-voice.track_ns(span[1]) * rate // 1_000_000_000) + 1
    return max(start, 0), max(end, 0)


def silence(sound: "np.ndarray[Any, Any]", first: int, holes: Sequence[Span]) -> None:
    """Zero, in place, what of `sound` (whose first sample is number `first`) lies in a hole."""
    for start, end in holes:
        low, high = max(start - first, 0), min(end - first, len(sound))
        if high > low:
            sound[low:high] = 0

"""The sound of a recording made elsewhere: decoded once, mono, 16 bits, at its own rate, holes filled with silence.

Its clock is its sample count from its first time stamp; stamps in containers wobble by up to 59 ms.
"""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from av.container import InputContainer
from av.packet import Packet

from yesif.core.timeline import Finding, Loss, Place
from yesif.media.assemble.made import Made, writing
from yesif.media.decode import nanoseconds

_HOLE_NS = 100_000_000
_LONGEST_HOLE_NS = 3_600_000_000_000


def packets_of(
    source: InputContainer, stream: Any, findings: list[Finding], *, ending: bool = False
) -> Iterator["Packet[Any]"]:
    """The packets of one stream, as far as the file can be read; where it breaks off, a finding says so.

    With `ending`, an empty packet comes last: what a decoder still holds comes out at that one.
    """
    packets = source.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except av.FFmpegError as broken:
            sentence = f"The recording breaks off and cannot be read to its end ({type(broken).__name__})."
            findings.append(Finding("breaks-off", "warn", sentence))
            return
        if packet is None:
            return
        if packet.size or ending:
            yield packet


def frames_of(packet: "Packet[Any]") -> list[Any]:
    """What a packet decodes to; nothing where it is broken."""
    try:
        return cast(list[Any], packet.decode())
    except av.FFmpegError:
        return []


def import_voice(source: InputContainer, stem: Path) -> Made | None:
    """Write `stem`.flac from the first sound stream; None where there is none."""
    if not source.streams.audio:
        return None
    stream = source.streams.audio[0]
    path, rate = stem.with_suffix(".flac"), stream.codec_context.sample_rate
    if not 1 <= rate <= 655_350:
        return Made.nothing(Finding("unreadable", "fail", f"FLAC cannot hold {rate} samples a second."))
    sound = _Sound(rate)
    with writing(path, "flac") as target:
        copy = target.add_stream("flac", rate=rate)
        copy.codec_context.layout, copy.codec_context.format = "mono", av.AudioFormat("s16")
        for packet in packets_of(source, stream, sound.findings, ending=True):
            for frame in frames_of(packet):
                for piece in sound.take(frame):
                    target.mux(copy.encode(piece))
        for piece in sound.rest():
            target.mux(copy.encode(piece))
        target.mux(copy.encode(None))
    if not sound.samples:
        path.unlink(missing_ok=True)
        return Made.nothing(Finding("empty", "fail", "The recording's sound has no samples."), *sound.findings)
    return sound.made(path, stream.codec_context.name)


class _Sound:
    """Frames of any form into mono 16-bit frames; counts what went by and fills what the file left out."""

    def __init__(self, rate: int) -> None:
        self.rate, self.samples, self.filled = rate, 0, 0
        self.start_ns: int | None = None
        self.losses: list[Loss] = []
        self.findings: list[Finding] = []
        self.resampler = av.AudioResampler("s16", "mono", rate)

    def take(self, frame: av.AudioFrame) -> Iterator[av.AudioFrame]:
        if frame.pts is not None and frame.time_base is not None:
            yield from self._fill(nanoseconds(frame.pts, frame.time_base))
        frame.pts, frame.time_base = None, Fraction(1, frame.sample_rate or self.rate)
        yield from self._give(self.resampler.resample(frame))

    def rest(self) -> Iterator[av.AudioFrame]:
        yield from self._give(self.resampler.resample(None))

    def made(self, path: Path, codec: str) -> Made:
        start = self.start_ns or 0
        end = start + self.samples * 1_000_000_000 // self.rate
        for loss in self.losses:
            end_ns = loss.at_ns + loss.length_ns
            sentence = f"The recording leaves out {loss.length_ns / 1e6:.0f} ms of sound; there is silence instead."
            told = Finding("samples-lost", "warn", sentence, loss.count, "samples", 0, loss.at_ns, end_ns)
            self.findings.append(told)
        return Made(
            path,
            "audio/flac",
            Place(start, 0, start, end),
            "container-time",
            losses=self.losses,
            findings=self.findings,
            count={"samples_written": self.samples, "samples_filled": self.filled},
            facts={"codec": codec, "rate": self.rate, "down_mix": "mean of all channels, 16 bits"},
        )

    def _fill(self, at_ns: int) -> Iterator[av.AudioFrame]:
        if self.start_ns is None:
            self.start_ns = at_ns
        expected = self.start_ns + self.samples * 1_000_000_000 // self.rate
        hole = at_ns - expected
        if hole <= _HOLE_NS or hole > _LONGEST_HOLE_NS:
            return
        missing = hole * self.rate // 1_000_000_000
        self.losses.append(Loss(expected, hole, missing, "left-out"))
        self.filled += missing
        while missing > 0:
            length = min(missing, self.rate)
            silence = av.AudioFrame.from_ndarray(np.zeros((1, length), np.int16), format="s16", layout="mono")
            silence.sample_rate = self.rate
            yield from self._give([silence])
            missing -= length

    def _give(self, frames: list[av.AudioFrame]) -> Iterator[av.AudioFrame]:
        for frame in frames:
            self.samples += frame.samples
            frame.pts = None
            yield frame

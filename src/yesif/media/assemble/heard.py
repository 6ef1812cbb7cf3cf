"""What a performer heard, as the Opus packets they were: into WebM, untouched, each at its own time.

An Opus encoder looks ahead by 312 samples at 48 kHz (RFC 7845 §5.1, pre-skip), so a packet's sound begins 6.5 ms before
the moment it is stamped with.
"""

import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet

from yesif.core.timeline import Finding, Place, frame_losses
from yesif.media.assemble.made import Made, edges, writing
from yesif.media.place import Clocked, TakeSpan, packet_times, spread
from yesif.media.takelog import Kind, Scan

_AHEAD_NS = 6_500_000
_MS = 1_000_000
_EDGE_NS = 100_000_000


def assemble_heard(log: Scan, stem: Path, clocked: Clocked, span: TakeSpan) -> Made:
    """Write `stem`.webm with the packets from action to cut."""
    records = log.of(Kind.OPUS)
    timed = packet_times(log, records, clocked.clock, span)
    inside = timed.times_ns >= 0
    if span.length_ns is not None:
        inside &= timed.times_ns < span.length_ns
    kept, times = records[inside], timed.times_ns[inside]
    if not len(kept):
        return Made.nothing(Finding("empty", "fail", "Nothing was heard between action and cut."))
    order = np.argsort(times, kind="stable")
    kept, times = kept[order], times[order]
    path = stem.with_suffix(".webm")
    usual = spread(times.tolist()) if len(times) > 1 else 20 * _MS
    _write(path, log, kept, times, usual)
    first, end = int(times[0]), int(times[-1]) + usual
    losses = frame_losses(times.tolist(), "not-received") + edges(first, end, span.length_ns, _EDGE_NS)
    return Made(
        path,
        "audio/webm",
        Place(first, 0, first, end),
        "packet stamps, lower envelope of arrivals" if timed.trusted else "arrivals",
        error_ns=timed.error_ns + _MS // 2,
        losses=losses,
        count={
            "packets_recorded": len(records),
            "packets_written": len(kept),
            "packets_lost": sum(loss.count for loss in losses),
        },
        facts={"device_drift_ppb": timed.drift_ppb},
    )


def _write(path: Path, log: Scan, records: "np.ndarray[Any, np.dtype[np.int64]]", times: Any, usual_ns: int) -> None:
    base = Fraction(1, 1000)
    previous = -1000
    with writing(path, "webm") as target:
        stream = _stream(target, int(log.header.get("channels") == 2) + 1)
        stream.time_base = base
        for payload, time in zip(log.payloads(records), times.tolist(), strict=True):
            packet: Packet[Any] = Packet(payload)
            stamp = max((time - int(times[0]) - _AHEAD_NS + _MS // 2) // _MS, previous + 1)
            packet.stream, packet.time_base = stream, base
            packet.pts = packet.dts = previous = stamp
            packet.duration = usual_ns // _MS
            packet.is_keyframe = True
            target.mux(packet)


def _stream(target: OutputContainer, channels: int) -> AudioStream:
    """An Opus stream of a container, with the head that an Opus encoder writes."""
    memory = io.BytesIO()
    with av.open(memory, "w", format="webm", options={"fflags": "+bitexact"}) as model:
        encoder = model.add_stream("libopus", rate=48_000, layout=("mono", "stereo")[channels - 1])
        silence = av.AudioFrame(format="s16", layout=("mono", "stereo")[channels - 1], samples=960)
        silence.planes[0].update(bytes(silence.planes[0].buffer_size))
        silence.sample_rate = 48_000
        model.mux(encoder.encode(silence))
        model.mux(encoder.encode(None))
    memory.seek(0)
    with av.open(memory) as source:
        return target.add_stream_from_template(source.streams.audio[0], opaque=True)

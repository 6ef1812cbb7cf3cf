"""A MediaRecorder's file (tier B) into a track: its packets as they are, its times from the frame callback's list.

MediaRecorder does not tell when its first frame was taken: its own times are off by up to 130 ms as a whole, while the
distances between them are right to the millisecond. The list of capture times is exact, so the two are laid over each
other where their patterns agree best, and every frame takes the capture time of its partner.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray

from yesif.core.timeline import ClockMap, Finding
from yesif.media.assemble.camera import made, write_frames
from yesif.media.assemble.frames import choose
from yesif.media.assemble.made import Made
from yesif.media.decode import nanoseconds
from yesif.media.place import Clocked, FrameTimes, TakeSpan, studio_times
from yesif.media.takelog import Kind, Scan

Times = NDArray[np.int64]

_FORMATS = "matroska,webm,mov,mp4"
_NEAR_NS = 5_000_000
_UNPLACED_NS = 130_000_000  # how far a MediaRecorder's own beginning was measured to be off
_CLOSE = 0.2  # two places whose distances from the pattern differ by less than this share cannot be told apart


@dataclass(frozen=True, slots=True)
class _Run:
    """One recorder's packets: when each is shown by the container (nanoseconds), and which are key frames."""

    shown_ns: Times
    keys: NDArray[np.bool_]


def assemble_container(log: Scan, stem: Path, clocked: Clocked, span: TakeSpan) -> Made:
    """Write `stem`.webm (or .mp4, by codec) with the frames from action to cut."""
    beside = [stem.with_name(f".{stem.name}.{os.getpid()}.{run}.part") for run in _runs(log)]
    try:
        for run, path in zip(_runs(log), beside, strict=True):
            _gather(log, run, path)
        return _remux(log, stem, beside, clocked, span)
    finally:
        for path in beside:
            path.unlink(missing_ok=True)


def _runs(log: Scan) -> list[int]:
    return sorted({int(run) for run in log.run[log.of(Kind.CONTAINER)]})


def _gather(log: Scan, run: int, path: Path) -> None:
    records = log.of(Kind.CONTAINER)
    with path.open("wb") as target:
        for payload in log.payloads(records[log.run[records] == run]):
            target.write(payload)


def _remux(log: Scan, stem: Path, parts: list[Path], clocked: Clocked, span: TakeSpan) -> Made:
    findings: list[Finding] = []
    times: list[Times] = []
    keys: list[NDArray[np.bool_]] = []
    error = 0
    for run, part in zip(_runs(log), parts, strict=True):
        read = _read(part)
        placed, wrong, told = _place(log, run, read.shown_ns, clocked.clock, span)
        times.append(placed)
        keys.append(read.keys)
        error = max(error, wrong)
        findings += told
    all_times, all_keys = np.concatenate(times), np.concatenate(keys)
    shown = choose(all_times, all_keys, span.length_ns) if len(all_times) else None
    count = {"frames_recorded": len(all_times)}
    if shown is None:
        nothing = Finding("empty", "fail", "No key frame and what follows it lie between action and cut.")
        return Made.nothing(*findings, nothing, count=count)
    with _opened(parts[0]) as first:
        template = first.streams.video[0]
        form = "mp4" if template.codec_context.name in ("h264", "hevc") else "webm"
        path = stem.with_suffix(f".{form}")

        def add(target: OutputContainer) -> VideoStream:
            return target.add_stream_from_template(template, opaque=True)

        frames = _between(parts, shown.first, shown.stop)
        write_frames(path, form, add, frames, shown, all_keys)
    timed = FrameTimes(all_times, error, 0)
    return made(path, form, shown, timed, span, count, findings)


@contextmanager
def _opened(path: Path) -> Iterator[InputContainer]:
    options = {"protocol_whitelist": "file", "format_whitelist": _FORMATS}
    with av.open(f"file:{path}", options=options) as source:
        yield source


def _packets(path: Path) -> Iterator["Packet[Any]"]:
    with _opened(path) as source:
        if not source.streams.video:
            return
        packets = source.demux(source.streams.video[0])
        while True:
            try:
                packet = next(packets, None)
            except av.FFmpegError:
                return  # the file was cut; what came before it counts
            if packet is None:
                return
            if packet.size and packet.pts is not None:
                yield packet


def _read(path: Path) -> _Run:
    stamps: list[int] = []
    keys: list[bool] = []
    try:
        for packet in _packets(path):
            base = packet.time_base
            stamps.append(nanoseconds(packet.pts or 0, base))
            keys.append(packet.is_keyframe)
    except av.FFmpegError:
        stamps, keys = [], []  # not even a beginning
    return _Run(np.array(stamps, np.int64), np.array(keys, np.bool_))


def _between(parts: list[Path], first: int, stop: int) -> Iterator[bytes]:
    number = 0
    for part in parts:
        for packet in _packets(part):
            if first <= number < stop:
                yield bytes(packet)
            number += 1


def _place(log: Scan, run: int, shown_ns: Times, clock: ClockMap, span: TakeSpan) -> tuple[Times, int, list[Finding]]:
    """Take times of a run's frames, what they may be off, and what there is to say about it."""
    started = _started(log, run, clock) - span.zero_ns
    captures = _captures(log, run, clock) - span.zero_ns
    if not len(shown_ns):
        return shown_ns, 0, []
    if len(captures) < 2:
        sentence = "There is no list of capture times; the picture stands where its recorder said it began."
        told = Finding("no-sidecar", "warn", sentence, _UNPLACED_NS, "ns")
        return shown_ns - shown_ns[0] + started, _UNPLACED_NS, [told]
    offset, unsure_ns = _overlay(shown_ns, captures, started)
    rough = shown_ns + offset
    nearest = _nearest(captures, rough)
    times = np.where(np.abs(nearest - rough) <= _NEAR_NS, nearest, rough)
    if not unsure_ns:
        return times, 1_000_000, []
    sentence = f"The camera is so even that the picture may stand one frame off ({unsure_ns / 1e6:.0f} ms)."
    return times, unsure_ns, [Finding("picture-ambiguous", "warn", sentence, unsure_ns, "ns")]


def _overlay(shown_ns: Times, captures: Times, started: int) -> tuple[int, int]:
    """The offset of the container's times against the capture times, and one frame's length where two fit as well."""
    sample = shown_ns[:: max(1, len(shown_ns) // 600)]
    starts = captures[(captures > started - 2_000_000_000) & (captures < started + 5_000_000_000)]
    if not len(starts):
        starts = captures[:1]
    costs = []
    for start in starts:
        rough = sample + (start - shown_ns[0])
        # The first frame's own millisecond is rounded; the middle distance of all takes that out.
        shift = int(np.median(_nearest(captures, rough) - rough))
        away = np.abs(_nearest(captures, rough + shift) - rough - shift)
        costs.append((float(np.minimum(away, 10 * _NEAR_NS).mean()), int(start - shown_ns[0]) + shift))
    best = min(cost for cost, _ in costs)
    alike = sorted({o for cost, o in costs if cost <= best * (1 + _CLOSE) + 50_000}, key=lambda o: _after(o, started))
    distinct = [offset for offset in alike if abs(offset - alike[0]) > _NEAR_NS]
    return alike[0], int(np.median(np.diff(captures))) if distinct else 0


def _after(offset: int, started: int) -> int:
    """How well a beginning fits the recorder's start: the first frame at or soon after it is the likeliest."""
    wait = offset - started
    return wait if wait >= -_NEAR_NS else -100 * wait


def _nearest(captures: Times, times: Times) -> Times:
    right = np.clip(np.searchsorted(captures, times), 1, len(captures) - 1)
    left = captures[right - 1]
    closer: Times = np.where(times - left <= captures[right] - times, left, captures[right])
    return closer


def _captures(log: Scan, run: int, clock: ClockMap) -> Times:
    """Studio times of the frames that the callback saw, rising."""
    rows = [row for text in log.said(Kind.FRAMES) if text.run == run for row in text.value]
    good = [row[1] for row in rows if isinstance(row, list) and len(row) == 3 and isinstance(row[1], int)]
    us = np.array([at for at in good if 0 < at < 1 << 52], np.int64)
    times, sure = studio_times(us, us * 1000, clock)
    return np.unique(times[sure])


def _started(log: Scan, run: int, clock: ClockMap) -> int:
    """Studio time at which the recorder began: its own note, else its header."""
    for kind, what in ((Kind.NOTE, "recorder-started"), (Kind.HEADER, None)):
        for text in log.said(kind):
            if text.run == run and (what is None or text.value.get("what") == what):
                return clock.at(text.arrival_us)
    records = log.of(Kind.CONTAINER)
    return clock.at(int(log.arrival_us[records[log.run[records] == run][0]]))

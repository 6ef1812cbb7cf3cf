"""Samples into FLAC: every sample recorded between action and cut, bit for bit, and silence where some were lost.

Down-mix, because a voice is one channel and browsers give two whatever is asked for: equal channels become one of them;
channels more than 60 dB quieter than the loudest are left out; of the rest the mean, rounded half up.
The file has the rate of the first run; a later run at another rate (a device was changed) is resampled to it.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import av
import numpy as np
from numpy.typing import NDArray

from yesif.core.timeline import Finding, Loss, Place
from yesif.media.assemble.made import Made, edges, writing
from yesif.media.place import Clocked, SampleRun, TakeSpan, sample_runs
from yesif.media.takelog import Scan

Sound = NDArray[np.int16]

_QUIET = 1000  # a channel this many times weaker is an unused input
_LONGEST_FILL_NS = 3_600_000_000_000
_BENT_NS = 20_000
_EDGE_NS = 50_000_000
_WRONG_RATE_PPB = 1_000_000


@dataclass(frozen=True, slots=True)
class Laid:
    """A run in the file: `start` is its first sample there (losses counted in, before trimming), `step` what one of
    its own samples takes in the file's (1 except after a change of rate)."""

    run: SampleRun
    start: int
    rate: int

    @property
    def length(self) -> int:
        return self.run.samples_with_losses * self.rate // self.run.rate

    @property
    def knots(self) -> list[tuple[int, int]]:
        """(file sample, studio time) at the run's beginning, its clock's knots, and its end."""
        clock = self.run.clock
        inner = [position * self.run.rate // 1_000_000_000 for position, _ in clock.knots] if clock else []
        own = sorted({0, *(s for s in inner if 0 < s < self.run.samples_with_losses), self.run.samples_with_losses})
        return [(self.start + sample * self.rate // self.run.rate, self.run.at(sample)) for sample in own]


def assemble_voice(log: Scan, stem: Path, clocked: Clocked, span: TakeSpan) -> Made:
    """Write `stem`.flac and say where it stands. Losses are filled with silence, so that one line places the file."""
    runs = [run for run in sample_runs(log, clocked.clock) if run.samples]
    if not runs:
        return Made.nothing(Finding("empty", "fail", "No samples were recorded in this track."))
    laid, findings = _lay(runs)
    line = _Line([knot for piece in laid for knot in piece.knots], laid[0].rate)
    first, end = line.clip(span, laid[-1].start + laid[-1].length)
    if end <= first:
        return Made.nothing(Finding("empty", "fail", "Nothing was recorded between action and cut."))
    path = stem.with_suffix(".flac")
    _write(path, _sound(log, laid, first, end), laid[0].rate)
    place = line.place(first, end, span)
    losses, filled = _losses(laid, line, span, first, end)
    losses += edges(place.first_ns, place.end_ns, span.length_ns, _EDGE_NS)
    recorded = sum(run.samples for run in runs)
    return Made(
        path,
        "audio/flac",
        place,
        "sample-count, lower envelope of arrivals",
        error_ns=line.bend_ns + max(run.clock.error_ns if run.clock else 0 for run in runs),
        losses=losses,
        findings=findings + _told(losses) + _rate_told(runs),
        count={
            "samples_recorded": recorded,
            "samples_written": end - first,
            "samples_filled": filled,
            "samples_lost": sum(loss.count for loss in losses),
        },
        facts={"rate": laid[0].rate, "runs": len(runs), "down_mix": "mean of channels above -60 dB of the loudest"},
    )


def _lay(runs: list[SampleRun]) -> tuple[list[Laid], list[Finding]]:
    """Runs one after the other in the file, with as many samples between as time passed."""
    rate, findings = runs[0].rate, []
    laid = [Laid(runs[0], 0, rate)]
    for run in runs[1:]:
        last = laid[-1]
        end = last.start + last.length
        pause = run.at(0) - last.run.at(last.run.samples_with_losses) if run.clock and last.run.clock else 0
        if pause < 0:
            late = f"A restarted recorder's samples overlap the ones before by {-pause / 1e6:.1f} ms; none was cut."
            findings.append(Finding("runs-overlap", "warn", late, -pause, "ns"))
        if run.rate != rate:
            sentence = f"After a restart the device gave {run.rate} samples a second instead of {rate}; resampled."
            findings.append(Finding("rate-changed", "warn", sentence, run.rate, "Hz", rate))
        gap = max(0, min(pause, _LONGEST_FILL_NS)) * rate // 1_000_000_000
        laid.append(Laid(run, end + gap, rate))
    return laid, findings


class _Line:
    """File samples to studio time: exact knots, and the straight line through the first and the last."""

    def __init__(self, knots: list[tuple[int, int]], rate: int) -> None:
        self.knots, self.rate = sorted(set(knots)), rate
        (s0, t0), (s1, t1) = self.knots[0], self.knots[-1]
        exact = (s1 - s0) * 1_000_000_000 / rate
        self.s0, self.t0 = s0, t0
        self.drift_ppb = round(((t1 - t0) - exact) / exact * 1e9) if exact else 0
        self.bend_ns = max(abs(time - self.at(sample)) for sample, time in self.knots)

    def at(self, sample: int) -> int:
        since = (sample - self.s0) * 1_000_000_000 // self.rate
        return self.t0 + since + since * self.drift_ppb // 1_000_000_000

    def sample(self, studio_ns: int) -> int:
        """The first file sample at or after a studio time, by the straight line."""
        scaled = (studio_ns - self.t0) * 1_000_000_000 * self.rate
        guess = self.s0 + scaled // ((1_000_000_000 + self.drift_ppb) * 1_000_000_000)
        while self.at(guess) < studio_ns:
            guess += 1
        return guess

    def _exact(self, sample: int) -> int:
        """Studio time of a file sample between the knots, which reach from the first sample to the last."""
        right = min(max(bisect_right(self.knots, sample, key=lambda knot: knot[0]), 1), len(self.knots) - 1)
        (s0, t0), (s1, t1) = self.knots[right - 1], self.knots[right]
        return t0 + (sample - s0) * (t1 - t0) // (s1 - s0)

    def clip(self, span: TakeSpan, samples: int) -> tuple[int, int]:
        """First file sample of the take and the one after its last."""
        first = max(self.sample(span.zero_ns), 0)
        end = samples if span.length_ns is None else self.sample(span.zero_ns + span.length_ns)
        return first, min(end, samples)

    def place(self, first: int, end: int, span: TakeSpan) -> Place:
        offset = self.at(first) - span.zero_ns
        knots: tuple[tuple[int, int], ...] = ()
        if self.bend_ns > _BENT_NS:
            inside = [(sample, time) for sample, time in self.knots if first < sample < end]
            whole = [(first, self._exact(first)), *inside, (end, self._exact(end))]
            knots = tuple(((s - first) * 1_000_000_000 // self.rate, t - span.zero_ns) for s, t in whole)
        return Place(offset, self.drift_ppb, offset, self.at(end) - span.zero_ns, knots)


def _losses(laid: list[Laid], line: _Line, span: TakeSpan, first: int, end: int) -> tuple[list[Loss], int]:
    """Every stretch of silence that was put in, cut to the file, and how many samples that is."""
    holes: list[tuple[int, int, str]] = []
    for before, after in zip([None, *laid], laid, strict=False):
        if before is not None and after.start > before.start + before.length:
            holes.append((before.start + before.length, after.start, "restarted"))
        shift = after.start
        for record, count in after.run.lost:
            own = int(after.run.ends[record - 1]) if record else 0
            at = shift + own * after.rate // after.run.rate
            holes.append((at, at + count * after.rate // after.run.rate, "not-counted"))
            shift += count * after.rate // after.run.rate
    losses = []
    for start, stop, why in holes:
        start, stop = max(start, first), min(stop, end)
        if stop > start:
            at = line.at(start) - span.zero_ns
            losses.append(Loss(at, line.at(stop) - line.at(start), stop - start, why))
    return losses, sum(loss.count for loss in losses)


def _rate_told(runs: list[SampleRun]) -> list[Finding]:
    findings = []
    for run in runs:
        drift = run.clock.drift_ppb if run.clock else 0
        if abs(drift) > _WRONG_RATE_PPB:
            real = run.rate * 1_000_000_000 // (1_000_000_000 + drift)
            sentence = f"The device gave about {real} samples a second and said {run.rate}; times follow the device."
            findings.append(Finding("rate-wrong", "fail", sentence, real, "Hz", run.rate))
    return findings


def _told(losses: list[Loss]) -> list[Finding]:
    findings = []
    for loss in losses:
        end = loss.at_ns + loss.length_ns
        if loss.why in ("starts-late", "ends-early"):
            side = "begins after action" if loss.why == "starts-late" else "ends before cut"
            sentence = f"The voice {side} by {loss.length_ns / 1e6:.0f} ms."
            findings.append(
                Finding(f"voice-{loss.why}", "warn", sentence, loss.length_ns, "ns", _EDGE_NS, loss.at_ns, end)
            )
            continue
        sentence = f"{loss.count} samples ({loss.length_ns / 1e6:.1f} ms) are missing; silence stands in their place."
        findings.append(Finding("samples-lost", "fail", sentence, loss.count, "samples", 0, loss.at_ns, end))
    return findings


def _sound(log: Scan, laid: list[Laid], first: int, end: int) -> Iterator[Sound]:
    """The samples from file sample `first` to `end`, mono, in pieces."""
    at = 0
    for piece in laid:
        if piece.start > at:
            yield from _silence(at, piece.start, first, end)
        at = piece.start
        for sound in _run_sound(log, piece):
            low, high = max(first - at, 0), min(end - at, len(sound))
            if high > low:
                yield sound[low:high]
            at += len(sound)
        # Resampling may give a sample more or less than its share; the next run's start is what counts.
        at = min(at, end) if piece is laid[-1] else piece.start + piece.length


def _silence(start: int, stop: int, first: int, end: int) -> Iterator[Sound]:
    start, stop = max(start, first), min(stop, end)
    while stop > start:
        length = min(stop - start, 48_000)
        yield np.zeros(length, np.int16)
        start += length


def _run_sound(log: Scan, piece: Laid) -> Iterator[Sound]:
    run = piece.run
    taken = _channels(log, run)
    lost = dict(run.lost)
    resampler = av.AudioResampler("s16", "mono", piece.rate) if run.rate != piece.rate else None
    given = 0
    for number, payload in enumerate(log.payloads(run.records)):
        blocks = list(_silence(0, lost.get(number, 0), 0, lost.get(number, 0)))
        blocks.append(_mono(payload, run.channels, taken))
        for block in blocks:
            for sound in [block] if resampler is None else _resampled(resampler, block, run.rate):
                given += len(sound)
                yield sound
    if resampler is not None:
        for sound in _resampled(resampler, None, run.rate):
            given += len(sound)
            yield sound[: max(0, piece.length - given + len(sound))]
        yield np.zeros(max(0, piece.length - given), np.int16)


def _channels(log: Scan, run: SampleRun) -> list[int]:
    """Which channels are used: one pass over the run, peaks only."""
    if run.channels == 1:
        return [0]
    peaks, equal = np.zeros(run.channels, np.int64), True
    for payload in log.payloads(run.records):
        sound = _interleaved(payload, run.channels)
        if len(sound):
            peaks = np.maximum(peaks, np.abs(sound.astype(np.int32)).max(axis=0))
            equal = equal and bool((sound == sound[:, :1]).all())
    if equal:
        return [0]
    return [int(channel) for channel in np.flatnonzero(peaks * _QUIET >= peaks.max())]


def _interleaved(payload: bytes, channels: int) -> Sound:
    whole = len(payload) // (2 * channels) * channels
    return np.frombuffer(payload, "<i2", whole).reshape(-1, channels)


def _mono(payload: bytes, channels: int, taken: list[int]) -> Sound:
    sound = _interleaved(payload, channels)
    if len(taken) == 1:
        return sound[:, taken[0]]
    count = len(taken)
    total = sound[:, taken].astype(np.int32).sum(axis=1)
    mean: Sound = ((2 * total + count) // (2 * count)).astype(np.int16)
    return mean


def _resampled(resampler: av.AudioResampler, sound: Sound | None, rate: int) -> Iterator[Sound]:
    frame = None if sound is None else _frame(sound, rate)
    if frame is not None and not frame.samples:
        return
    for out in resampler.resample(frame):
        yield cast(Sound, out.to_ndarray()[0])


def _frame(sound: Sound, rate: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound[None]), format="s16", layout="mono")
    frame.sample_rate = rate
    return frame


def _write(path: Path, pieces: Iterator[Sound], rate: int) -> None:
    with writing(path, "flac") as target:
        stream = target.add_stream("flac", rate=rate)
        stream.codec_context.layout, stream.codec_context.format = "mono", av.AudioFormat("s16")
        held: list[Sound] = []
        waiting = 0
        for piece in pieces:
            held.append(piece)
            waiting += len(piece)
            if waiting >= rate:
                target.mux(stream.encode(_frame(np.concatenate(held), rate)))
                held, waiting = [], 0
        if waiting:
            target.mux(stream.encode(_frame(np.concatenate(held), rate)))
        target.mux(stream.encode(None))
